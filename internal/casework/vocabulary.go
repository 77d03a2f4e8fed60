package casework

import (
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
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

// CheckMarking checks a release's marking: one TLP label, and handling codes of one scheme the pack uses that do not
// contradict each other. An action or sanitization code alone means that sharing is conditional: C goes without saying.
func (v vocabulary) CheckMarking(field string, codes []string) fault.Faults {
	var f fault.Faults
	var handling []string
	labels := 0
	for i, c := range codes {
		if t, err := grading.ParseTLP(c); err == nil {
			if labels++; labels > 1 {
				f.Add(field+"."+strconv.Itoa(i+1), "marking.two-labels", "Given", string(t))
			}
			continue
		}
		handling = append(handling, c)
	}
	if labels == 0 {
		f.Add(field, "marking.no-label")
	}
	if len(handling) == 0 {
		return f
	}
	var best error
	for _, s := range v.d.pack.Schemes {
		text := strings.Join(handling, " ")
		if s == grading.ThreeByFive && !slices.Contains(handling, "C") && !slices.Contains(handling, "P") {
			text = "C " + text
		}
		_, err := grading.ParseHandling(s, text)
		if err == nil {
			return f
		}
		var e *fault.Error
		if best == nil && errors.As(err, &e) && e.Faults[0].Code != "handling.scheme-unknown" {
			best = err
		}
	}
	var e *fault.Error
	if errors.As(best, &e) {
		for _, x := range e.Faults {
			x.Field = field
			f = append(f, x)
		}
		return f
	}
	f.Add(field, "marking.unknown", "Given", strings.Join(handling, " "))
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
