package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"strings"

	"cutout/internal/audit"
	"cutout/internal/casework"
	"cutout/internal/officer"
	"cutout/internal/witness"
)

// auditWitness shows the log's checkpoint to a witness and keeps what it cosigns. It is the one command of a unit that
// calls another machine, and calls only the one it was given.
type auditWitness struct {
	File string `xor:"where" required:"" placeholder:"DIR"`
	URL  string `name:"url" xor:"where" required:"" placeholder:"URL"`
	Key  string `placeholder:"FILE"`
}

func (c *auditWitness) Run(s *session) error {
	key, ask, err := c.witness(s)
	if err != nil {
		return err
	}
	return s.as(func(d *casework.Desk, o officer.Officer) error {
		seen, err := d.AskWitness(s.ctx, o, key, ask)
		if err := c.worded(err); err != nil {
			return err
		}
		return s.show(row{text("witness", seen.Witness), s.number("entries", int(seen.Checkpoint.Size)), text("root", seen.Checkpoint.Root.String()), s.moment("witnessed_at", seen.At)}, nil)
	})
}

// witness is the witness's key and the way to it. In a witness's own folder lies its key; that of a machine far away must
// come from another hand than its own.
func (c *auditWitness) witness(s *session) (key string, ask func(context.Context, audit.Request) ([]byte, error), err error) {
	if c.Key != "" {
		b, err := s.read(c.Key)
		if err != nil {
			return "", nil, err
		}
		key = strings.TrimSpace(string(b))
	}
	if c.URL != "" {
		if key == "" {
			return "", nil, usage("cli.no-witness-key")
		}
		ask, err = witness.Poster(c.URL)
		if err != nil {
			return "", nil, usage("cli.witness-address", "Address", c.URL)
		}
		return key, ask, nil
	}
	w, err := openWitness(c.File)
	if err != nil {
		return "", nil, err
	}
	if key == "" {
		key = w.Key()
	}
	return key, func(_ context.Context, r audit.Request) ([]byte, error) { return w.Add(r.Text()) }, nil
}

// worded says what of a witness's answer is no matter of the door.
func (c *auditWitness) worded(err error) error {
	var door *casework.Error
	switch {
	case err == nil, errors.As(err, &door), errors.Is(err, context.Canceled):
		return err
	case errors.Is(err, witness.ErrUnknown):
		return &problem{exitRefused, "cli.witness-unknown", nil}
	case errors.Is(err, audit.ErrSignature):
		return &problem{exitInvalid, "cli.witness-signature", nil}
	}
	return machine(err)
}

func openWitness(dir string) (*witness.Witness, error) {
	w, err := witness.Open(dir, clock)
	if errors.Is(err, witness.ErrNew) {
		return nil, usage("cli.no-witness", "Path", dir)
	}
	if err != nil {
		return nil, machine(err)
	}
	return w, nil
}

// auditCompare is an officer's own trail: a file in his keeping with the newest checkpoint he was shown. Each time the log
// must still begin with it, by proof; then the file takes the newer one.
type auditCompare struct {
	Trail string `required:"" placeholder:"FILE"`
}

func (c *auditCompare) Run(s *session) error {
	had, err := os.ReadFile(c.Trail)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return machine(err)
	}
	return s.as(func(d *casework.Desk, o officer.Officer) error {
		if had == nil {
			signed, err := d.KeptCheckpoint(s.ctx, o)
			if err != nil {
				if casework.KindOf(err) == casework.NotFound {
					return &problem{exitNotFound, "cli.no-kept", nil}
				}
				return err
			}
			return c.keep(s, d, signed)
		}
		p, err := d.Extends(s.ctx, o, had)
		if casework.KindOf(err) == casework.NotFound && err != nil { // he was shown one, and now there is none
			return &problem{exitInvalid, "cli.trail-differs", []any{"Path", c.Trail, "Shown", 0}}
		}
		if err != nil {
			return err
		}
		_, to, err := p.Check(d.Unit().LogPublic)
		if errors.Is(err, audit.ErrProof) {
			return &problem{exitInvalid, "cli.trail-differs", []any{"Path", c.Trail, "Shown", int(to.Size)}}
		}
		if err != nil {
			return notProven(c.Trail, err)
		}
		return c.keep(s, d, []byte(p.To))
	})
}

func (c *auditCompare) keep(s *session, d *casework.Desk, signed []byte) error {
	at, err := d.OpenKept(signed)
	if err != nil {
		return notProven(c.Trail, err)
	}
	if err := witness.Keep(c.Trail, signed); err != nil {
		return machine(err)
	}
	return s.show(row{cell{key: "finding", machine: "sound", human: s.words.T("cli.log-grew")}, s.number("entries", int(at.Size)), text("root", at.Root.String()), s.moment("time", at.Time)}, nil)
}
