package fault

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"cutout/internal/audit"
)

// TestF15TwoServers: one directory is served once. Commands run beside the server.
func TestF15TwoServers(t *testing.T) {
	u := begin(t, &unit{})
	u.close()
	must(t, os.WriteFile(filepath.Join(u.Dir, "pass"), append(pass("worker"), '\n'), 0o600))
	t.Setenv("CUTOUT_FAULT_PROGRAM", program(t))
	s := u.serve(t, nil)
	if _, err := u.tryServe(t, nil); err == nil || !strings.Contains(err.Error(), "exit 2") || !strings.Contains(err.Error(), "Another") {
		t.Errorf("a second server on the same directory: %v", err)
	}
	if out := u.command("source", "list"); !strings.HasPrefix(out, "exit 0") {
		t.Errorf("a command beside the server: %s", out)
	}

	// Stopped as a laptop that is closed: others wait or work, and it goes on as it was.
	c := newClient(s.base, 2*time.Minute)
	must(t, c.signIn("worker"))
	must(t, s.cmd.Process.Signal(syscall.SIGSTOP))
	answered := make(chan error, 1)
	go func() {
		status, err := c.do("GET", "/sources", nil, nil)
		if err == nil && status != http.StatusOK {
			err = fmt.Errorf("%d", status)
		}
		answered <- err
	}()
	// It may have been stopped in the middle of a write: then others wait, and are told so in the end.
	if out := u.command("source", "list"); !strings.HasPrefix(out, "exit 0") && !strings.Contains(out, "locked") {
		t.Errorf("a command beside a stopped server: %s", out)
	}
	time.Sleep(time.Duration(pick(1, 60)) * time.Second)
	select {
	case err := <-answered:
		t.Errorf("a stopped server answered: %v", err)
	default:
	}
	must(t, s.cmd.Process.Signal(syscall.SIGCONT))
	if err := <-answered; err != nil {
		t.Errorf("a request from before the stop: %v", err)
	}

	// The lock is the process's, not the file's: a killed server leaves nothing behind.
	s.kill()
	again := u.serve(t, nil)
	again.end(syscall.SIGTERM)
	must(t, u.open())
	u.whole(t, nil, false, true)
}

// TestF15Fork copies the directory of a working unit and serves the copy too. Nothing can forbid that on another machine;
// whoever holds a checkpoint of the one sees that the other is not its continuation.
func TestF15Fork(t *testing.T) {
	u := begin(t, &unit{})
	for n := range 6 {
		_, err := u.work(n, fmt.Sprint(n))
		must(t, err)
	}
	before, err := u.d.Checkpoint(ctx, u.Eye)
	must(t, err)
	fork := u.laid(t, imageOf(t, u.Dir)) // live: with the write-ahead log
	defer os.RemoveAll(fork.Dir)
	must(t, fork.open())
	defer fork.close()
	for n, v := range []*unit{u, fork} {
		for i := range 3 {
			_, err := v.light(i, fmt.Sprint(n, i))
			must(t, err)
		}
	}
	ours, err := u.d.Checkpoint(ctx, u.Eye)
	must(t, err)
	theirs, err := fork.d.Checkpoint(ctx, u.Eye)
	must(t, err)
	for _, c := range []struct {
		name   string
		of     *unit
		points [][]byte
		sound  bool
	}{{"the unit, by its own", u, [][]byte{before, ours}, true}, {"the copy, by what both share", fork, [][]byte{before, theirs}, true},
		{"the copy, by the unit's", fork, [][]byte{before, ours}, false}, {"the unit, by the copy's", u, [][]byte{before, theirs}, false}} {
		r, err := c.of.d.VerifyLog(ctx, u.Eye, c.points...)
		must(t, err)
		if (r.Finding == audit.Sound) != c.sound {
			t.Errorf("%s: %+v", c.name, r)
		}
	}
}
