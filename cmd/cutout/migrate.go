package main

import (
	"os"
	"strconv"
	"strings"

	"cutout/internal/casework"
)

// migrate brings the tables up to this program. Every command does so when it opens the unit; this one does nothing else,
// and with --check tells what it would do.
type migrate struct {
	Check bool
}

func (c *migrate) Run(s *session) error {
	cfg, err := s.config()
	if err != nil {
		return err
	}
	before, err := casework.Schema(s.ctx, cfg)
	if err != nil {
		return machine(err)
	}
	if before.At > before.Program {
		return machine(casework.ErrNewer)
	}
	engine := "sqlite"
	if cfg.DSN != "" {
		engine = "postgres"
	}
	var steps []string
	for _, n := range before.Pending {
		steps = append(steps, strconv.FormatInt(n, 10))
	}
	line := row{text("engine", engine), s.number("schema", int(before.At)), s.number("program_schema", int(before.Program)), text("pending", strings.Join(steps, ", ")), text("version", version)}
	if c.Check {
		if err := s.show(line, nil); err != nil || len(steps) == 0 {
			return err
		}
		return &problem{exitConflict, "cli.migrate-pending", []any{"N", len(steps)}}
	}
	d, err := s.open()
	if err != nil {
		return err
	}
	u := d.Unit()
	if err := d.Close(); err != nil {
		return machine(err)
	}
	line[1] = s.number("schema", int(before.Program))
	return s.show(append(row{text("unit", u.Name), text("pack", u.Pack)}, line...), nil)
}

// sizeOf is the size of a file of the unit, 0 when it is not there.
func (s *session) sizeOf(name string) int64 {
	info, err := os.Stat(s.path(name))
	if err != nil {
		return 0
	}
	return info.Size()
}
