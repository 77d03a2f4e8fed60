// Package served runs the program itself, as an operator would, for the tests of the whole: it builds the binary once,
// begins a small unit behind the door, serves it in a process of its own, and asks it as browsers do.
//
// It has no part in the program.
package served

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// folder holds the program, once it was built.
var (
	making  sync.Mutex
	folder  string
	running bool // under Run, which takes it away
)

// build also looks at every file the program is made of: a result that "go test" remembers is then not taken for that of
// a program changed since.
func build(dir string) (string, error) {
	_, here, _, _ := runtime.Caller(0)
	for _, part := range []string{"cmd", "internal", "go.mod"} {
		err := filepath.WalkDir(filepath.Join(filepath.Dir(here), "..", "..", part), func(p string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() {
				_, err = os.Stat(p)
			}
			return err
		})
		if err != nil {
			return "", err
		}
	}
	bin := filepath.Join(dir, "cutout")
	if out, err := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-o", bin, "cutout/cmd/cutout").CombinedOutput(); err != nil {
		return "", fmt.Errorf("build: %w\n%s", err, out)
	}
	return bin, nil
}

// Binary is the program. Under Run it is built once; else it lasts as long as the test that asked first.
func Binary(t testing.TB) string {
	t.Helper()
	making.Lock()
	defer making.Unlock()
	if folder == "" {
		dir, err := os.MkdirTemp("", "cutout-served-")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := build(dir); err != nil {
			os.RemoveAll(dir)
			t.Fatal(err)
		}
		folder = dir
		if !running {
			t.Cleanup(clean)
		}
	}
	return filepath.Join(folder, "cutout")
}

func clean() {
	making.Lock()
	defer making.Unlock()
	if folder != "" {
		os.RemoveAll(folder)
	}
	folder = ""
}

// Run runs the tests of a package and takes away what was built for them.
func Run(m *testing.M) int {
	running = true
	defer clean()
	return m.Run()
}

// Server is a unit being served.
type Server struct {
	URL    string
	Pid    int // of the program itself, also behind a tracer
	Dir    string
	Began  time.Time
	cmd    *exec.Cmd
	output lines
	ended  chan error
}

// lines gathers what the program says.
type lines struct {
	mu  sync.Mutex
	all bytes.Buffer
}

// Said is all the program printed so far.
func (s *Server) Said() string {
	s.output.mu.Lock()
	defer s.output.mu.Unlock()
	return s.output.all.String()
}

// How is how a server is started: what stands before the program (a tracer), its flags, its environment, its machine.
type How struct {
	Before, Flags, Env []string
	System             *syscall.SysProcAttr
	Work               string // the directory it runs in
}

var address = regexp.MustCompile(`https?://[0-9.:]+:\d+`)

// Start serves a unit until the test ends.
func Start(t testing.TB, dir string, how How) *Server {
	t.Helper()
	args := append(slices.Clone(how.Before), Binary(t), "serve", "--data", dir, "--addr", "127.0.0.1:0")
	args = append(args, how.Flags...)
	s := &Server{Dir: dir, Began: time.Now(), cmd: exec.Command(args[0], args[1:]...), ended: make(chan error, 1)}
	s.cmd.Env, s.cmd.SysProcAttr, s.cmd.Dir = append(os.Environ(), how.Env...), how.System, how.Work
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	s.cmd.Stdout, s.cmd.Stderr = w, w
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	w.Close()
	found := make(chan string, 1)
	go func() {
		in := bufio.NewReader(r)
		for {
			line, err := in.ReadString('\n')
			s.output.mu.Lock()
			s.output.all.WriteString(line)
			s.output.mu.Unlock()
			if a := address.FindString(line); a != "" {
				select {
				case found <- a:
				default:
				}
			}
			if err != nil {
				break
			}
		}
		r.Close()
		s.ended <- s.cmd.Wait()
		close(found)
	}()
	t.Cleanup(func() { s.Stop(syscall.SIGKILL) })
	select {
	case a, ok := <-found:
		if !ok {
			t.Fatalf("it ended before it served:\n%s", s.Said())
		}
		s.URL = a
	case <-time.After(2 * time.Minute):
		t.Fatalf("it does not serve:\n%s", s.Said())
	}
	if s.Pid = s.cmd.Process.Pid; len(how.Before) > 0 {
		children, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", s.Pid, s.Pid))
		if err == nil {
			fmt.Sscan(string(children), &s.Pid)
		}
	}
	return s
}

// Stop sends the program a signal and waits for its end. A server that has ended stays ended.
func (s *Server) Stop(sig syscall.Signal) error {
	select {
	case err := <-s.ended:
		s.ended <- err
		return err
	default:
	}
	_ = syscall.Kill(s.Pid, sig)
	err := <-s.ended
	s.ended <- err
	return err
}

// Browser is somebody's browser: it keeps cookies and follows nothing.
type Browser struct {
	t   testing.TB
	at  string
	c   *http.Client
	Was *http.Response // the last answer, its body read

	Header http.Header // sent with every request
}

// Browser opens one at the server.
func (s *Server) Browser(t testing.TB) *Browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &Browser{t: t, at: s.URL, c: &http.Client{Jar: jar, Timeout: 2 * time.Minute,
		Transport:     &http.Transport{MaxIdleConnsPerHost: 2},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// Ask sends a request as a browser on the unit's own page would.
func (b *Browser) Ask(method, path, kind, body string) string {
	b.t.Helper()
	r, err := http.NewRequest(method, b.at+path, strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	maps.Copy(r.Header, b.Header)
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	answer, err := b.c.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer answer.Body.Close()
	out, err := io.ReadAll(answer.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	b.Was = answer
	return string(out)
}

// Do sends any request with the browser's cookies.
func (b *Browser) Do(r *http.Request) (*http.Response, error) { return b.c.Do(r) }

// Forget closes the browser's connections and keeps its cookies.
func (b *Browser) Forget() { b.c.CloseIdleConnections() }

// Get asks for a page.
func (b *Browser) Get(path string) string { b.t.Helper(); return b.Ask("GET", path, "", "") }

// Post sends a form.
func (b *Browser) Post(path string, form url.Values) string {
	b.t.Helper()
	return b.Ask("POST", path, "application/x-www-form-urlencoded", form.Encode())
}

// SignIn signs an officer of Begin's unit in.
func (b *Browser) SignIn(name string) {
	b.t.Helper()
	b.Post("/signin", url.Values{"name": {name}, "passphrase": {Pass(name)}})
	if b.Was.StatusCode != http.StatusSeeOther {
		b.t.Fatalf("%s does not sign in: %s", name, b.Was.Status)
	}
}

// Pass is an officer's passphrase: long, and found nowhere else.
func Pass(name string) string { return "zqpassword-" + name + "-vexillum" }
