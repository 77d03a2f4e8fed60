package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"cutout/internal/audit"
	"cutout/internal/casework"
	"cutout/internal/officer"
)

type auditGroup struct {
	Checkpoint auditCheckpoint `cmd:""`
	Compare    auditCompare    `cmd:""`
	Key        auditKey        `cmd:""`
	List       auditList       `cmd:""`
	Verify     auditVerify     `cmd:""`
	Prove      auditProve      `cmd:""`
	Bundle     auditBundle     `cmd:""`
	Witness    auditWitness    `cmd:""`
}

// auditCheckpoint prints what the log is now, signed. Kept outside the unit it fixes all that came before. Who has not
// signed in gets what every officer is shown: the checkpoint of the last whole hour.
type auditCheckpoint struct {
	Kept bool
}

func (c *auditCheckpoint) Run(s *session) error {
	if c.Kept || s.Officer == "" {
		return c.kept(s)
	}
	return s.as(func(d *casework.Desk, o officer.Officer) error {
		signed, err := d.Checkpoint(s.ctx, o)
		if err != nil {
			return err
		}
		_, err = s.out.Write(signed)
		return err
	})
}

func (c *auditCheckpoint) kept(s *session) (err error) {
	d, err := s.open()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	signed, err := d.HourCheckpoint(s.ctx)
	if err == nil && signed == nil {
		err = &problem{exitNotFound, "cli.no-kept", nil}
	}
	if err == nil {
		_, err = s.out.Write(signed)
	}
	return err
}

type auditKey struct{}

// Run prints the log's public key, which anybody may have.
func (c *auditKey) Run(s *session) error {
	d, err := s.open()
	if err != nil {
		return err
	}
	fmt.Fprintln(s.out, d.Unit().LogPublic)
	return d.Close()
}

type auditList struct {
	Object string `placeholder:"RECORD" ref:"record"`
	By     string `placeholder:"OFFICER" ref:"officer"`
	Act    string `placeholder:"ACT"`
	Before int64  `placeholder:"N"`
	Limit  int    `default:"50" placeholder:"N"`
}

func (c *auditList) Run(s *session) error {
	return s.as(func(d *casework.Desk, o officer.Officer) error {
		if err := s.resolve(d, o, c); err != nil {
			return err
		}
		q := casework.LogQuery{Object: c.Object, Act: c.Act, Before: c.Before, Limit: c.Limit}
		if c.By != "" {
			var err error
			if q.Officer, err = parse[officer.ID](c.By); err != nil {
				return err
			}
		}
		p, err := d.Log(s.ctx, o, q)
		if err != nil {
			return err
		}
		var out []row
		for _, e := range p.Entries {
			out = append(out, s.entryRow(e, p.Names[e.Officer]))
		}
		return s.rows(entryKeys, out)
	})
}

var entryKeys = []string{"seq", "time", "officer", "name", "act", "outcome", "kind", "object", "pack"}

func (s *session) entryRow(e audit.Entry, name string) row {
	return row{s.number("seq", int(e.Seq)), s.moment("time", e.Time), only("officer", e.Officer), text("name", name), text("act", e.Act),
		text("outcome", e.Outcome.String()), text("kind", e.Kind), text("object", e.Object), only("pack", e.Pack)}
}

type auditProve struct {
	Seq  int64 `arg:"" optional:"" default:"-1"`
	From int64 `placeholder:"N"`
	To   int64 `placeholder:"N"`
}

// Run prints the proof as JSON, whatever the format asked for: it is a file for "audit verify". Of one entry, that it is in
// the log; of two sizes, that the log of the one begins with that of the other.
func (c *auditProve) Run(s *session) error {
	if (c.Seq < 0) == (c.From == 0) || c.From == 0 && c.To != 0 {
		return usage("cli.prove-what")
	}
	return s.as(func(d *casework.Desk, o officer.Officer) (err error) {
		var p any
		if c.From != 0 {
			p, err = d.ProveGrowth(s.ctx, o, c.From, c.To)
		} else {
			p, err = d.ProveEntry(s.ctx, o, c.Seq)
		}
		if err != nil {
			return err
		}
		b, err := json.MarshalIndent(p, "", "  ")
		if err != nil {
			return err
		}
		return s.write(append(b, '\n'))
	})
}

type auditBundle struct {
	Out string `required:"" placeholder:"FILE"`
}

// Run writes the bundle beside its place and moves it there, so that a broken-off one is never taken for a whole.
func (c *auditBundle) Run(s *session) error {
	return s.as(func(d *casework.Desk, o officer.Officer) (err error) {
		part := c.Out + ".part"
		os.Remove(part) // of a run that broke off; whatever else waits under that name, a link too, is not written through
		f, err := os.OpenFile(part, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if err != nil {
			return machine(err)
		}
		defer os.Remove(part)
		ctx, done := s.reading()
		err = d.Bundle(ctx, o, f)
		done()
		if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
			return err
		}
		if err := os.Rename(part, c.Out); err != nil {
			return machine(err)
		}
		return s.made(nil)
	})
}
