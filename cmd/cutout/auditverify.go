package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"strings"
	"time"

	"cutout/internal/audit"
	"cutout/internal/casework"
	"cutout/internal/officer"
)

// auditVerify checks the unit's own log, or away from the unit a bundle or a proof made from it.
type auditVerify struct {
	Bundle string   `placeholder:"FILE" xor:"what"`
	Proof  string   `placeholder:"FILE" xor:"what"`
	Key    string   `placeholder:"FILE"`
	Since  []string `placeholder:"FILE"`
	// WitnessKey are the public keys of witnesses whose word the inspector takes.
	WitnessKey []string `placeholder:"FILE"`
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
		return c.proof(s, since)
	case c.Bundle != "":
		return c.bundle(s, since)
	}
	return s.as(func(d *casework.Desk, o officer.Officer) error {
		ctx, done := s.reading()
		r, err := d.VerifyLog(ctx, o, since...)
		done()
		if err != nil {
			return err
		}
		seen, err := d.Witnessed(s.ctx, o)
		if err != nil {
			return err
		}
		return s.verified(r, seen, d.Now())
	})
}

// reading shows, while a long log is read, how far it has come.
func (s *session) reading() (ctx context.Context, done func()) {
	b := s.progress("cli.reading-log")
	return casework.Watching(s.ctx, func(n, total int64) { b.to(int(n), int(total)) }), b.done
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
	var witnesses []string
	for _, name := range c.WitnessKey {
		b, err := s.read(name)
		if err != nil {
			return err
		}
		witnesses = append(witnesses, strings.TrimSpace(string(b)))
	}
	ctx, done := s.reading()
	r, report, err := casework.VerifyBundle(ctx, f, info.Size(), key, witnesses, since...)
	done()
	if err := notProven(c.Bundle, err); err != nil {
		return err
	}
	if report.Others > 0 {
		s.note("cli.others-cosigned", "N", report.Others)
	}
	return s.verified(r, report.Seen, s.now())
}

// notProven words why a bundle or a proof could not even be compared with a signature.
func notProven(file string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, context.Canceled):
		return err
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

func (c *auditVerify) proof(s *session, since [][]byte) error {
	key, err := c.key(s)
	if err != nil {
		return err
	}
	b, err := s.read(c.Proof)
	if err != nil {
		return err
	}
	if bytes.Contains(b, []byte(`"consistency"`)) {
		return c.growth(s, b, key, since)
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

// growth checks that a log only grew between two checkpoints. A checkpoint the inspector kept must be one of the two.
func (c *auditVerify) growth(s *session, b []byte, key string, since [][]byte) error {
	var p casework.GrowthProof
	if err := decode(b, &p); err != nil {
		return err
	}
	from, to, err := p.Check(key)
	for _, kept := range since {
		k, bad := audit.OpenCheckpoint(kept, key)
		if err == nil {
			err = bad
		}
		if same := func(c audit.Checkpoint) bool { return c.Size == k.Size && c.Root == k.Root }; err == nil && !same(from) && !same(to) {
			err = audit.ErrProof
		}
	}
	if err := notProven(c.Proof, err); err != nil {
		return err
	}
	return s.show(row{cell{key: "finding", machine: "sound", human: s.words.T("cli.log-grew")}, s.number("grew_from", int(from.Size)), s.number("entries", int(to.Size)), text("root", to.Root.String())}, nil)
}

// verified prints what a verification proved, and how old the newest word of a witness outside is. A log that is not sound
// ends the command with the first bad entry.
func (s *session) verified(r audit.Result, seen []casework.Seen, now time.Time) error {
	if r.Finding == audit.Sound {
		if r.Unproven() > 0 {
			s.note("cli.log-unproven", "N", int(r.Unproven()))
		}
		outside := row{s.number("witnessed", 0)}
		if len(seen) > 0 {
			w := seen[0]
			s.note("cli.log-witnessed", "Witness", w.Witness, "N", int(w.Checkpoint.Size), "At", w.At, "Days", int(max(now.Sub(w.At), 0)/(24*time.Hour)), "Key", w.Key)
			outside = row{s.number("witnessed", int(w.Checkpoint.Size)), text("witness", w.Witness), s.moment("witnessed_at", w.At), only("witness_key", w.Key)}
		} else {
			s.note("cli.log-unwitnessed")
		}
		return s.show(append(row{cell{key: "finding", machine: "sound", human: s.words.T("cli.log-sound")}, only("first_bad", -1), s.number("entries", int(r.Size)), s.number("proven", int(r.Proven)),
			s.number("checkpoints", r.Held), text("root", r.Root.String())}, outside...), nil)
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

// now is the machine's clock, away from any unit.
func (s *session) now() time.Time {
	if clock != nil {
		return clock()
	}
	return time.Now()
}
