package ni

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"cutout/internal/id"
)

// program builds the binary once for a test: commands are compared as people run them, each in a process of its own.
func program(t testing.TB) string {
	t.Helper()
	bin := filepath.Join(t.TempDir(), "cutout")
	build := exec.Command("go", "build", "-buildvcs=false", "-o", bin, "cutout/cmd/cutout")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return bin
}

// unitOf lays a world's files out as a unit's data directory, beside the open world: commands run beside a service too.
func unitOf(t testing.TB, w *world, officer string) []string {
	t.Helper()
	dir := filepath.Join(w.dir, "unit")
	if err := os.MkdirAll(filepath.Join(dir, "keys"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(w.dir, "records.db"), filepath.Join(dir, "cutout.db")); err != nil {
		t.Fatal(err)
	}
	key, err := os.ReadFile(filepath.Join(w.dir, "store.key"))
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "keys", "store.key"), key, 0o600)
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "passphrase"), pass(officer), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return []string{"--data", dir, "--officer", officer, "--passphrase-file", filepath.Join(dir, "passphrase")}
}

// run gives all a command shows: what it prints, what it says on the side, and how it ends.
func run(t testing.TB, bin string, unit []string, words ...string) string {
	t.Helper()
	cmd := exec.Command(bin, append(append([]string{}, words...), unit...)...)
	var out, side bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &side
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return strings.ReplaceAll(fmt.Sprintf("exit %d\n%s\n%s", cmd.ProcessState.ExitCode(), &out, &side), unit[1], "DATA")
}

// looks are the commands that show records, with ids of either world, an id that never was, and what is no id.
func looks(ids []string) (out [][]string) {
	for _, l := range []string{"source list", "requirement list", "requirement coverage", "contact list", "report list", "release list", "notice list",
		"inbox list", "product list", "party list", "watch list", "search harbor", "search gate barge", "search بوابة"} {
		out = append(out, append(strings.Fields(l), "--format", "json"))
	}
	out = append(out, []string{"report", "list"}, []string{"source", "list"}, []string{"report", "list", "--limit", "1", "--format", "jsonl"})
	shown := map[string]int{}
	for _, s := range append([]string{id.Long("rep", [16]byte{9}), id.Long("src", [16]byte{9}), "nonsense"}, ids...) {
		prefix, _, _ := strings.Cut(s, "_")
		noun := map[string]string{"rep": "report", "src": "source", "rel": "release", "ntc": "notice", "nonsense": "report"}[prefix]
		if noun == "" || shown[noun] >= 5 {
			continue
		}
		shown[noun]++
		out = append(out, []string{noun, "show", s, "--format", "json"})
	}
	return out
}

// TestCommands compares a pair of worlds through the commands: standard output, standard error and exit code.
func TestCommands(t *testing.T) {
	bin := program(t)
	x := newTemplate(t, 1)
	pairs := wanted(1, 6)
	shown := 0
	for k := range pairs {
		p := x.pair(func() *world { return x.open(t) }, uint64(k), which(k))
		low := lows[k%len(lows)]
		a, b := unitOf(t, p.a.w, low), unitOf(t, p.b.w, low)
		for _, c := range looks(p.ids) {
			was := make(chan string)
			go func() { was <- run(t, bin, a, c...) }()
			y := run(t, bin, b, c...)
			if v := <-was; v != y {
				t.Errorf("pair %d, as %s: cutout %s\n%s\n--- other world\n%s", k, low, strings.Join(c, " "), v, y)
			}
			if strings.HasPrefix(y, "exit 0") {
				shown++
			}
		}
	}
	if shown < 10*pairs {
		t.Errorf("only %d commands showed anything: the comparison proves little", shown)
	}
}
