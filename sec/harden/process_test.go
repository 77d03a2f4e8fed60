package harden

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"cutout/sec/served"
)

// linux skips, with a line, where what is looked at is not there.
func linux(t *testing.T) {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("only Linux shows this of a process")
	}
}

func proc(t *testing.T, pid int, file string) string {
	t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/%s", pid, file))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestProcess holds a served program to what the machine shows of it: no core file however the parent set it, every file
// the machine allows, a umask that keeps others out, and memory that other processes of the account cannot read.
func TestProcess(t *testing.T) {
	linux(t)
	u := begin(t)
	// Its parent allows core files, few open files, and files that everybody reads.
	s := served.Start(t, u.Dir, served.How{Before: []string{"sh", "-c", `ulimit -c unlimited 2>/dev/null; ulimit -Sn 300; umask 0; exec "$0" "$@"`}})
	limits := proc(t, s.Pid, "limits")
	if !regexp.MustCompile(`Max core file size +0 +0 `).MatchString(limits) {
		t.Errorf("core files:\n%s", limits)
	}
	if m := regexp.MustCompile(`Max open files +(\d+) +(\d+) `).FindStringSubmatch(limits); m == nil || number(m[1]) < number(m[2])-1 { // Go's own raising stops one below
		t.Errorf("open files are not raised to what the machine allows: %v", m)
	}
	if m := regexp.MustCompile(`Umask:\s+(\d+)`).FindStringSubmatch(proc(t, s.Pid, "status")); m == nil || m[1] != "0077" {
		t.Errorf("umask: %v", m)
	}
	env := strings.Split(proc(t, s.Pid, "environ"), "\x00")
	if set := strings.Join(env, "\n") + "\n"; !strings.Contains(set, "clobberfree=1") || !strings.Contains(set, "GOTRACEBACK=single") {
		t.Error("freed memory is not overwritten")
	}
}

// TestNotDumpable holds that a process of the same account can neither trace the program nor read its memory.
func TestNotDumpable(t *testing.T) {
	linux(t)
	u := begin(t)
	how := served.How{}
	if os.Getuid() == 0 { // root reads everything: the program runs as somebody else
		nobody := &syscall.Credential{Uid: 65534, Gid: 65534}
		give(t, u.Dir, served.Binary(t))
		how.System = &syscall.SysProcAttr{Credential: nobody}
		how.Env = []string{"HOME=/"}
	}
	s := served.Start(t, u.Dir, how)
	var st syscall.Stat_t
	if err := syscall.Stat(fmt.Sprintf("/proc/%d/mem", s.Pid), &st); err != nil {
		t.Fatal(err)
	}
	// The kernel gives the files of a process that may not be dumped to root.
	if st.Uid != 0 {
		t.Errorf("the program's memory belongs to account %d, which may read it", st.Uid)
	}
	read := exec.Command("cat", fmt.Sprintf("/proc/%d/environ", s.Pid))
	read.SysProcAttr = how.System
	if out, err := read.CombinedOutput(); err == nil {
		t.Errorf("a process of the same account reads the program's environment: %q", out)
	}
}

func number(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}

// give hands a unit, and the way to the program, to the account nobody.
func give(t *testing.T, dir, bin string) {
	t.Helper()
	for at := filepath.Dir(dir); at != "/" && at != os.TempDir(); at = filepath.Dir(at) {
		if err := os.Chmod(at, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, p := range []string{filepath.Dir(bin), bin} {
		if err := os.Chmod(p, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	err := filepath.WalkDir(dir, func(p string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Chown(p, 65534, 65534)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestFileModes lets every command that writes do so under a umask of 0, and looks at what is there.
func TestFileModes(t *testing.T) {
	bin, dir := served.Binary(t), t.TempDir()
	pass := filepath.Join(dir, "pass")
	if err := os.WriteFile(pass, []byte(served.Pass("root")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	unit, out := filepath.Join(dir, "unit"), filepath.Join(dir, "out")
	if err := os.Mkdir(out, 0o700); err != nil {
		t.Fatal(err)
	}
	run := func(args ...string) {
		t.Helper()
		c := exec.Command("sh", append([]string{"-c", `umask 0; exec "$0" "$@"`, bin}, args...)...)
		c.Dir, c.Env = out, append(os.Environ(), "CUTOUT_DATA="+unit, "CUTOUT_PASSPHRASE_FILE="+pass)
		if b, err := c.CombinedOutput(); err != nil {
			t.Fatalf("%v: %v\n%s", args, err, b)
		}
	}
	run("init", "--name", "Unit", "--administrator", "root")
	run("officer", "add", "inspector", "-o", "root", "--duty", "inspector", "--clearance", "SECRET", "--new-passphrase-file", pass)
	run("audit", "bundle", "-o", "inspector", "--out", "bundle.zip")
	n := 0
	for _, at := range []string{unit, out} {
		err := filepath.WalkDir(at, func(p string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			info, err := d.Info()
			if err != nil {
				return err
			}
			n++
			want := fs.FileMode(0o600)
			if d.IsDir() {
				want = 0o700
			}
			if info.Mode().Perm() != want {
				t.Errorf("%s has mode %04o", p, info.Mode().Perm())
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if n < 6 {
		t.Errorf("only %d files were written", n)
	}
}

// TestWeakEnvironment holds that a server does not start where the environment takes a defense back.
func TestWeakEnvironment(t *testing.T) {
	u := begin(t)
	for _, set := range []string{"http2debug=2", "htmlmetacontenturlescape=0", "x509negativeserial=1", "tls10server=1", "tlsrsakex=1", "multipathtcp=2",
		"httplaxcontentlength=1", "gctrace=0,panicnil=1", "zipinsecurepath=1", "somethingnew=1"} {
		for _, command := range [][]string{{"serve", "--data", u.Dir}, {"demo", "--data", t.TempDir()}} {
			c := exec.Command(served.Binary(t), append(command, "--addr", "127.0.0.1:0")...)
			c.Env = append(os.Environ(), "GODEBUG="+set)
			out, err := c.CombinedOutput()
			if c.ProcessState.ExitCode() != 2 || !strings.Contains(string(out), "GODEBUG") {
				t.Errorf("%s with GODEBUG=%s: %v\n%s", command[0], set, err, out)
			}
		}
	}
}

// TestGoVersion holds that the program says which Go built it, and that one built by an older Go than go.mod's toolchain
// does nothing else.
func TestGoVersion(t *testing.T) {
	mod, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	toolchain := regexp.MustCompile(`(?m)^toolchain (go\S+)$`).FindSubmatch(mod)
	for _, line := range []string{"default=go1.26", "multipathtcp=0", "httpcookiemaxnum=100"} {
		if !bytes.Contains(mod, []byte(line)) {
			t.Errorf("go.mod does not pin %s", line)
		}
	}
	old := filepath.Join(t.TempDir(), "old")
	if out, err := exec.Command("go", "build", "-buildvcs=false", "-ldflags", "-s -w -X runtime.buildVersion=go1.26.0", "-o", old, "cutout/cmd/cutout").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for bin, want := range map[string]string{served.Binary(t): runtime.Version(), old: "go1.26.0"} {
		out, err := exec.Command(bin, "version").CombinedOutput()
		if err != nil || !strings.Contains(string(out), want) {
			t.Errorf("version: %v\n%s", err, out)
		}
	}
	for _, command := range []string{"serve", "doctor", "init"} {
		c := exec.Command(old, command, "--data", t.TempDir())
		out, _ := c.CombinedOutput()
		if c.ProcessState.ExitCode() != 2 || toolchain == nil || !strings.Contains(string(out), string(toolchain[1])) {
			t.Errorf("%s, built by an old Go: exit %d\n%s", command, c.ProcessState.ExitCode(), out)
		}
	}
}
