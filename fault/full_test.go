package fault

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"cutout/internal/api"
	"cutout/internal/casework"
	"cutout/internal/custody"
	"cutout/internal/identity"
	"cutout/internal/source"
	"cutout/internal/web"
)

// TestF03DiskFull fills the disk beneath a working unit. The unit runs in a child that has a disk of its own.
func TestF03DiskFull(t *testing.T) {
	u := begin(t, &unit{})
	u.approved(t, 3)
	u.close()
	bin := program(t)
	must(t, os.WriteFile(filepath.Join(u.Dir, "pass"), append(pass("worker"), '\n'), 0o600))
	sizes := []string{"14m"}
	if long() {
		sizes = []string{"13m", "14m", "16m", "18m", "20m", "22m"} // below and above where the write-ahead log is brought home
	}
	for _, size := range sizes {
		t.Run(size, func(t *testing.T) {
			dir := t.TempDir()
			t.Setenv("CUTOUT_FAULT_PROGRAM", bin)
			t.Setenv("CUTOUT_FAULT_DISK", dir)
			c, out := u.startChild(t, "fill", "sh", "small-disk.sh", size, dir)
			printed, _ := io.ReadAll(out)
			err := c.Wait()
			if c.ProcessState.ExitCode() == 77 {
				if os.Getenv("CUTOUT_REQUIRE_ALL") != "" {
					t.Fatal("a namespace with a disk of its own is required here")
				}
				t.Skip("no namespace with a disk of its own on this machine: the full disk is not drilled")
			}
			if err != nil {
				t.Fatalf("%v\n%s", err, printed)
			}
			t.Logf("%s", bytes.TrimSpace(printed))
		})
	}
}

// filler takes what room there is, and gives it back.
type filler string

