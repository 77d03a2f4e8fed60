package attack

import (
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"cutout/internal/api"
	"cutout/internal/web"
)

// waiting is a row, or the part of one, that cannot be tried yet because what it attacks does not exist. The day found
// finds that thing, the named test must be there, and this line must go.
type waiting struct {
	row    int
	part   string // appended to TestRowNN; empty when the whole row waits
	thing  string
	reason string
	found  func(*program) string // says what it found; empty while there is nothing
}

// elsewhere are the rows whose test needs what another folder of tests has; the test must be there.
var elsewhere = []struct {
	row             int
	test, file, why string
}{
	{61, "TestP19MemoryAfterLock", "sec/promises/p19_memory_test.go", "it shares the program and the reading of its memory with promise P19"},
}

// pending is everything of the catalogue that waits.
var pending = []waiting{
	{1, "", "documents attached to records", "no record holds a file; rows 13 and 9 try ranges, conditions and the one download there is", documents},
	{2, "Documents", "documents attached to records", "re-linking is tried with reports, items, contacts and citations", documents},
	{9, "Kept", "exports kept on the server for later download", "nothing is exported but the output of a command and the log's bundle, both made while they are sent",
		routed(`export|download|/feeds?(/|$)`)},
	{11, "", "events, web hooks and mail", "nothing is sent to anybody by itself: there is no subscription to outlive a right", events},
	{12, "", "events and web hooks", "no event leaves the server", events},
	{16, "Documents", "documents found by their hash", "no record holds a file; texts equal to hidden ones are tried", documents},
	{35, "", "viewers of uploaded files", "no file is taken up, so none is shown; what is downloaded is tried in row 9", documents},
	{38, "Documents", "names of uploaded files", "no file is taken up; names of everything else are tried", documents},
	{40, "", "images and PDF", "nothing reads an image or a PDF", imports(`^image($|/)|/pdf|x/image|pdfcpu|poppler`)},
	{59, "", "converting files", "nothing is converted", imports(`^os/exec$|libreoffice|/pdf|x/image`)},
	{62, "", "a worker in a sandbox", "no worker handles foreign files", imports(`^os/exec$|landlock|seccomp|unshare`)},
}

func routed(pattern string) func(*program) string {
	re := regexp.MustCompile(pattern)
	return func(p *program) string { return match(p.routes, re) }
}

func imports(pattern string) func(*program) string {
	re := regexp.MustCompile(pattern)
	return func(p *program) string { return match(p.imports, re) }
}

func either(all ...func(*program) string) func(*program) string {
	return func(p *program) string {
		for _, f := range all {
			if s := f(p); s != "" {
				return s
			}
		}
		return ""
	}
}

var (
	documents = either(routed(`/(documents?|attachments?|files?|uploads?|raw|thumb|ocr)(/|$)`), imports(`^mime/multipart$`), packages(`^(document|intake|exchange)$`), kind(`^(document|attachment|file)$`))
	events    = either(written(`text/event-stream|EventSource|Flusher`), imports(`^net/smtp$|websocket|webhook`), routed(`/(stream|subscriptions?|hooks?|notifications?)(/|$)`))
)

func packages(pattern string) func(*program) string {
	re := regexp.MustCompile(pattern)
	return func(p *program) string { return match(p.packages, re) }
}

func kind(pattern string) func(*program) string {
	re := regexp.MustCompile(pattern)
	return func(p *program) string { return match(p.kinds, re) }
}

func written(pattern string) func(*program) string {
	re := regexp.MustCompile(pattern)
	return func(p *program) string {
		for name, s := range p.sources {
			if m := re.FindString(s); m != "" {
				return name + ": " + m
			}
		}
		return ""
	}
}

func match(all []string, re *regexp.Regexp) string {
	for _, s := range all {
		if re.MatchString(s) {
			return s
		}
	}
	return ""
}

// program is what the tests of this file know about the program: its routes, commands, packages, imports, kinds of
// record, verbs of the door, and the text of its own files.
type program struct {
	routes, commands, packages, imports, kinds, doors []string
	sources                                           map[string]string
}

const root = "../.."

