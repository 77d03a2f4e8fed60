package fault

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

// TestF14Targets: whatever reads what a stranger can send or change has a fuzz target, with seeds, that "make fuzz" runs.
func TestF14Targets(t *testing.T) {
	want := map[string]string{
		"internal/audit FuzzOpenCheckpoint": "checkpoints", "internal/audit FuzzReadRows": "rows of a bundle", "internal/audit FuzzDecode": "log entries",
		"internal/vault FuzzDecodeEnvelope": "envelopes", "internal/vault FuzzOpenBody": "sealed bodies", "internal/textindex FuzzParseQuery": "search words",
		"internal/web FuzzForm": "forms", "internal/store FuzzCursor": "cursors", "internal/api FuzzAcceptLanguage": "Accept-Language",
		"internal/casework FuzzBundle": "bundles", "internal/casework FuzzEntryProof": "log proofs", "cmd/cutout FuzzDecode": "imports",
		"internal/day FuzzParsePeriod": "dates", "internal/id FuzzParse": "ids", "internal/exercise/casefile FuzzParse": "casebooks",
	}
	found := map[string]bool{}
	must(t, filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "node_modules" || strings.HasPrefix(d.Name(), ".") && d.Name() != "..") {
			return fs.SkipDir
		}
		if !strings.HasSuffix(path, "_test.go") {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel("..", filepath.Dir(path))
		if err != nil {
			return err
		}
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || !strings.HasPrefix(f.Name.Name, "Fuzz") {
				continue
			}
			seeded := false
			ast.Inspect(f, func(n ast.Node) bool {
				s, ok := n.(*ast.SelectorExpr)
				seeded = seeded || ok && s.Sel.Name == "Add"
				return true
			})
			name := filepath.ToSlash(rel) + " " + f.Name.Name
			if found[name] = seeded; !seeded {
				t.Errorf("%s has no seeds", name)
			}
		}
		return nil
	}))
	for name, what := range want {
		if !found[name] {
			t.Errorf("nothing fuzzes %s: %s", what, name)
		}
	}
}
