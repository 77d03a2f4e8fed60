package fault

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"cutout/internal/api"
)

// running is the real program serving a unit.
type running struct {
	cmd  *exec.Cmd
	base string
	said *bytes.Buffer
	gone chan struct{}
}

var servedAt = regexp.MustCompile(`http://127\.0\.0\.1:\d+`)

// serve starts the program on the unit, behind a command such as prlimit where one is given.
func (u *unit) serve(t testing.TB, env []string, before ...string) *running {
	t.Helper()
	s, err := u.tryServe(t, env, before...)
	must(t, err)
	return s
}

func (u *unit) tryServe(t testing.TB, env []string, before ...string) (*running, error) {
	argv := append(before, program(t), "--data", u.Dir, "--lang", "en", "serve", "--addr", "127.0.0.1:0")
	s := &running{cmd: exec.Command(argv[0], argv[1:]...), said: &bytes.Buffer{}, gone: make(chan struct{})}
	s.cmd.Env = append(os.Environ(), env...)
	out, err := s.cmd.StderrPipe()
	must(t, err)
	must(t, s.cmd.Start())
	t.Cleanup(s.kill)
	lines := bufio.NewReader(out)
	for s.base == "" {
		line, err := lines.ReadString('\n')
		s.said.WriteString(line)
		if err != nil {
			_ = s.cmd.Wait()
			close(s.gone)
			return s, fmt.Errorf("exit %d: %s", s.cmd.ProcessState.ExitCode(), s.said)
		}
		s.base = servedAt.FindString(line)
	}
	go func() {
		_, _ = io.Copy(s.said, lines)
		_ = s.cmd.Wait()
		close(s.gone)
	}()
	return s, nil
}

func (s *running) kill() { s.end(syscall.SIGKILL) }

// end sends a signal and waits for the end.
func (s *running) end(by syscall.Signal) {
	select {
	case <-s.gone:
		return
	default:
	}
	_ = s.cmd.Process.Signal(by)
	<-s.gone
}

// peak is the most memory the process held so far, in MiB.
func (s *running) peak(t testing.TB) int {
	t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		t.Skip("no /proc here")
	}
	var kib int
	_, rest, _ := strings.Cut(string(b), "VmHWM:")
	_, err = fmt.Sscan(rest, &kib)
	must(t, err)
	return kib / 1024
}

// client is one client of the interface for programs.
type client struct {
	http  *http.Client
	base  string
	token string
}

func newClient(base string, timeout time.Duration) *client {
	return &client{http: &http.Client{Timeout: timeout, Transport: &http.Transport{MaxIdleConnsPerHost: 1, MaxConnsPerHost: 1, IdleConnTimeout: 5 * time.Minute}}, base: base}
}

// do sends a request and decodes the answer. status 0 means that no answer came.
func (c *client) do(method, path string, body, into any) (status int, err error) {
	var send io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return 0, err
		}
		send = bytes.NewReader(b)
	}
	r, err := http.NewRequest(method, c.base+api.Prefix+path, send)
	if err != nil {
		return 0, err
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if c.token != "" {
		r.Header.Set("Authorization", "Bearer "+c.token)
	}
	a, err := c.http.Do(r)
	if err != nil {
		return 0, err
	}
	defer a.Body.Close()
	b, err := io.ReadAll(a.Body)
	if err != nil {
		return 0, err
	}
	if into != nil && a.StatusCode < 300 {
		err = json.Unmarshal(b, into)
	}
	return a.StatusCode, err
}

func (c *client) signIn(name string) error {
	var s api.Session
	c.token = ""
	status, err := c.do("POST", "/session", api.SessionDraft{Name: name, Passphrase: string(pass(name))}, &s)
	if err == nil && status != http.StatusCreated {
		err = fmt.Errorf("sign-in of %s: %d", name, status)
	}
	c.token = s.Token
	return err
}