// census reads the program's own source files.
func census(t testing.TB) *program {
	t.Helper()
	p := &program{sources: map[string]string{}}
	for _, r := range web.Routes() {
		p.routes = append(p.routes, r.Pattern)
	}
	for _, r := range api.Routes() {
		p.routes = append(p.routes, r.Path)
	}
	constants := regexp.MustCompile(`^kind[A-Z]`)
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(root, name)
		rel = filepath.ToSlash(rel)
		if d.IsDir() {
			if rel != "." && !strings.HasPrefix(rel, "cmd") && !strings.HasPrefix(rel, "internal") || d.Name() == "testdata" || strings.HasPrefix(d.Name(), "node_modules") {
				return fs.SkipDir
			}
			if dir, ok := strings.CutPrefix(rel, "internal/"); ok && !strings.Contains(dir, "/") {
				p.packages = append(p.packages, dir)
			}
			return nil
		}
		if !strings.HasSuffix(rel, ".go") || strings.HasSuffix(rel, "_test.go") || !strings.Contains(rel, "/") {
			return nil
		}
		b, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		p.sources[rel] = string(b)
		f, err := parser.ParseFile(token.NewFileSet(), rel, b, 0)
		if err != nil {
			return err
		}
		for _, im := range f.Imports {
			path, _ := strconv.Unquote(im.Path.Value)
			p.imports = append(p.imports, path)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				if n.Recv != nil && strings.HasPrefix(rel, "internal/casework/") && n.Name.IsExported() {
					p.doors = append(p.doors, n.Name.Name)
				}
			case *ast.ValueSpec:
				for i, name := range n.Names {
					if constants.MatchString(name.Name) && i < len(n.Values) {
						if l, ok := n.Values[i].(*ast.BasicLit); ok {
							v, _ := strconv.Unquote(l.Value)
							p.kinds = append(p.kinds, v)
						}
					}
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	p.commands = commandNames(t)
	slices.Sort(p.imports)
	p.imports = slices.Compact(p.imports)
	if len(p.routes) < 100 || len(p.commands) < 50 || len(p.packages) < 20 || len(p.imports) < 50 || len(p.kinds) < 15 || len(p.doors) < 60 {
		t.Fatalf("the census of the program is too small: %d routes, %d commands, %d packages, %d imports, %d kinds, %d verbs", len(p.routes), len(p.commands), len(p.packages), len(p.imports), len(p.kinds), len(p.doors))
	}
	return p
}

// catalogue are the rows by number, worded as in the security notes.
var catalogue = map[int]string{1: "IDOR on attachment", 2: "Re-link attachment", 3: "Authorize one object, change another", 4: "Path/body id mismatch falsifies the log", 5: "Typed act hits another type",
	6: "List, count, search unfiltered", 7: "History, activity feed", 8: "Second surface skips a rule", 9: "Export scope and files", 10: "Stale access after revocation", 11: "Subscriptions outlive access",
	12: "Event carries redacted body", 13: "Existence by error text or status", 14: "ORDER BY and filter oracle", 15: "Ranking side channel", 16: "Dedup by hash", 17: "Unique constraint oracle",
	18: "Sequential or recycled ids", 19: "Sign-in timing enumeration", 20: "Enumeration by reset, lockout, mention", 21: "Colleagues' names in lists", 22: "Rate-limit bypass", 23: "One-time code guess, replay, race",
	24: "Second-factor enrolment IDOR", 25: "OIDC takeover by e-mail", 26: "OIDC token checks", 27: "SSO revives a closed account", 28: "Fixation, sign-out, CSRF sign-out", 29: "Identity from headers",
	30: "Magic header disables checks", 31: "Token scope per surface", 32: "Mass assignment", 33: "Rights by relation", 34: "Stored XSS", 35: "XSS in file viewers", 36: "SSRF", 37: "Local file read by import",
	38: "Path traversal", 39: "Archive, XML, sheet bomb", 40: "Image and PDF bomb", 41: "JSON, parameter, cookie exhaustion", 42: "Slow client", 43: "Quadratic parse", 44: "CSV formula injection",
	45: "SQL and FTS injection", 46: "Wrong rows after cancel", 47: "Cached permission, key confusion", 48: "CSRF", 49: "Redirect, Host trust", 50: "Log stores secrets", 51: "Log open to all, looks unlogged",
	52: "Approval endpoints unprotected", 53: "Stale approval", 54: "Race in approval or role", 55: "Terminal and log injection", 56: "Error text leaks", 57: "Incomplete deletion", 58: "argv, file modes",
	59: "Converter leaks between files", 60: "Downgraded update, log verification bypass", 61: "Master key from memory", 62: "Sandbox silently absent"}

var testName = regexp.MustCompile(`^TestRow(\d\d)(\D.*)?$`)

// tests are the permanent tests of this package by row, read from its own files.
func tests(t testing.TB) map[int][]string {
	t.Helper()
	out := map[int][]string{}
	files, err := filepath.Glob("*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || fn.Recv != nil {
				continue
			}
			if m := testName.FindStringSubmatch(fn.Name.Name); m != nil {
				n, _ := strconv.Atoi(m[1])
				out[n] = append(out[n], fn.Name.Name)
			}
		}
	}
	for _, names := range out {
		slices.Sort(names)
	}
	return out
}

