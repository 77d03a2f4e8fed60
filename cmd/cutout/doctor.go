package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"

	"cutout/internal/audit"
	"cutout/internal/casework"
	"cutout/internal/day"
	"cutout/internal/officer"
)

// doctor looks at a unit's machine and files and says what is wrong; with --deep also at every page and every log entry.
type doctor struct {
	Deep bool
}

// health gathers checks. A check is good, a warning (the unit works, but something should be mended), or bad.
type health struct {
	s    *session
	rows []row
	bad  bool
}

func (h *health) add(check, state, what string) {
	h.bad = h.bad || state == "bad"
	remedy := ""
	if state != "good" {
		remedy = h.s.words.T("cli.remedy." + check)
	}
	h.rows = append(h.rows, row{h.s.word("check", check, "cli.check"), h.s.word("state", state, "cli.health"), text("what", what), text("remedy", remedy)})
}

func (c *doctor) Run(s *session) error {
	h := &health{s: s}
	h.mode("directory", s.Data, 0o077)
	h.keys()
	if _, err := os.Lstat(s.path(postgresFile)); err == nil {
		h.mode("database-address", s.path(postgresFile), 0o077)
	} else {
		h.mode("records", s.path(recordsFile), 0o077)
	}
	h.machine()
	h.space()
	h.copies()
	h.schema()
	if err := c.unit(s, h); err != nil {
		return err
	}
	if err := s.rows([]string{"check", "state", "what", "remedy"}, h.rows); err != nil {
		return err
	}
	if h.bad {
		return &problem{exitInternal, "cli.unhealthy", nil}
	}
	return nil
}

// mode holds a file's mode against the bits that must not be set.
func (h *health) mode(check, path string, not fs.FileMode) {
	info, err := os.Lstat(path)
	switch {
	case err != nil:
		h.add(check, "bad", path+": "+err.Error())
	case info.Mode().Perm()&not != 0:
		h.add(check, "bad", fmt.Sprintf("%s: %04o", path, info.Mode().Perm()))
	default:
		h.add(check, "good", fmt.Sprintf("%s: %04o", path, info.Mode().Perm()))
	}
}

// machine looks at what of the machine could let memory reach a disk in clear, and at its clock.
func (h *health) machine() {
	if b, err := os.ReadFile("/proc/swaps"); err == nil {
		state := "good"
		if bytes.Count(b, []byte("\n")) > 1 {
			state = "warning"
		}
		h.add("swap", state, fmt.Sprint(max(0, bytes.Count(b, []byte("\n"))-1)))
	}
	if b, err := os.ReadFile("/proc/sys/kernel/core_pattern"); err == nil {
		state, pattern := "good", strings.TrimSpace(string(b))
		if strings.HasPrefix(pattern, "|") {
			state = "warning"
		}
		h.add("core-files", state, pattern)
	}
	at := now()
	state := "good"
	if at.Year() < 2026 || at.Year() > 2100 {
		state = "bad"
	}
	h.add("clock", state, at.UTC().Format(time.RFC3339))
}

// unit opens the unit: its key fits, its tables are up to date, its rules hold today.
func (c *doctor) unit(s *session, h *health) error {
	if c.Deep {
		var e *casework.Error
		err := s.as(func(d *casework.Desk, o officer.Officer) error {
			h.open(d)
			x, err := d.Examine(s.ctx, o)
			if err != nil {
				return err
			}
			h.deep(d, x)
			seen, err := d.Witnessed(s.ctx, o)
			if err != nil {
				return err
			}
			h.witnessed(d, seen)
			return h.seals(d, o)
		})
		if errors.As(err, &e) && e.Kind == casework.Internal && errors.Unwrap(e) != nil && s.ctx.Err() == nil {
			h.add("integrity", "bad", errors.Unwrap(e).Error()) // pages so damaged that they cannot even be examined
			return nil
		}
		return err
	}
	d, err := s.open()
	var p *problem
	if errors.As(err, &p) && p.exit != exitUsage {
		h.add("unit", "bad", s.words.T(p.message, p.params...))
		return nil
	}
	if err != nil {
		return err
	}
	h.open(d)
	return d.Close()
}

func (h *health) open(d *casework.Desk) {
	u := d.Unit()
	h.add("unit", "good", u.Name)
	h.add("engine", "good", d.Engine())
	state := "good"
	if !d.Pack().InForce(day.Of(d.Now())) {
		state = "bad"
	}
	h.add("pack", state, fmt.Sprintf("%s %s, %s", u.Pack, d.Pack().Version, d.Pack().ValidUntil))
	if r := d.RolledBack(); r != nil {
		h.add("rollback", "bad", h.s.rolledBack(r))
	} else {
		h.add("rollback", "good", h.s.path(lastFile))
	}
	if info, err := os.Stat(h.s.path(incidentFile)); err == nil && info.Size() > 0 {
		h.add("incidents", "warning", h.s.path(incidentFile))
	}
}

func (h *health) deep(d *casework.Desk, x casework.Examination) {
	if len(x.Damage) > 0 {
		h.add("integrity", "bad", strings.Join(x.Damage, "; "))
	} else {
		h.add("integrity", "good", d.Engine())
	}
	if x.Log.Finding != audit.Sound {
		h.add("log", "bad", h.s.finding(x.Log))
	} else {
		h.add("log", "good", fmt.Sprint(x.Log.Size))
	}
	if x.Last.After(d.Now().Add(time.Minute)) {
		h.add("log-clock", "bad", x.Last.UTC().Format(time.RFC3339))
	} else {
		h.add("log-clock", "good", x.Last.UTC().Format(time.RFC3339))
	}
}

// longUnseen is how old the newest word of a witness may be before the doctor warns: what is younger than it can be cut off
// the log by whoever holds the machine.
const longUnseen = 8 * 24 * time.Hour

func (h *health) witnessed(d *casework.Desk, seen []casework.Seen) {
	if len(seen) == 0 {
		h.add("witness", "warning", h.s.words.T("cli.log-unwitnessed"))
		return
	}
	state := "good"
	if d.Now().Sub(seen[0].At) > longUnseen {
		state = "warning"
	}
	h.add("witness", state, fmt.Sprintf("%s, %d, %s", seen[0].Witness, seen[0].Checkpoint.Size, seen[0].At.Format(time.RFC3339)))
}
