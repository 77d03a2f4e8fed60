package report

import (
	"errors"
	"strings"

	"cutout/internal/draft"
	"cutout/internal/fault"
	"cutout/internal/grading"
)

// Grade is a grade as given, in the scheme it was given in.
type Grade = grading.Grade

// readGrade reads "B2" in the named scheme, or in the unit's when none is named, or "admiralty:B2". Blank is no grade.
func readGrade(r *draft.Reading, scheme, given, usual string) *Grade {
	given, scheme = strings.TrimSpace(given), strings.TrimSpace(scheme)
	if given == "" {
		return nil
	}
	if s, rest, ok := strings.Cut(given, ":"); ok && scheme == "" {
		scheme, given = s, rest
	}
	if scheme == "" {
		scheme = usual
	}
	given, scheme = r.Identifier("grade", given), r.Identifier("scheme", scheme)
	if given == "" || scheme == "" {
		r.Need("scheme", scheme)
		return nil
	}
	g, err := grading.Parse(grading.Scheme(scheme), given)
	var f *fault.Error
	if errors.As(err, &f) { // what is wrong, with the marks the scheme has
		r.Merge("", f.Faults)
		return nil
	}
	return &g
}
