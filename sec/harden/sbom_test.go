package harden

import (
	"encoding/json"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"cutout/sec/served"
)

// TestSBOM holds the list of what the program consists of to what the go command says is linked into it, to go.sum and to
// the lock of the npm packages: each is there, with a hash, and nothing else is.
func TestSBOM(t *testing.T) {
	run := func(args ...string) []byte {
		t.Helper()
		c := exec.Command("go", args...)
		c.Dir = "../.."
		out, err := c.Output()
		if err != nil {
			t.Fatalf("go %v: %v", args, err)
		}
		return out
	}
	bin := served.Binary(t)
	made := run("run", "./deploy/sbom", bin)
	if string(run("run", "./deploy/sbom", bin)) != string(made) {
		t.Error("the same program gives another list")
	}
	var b struct {
		BomFormat, SpecVersion, SerialNumber string
		Version                              int
		Metadata                             struct {
			Component struct{ Name, Version string }
		}
		Components []struct {
			Type, Name, Version, Purl string
			Ref                       string `json:"bom-ref"`
			Hashes                    []struct{ Alg, Content string }
		}
		Dependencies []struct {
			Ref       string
			DependsOn []string
		}
	}
	if err := json.Unmarshal(made, &b); err != nil {
		t.Fatal(err)
	}
	if b.BomFormat != "CycloneDX" || b.SpecVersion != "1.6" || b.Version != 1 || b.Metadata.Component.Name != "cutout" ||
		!regexp.MustCompile(`^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`).MatchString(b.SerialNumber) {
		t.Errorf("not CycloneDX 1.6: %+v", b)
	}
	sums, err := os.ReadFile("../../go.sum")
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]bool{}
	for line := range strings.Lines(string(run("list", "-deps", "-f", "{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}}{{end}}{{end}}", "./cmd/cutout"))) {
		if f := strings.Fields(line); len(f) == 2 {
			want["pkg:golang/"+f[0]+"@"+f[1]] = true
			if !strings.Contains(string(sums), f[0]+" "+f[1]+" h1:") {
				t.Errorf("%s %s is linked and not in go.sum", f[0], f[1])
			}
		}
	}
	modules := len(want)
	var lock struct {
		Packages map[string]struct {
			Version string
			Dev     bool
		}
	}
	raw, err := os.ReadFile("../../package-lock.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &lock); err != nil {
		t.Fatal(err)
	}
	for at, p := range lock.Packages {
		if name, ok := strings.CutPrefix(at, "node_modules/"); ok && !p.Dev {
			want["pkg:npm/"+strings.Replace(name, "@", "%40", 1)+"@"+p.Version] = true
		}
	}
	if modules < 15 || len(want) < modules+4 {
		t.Errorf("only %d modules and %d parts are expected", modules, len(want))
	}
	listed := map[string]bool{}
	for _, c := range b.Components {
		listed[c.Purl] = true
		if c.Ref != c.Purl || c.Type != "library" || c.Version == "" {
			t.Errorf("%+v", c)
		}
		if c.Name == "std" {
			continue
		}
		if !want[c.Purl] {
			t.Errorf("%s is listed and not linked", c.Purl)
		}
		size := map[string]int{"SHA-256": 64, "SHA-512": 128}
		if len(c.Hashes) != 1 || len(c.Hashes[0].Content) != size[c.Hashes[0].Alg] {
			t.Errorf("%s has no hash: %+v", c.Purl, c.Hashes)
		}
	}
	for p := range want {
		if !listed[p] {
			t.Errorf("%s is linked and not listed", p)
		}
	}
	if len(b.Dependencies) != 1 || len(b.Dependencies[0].DependsOn) != len(b.Components) {
		t.Error("the program does not depend on all of it")
	}
}