// TestCatalogue holds that every row is tried or waits with a reason, never both and never neither, and that nothing of
// what is waited for has come.
func TestCatalogue(t *testing.T) {
	p, have := census(t), tests(t)
	whole := map[int]bool{}
	for _, w := range pending {
		name := fmt.Sprintf("TestRow%02d%s", w.row, w.part)
		if w.part == "" {
			if whole[w.row] {
				t.Errorf("row %d waits twice", w.row)
			}
			whole[w.row] = true
			if len(have[w.row]) > 0 {
				t.Errorf("row %d has %v and waits too: take its line out of pending", w.row, have[w.row])
			}
		} else if slices.ContainsFunc(have[w.row], func(s string) bool { return strings.HasPrefix(s, name) }) {
			t.Errorf("%s is there: take its line out of pending", name)
		}
		if w.thing == "" || w.reason == "" || catalogue[w.row] == "" {
			t.Errorf("%s: say what is missing and why", name)
		}
		if w.found == nil {
			continue
		}
		if what := w.found(p); what != "" {
			t.Errorf("row %d (%s): %s has come (%s): write %s…, then take its line out of pending", w.row, catalogue[w.row], w.thing, what, name)
		}
	}
	for _, e := range elsewhere {
		b, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(e.file)))
		if err != nil || !strings.Contains(string(b), "\nfunc "+e.test+"(") || whole[e.row] || e.why == "" {
			t.Errorf("row %d is said to be tried by %s in %s: %v", e.row, e.test, e.file, err)
		}
		have[e.row] = append(have[e.row], e.test)
	}
	for n := 1; n <= 62; n++ {
		if len(have[n]) == 0 && !whole[n] {
			t.Errorf("row %d (%s) has no test TestRow%02d… and is not pending", n, catalogue[n], n)
		}
	}
	for n := range have {
		if catalogue[n] == "" {
			t.Errorf("%v is of no row", have[n])
		}
	}
}

// TestDetectors holds that what looks for a missing thing would find it: each is shown a program that has it.
func TestDetectors(t *testing.T) {
	for _, x := range []struct {
		what  string
		found func(*program) string
		p     program
	}{
		{"documents", documents, program{routes: []string{"/sources/{id}/documents"}}}, {"documents", documents, program{routes: []string{"/files/{id}/raw"}}},
		{"documents", documents, program{kinds: []string{"document"}}}, {"documents", documents, program{packages: []string{"intake"}}}, {"documents", documents, program{imports: []string{"mime/multipart"}}},
		{"events", events, program{sources: map[string]string{"a.go": `h.Set("Content-Type", "text/event-stream")`}}}, {"events", events, program{imports: []string{"net/smtp"}}}, {"events", events, program{routes: []string{"/hooks/{id}"}}},
	} {
		if x.found(&x.p) == "" {
			t.Errorf("%s are not found in %+v", x.what, x.p)
		}
	}
	for _, w := range pending {
		if w.found != nil && w.found(&program{}) != "" {
			t.Errorf("row %d: %s is found in an empty program", w.row, w.thing)
		}
	}
}

var update = flag.Bool("update", false, "write docs/attacks.md anew")

// TestAttacksPage keeps docs/attacks.md equal to the tests.
func TestAttacksPage(t *testing.T) {
	var b strings.Builder
	b.WriteString("# Attacks\n\nWhat went wrong in other systems, tried against this one on every run of the tests. Each row is a class of findings; its tests are in\n`sec/attack`, " +
		"or it waits for a part that does not exist yet, and the tests fail on the day that part appears without its attack.\nWritten by `go test ./sec/attack -run AttacksPage -update`.\n\n| row | class | tests | waits for |\n|---|---|---|---|\n")
	have := tests(t)
	for n := 1; n <= 62; n++ {
		var names, waits []string
		for _, s := range have[n] {
			names = append(names, "`"+s+"`")
		}
		for _, e := range elsewhere {
			if e.row == n {
				names = append(names, "`"+e.test+"` in `"+filepath.ToSlash(filepath.Dir(e.file))+"`")
			}
		}
		for _, w := range pending {
			if w.row == n {
				waits = append(waits, w.thing+": "+w.reason)
			}
		}
		fmt.Fprintf(&b, "| %d | %s | %s | %s |\n", n, catalogue[n], strings.Join(names, " "), strings.Join(waits, "; "))
	}
	page := filepath.Join(root, "docs", "attacks.md")
	if *update {
		if err := os.WriteFile(page, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != b.String() {
		t.Error("docs/attacks.md is not what the tests say; run with -update")
	}
}
