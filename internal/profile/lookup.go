package profile

import (
	"slices"

	"cutout/internal/day"
	"cutout/internal/grading"
	"cutout/internal/officer"
)

// Vocabulary is the closed list of the name, in the pack's order: "grounds", "requirement-kinds", "task-types", "roles",
// "particulars", "application", "safeguards", "peace-phases", "document-categories". None for another name.
func (p *Pack) Vocabulary(name string) []Term { return slices.Clone(p.vocabularies[name]) }

// Term is one word of the named vocabulary.
func (p *Pack) Term(vocabulary, code string) (Term, bool) {
	return byCode(p.vocabularies[vocabulary], code)
}

type coded interface{ code() string }

func (t Term) code() string { return t.Code }

func byCode[T coded](list []T, code string) (T, bool) {
	for _, x := range list {
		if x.code() == code {
			return x, true
		}
	}
	var none T
	return none, false
}

// Level is the level with the code ("SECRET").
func (p *Pack) Level(code string) (Level, bool) { return byCode(p.Levels, code) }

// LevelOf is the level with the number that a label holds.
func (p *Pack) LevelOf(l uint8) (Level, bool) {
	if int(l) >= len(p.Levels) {
		return Level{}, false
	}
	return p.Levels[l], true
}

// Category is the category of source with the code ("AGENT").
func (p *Pack) Category(code string) (Category, bool) { return byCode(p.Categories, code) }

// Overlay is the overlay with the code ("juvenile").
func (p *Pack) Overlay(code string) (Overlay, bool) { return byCode(p.Overlays, code) }

// AuthorityKind is the kind of authority with the code ("chis-written").
func (p *Pack) AuthorityKind(code string) (AuthorityKind, bool) { return byCode(p.Authorities, code) }

// Limit is the deadline, retention or review period with the code ("register-retention").
func (p *Pack) Limit(code string) (Limit, bool) { return byCode(p.Limits, code) }

// Contact is the contact type with the code ("meeting").
func (p *Pack) Contact(code string) (ContactType, bool) { return byCode(p.Contacts, code) }

// Basis is the basis of knowledge with the code ("hearsay").
func (p *Pack) Basis(code string) (Basis, bool) { return byCode(p.Bases, code) }

// Notice is the notice kind with the code ("fabrication-notice").
func (p *Pack) Notice(code string) (NoticeKind, bool) { return byCode(p.Notices, code) }

// HandlingRule is what a handling code of the scheme asks; false when the pack sets no rule for it.
func (p *Pack) HandlingRule(s grading.Scheme, code string) (HandlingRule, bool) {
	for _, h := range p.Handling {
		if h.Scheme == s && h.Code == code {
			return h, true
		}
	}
	return HandlingRule{}, false
}

// Citation is the source with the key.
func (p *Pack) Citation(key string) (Citation, bool) {
	for _, c := range p.Citations {
		if c.Key == key {
			return c, true
		}
	}
	return Citation{}, false
}

// Conflict is the rule that forbids one person both duties for one source, in either order. The house's own walls
// (officer.Conflict) hold besides; Check proves that a pack names each of them.
func (p *Pack) Conflict(a, b officer.Duty) (Conflict, bool) {
	for _, c := range p.Conflicts {
		if (c.A == a && c.B == b) || (c.A == b && c.B == a) {
			return c, true
		}
	}
	return Conflict{}, false
}

// AllowsScheme reports whether grades may be given in the scheme.
func (p *Pack) AllowsScheme(s grading.Scheme) bool { return slices.Contains(p.Schemes, s) }

// InForce reports whether decisions may be taken under this version on the day (T15).
func (p *Pack) InForce(d day.Day) bool { return d <= p.ValidUntil }

// Threshold is a number of the watch. FromPack is false when the pack is silent and the documented default stands:
// whoever uses it must say so.
type Threshold struct {
	Figure
	Name     string
	FromPack bool
}

// Int is the value as a whole number.
func (t Threshold) Int() int { return int(t.Value) }

// Threshold is the number the watch runs by; false only for a name the watch does not know.
func (p *Pack) Threshold(name string) (Threshold, bool) {
	def, ok := defaults[name]
	if !ok {
		return Threshold{}, false
	}
	if f, ok := p.thresholds[name]; ok {
		return Threshold{f, name, true}, true
	}
	return Threshold{Figure{Value: def.value, Confirm: true}, name, false}, true
}

// Thresholds lists every threshold of the watch by name.
func (p *Pack) Thresholds() []Threshold {
	out := make([]Threshold, 0, len(defaults))
	for name := range defaults {
		t, _ := p.Threshold(name)
		out = append(out, t)
	}
	slices.SortFunc(out, func(a, b Threshold) int {
		if a.Name < b.Name {
			return -1
		}
		return 1
	})
	return out
}

// defaults are the watch's documented defaults. A share lies above 0 and at most at 1; every other is a whole number of
// days, hours, months, years or things, at least 1.
var defaults = map[string]struct {
	value float64
	share bool
}{
	"absent_days": {30, false}, "access_days": {7, false}, "adverse_items": {3, false}, "agree_days": {365, false},
	"agree_lines": {4, false}, "approach_days": {30, false}, "basis_split": {0.25, true}, "bona_fides_days": {90, false},
	"cell_reach": {3, false}, "conduct_days": {90, false}, "contact_record_hours": {24, false}, "converge_days": {30, false},
	"converge_n": {3, false}, "cover_days": {30, false}, "doubt_days": {30, false}, "drift_days": {60, false},
	"drift_reports": {3, false}, "expiry_warn_days": {30, false}, "exposure_min": {5, false}, "gap_collect_days": {14, false},
	"gap_days": {7, false}, "independent_min": {2, false}, "inspection_fail": {0.1, true}, "likeness": {0.8, true},
	"loss_months": {24, false}, "one_origin_reports": {10, false}, "one_origin_share": {0.8, true}, "pattern_n": {4, false},
	"review_likeness": {0.85, true}, "review_years": {5, false}, "silence_days": {45, false}, "tenure_years": {5, false},
	"unread_days": {3, false},
}
