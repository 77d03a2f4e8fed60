package casework

import (
	"io"
	"slices"
	"strconv"
	"time"

	"cutout/internal/authority"
	"cutout/internal/compartment"
	"cutout/internal/day"
	"cutout/internal/fault"
	"cutout/internal/grading"
	"cutout/internal/officer"
	"cutout/internal/profile"
	"cutout/internal/source"
	"cutout/internal/textindex"
)

// vocabulary is what noun parsers ask for: the lists of the unit's pack and the two checks of text.
type vocabulary struct{ d *Desk }

func (d *Desk) vocabulary() vocabulary { return vocabulary{d} }

// Identifier checks a name people compare by eye.
func (v vocabulary) Identifier(field, s string) fault.Faults {
	return textindex.CheckIdentifier(field, s)
}

// Text checks prose.
func (v vocabulary) Text(field, s string, limit int) fault.Faults {
	return textindex.CheckText(field, s, limit)
}

// Has reports whether a code stands in a list of the pack.
func (v vocabulary) Has(list, code string) bool {
	p := v.d.pack
	var ok bool
	switch list {
	case "category":
		_, ok = p.Category(code)
	case "overlay":
		_, ok = p.Overlay(code)
	case "authority-kind":
		_, ok = p.AuthorityKind(code)
	case "ground":
		_, ok = p.Term("grounds", code)
	case "task-type":
		_, ok = p.Term("task-types", code)
	case "language":
		ok = len(code) == 2 || len(code) == 3
	case "organization":
		ok = code != "" && len(code) <= 40
	default:
		_, ok = p.Term(list, code)
	}
	return ok
}

// AuthorityLimits is the clock of a kind of authority. An oral authority is available only in kinds the pack calls
// urgent, and a written one only in the others.
func (v vocabulary) AuthorityLimits(kind string, oral bool, age source.AgeBand, overlays []string, from time.Time) (authority.Limits, bool) {
	k, ok := v.d.pack.AuthorityKind(kind)
	if !ok || k.Urgent != oral {
		return authority.Limits{}, false
	}
	young := age == "under-16" || age == "16-17" || slices.Contains(overlays, "juvenile") || slices.Contains(overlays, "under-16")
	l := authority.Limits{Until: k.Expiry(from, young), ReviewBy: day.Never, NeedsSignature: k.OwnAuthority, PackVersion: v.d.packVersion()}
	if due, ok := k.ReviewDue(day.Of(from), young); ok {
		l.ReviewBy = due.Add(-1)
	}
	return l, true
}

// CheckMarking checks a release's marking: one TLP label, and handling codes of a scheme the pack uses.
func (v vocabulary) CheckMarking(field string, codes []string) fault.Faults {
	var f fault.Faults
	labels := 0
	for i, c := range codes {
		at := field + "." + strconv.Itoa(i+1)
		if t, err := grading.ParseTLP(c); err == nil {
			if labels++; labels > 1 {
				f.Add(at, "marking.two-labels", "Given", string(t))
			}
			continue
		}
		known := false
		for _, s := range v.d.pack.Schemes {
			if _, ok := v.d.pack.HandlingRule(s, c); ok {
				known = true
			}
		}
		if !known {
			f.Add(at, "marking.unknown", "Given", c)
		}
	}
	if labels == 0 {
		f.Add(field, "marking.no-label")
	}
	return f
}

// level reads the code of a level; blank is the usual one.
func (d *Desk) level(f *fault.Faults, code string, usual compartment.Level) compartment.Level {
	if code == "" {
		return usual
	}
	l, ok := d.pack.Level(code)
	if !ok {
		f.Add("level", "field.code", "Given", code, "Vocabulary", "level")
		return usual
	}
	return compartment.Level(l.Order)
}

// The usual levels: a source's file is held at the second highest level of the pack, reports and releases one below.
func sourceLevel(p *profile.Pack) compartment.Level {
	return compartment.Level(max(len(p.Levels)-2, 0))
}

func reportLevel(p *profile.Pack) compartment.Level {
	return compartment.Level(max(len(p.Levels)-3, 0))
}

// randomOf is the stream from which ids in an officer's drafts are drawn.
func (d *Desk) randomOf(o officer.Officer) io.Reader {
	if d.cfg.Random == nil {
		return nil
	}
	return d.cfg.Random(o.ID)
}
