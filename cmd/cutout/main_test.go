package main

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// The program under test is the program itself. Only one thing differs: a script may set the clock, so that an authority
// can lapse in a test.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"cutout": func() {
		if v := os.Getenv("TEST_NOW"); v != "" {
			began, at := time.Now(), mustTime(v)
			clock = func() time.Time { return at.Add(time.Since(began)) }
		}
		harden()
		os.Exit(run(context.Background(), os.Args[1:]))
	}})
}

func mustTime(v string) time.Time {
	t, err := time.Parse(time.RFC3339, v)
	if err != nil {
		panic(err)
	}
	return t
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits, "keep": keep, "secret": secret, "mode": mode, "same": same, "flip": flip, "fill": fill, "pick": pick, "put": put, "turn": turn},
		Setup: func(e *testscript.Env) error {
			e.Setenv("LANG", "en_US.UTF-8")
			cases, err := filepath.Abs("../../internal/exercise/casebook")
			if err != nil {
				return err
			}
			e.Setenv("CASEBOOK", cases)
			e.Setenv("CUTOUT_DATA", filepath.Join(e.WorkDir, "unit"))
			return nil
		},
	})
}

// exits CODE COMMAND…: the command must end with exactly this code.
func exits(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	if err != nil {
		m := regexp.MustCompile(`exit status (\d+)`).FindStringSubmatch(err.Error())
		if m == nil {
			ts.Fatalf("%v", err)
		}
		got, _ = strconv.Atoi(m[1])
	}
	if got != want {
		ts.Fatalf("%v: exit code %d, not %d", args[1:], got, want)
	}
}

// keep NAME: the output of the last command, a line, becomes a variable.
func keep(ts *testscript.TestScript, _ bool, args []string) {
	ts.Setenv(args[0], strings.TrimSpace(ts.ReadFile("stdout")))
}

// pick NAME PATTERN: the first group of the pattern in the output of the last command becomes a variable.
func pick(ts *testscript.TestScript, _ bool, args []string) {
	m := regexp.MustCompile(args[1]).FindStringSubmatch(ts.ReadFile("stdout"))
	if m == nil {
		ts.Fatalf("no %s in the output", args[1])
	}
	ts.Setenv(args[0], m[1])
}

// secret FILE WORDS…: a file only this account may read.
func secret(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.Join(args[1:], " ")+"\n"), 0o600))
}

// mode FILE PERMISSIONS: the file has exactly these.
func mode(ts *testscript.TestScript, _ bool, args []string) {
	info, err := os.Stat(ts.MkAbs(args[0]))
	ts.Check(err)
	want, err := strconv.ParseUint(args[1], 8, 32)
	ts.Check(err)
	if got := info.Mode().Perm(); got != os.FileMode(want) {
		ts.Fatalf("%s has mode %04o, not %s", args[0], got, args[1])
	}
}

// same A B: two files are equal byte for byte.
func same(ts *testscript.TestScript, _ bool, args []string) {
	if a, b := ts.ReadFile(args[0]), ts.ReadFile(args[1]); a != b {
		ts.Fatalf("%s and %s differ:\n%s\n%s", args[0], args[1], a, b)
	}
}

// fill FILE BEFORE MEGABYTES AFTER: a file of so many letters between two texts.
func fill(ts *testscript.TestScript, _ bool, args []string) {
	n, err := strconv.Atoi(args[2])
	ts.Check(err)
	body := strings.ReplaceAll(args[1], `\n`, "\n") + strings.Repeat("wordless ", n<<20/9) + strings.ReplaceAll(args[3], `\n`, "\n")
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(body), 0o600))
}

// put WORD VALUE FILE…: the word becomes the value in the files.
func put(ts *testscript.TestScript, _ bool, args []string) {
	for _, name := range args[2:] {
		ts.Check(os.WriteFile(ts.MkAbs(name), []byte(strings.ReplaceAll(ts.ReadFile(name), args[0], args[1])), 0o600))
	}
}

// turn FILE OFFSET OUT: one bit of a file is turned.
func turn(ts *testscript.TestScript, _ bool, args []string) {
	at, err := strconv.Atoi(args[1])
	ts.Check(err)
	b := []byte(ts.ReadFile(args[0]))
	b[at] ^= 1
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), b, 0o600))
}
