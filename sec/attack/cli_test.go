package attack

import (
	"bufio"
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// The program is built once: commands are attacked as people run them, each in a process of its own.
var built struct {
	once sync.Once
	bin  string
	err  error
}

func builtProgram(t testing.TB) string {
	t.Helper()
	built.once.Do(func() {
		built.bin = filepath.Join(folder(), "cutout")
		if out, err := exec.Command("go", "build", "-buildvcs=false", "-o", built.bin, "cutout/cmd/cutout").CombinedOutput(); err != nil {
			built.err = errors.Join(err, errors.New(string(out)))
		}
	})
	if built.err != nil {
		t.Fatal(built.err)
	}
	return built.bin
}

// ran is what became of a command.
type ran struct {
	out, side string
	code      int
}

func (r ran) all() string { return r.out + r.side }

// command makes a command on the unit's directory as an officer.
func (u *unit) command(t testing.TB, name string, words ...string) *exec.Cmd {
	t.Helper()
	secret := filepath.Join(u.dir, name+".passphrase")
	if err := os.WriteFile(secret, pass(name), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(builtProgram(t), append(slices.Clone(words), "--data", u.dir, "--officer", name, "--passphrase-file", secret)...)
	cmd.Env = []string{"LANG=en_US.UTF-8", "HOME=" + u.dir, "TMPDIR=" + u.dir}
	cmd.Dir = u.dir
	return cmd
}

// run runs a command; files and what is read from standard input come in the words.
func (u *unit) run(t testing.TB, name string, words ...string) ran {
	t.Helper()
	return finish(t, u.command(t, name, words...))
}

func finish(t testing.TB, cmd *exec.Cmd) ran {
	t.Helper()
	var out, side bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &side
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	guard := time.AfterFunc(3*time.Minute, func() { cmd.Process.Kill() }) // what a bomb has caught must not take the machine
	err := cmd.Wait()
	guard.Stop()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return ran{out.String(), side.String(), cmd.ProcessState.ExitCode()}
}

// file writes a file into the unit's directory for a command to read.
func (u *unit) write(t testing.TB, name, content string) string {
	t.Helper()
	path := filepath.Join(u.dir, name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

var named struct {
	once sync.Once
	all  []string
	help map[string]string // of each command
}

// commandNames asks the program itself for all its commands, "source register" and so on.
func commandNames(t testing.TB) []string {
	t.Helper()
	bin := builtProgram(t)
	named.once.Do(func() {
		named.help = map[string]string{}
		var walk func(path []string)
		walk = func(path []string) {
			cmd := exec.Command(bin, append(slices.Clone(path), "--help")...)
			cmd.Env = []string{"LANG=en_US.UTF-8"}
			out := finish(t, cmd)
			_, list, group := strings.Cut(out.out, "\nCommands\n")
			if !group {
				named.all = append(named.all, strings.Join(path, " "))
				named.help[strings.Join(path, " ")] = out.out
				return
			}
			for line := range strings.Lines(list) {
				if strings.TrimSpace(line) == "" {
					break
				}
				walk(append(slices.Clone(path), strings.Fields(line)[0]))
			}
		}
		walk(nil)
	})
	return named.all
}

// serve runs the program's own server on the unit's directory until the test ends, and gives its address.
func (u *unit) serve(t testing.TB) string {
	t.Helper()
	cmd := exec.Command(builtProgram(t), "serve", "--data", u.dir, "--addr", "127.0.0.1:0")
	cmd.Env = []string{"LANG=en_US.UTF-8", "HOME=" + u.dir}
	out, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	found := make(chan string, 1)
	done := make(chan struct{})
	go func() {
		defer close(done)
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			if _, addr, ok := strings.Cut(lines.Text(), "http://"); ok {
				select {
				case found <- strings.TrimSpace(addr):
				default:
				}
			}
		}
		close(found)
	}()
	t.Cleanup(func() {
		cmd.Process.Signal(os.Interrupt)
		<-done
		cmd.Wait()
	})
	addr, ok := <-found
	if !ok {
		t.Fatal("the server did not start")
	}
	return addr
}

// measured runs a command and gives also the most memory it held, in bytes (0 where the system does not say).
func (u *unit) measured(t testing.TB, name string, words ...string) (ran, int64) {
	t.Helper()
	cmd := u.command(t, name, words...)
	r := finish(t, cmd)
	usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		return r, 0
	}
	return r, usage.Maxrss << 10
}
