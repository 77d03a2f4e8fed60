package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"cutout/internal/audit"
	"cutout/internal/casework"
	"cutout/internal/officer"
)

type auditGroup struct {
	Checkpoint auditCheckpoint `cmd:""`
	Key        auditKey        `cmd:""`
	List       auditList       `cmd:""`
	Verify     auditVerify     `cmd:""`
	Prove      auditProve      `cmd:""`
	Bundle     auditBundle     `cmd:""`
}

// auditCheckpoint prints what the log is now, signed. Kept outside the unit it fixes all that came before.
type auditCheckpoint struct{}

func (c *auditCheckpoint) Run(s *session) error {
	return s.as(func(d *casework.Desk, o officer.Officer) error {
		signed, err := d.Checkpoint(s.ctx, o)
		if err != nil {
			return err
		}
		_, err = s.out.Write(signed)
		return err
	})
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

// auditVerify checks the unit's own log, or away from the unit a bundle or a proof made from it.
type auditVerify struct {
	Bundle string   `placeholder:"FILE" xor:"what"`
	Proof  string   `placeholder:"FILE" xor:"what"`
	Key    string   `placeholder:"FILE"`
	Since  []string `placeholder:"FILE"`
}

func (c *auditVerify) Run(s *session) error {
	var since [][]byte
	for _, name := range c.Since {
		b, err := s.read(name)
		if err != nil {
			return err
		}
		since = append(since, b)
	}
	switch {
	case c.Proof != "":
		return c.proof(s)
	case c.Bundle != "":
		return c.bundle(s, since)
	}
	return s.as(func(d *casework.Desk, o officer.Officer) error {
		r, err := d.VerifyLog(s.ctx, o, since...)
		if err != nil {
			return err
		}
		return s.verified(r)
	})
}

// key reads the public key of the log that the inspector holds.
func (c *auditVerify) key(s *session) (string, error) {
	if c.Key == "" {
		return "", usage("cli.no-log-key")
	}
	b, err := s.read(c.Key)
	return strings.TrimSpace(string(b)), err
}

func (c *auditVerify) bundle(s *session, since [][]byte) error {
	key, err := c.key(s)
	if err != nil {
		return err
	}
	f, err := os.Open(c.Bundle)
	if err != nil {
		return usage("cli.no-file", "Path", c.Bundle)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return machine(err)
	}
	r, _, err := casework.VerifyBundle(f, info.Size(), key, since...)
	if err := notProven(c.Bundle, err); err != nil {
		return err
	}
	return s.verified(r)
}

// notProven words why a bundle or a proof could not even be compared with a signature.
func notProven(file string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, casework.ErrBundle), errors.Is(err, audit.ErrMalformed):
		return &problem{exitInvalid, "cli.no-bundle", []any{"Path", file}}
	case errors.Is(err, audit.ErrSignature):
		return &problem{exitInvalid, "cli.bad-signature", []any{"Path", file}}
	case errors.Is(err, audit.ErrProof):
		return &problem{exitInvalid, "cli.bad-proof", []any{"Path", file}}
	}
	// A damaged archive says so in its own ways; whatever they are, the file proves nothing.
	return &problem{exitInvalid, "cli.no-bundle", []any{"Path", file}}
}

func (c *auditVerify) proof(s *session) error {
	key, err := c.key(s)
	if err != nil {
		return err
	}
	b, err := s.read(c.Proof)
	if err != nil {
		return err
	}
	var p casework.EntryProof
	if err := decode(b, &p); err != nil {
		return err
	}
	e, err := p.Check(key)
	if err := notProven(c.Proof, err); err != nil {
		return err
	}
	return s.rows(entryKeys, []row{s.entryRow(e, "")})
}

// verified prints what a verification proved. A log that is not sound ends the command with the first bad entry.
func (s *session) verified(r audit.Result) error {
	if r.Finding == audit.Sound {
		if r.Unproven() > 0 {
			s.note("cli.log-unproven", "N", int(r.Unproven()))
		}
		return s.show(row{cell{key: "finding", machine: "sound", human: s.words.T("cli.log-sound")}, only("first_bad", -1), s.number("entries", int(r.Size)), s.number("proven", int(r.Proven)),
			s.number("checkpoints", r.Held), text("root", r.Root.String())}, nil)
	}
	line := row{cell{key: "finding", machine: string(r.Finding), human: s.finding(r)}, s.number("first_bad", int(r.First)), only("before", r.End), s.number("entries", int(r.Size)),
		s.number("proven", int(r.Proven)), s.number("checkpoints", r.Held)}
	if err := s.show(line, nil); err != nil {
		return err
	}
	return &problem{exitInvalid, "cli.log-bad", []any{"First", int(r.First), "Finding", s.finding(r)}}
}

func (s *session) finding(r audit.Result) string {
	return s.words.T("fault."+string(r.Finding), "First", int(r.First), "End", int(r.End))
}

type auditProve struct {
	Seq int64 `arg:""`
}

// Run prints the proof as JSON, whatever the format asked for: it is a file for "audit verify".
func (c *auditProve) Run(s *session) error {
	return s.as(func(d *casework.Desk, o officer.Officer) error {
		p, err := d.ProveEntry(s.ctx, o, c.Seq)
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
		if err := errors.Join(d.Bundle(s.ctx, o, f), f.Sync(), f.Close()); err != nil {
			return err
		}
		if err := os.Rename(part, c.Out); err != nil {
			return machine(err)
		}
		return s.made(nil)
	})
}
