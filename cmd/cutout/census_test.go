package main

import (
	"context"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"cutout/internal/wording"
)

// model is the command line as the parser knows it.
func model(t *testing.T) *kong.Application {
	t.Helper()
	var all commands
	p, err := newParser(&all, newSession(context.Background(), "en"))
	if err != nil {
		t.Fatal(err)
	}
	return p.Model
}

func eachCommand(n *kong.Node, visit func(*kong.Node)) {
	for _, k := range n.Children {
		visit(k)
		eachCommand(k, visit)
	}
}

// runElsewhere are the commands run by a Go test of this package: those that serve until they are stopped.
var runElsewhere = map[string]string{"serve": "TestServe", "demo": "TestDemo", "witness.serve": "TestWitnessServe"}

// TestEveryCommandIsSaidAndRun holds that every command has its words, an example that the parser takes, words for each of
// its flags and arguments in both languages, and a script that runs it.
func TestEveryCommandIsSaidAndRun(t *testing.T) {
	scripts, err := filepath.Glob("testdata/script/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	var ran strings.Builder
	for _, name := range scripts {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		ran.Write(b)
	}
	m := model(t)
	n := 0
	for _, lang := range wording.Languages() {
		w := wording.For(lang)
		eachCommand(m.Node, func(c *kong.Node) {
			path := pathOf(c)
			if !w.Has("cli.command." + path) {
				t.Errorf("%s: %s has no words", lang, path)
			}
			if len(c.Children) > 0 {
				return
			}
			n++
			example := "cli.example." + path
			if !w.Has(example) {
				t.Errorf("%s: %s has no example", lang, path)
			} else if line := w.T(example); !strings.HasPrefix(line, "cutout "+strings.ReplaceAll(path, ".", " ")) {
				t.Errorf("%s: the example of %s is of another command: %s", lang, path, line)
			} else if err := parses(line); err != nil {
				t.Errorf("the example of %s: %v", path, err)
			}
			for _, p := range c.Positional {
				if id := flagMessage(path, p.Name, w.Has); !w.Has(id) {
					t.Errorf("%s: argument %s of %s has no words", lang, p.Name, path)
				}
			}
			for _, f := range c.Flags {
				if id := flagMessage(path, f.Name, w.Has); !w.Has(id) {
					t.Errorf("%s: flag --%s of %s has no words", lang, f.Name, path)
				}
			}
			if runElsewhere[path] == "" && !regexp.MustCompile(`cutout `+strings.ReplaceAll(path, ".", " ")+`( |\n)`).MatchString(ran.String()) {
				t.Errorf("no script runs %s", path)
			}
		})
		for _, f := range m.Flags {
			if !w.Has("cli.flag." + f.Name) {
				t.Errorf("%s: flag --%s has no words", lang, f.Name)
			}
		}
	}
	if n < 100 {
		t.Errorf("only %d commands were counted in two languages", n)
	}
}

// parses holds an example to what the parser takes.
func parses(line string) error {
	line, _, _ = strings.Cut(line, " > ")
	var args []string
	for _, part := range regexp.MustCompile(`"[^"]*"|\S+`).FindAllString(line, -1)[1:] {
		args = append(args, strings.Trim(part, `"`))
	}
	var all commands
	p, err := newParser(&all, newSession(context.Background(), "en"))
	if err == nil {
		_, err = p.Parse(args)
	}
	return err
}

// TestNoFlagTakesASecret holds that a secret can be given in a file, on standard input or at a prompt, and no other way.
func TestNoFlagTakesASecret(t *testing.T) {
	secret := regexp.MustCompile(`pass|secret|token|password|dsn|postgres|identity|birth|phone`)
	allowed := map[string]bool{"passphrase-file": true, "new-passphrase-file": true, "keys-passphrase-file": true, "postgres-file": true, "passphrase": true, "key-passphrase-file": true, "own-passphrase": true, "oidc-secret-file": true,
		"identity-kind": true} // how well a person is known, a word of a list
	eachCommand(model(t).Node, func(c *kong.Node) {
		for _, f := range c.Flags {
			if secret.MatchString(f.Name) && !allowed[f.Name] {
				t.Errorf("%s: --%s would put a secret where every account of the machine sees it", pathOf(c), f.Name)
			}
		}
		for _, p := range c.Positional {
			if secret.MatchString(p.Name) {
				t.Errorf("%s: the argument %s would put a secret where every account of the machine sees it", pathOf(c), p.Name)
			}
		}
	})
	for _, f := range model(t).Flags {
		if secret.MatchString(f.Name) && !allowed[f.Name] {
			t.Errorf("--%s would put a secret where every account of the machine sees it", f.Name)
		}
	}
}

// TestEveryCodeIsWorded holds that what the door and the nouns can say has words in both languages.
func TestEveryCodeIsWorded(t *testing.T) {
	codes := map[string]string{}
	err := filepath.WalkDir("../../internal", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") || filepath.Base(name) == "planted.go" {
			return err // planted leaks are for the tests of secrecy: nobody is shown what they say
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			return nil // somebody is writing it
		}
		inDoor := strings.Contains(filepath.ToSlash(name), "/casework/")
		ast.Inspect(f, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			switch fun := call.Fun.(type) {
			case *ast.Ident:
				if inDoor && fun.Name == "refused" {
					if c, ok := literal(call.Args, 0); ok {
						codes["refused."+c], codes["refused."+c+".title"] = name, name
					}
				}
				if inDoor && fun.Name == "fieldFault" {
					if c, ok := literal(call.Args, 1); ok {
						codes["fault."+c] = name
					}
				}
			case *ast.SelectorExpr:
				if fun.Sel.Name == "Add" && len(call.Args)%2 == 0 && len(call.Args) >= 2 {
					if c, ok := literal(call.Args, 1); ok && strings.Contains(c, ".") {
						codes["fault."+c] = name
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
	if len(codes) < 100 {
		t.Fatalf("only %d codes were found", len(codes))
	}
	for _, c := range []string{"notfound", "conflict", "internal", "invalid", "refused.sign-in", "refused.too-many"} {
		codes[c], codes[c+".title"] = "errors.go", "errors.go"
	}
	for c, where := range codes {
		for _, lang := range wording.Languages() {
			if !wording.For(lang).Has(c) {
				t.Errorf("%s: %s (%s) has no words", lang, c, where)
			}
		}
	}
}

func literal(args []ast.Expr, i int) (string, bool) {
	if i >= len(args) {
		return "", false
	}
	l, ok := args[i].(*ast.BasicLit)
	if !ok || l.Kind != token.STRING {
		return "", false
	}
	s, err := strconv.Unquote(l.Value)
	return s, err == nil
}
