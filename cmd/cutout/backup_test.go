package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"cutout/internal/casework"
	"cutout/internal/officer"
	"cutout/internal/wording"
)

// copied is a unit with so many desks that a copy of it takes a while.
func copied(t *testing.T, desks int) *session {
	t.Helper()
	dir := t.TempDir()
	pass := filepath.Join(dir, "pass")
	if err := os.WriteFile(pass, []byte("a passphrase for root\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := &session{ctx: t.Context(), words: wording.For("en"), out: io.Discard, err: io.Discard,
		settings: settings{Data: filepath.Join(dir, "unit"), Officer: "root", PassphraseFile: pass, Format: "jsonl"}}
	if err := (&initUnit{Name: "Unit", Administrator: "root", Pack: "uk-chis"}).Run(s); err != nil {
		t.Fatal(err)
	}
	if err := s.as(func(d *casework.Desk, o officer.Officer) error {
		var wg sync.WaitGroup
		failed := make(chan error, 32)
		for w := range 32 { // acts that arrive together share a commit
			wg.Go(func() {
				for i := w; i < desks; i += 32 {
					if _, err := d.OpenCompartment(s.ctx, o, fmt.Sprint("desk ", i)); err != nil {
						failed <- err
						return
					}
				}
			})
		}
		wg.Wait()
		close(failed)
		return <-failed
	}); err != nil {
		t.Fatal(err)
	}
	return s
}

// whole checks a backup by its file and the keys of the unit.
func whole(t *testing.T, s *session, name string) casework.BackupReport {
	t.Helper()
	f, size, h, err := s.backupFile(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	key, err := s.keyAt(epochFile(h.Epoch))
	if err != nil {
		t.Fatal(err)
	}
	storeKey, err := s.keyAt(keyFile)
	if err != nil {
		t.Fatal(err)
	}
	r, err := s.checkBackup(f, size, key, storeKey, nil)
	if err != nil || !r.Sound() {
		t.Fatalf("%s: %v %v", name, err, r.First)
	}
	return r
}

// TestBackupWhileServing copies the unit while it serves and while another process writes; the copy is whole.
func TestBackupWhileServing(t *testing.T) {
	s := copied(t, 200)
	served := *s
	_, _, stop := started(t, (&serve{Addr: "127.0.0.1:0"}).Run, &served)
	writing := make(chan error, 1)
	go func() {
		writing <- s.as(func(d *casework.Desk, o officer.Officer) error {
			for i := range 150 {
				if _, err := d.OpenCompartment(s.ctx, o, fmt.Sprint("later ", i)); err != nil {
					return err
				}
			}
			return nil
		})
	}()
	out := filepath.Join(t.TempDir(), "hot.backup")
	copying := *s
	if err := (&backupMake{Out: out}).Run(&copying); err != nil {
		t.Fatal(err)
	}
	if r := whole(t, s, out); r.Tables["compartment"].Rows < 200 {
		t.Errorf("%d desks in the copy", r.Tables["compartment"].Rows)
	}
	if err := errors.Join(<-writing, stop()); err != nil {
		t.Error(err)
	}
}

// TestBackupKilled kills the program while it copies, again and again. What has the name of a backup is whole; what was left
// beside it is never taken for one, and does not stand in the way of the next.
func TestBackupKilled(t *testing.T) {
	s := copied(t, 1200)
	kills := 4
	if os.Getenv("CUTOUT_LONG") != "" {
		kills = 50
	}
	broken := 0
	for i := range kills {
		out := filepath.Join(t.TempDir(), fmt.Sprint(i, ".backup"))
		cmd := exec.Command(os.Args[0])
		cmd.Args = []string{"cutout", "backup", "make", "--out", out, "--data", s.Data}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		for wait := time.Now(); time.Since(wait) < time.Minute; time.Sleep(time.Millisecond) {
			if info, err := os.Stat(out + ".part"); err == nil && info.Size() > int64(i%2)<<16 {
				break
			}
			if _, err := os.Stat(out); err == nil {
				break
			}
		}
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if _, err := os.Stat(out); err == nil {
			whole(t, s, out)
			continue
		}
		broken++
		if f, _, h, err := s.backupFile(out + ".part"); err == nil { // its head may be there already
			key, err := s.keyAt(epochFile(h.Epoch))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := casework.CheckBackup(s.ctx, f, key, key); err == nil {
				t.Error("what was left is taken for whole")
			}
			f.Close()
		}
		next := *s
		if err := (&backupMake{Out: out}).Run(&next); err != nil {
			t.Fatal(err)
		}
		whole(t, s, out)
		if _, err := os.Stat(out + ".part"); err == nil {
			t.Error("the next backup left its part behind")
		}
	}
	if broken == 0 {
		t.Error("no kill came in time: this proved nothing")
	}
}

// TestRestoreStopped stops a restore; nothing of it is left, and nothing has the unit's name.
func TestRestoreStopped(t *testing.T) {
	s := copied(t, 300)
	dir := t.TempDir()
	out, keys := filepath.Join(dir, "one.backup"), filepath.Join(dir, "unit.cutout-keys")
	next := *s
	if err := (&backupMake{Out: out}).Run(&next); err != nil {
		t.Fatal(err)
	}
	if err := (&backupKeys{Out: keys, KeysPassphraseFile: s.PassphraseFile}).Run(&next); err != nil {
		t.Fatal(err)
	}
	for _, asked := range []int{2, 6, 9, 12, 15} { // in the check of the file, in the writing of the rows, in the last look
		ctx, cancel := contextAfter(t, asked)
		there := *s
		there.ctx, there.Data = ctx, filepath.Join(dir, "there")
		err := (&restore{From: out, Keys: keys, KeysPassphraseFile: s.PassphraseFile}).Run(&there)
		cancel()
		if err == nil {
			t.Errorf("stopped at %d, a restore says it is done", asked)
		}
		es, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range es {
			if strings.HasPrefix(e.Name(), "there") {
				t.Errorf("stopped at %d, a restore left %s", asked, e.Name())
			}
		}
	}
}

// stopping is a context that ends when it has been asked often enough: somewhere in the middle, the same place every time.
type stopping struct {
	context.Context
	mu   sync.Mutex
	left int
	end  context.CancelFunc
}

func (c *stopping) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.left--; c.left == 0 {
		c.end()
	}
	return c.Context.Err()
}

func contextAfter(t *testing.T, asked int) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(t.Context())
	return &stopping{Context: ctx, left: asked, end: cancel}, cancel
}
