package harden

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"

	"cutout/sec/served"
)

// set expands a set of system calls as systemd names them.
func set(t *testing.T, name string, into map[string]bool) {
	t.Helper()
	out, err := exec.Command("systemd-analyze", "syscall-filter", "--no-pager", name).Output()
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(out)) {
		switch f := strings.TrimSpace(line); {
		case f == "" || f == name || strings.HasPrefix(f, "#"):
		case strings.HasPrefix(f, "@"):
			set(t, f, into)
		default:
			into[f] = true
		}
	}
}

// TestServiceSyscalls traces a served unit at work and holds every system call it makes to what its service unit lets it
// make: a filter that is too tight would stop the service, not the test of its lines.
func TestServiceSyscalls(t *testing.T) {
	if os.Getenv("CUTOUT_LONG") == "" {
		t.Skip("the program is traced with CUTOUT_LONG")
	}
	for _, tool := range []string{"strace", "systemd-analyze"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("no %s: the filter of system calls is not tried", tool)
		}
	}
	may, not := map[string]bool{}, map[string]bool{}
	set(t, "@system-service", may)
	set(t, "@privileged", not)
	set(t, "@resources", not)
	// Refused and not needed: the service manager sets what they would.
	refused := []string{"prlimit64", "setrlimit"}
	out := filepath.Join(t.TempDir(), "calls")
	u := begin(t)
	s := served.Start(t, u.Dir, served.How{Flags: []string{"--behind-proxy"}, Before: []string{"strace", "-f", "-qq", "-o", out}})
	b := s.Browser(t)
	if b.Get("/signin"); b.Was.StatusCode != 200 {
		t.Fatal(b.Was.Status)
	}
	b.Post("/signin", map[string][]string{"name": {"handler"}, "passphrase": {served.Pass("handler")}})
	if err := s.Stop(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	calls := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^\d+ +([a-z_0-9]+)\(`).FindAllSubmatch(raw, -1) {
		calls[string(m[1])] = true
	}
	if len(calls) < 20 {
		t.Errorf("only %d calls were traced", len(calls))
	}
	for c := range calls {
		if (!may[c] || not[c]) && !slices.Contains(refused, c) {
			t.Errorf("the service unit would refuse %s", c)
		}
	}
}
