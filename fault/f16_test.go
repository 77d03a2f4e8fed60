package fault

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"cutout/internal/api"
	"cutout/internal/casework"
	"cutout/internal/identity"
	"cutout/internal/vault"
	"cutout/internal/web"
	"cutout/sec/served"
)

// tripwire is a clock that panics, at the n-th look at it, with words of a record.
type tripwire struct {
	mu   sync.Mutex
	left int
	hits int
}

const spilled = "Quillbrand Oxvexham"

func (c *tripwire) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.left > 0 {
		if c.left--; c.left == 0 {
			c.hits++
			panic("the name is " + spilled)
		}
	}
	return time.Now()
}

func (c *tripwire) arm(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.left = n
}

// logged is an operator's log that tests read while it is written.
type logged struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logged) take() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	defer l.b.Reset()
	return l.b.String()
}

// TestF16PanicSaysNothing makes the program fail in the middle of requests, wherever it looks at the clock, with a name in
// the panic's value: the reader and the operator's log get a number, the place, and not the name; and the program works on.
func TestF16PanicSaysNothing(t *testing.T) {
	u := served.Begin(t, identity.Draft{Names: []identity.NameDraft{{Full: spilled}}}, 1)
	key, _, err := vault.OpenStoreKey(filepath.Join(u.Dir, "keys", "store.key"))
	if err != nil {
		t.Fatal(err)
	}
	clock, log := &tripwire{}, &logged{}
	logs := slog.New(slog.NewJSONHandler(log, nil))
	d, err := casework.Open(context.Background(), casework.Config{Key: key, Path: filepath.Join(u.Dir, "cutout.db"), QuietWatch: true, Clock: clock.now, Logs: logs})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	for name, h := range map[string]http.Handler{"the pages": web.New(d, web.Options{Logs: logs}), "the interface": api.New(d, api.Options{Logs: logs})} {
		var own string
		ask := func(method, path, kind, body string) *httptest.ResponseRecorder {
			r := httptest.NewRequest(method, path, strings.NewReader(body))
			r.Header.Set("Content-Type", kind)
			r.Header.Set("Cookie", own)
			r.Header.Set("Authorization", own)
			rec := httptest.NewRecorder()
			h.ServeHTTP(rec, r)
			return rec
		}
		form := url.Values{"name": {"handler"}, "passphrase": {served.Pass("handler")}}.Encode()
		signIn := func() *httptest.ResponseRecorder {
			if name == "the pages" {
				return ask("POST", "/signin", "application/x-www-form-urlencoded", form)
			}
			return ask("POST", "/api/v1/session", "application/json", `{"name":"handler","passphrase":"`+served.Pass("handler")+`"}`)
		}
		path := map[string]string{"the pages": "/reports", "the interface": "/api/v1/reports"}[name]
		failures := 0
		for n := 1; n <= 12; n++ {
			own = ""
			rec := signIn()
			if name == "the pages" {
				own = strings.Split(rec.Header().Get("Set-Cookie"), ";")[0]
			} else if m := regexp.MustCompile(`"token":"([^"]+)"`).FindStringSubmatch(rec.Body.String()); m != nil {
				own = "Bearer " + m[1]
			}
			if rec.Code >= 400 || own == "" {
				t.Fatalf("%s: the sign-in before panic %d: %d %s", name, n, rec.Code, rec.Body)
			}
			log.take()
			clock.arm(n)
			answer := ask("GET", path, "", "")
			said := log.take()
			clock.arm(0)
			if strings.Contains(answer.Body.String(), "Quillbrand") || strings.Contains(said, "Quillbrand") {
				t.Errorf("%s, panic %d: the name came out:\n%s\n%s", name, n, answer.Body, said)
			}
			if answer.Code != http.StatusInternalServerError {
				continue // the request looked at the clock less often
			}
			failures++
			number := regexp.MustCompile(`"number":"(X-[^"]+)"`).FindStringSubmatch(said)
			if number == nil || !strings.Contains(answer.Body.String(), number[1]) {
				t.Errorf("%s, panic %d: the reader's incident is not the log's:\n%s\n%s", name, n, answer.Body, said)
			}
			if !strings.Contains(said, "string") || !strings.Contains(said, "f16_test.go") || strings.Contains(said, "0x") {
				t.Errorf("%s, panic %d: the log does not say what and where, or says arguments:\n%s", name, n, said)
			}
		}
		if failures < 2 || clock.hits == 0 {
			t.Errorf("%s: only %d requests failed", name, failures)
		}
	}
}

// TestF16CrashSaysNothing ends the served program as a fault would, with an identity in its memory: what it prints holds
// no word of it, and it leaves no core file although its parent allows one.
func TestF16CrashSaysNothing(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("core files are looked for on Linux only")
	}
	signals := []syscall.Signal{syscall.SIGQUIT}
	if os.Getenv("CUTOUT_LONG") != "" {
		signals = append(signals, syscall.SIGABRT, syscall.SIGSEGV)
	}
	served.Binary(t)
	for _, sig := range signals {
		u := served.Begin(t, identity.Draft{Names: []identity.NameDraft{{Full: spilled}}}, 1)
		work := t.TempDir()
		s := served.Start(t, u.Dir, served.How{Before: []string{"sh", "-c", `ulimit -c unlimited 2>/dev/null; exec "$0" "$@"`}, Env: []string{"GOTRACEBACK=crash"}, Work: work})
		b := s.Browser(t)
		b.SignIn("handler")
		if page := b.Post("/sources/"+u.Source.String()+"/identity", url.Values{"reason": {"a reason"}}); !strings.Contains(page, spilled) {
			t.Fatal("the identity does not open")
		}
		if err := s.Stop(sig); err == nil {
			t.Errorf("%v: it ended well", sig)
		}
		said := s.Said()
		if !strings.Contains(said, "goroutine") {
			t.Errorf("%v: it says nothing of where it was:\n%s", sig, said)
		}
		for _, w := range []string{"Quillbrand", "Oxvexham", served.Pass("handler")} {
			if strings.Contains(said, w) {
				t.Errorf("%v: %q in what it printed:\n%s", sig, w, said)
			}
		}
		for _, dir := range []string{work, u.Dir} {
			files, err := os.ReadDir(dir)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range files {
				if strings.HasPrefix(f.Name(), "core") {
					t.Errorf("%v left %s", sig, f.Name())
				}
			}
		}
	}
}