func (f filler) fill() error {
	out, err := os.OpenFile(string(f), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer out.Close()
	for size := 1 << 16; size > 0; size /= 2 {
		for err = error(nil); err == nil; _, err = out.Write(make([]byte, size)) {
		}
		if !errors.Is(err, syscall.ENOSPC) {
			return err
		}
	}
	return nil
}

// fillUp is the child: a unit on a small disk that fills, stays full for a while, and gets room again.
func (u *unit) fillUp(dir string) (err error) {
	bad := listen(nil, func(t testing.TB) {
		copyPrivate(t, dir, u.Dir)
		u.Dir = dir
		must(t, u.open())
		u.signIn(t)
		reserve := filler(filepath.Join(dir, "other-files"))
		must(t, os.WriteFile(string(reserve), make([]byte, 12<<20), 0o600))
		ask := newPorches(t, u)
		must(t, ask.signIn())

		var acts []act
		var failed error
		for n := 0; failed == nil; n++ {
			var a act
			if a, failed = u.work(n, fmt.Sprint(n)); failed == nil {
				acts = append(acts, a)
			}
		}
		must(t, reserve.fill())
		zero, err := parse[source.ID](u.Source)
		must(t, err)
		full := func(what string, err error) {
			var e *casework.Error
			if !errors.As(err, &e) || e.Kind != casework.Internal || e.Code != "full" {
				t.Errorf("%s on a full disk: %v: %v", what, err, errors.Unwrap(err))
			}
		}
		full("the first act that found no room", failed)
		for err = nil; err == nil; { // a full disk may still hold room inside a write-ahead log that was brought home
			_, err = u.d.Source(ctx, u.Worker, zero, time.Time{})
		}
		full("a look", err)
		must(t, reserve.fill())
		for n := range 12 {
			a, err := u.work(n, fmt.Sprint("full ", n))
			if err == nil { // a small one may still fit in; then it is held to like any other
				acts = append(acts, a)
				continue
			}
			full("an act", err)
		}
		for err = nil; err == nil; {
			p, refused := u.d.OpenIdentity(ctx, u.Worker, zero, "a drill")
			if err = refused; err == nil {
				acts = append(acts, act{What: "opened", ID: zero.String()})
			} else if !p.IsZero() {
				t.Errorf("an identity is shown whose entry is not durable")
			}
		}
		full("an identity", err)
		var unused []custody.RequestID
		for i, a := range u.Approved { // what two approved is not shown either, and not used up
			of, err := parse[custody.RequestID](a)
			must(t, err)
			var p identity.Person
			var c casework.SealedCopy
			if i == 0 {
				c, err = u.d.TakeApproved(ctx, u.Worker, of)
			} else {
				p, err = u.d.OpenApproved(ctx, u.Worker, of)
			}
			if err == nil { // it still fitted in, with its entry
				continue
			}
			full("an approved opening", err)
			if !p.IsZero() || len(c.Envelope) > 0 || len(c.Halves) > 0 {
				t.Errorf("an approved opening shows something that its entry is not durable for")
			}
			unused = append(unused, of)
		}
		if len(unused) == 0 {
			t.Errorf("every approved opening found room: the drill drilled nothing")
		}
		ask.refused(t)
		if out := u.command("source", "list"); !strings.Contains(out, "exit 1") || !strings.Contains(out, "No room is left") {
			t.Errorf("a command on a full disk: %s", out)
		}
		if out := u.command("unmask", zero.String(), "--reason", "a drill"); !strings.Contains(out, "exit 1") || strings.Contains(out, "Person Zero") {
			t.Errorf("unmask on a full disk: %s", out)
		}

		must(t, os.Remove(string(reserve))) // the same process works on
		for n := range 6 {
			a, err := u.work(n, fmt.Sprint("after ", n))
			if err != nil {
				t.Errorf("with room again: %v: %v", err, errors.Unwrap(err))
			}
			acts = append(acts, a)
		}
		if status, body := ask.get("/sources"); status != http.StatusOK {
			t.Errorf("with room again the pages answer %d %.200s", status, body)
		}
		if len(unused) > 0 {
			u.opensOnce(t, unused[0])
			unused = unused[1:]
		}
		u.whole(t, acts, true, true)
		u.close()
		must(t, u.open())
		u.signIn(t)
		for _, of := range unused {
			u.opensOnce(t, of)
		}
		u.whole(t, acts, true, true)
		fmt.Printf("%d acts until the disk was full; none lost, none shown without its entry\n", len(acts))
	})
	u.close()
	if len(bad) > 0 {
		err = errors.New(strings.Join(bad, "\n"))
	}
	return err
}

// command runs the real program on the unit and gives what it printed and its exit code.
func (u *unit) command(args ...string) string {
	out, code := u.run("worker", args...)
	return fmt.Sprintf("exit %d\n%.2000s", code, out)
}

// run runs the real program on the unit as an officer whose passphrase is in the file "pass".
func (u *unit) run(as string, args ...string) (printed string, code int) {
	c := exec.Command(os.Getenv("CUTOUT_FAULT_PROGRAM"), append([]string{"--data", u.Dir, "-o", as, "--passphrase-file", filepath.Join(u.Dir, "pass"), "--lang", "en"}, args...)...)
	out, _ := c.CombinedOutput()
	return string(out), c.ProcessState.ExitCode()
}

// porches are the pages and the interface for programs over an opened unit.
type porches struct {
	srv   *httptest.Server
	c     *http.Client
	token string
}

func newPorches(t testing.TB, u *unit) *porches {
	quiet := slog.New(slog.DiscardHandler)
	mux := http.NewServeMux()
	mux.Handle(api.Prefix+"/", api.New(u.d, api.Options{Logs: quiet}))
	mux.Handle("/", web.New(u.d, web.Options{Logs: quiet}))
	jar, err := cookiejar.New(nil)
	must(t, err)
	return &porches{srv: httptest.NewServer(mux), c: &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

func (p *porches) signIn() error {
	r, err := p.c.Post(p.srv.URL+api.Prefix+"/session", "application/json", strings.NewReader(`{"name":"worker","passphrase":"worker passphrase"}`))
	if err != nil {
		return err
	}
	defer r.Body.Close()
	var s api.Session
	if err := json.NewDecoder(r.Body).Decode(&s); err != nil || s.Token == "" {
		return fmt.Errorf("sign-in: %s %v", r.Status, err)
	}
	p.token = s.Token
	r, err = p.c.PostForm(p.srv.URL+"/signin", url.Values{"name": {"worker"}, "passphrase": {"worker passphrase"}})
	if err != nil {
		return err
	}
	r.Body.Close()
	if r.StatusCode != http.StatusSeeOther {
		return fmt.Errorf("sign-in to the pages: %s", r.Status)
	}
	return nil
}

func (p *porches) get(path string) (int, string) {
	r, err := http.NewRequest("GET", p.srv.URL+path, nil)
	if err != nil {
		return 0, err.Error()
	}
	if strings.HasPrefix(path, api.Prefix) {
		r.Header.Set("Authorization", "Bearer "+p.token)
	}
	a, err := p.c.Do(r)
	if err != nil {
		return 0, err.Error()
	}
	defer a.Body.Close()
	b, _ := io.ReadAll(a.Body)
	return a.StatusCode, string(b)
}

var incident = regexp.MustCompile(`X-[0-9A-Z]`)

// refused asks both porches, on a full disk.
func (p *porches) refused(t testing.TB) {
	for _, path := range []string{api.Prefix + "/sources", "/sources"} {
		status, body := p.get(path)
		for n := 0; n < 50 && status == http.StatusOK; n++ { // shown with its entry: there was room for it
			status, body = p.get(path)
		}
		if status != http.StatusInsufficientStorage || !strings.Contains(body, "No room is left") || !incident.MatchString(body) || strings.Contains(body, "quay") {
			t.Errorf("%s on a full disk: %d %.300s", path, status, body)
		}
	}
}
