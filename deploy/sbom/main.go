// Command sbom writes what a built program consists of, as CycloneDX 1.6 in JSON: the Go modules linked into it with the
// hashes they were checked against, the Go that built it, and the npm packages whose files it carries.
//
//	go run ./deploy/sbom bin/cutout > cutout.cdx.json
//
// It reads the program and package-lock.json, asks nobody, and gives the same bytes for the same program.
package main

import (
	"bytes"
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
)

// bom is the part of CycloneDX 1.6 that is used.
type bom struct {
	Format       string       `json:"bomFormat"`
	Spec         string       `json:"specVersion"`
	Serial       string       `json:"serialNumber"`
	Version      int          `json:"version"`
	Metadata     metadata     `json:"metadata"`
	Components   []component  `json:"components"`
	Dependencies []dependency `json:"dependencies"`
}

type metadata struct {
	Component component `json:"component"`
}

type component struct {
	Type    string `json:"type"`
	Ref     string `json:"bom-ref"`
	Name    string `json:"name"`
	Version string `json:"version"`
	Purl    string `json:"purl,omitempty"`
	Hashes  []hash `json:"hashes,omitempty"`
}

type hash struct {
	Alg     string `json:"alg"`
	Content string `json:"content"`
}

type dependency struct {
	Ref string   `json:"ref"`
	On  []string `json:"dependsOn"`
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: sbom PROGRAM > FILE; run it where package-lock.json is")
		os.Exit(2)
	}
	out, err := describe(os.Args[1], "package-lock.json")
	if err == nil {
		_, err = os.Stdout.Write(out)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "sbom:", err)
		os.Exit(1)
	}
}

func describe(program, lock string) ([]byte, error) {
	raw, err := os.ReadFile(program)
	if err != nil {
		return nil, err
	}
	info, err := buildinfo.Read(bytes.NewReader(raw))
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(raw)
	b := bom{Format: "CycloneDX", Spec: "1.6", Version: 1, Serial: serial(sum)}
	version := info.Main.Version
	if version == "" || version == "(devel)" {
		version = "sha256:" + hex.EncodeToString(sum[:8])
	}
	b.Metadata.Component = component{Type: "application", Ref: "cutout", Name: "cutout", Version: version, Hashes: []hash{{"SHA-256", hex.EncodeToString(sum[:])}}}
	std := strings.TrimPrefix(info.GoVersion, "go")
	b.Components = append(b.Components, component{Type: "library", Ref: "pkg:golang/std@" + std, Name: "std", Version: std, Purl: "pkg:golang/std@" + std})
	for _, m := range info.Deps {
		if m.Replace != nil {
			m = m.Replace
		}
		h, err := hexOf(m.Sum, "h1:")
		if err != nil {
			return nil, fmt.Errorf("module %s: %w", m.Path, err)
		}
		purl := "pkg:golang/" + m.Path + "@" + m.Version
		b.Components = append(b.Components, component{"library", purl, m.Path, m.Version, purl, []hash{{"SHA-256", h}}})
	}
	if err := b.addPackages(lock); err != nil {
		return nil, err
	}
	all := dependency{Ref: "cutout"}
	for _, c := range b.Components {
		all.On = append(all.On, c.Ref)
	}
	b.Dependencies = []dependency{all}
	out, err := json.MarshalIndent(b, "", "  ")
	return append(out, '\n'), err
}

// addPackages adds the npm packages that are not for tests only.
func (b *bom) addPackages(lock string) error {
	raw, err := os.ReadFile(lock)
	if err != nil {
		return err
	}
	var locked struct {
		Packages map[string]struct {
			Version, Integrity string
			Dev                bool
		}
	}
	if err := json.Unmarshal(raw, &locked); err != nil {
		return fmt.Errorf("%s: %w", lock, err)
	}
	var found []component
	for at, p := range locked.Packages {
		name, ok := strings.CutPrefix(at, "node_modules/")
		if !ok || p.Dev {
			continue
		}
		h, err := hexOf(p.Integrity, "sha512-")
		if err != nil {
			return fmt.Errorf("package %s: %w", name, err)
		}
		purl := "pkg:npm/" + strings.Replace(name, "@", "%40", 1) + "@" + p.Version
		found = append(found, component{"library", purl, name, p.Version, purl, []hash{{"SHA-512", h}}})
	}
	slices.SortFunc(found, func(x, y component) int { return strings.Compare(x.Name, y.Name) })
	b.Components = append(b.Components, found...)
	return nil
}

// hexOf turns a hash as Go and npm write it into hexadecimal. Go's is over the names and hashes of a module's files.
func hexOf(s, prefix string) (string, error) {
	coded, ok := strings.CutPrefix(s, prefix)
	raw, err := base64.StdEncoding.DecodeString(coded)
	if !ok || err != nil || len(raw) < 32 {
		return "", fmt.Errorf("no hash: %q", s)
	}
	return hex.EncodeToString(raw), nil
}

// serial is a name for the list that the same program always gets: a UUID of version 8 made of its hash.
func serial(sum [32]byte) string {
	u := sum
	u[6], u[8] = u[6]&0x0f|0x80, u[8]&0x3f|0x80
	h := hex.EncodeToString(u[:16])
	return "urn:uuid:" + h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}
