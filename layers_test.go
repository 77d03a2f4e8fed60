package cutout

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// The plan of the house: a package imports only packages of lower floors. This is policy, not a mirror of the code:
// to move a wall, write a decision record, change ARCHITECTURE.md, then change this table.
const floors = `
0  id day fault
1  grading officer audit vault names textindex wording draft leak provider
2  compartment profile reliability witness
3  source
4  identity network authority document requirement assessment custody
5  contact
6  report
7  dissemination
8  watch exchange store
9  casework
10 web api intake exercise
11 cmd/cutout
`

// guarded lists packages that only some may import, however high they live.
var guarded = map[string][]string{
	"store":    {"casework"},
	"vault":    {"casework", "store", "cmd/cutout", "exercise"},
	"identity": {"casework", "web", "cmd/cutout"},
	"provider": {"casework", "cmd/cutout"}, // the one place that calls out
}

// testers may import what they test from: whole-system test folders, the benchmark and the tools of a release stand
// outside the floors.
var testers = []string{"sec/", "fault/", "bench", "deploy"}

func TestLayers(t *testing.T) {
	floor := map[string]int{}
	for line := range strings.Lines(floors) {
		f := strings.Fields(line)
		if len(f) < 2 {
			continue
		}
		n, err := strconv.Atoi(f[0])
		if err != nil {
			t.Fatalf("floors: %v", err)
		}
		for _, p := range f[1:] {
			floor[p] = n
		}
	}
	short := func(p string) string { return strings.TrimPrefix(strings.TrimPrefix(p, "cutout/"), "internal/") }
	top := func(p string) string { // web/page lives in web
		if strings.HasPrefix(p, "cmd/") {
			return p
		}
		p, _, _ = strings.Cut(p, "/")
		return p
	}
	err := filepath.WalkDir(".", func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if name := d.Name(); name == "node_modules" || name == "testdata" || (strings.HasPrefix(name, ".") && name != ".") {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") {
			return nil
		}
		dir := path.Dir(filepath.ToSlash(file))
		for _, pre := range testers {
			if strings.HasPrefix(dir+"/", strings.TrimSuffix(pre, "/")+"/") {
				return nil
			}
		}
		if dir == "." || strings.HasPrefix(dir, "assets") {
			return nil
		}
		me := top(short(dir))
		mine, ok := floor[me]
		if !ok {
			t.Errorf("%s: package %s has no floor; give it one in layers_test.go with a decision record", file, me)
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, im := range f.Imports {
			p, _ := strconv.Unquote(im.Path.Value)
			if !strings.HasPrefix(p, "cutout/") {
				continue
			}
			other := top(short(p))
			theirs, ok := floor[other]
			if !ok {
				t.Errorf("%s imports %s, which has no floor", file, other)
				continue
			}
			if other != me && theirs >= mine {
				t.Errorf("%s: %s (floor %d) imports %s (floor %d)", file, me, mine, other, theirs)
			}
			if only := guarded[other]; only != nil && other != me {
				allowed := false
				for _, a := range only {
					allowed = allowed || a == me
				}
				if !allowed {
					t.Errorf("%s: %s may not import %s; only %v may", file, me, other, only)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
