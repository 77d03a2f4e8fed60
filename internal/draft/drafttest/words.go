// Package drafttest is a vocabulary for tests of the nouns. Only tests import it.
package drafttest

import (
	"slices"

	"cutout/internal/fault"
)

// Words has every code but "NOT-IN-PACK", and refuses control and bidirectional override characters in identifiers.
type Words struct{}

// Has reports whether the code stands in the list.
func (Words) Has(_, code string) bool { return code != "NOT-IN-PACK" }

// Identifier refuses what no identifier may hold.
func (Words) Identifier(field, s string) (f fault.Faults) {
	for _, c := range s {
		if c < ' ' || (c >= 0x202a && c <= 0x202e) {
			f.Add(field, "text.control")
			return
		}
	}
	return
}

// Text takes any prose.
func (Words) Text(string, string, int) fault.Faults { return nil }

// Has reports whether a fault of the code stands at the field.
func Has(f fault.Faults, field, code string) bool {
	return slices.ContainsFunc(f, func(x fault.Fault) bool { return x.Field == field && x.Code == code })
}
