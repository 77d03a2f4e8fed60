package promises

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// tests are the test functions of the project by their package's folder.
func tests(t *testing.T) map[string][]string {
	t.Helper()
	out := map[string][]string{}
	err := filepath.WalkDir("../..", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if n := d.Name(); n == "node_modules" || n == "testdata" || strings.HasPrefix(n, ".") && n != ".." {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(p, "_test.go") {
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), p, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		at := filepath.ToSlash(strings.TrimPrefix(filepath.Dir(p), filepath.FromSlash("../../")))
		for _, decl := range f.Decls {
			if fn, ok := decl.(*ast.FuncDecl); ok && fn.Recv == nil && strings.HasPrefix(fn.Name.Name, "Test") {
				out[at] = append(out[at], fn.Name.Name)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// row is a line of a table of THREATS.md: its id and the tests it names, each with its folder.
type row struct {
	id    string
	names [][2]string
	text  string
}

var (
	cells  = regexp.MustCompile(`^\| ([PR]\d+) \| (.*) \|$`)
	inside = regexp.MustCompile("(?:((?:sec|internal|fault|cmd)[a-z/]*) )?`(Test\\w+)`")
)

// section reads the rows under a heading. A test without a folder of its own is in the folder named before it.
func section(text, heading string) (out []row) {
	_, text, _ = strings.Cut(text, "\n## "+heading+"\n")
	text, _, _ = strings.Cut(text, "\n## ")
	for line := range strings.Lines(text) {
		m := cells.FindStringSubmatch(strings.TrimSpace(line))
		if m == nil {
			continue
		}
		r := row{id: m[1], text: m[2]}
		at := ""
		for _, n := range inside.FindAllStringSubmatch(m[2], -1) {
			if n[1] != "" {
				at = n[1]
			}
			r.names = append(r.names, [2]string{at, n[2]})
		}
		out = append(out, r)
	}
	return out
}

// TestThreats holds page one to the tests: a promise names tests that are there, a test named after a promise stands on
// its line, what is not yet promised has no test, and nothing of the list of promises and refusals is left out.
func TestThreats(t *testing.T) {
	raw, err := os.ReadFile("../../THREATS.md")
	if err != nil {
		t.Fatal(err)
	}
	have := tests(t)
	made, later, refusals := section(string(raw), "Promises"), section(string(raw), "Not yet promised"), section(string(raw), "We refuse to promise")
	said := map[string]bool{} // "P1 TestP01…"
	for _, r := range made {
		if len(r.names) == 0 {
			t.Errorf("%s names no test", r.id)
		}
		if strings.Count(r.text, " | ") != 2 {
			t.Errorf("%s has no boundary", r.id)
		}
		for _, n := range r.names {
			said[r.id+" "+n[1]] = true
			if !slices.Contains(have[n[0]], n[1]) {
				t.Errorf("%s: there is no %s in %s", r.id, n[1], n[0])
			}
		}
	}
	after := regexp.MustCompile(`^Test((?:P\d\d)+)`)
	for at, names := range have {
		for _, n := range names {
			m := after.FindStringSubmatch(n)
			if m == nil {
				continue
			}
			for _, p := range strings.Split(m[1], "P")[1:] {
				if id := "P" + strings.TrimPrefix(p, "0"); !said[id+" "+n] {
					t.Errorf("%s in %s is named after %s, whose line among the promises of THREATS.md does not name it", n, at, id)
				}
			}
		}
	}
	ids := map[string]int{}
	for _, r := range slices.Concat(made, later, refusals) {
		ids[r.id]++
	}
	for prefix, most := range map[string]int{"P": 21, "R": 12} {
		for i := 1; i <= most; i++ {
			if id := fmt.Sprint(prefix, i); ids[id] != 1 {
				t.Errorf("THREATS.md says %d times what becomes of %s", ids[id], id)
			}
		}
	}
	// The lines of the hardening list.
	_, list, _ := strings.Cut(string(raw), "\n## Hardening\n")
	at, n := "sec/harden", 0
	for _, m := range inside.FindAllStringSubmatch(list, -1) {
		in := at
		if m[1] != "" {
			in = m[1]
		}
		n++
		if !slices.Contains(have[in], m[2]) {
			t.Errorf("hardening: there is no %s in %s", m[2], in)
		}
	}
	if n < 15 {
		t.Errorf("only %d tests of the hardening list were read", n)
	}
}
