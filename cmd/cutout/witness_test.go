package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"cutout/internal/casework"
	"cutout/internal/officer"
	"cutout/internal/wording"
)

// TestWitnessServe has a unit ask a second program over HTTP to cosign its log, then puts the unit's records back.
func TestWitnessServe(t *testing.T) {
	// Checkpoints are of whole seconds: this clock moves on by one whenever it is read, so that no two acts are alike.
	began, reads := time.Now(), atomic.Int64{}
	clock = func() time.Time { return began.Add(time.Duration(reads.Add(1)) * time.Second) }
	t.Cleanup(func() { clock = nil })
	dir := t.TempDir()
	pass := filepath.Join(dir, "pass")
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(os.WriteFile(pass, []byte("a passphrase for root\n"), 0o600))
	var said bytes.Buffer
	run := func(data string, command interface{ Run(*session) error }) (string, error) {
		var out bytes.Buffer
		said.Reset()
		s := &session{ctx: t.Context(), words: wording.For("en"), out: &out, err: &said,
			settings: settings{Data: filepath.Join(dir, data), PassphraseFile: pass, Officer: "root", Format: "text"}}
		err := command.Run(s)
		return out.String(), err
	}
	_, err := run("unit", &initUnit{Name: "Unit", Administrator: "root", Pack: "uk-chis"})
	must(err)
	logKey, err := run("unit", &auditKey{})
	must(err)
	witnessKey, err := run("witness", &witnessInit{Name: "court.example"})
	must(err)
	for name, text := range map[string]string{"log-key.txt": logKey, "witness-key.txt": witnessKey} {
		must(os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	s := &session{settings: settings{Data: filepath.Join(dir, "witness")}}
	address, _, stop := started(t, (&witnessServe{Addr: "127.0.0.1:0"}).Run, s)
	ask := &auditWitness{URL: address, Key: filepath.Join(dir, "witness-key.txt")}
	if _, err := run("unit", ask); !strings.Contains(worded(t, err), "cutout witness trust") {
		t.Errorf("a log the witness does not know: %v", err)
	}
	_, err = run("witness", &witnessTrust{Key: filepath.Join(dir, "log-key.txt")})
	must(err)
	old, err := os.ReadFile(filepath.Join(dir, "unit", recordsFile))
	must(err)
	_, err = run("unit", &auditCheckpoint{}) // one act more than the unit does after it was put back
	must(err)
	out, err := run("unit", ask)
	if err != nil || !strings.Contains(out, "court.example") {
		t.Fatalf("%s %v", out, err)
	}
	must(os.WriteFile(filepath.Join(dir, "unit", recordsFile), old, 0o600)) // a command leaves no write-ahead log behind
	must(os.Remove(filepath.Join(dir, "unit", lastFile)))                   // whoever has the machine takes this away too
	if _, err := run("unit", ask); !strings.Contains(worded(t, err), "court.example has seen a log of") {
		t.Errorf("put back: %v", err)
	}
	out, err = run("witness", &witnessList{})
	if err != nil || !strings.Contains(out, "1\n") {
		t.Errorf("%s %v", out, err)
	}
	must(stop())
	if _, err := run("unit", ask); err == nil || strings.Contains(worded(t, err), "has seen") {
		t.Errorf("nobody answers: %v", err)
	}
}

func worded(t *testing.T, err error) string {
	t.Helper()
	if err == nil {
		return ""
	}
	s := &session{ctx: t.Context(), words: wording.For("en"), err: io.Discard}
	f, _ := s.worded(err)
	return f.Title + " " + f.Detail
}

// TestServeRefusesRollback serves a unit, puts its records back, and must be told before it serves them.
func TestServeRefusesRollback(t *testing.T) {
	dir := t.TempDir()
	pass := filepath.Join(dir, "pass")
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(os.WriteFile(pass, []byte("a passphrase for root\n"), 0o600))
	fresh := func() *session {
		return &session{ctx: t.Context(), words: wording.For("en"), out: io.Discard, err: io.Discard,
			settings: settings{Data: filepath.Join(dir, "unit"), PassphraseFile: pass, Officer: "root", Format: "text"}}
	}
	must((&initUnit{Name: "Unit", Administrator: "root", Pack: "uk-chis"}).Run(fresh()))
	file := fresh().path(recordsFile)
	old, err := os.ReadFile(file)
	must(err)
	must(fresh().as(func(d *casework.Desk, o officer.Officer) error { _, err := d.Officers(t.Context(), o); return err }))
	must(os.WriteFile(file, old, 0o600))
	err = (&serve{Addr: "127.0.0.1:0"}).Run(fresh())
	if !strings.Contains(worded(t, err), "--accept-rollback") {
		t.Fatalf("it serves records that were put back: %v", err)
	}
	wrong := filepath.Join(dir, "wrong")
	must(os.WriteFile(wrong, []byte("nonsense\n"), 0o600))
	if err := (&serve{Addr: "127.0.0.1:0", AcceptRollback: wrong}).Run(fresh()); !strings.Contains(worded(t, err), "last signed") {
		t.Errorf("it takes any file: %v", err)
	}
	for _, accept := range []string{fresh().path(lastFile), ""} { // once accepted, it is over
		_, _, stop := started(t, (&serve{Addr: "127.0.0.1:0", AcceptRollback: accept}).Run, fresh())
		must(stop())
	}
}
