package promises

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"cutout/internal/identity"
	"cutout/internal/web"
	"cutout/sec/served"
)

// TestP14NoCallLeaves does a unit's work with every connection traced: what is served, commands, and the whole
// demonstration. The program connects to nothing but the database it was told of, here one that does not answer.
func TestP14NoCallLeaves(t *testing.T) {
	traced(t)
	u := served.Begin(t, identity.Draft{Names: []identity.NameDraft{{Full: "Somebody Else"}}}, 3)
	dir := t.TempDir()
	trace := func(name string) []string {
		return []string{"strace", "-f", "-qq", "-o", filepath.Join(dir, name), "-e", "trace=connect,sendto,sendmsg,sendmmsg"}
	}
	// Without any network at all, where the machine allows that.
	apart := &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET}
	probe := exec.Command("true")
	probe.SysProcAttr = apart
	if err := probe.Run(); err != nil {
		t.Logf("no network namespace here (%v): commands are traced beside the machine's network", err)
		apart = nil
	}
	command := func(name string, args ...string) error {
		c := exec.Command("sh", append([]string{"-c", `exec "$@"`, "sh"}, append(append(trace(name), served.Binary(t)), args...)...)...)
		c.SysProcAttr = apart
		out, err := c.CombinedOutput()
		if err != nil {
			t.Logf("%s: %v\n%s", name, err, out)
		}
		return err
	}
	s := served.Start(t, u.Dir, served.How{Before: trace("serve")})
	for _, who := range []string{"handler", "registrar", "inspector"} {
		b := s.Browser(t)
		b.SignIn(who)
		for _, r := range web.Routes() {
			if r.Method == "GET" {
				b.Get(strings.NewReplacer("{id}", u.Source.String(), "{$}", "").Replace(r.Pattern))
			}
		}
		b.Post("/signout", nil)
	}
	ask := programSession(t, s, "handler")
	for _, p := range []string{"/sources", "/reports", "/contacts", "/unit"} {
		if status, answer := ask("GET", p, ""); status != 200 {
			t.Errorf("%s: %d %s", p, status, answer)
		}
	}
	if err := s.Stop(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := command("doctor", "doctor", "--data", u.Dir); err != nil {
		t.Error("the program needs a network to look after a unit")
	}
	if err := command("demo", "demo", "--quit", "--data", filepath.Join(dir, "demonstration")); err != nil {
		t.Error("the program needs a network to build its demonstration")
	}
	// The trace itself works: a database that was configured is called, on this machine.
	address := filepath.Join(dir, "dsn")
	if err := os.WriteFile(address, []byte("postgres://nobody@127.0.0.1:9/none?sslmode=disable\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := command("postgres", "doctor", "--data", u.Dir, "--postgres-file", address); err == nil {
		t.Error("a database that is not there was opened")
	}
	called := map[string]int{}
	for _, name := range []string{"serve", "doctor", "demo", "postgres"} {
		tracedLines(t, filepath.Join(dir, name), func(line string) {
			if !strings.Contains(line, "connect(") && !regexp.MustCompile(`send\w+\(.*sin6?_`).MatchString(line) || strings.Contains(line, "AF_NETLINK") {
				return
			}
			called[name]++
			if name != "postgres" || !strings.Contains(line, `inet_addr("127.0.0.1")`) {
				t.Errorf("%s calls: %s", name, line)
			}
		})
	}
	if called["postgres"] == 0 {
		t.Error("the one call that is made was not seen: the trace proves nothing")
	}
}
