// Package casebook holds the project's own copy of the five public, closed cases that demonstrations and whole-system
// tests play. It only carries the files: package casefile reads them. It never holds a live record.
package casebook

import "embed"

// Files holds the case files by name ("03-curveball.yaml"), in case-file schema 2. List them with Names.
//
//go:embed *.yaml
var Files embed.FS

// Names lists the case files in the order of their numbers.
func Names() []string {
	entries, err := Files.ReadDir(".")
	if err != nil {
		panic("casebook: the embedded files cannot be listed: " + err.Error()) // fixed when the binary is built
	}
	names := make([]string, 0, len(entries))
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}
