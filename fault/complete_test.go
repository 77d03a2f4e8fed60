package fault

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestTableIsComplete: every drill F1 to F16 has a line in README.md, and behind the line a test here or in the package
// it names, or the target of the Makefile it names.
func TestTableIsComplete(t *testing.T) {
	b, err := os.ReadFile("README.md")
	must(t, err)
	files, err := filepath.Glob("*_test.go")
	must(t, err)
	var source strings.Builder
	for _, f := range files {
		b, err := os.ReadFile(f)
		must(t, err)
		source.Write(b)
	}
	for n := 1; n <= 16; n++ {
		line := regexp.MustCompile(fmt.Sprintf(`(?m)^\| F%d \|.*$`, n)).FindString(string(b))
		here := regexp.MustCompile(fmt.Sprintf(`(?m)^func TestF%02d[A-Z]`, n)).MatchString(source.String())
		elsewhere := regexp.MustCompile(`package \[([^\]]+)\]`).FindStringSubmatch(line)
		switch {
		case line == "":
			t.Errorf("F%d has no line in README.md", n)
		case elsewhere != nil:
			tests, err := filepath.Glob(filepath.Join("..", elsewhere[1], "*_test.go"))
			if err != nil || len(tests) == 0 {
				t.Errorf("F%d is said to be in %s, which has no tests", n, elsewhere[1])
			}
		case !here:
			t.Errorf("F%d has a line and no test", n)
		}
	}
}
