// Package draft turns the strings of a form, a file or a JSON body into the values of a record, and notes every fault on
// the way, so that a person mends a form once. It knows no noun: it never decides what a field means, only whether its
// text can be what the noun needs.
package draft

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"cutout/internal/day"
	"cutout/internal/fault"
	"cutout/internal/id"
)

// Checker refuses text that no record may hold. The door passes in the one implementation; nouns never hold their own.
type Checker interface {
	// Identifier checks a short name people compare by eye: no control characters, no bidirectional controls.
	Identifier(field, s string) fault.Faults
	// Text checks prose of at most max bytes: valid UTF-8, bidirectional controls allowed.
	Text(field, s string, max int) fault.Faults
}

// Vocabulary is what a noun needs from the unit's rule pack: whether a code stands in one of its lists
// ("category", "overlay", "language" …), and the two checks of text.
type Vocabulary interface {
	Checker
	Has(vocabulary, code string) bool
}

// Limits of text, in bytes.
const (
	NameLimit  = 200       // names, topics, series, places: what stands on one line
	NoteLimit  = 20_000    // a paragraph or a page: plans, notes, reasons
	ItemLimit  = 100_000   // one item of a report
	WholeLimit = 1_000_000 // a whole record
	ListLimit  = 200       // entries of any list in a draft
)

// Reading reads one draft. Its Faults hold all that was wrong so far; after a fault the value returned is the zero value
// and reading goes on.
type Reading struct {
	Faults fault.Faults
	words  Vocabulary
}

// New starts a reading in the unit's vocabulary.
func New(words Vocabulary) *Reading { return &Reading{words: words} }

// Add notes a fault the noun itself found.
func (r *Reading) Add(field, code string, kv ...string) { r.Faults.Add(field, code, kv...) }

// Merge adds the faults of a part under its field prefix ("items.2.").
func (r *Reading) Merge(prefix string, part fault.Faults) { r.Faults.Merge(prefix, part) }

// Need notes a fault when a text that must be there is blank, and reports whether it is there.
func (r *Reading) Need(field, s string) bool {
	if strings.TrimSpace(s) == "" {
		r.Add(field, "field.required")
		return false
	}
	return true
}

// Identifier reads a one-line name that people compare by eye, at most NameLimit bytes. Blank is the empty text.
func (r *Reading) Identifier(field, s string) string {
	s = strings.TrimSpace(s)
	if s == "" {
		return ""
	}
	if len(s) > NameLimit {
		r.Add(field, "field.long", "Limit", strconv.Itoa(NameLimit))
		return ""
	}
	if !utf8.ValidString(s) {
		r.Add(field, "field.utf8")
		return ""
	}
	if part := r.words.Identifier(field, s); len(part) > 0 {
		r.Faults = append(r.Faults, part...)
		return ""
	}
	return s
}

// Text reads prose of at most limit bytes. Line ends become "\n"; nothing else is changed.
func (r *Reading) Text(field, s string, limit int) string {
	if strings.TrimSpace(s) == "" {
		return ""
	}
	if len(s) > limit {
		r.Add(field, "field.long", "Limit", strconv.Itoa(limit))
		return ""
	}
	if !utf8.ValidString(s) {
		r.Add(field, "field.utf8")
		return ""
	}
	if part := r.words.Text(field, s, limit); len(part) > 0 {
		r.Faults = append(r.Faults, part...)
		return ""
	}
	return strings.ReplaceAll(s, "\r\n", "\n")
}

// Code reads a code of one of the pack's vocabularies. Blank is the empty code.
func (r *Reading) Code(field, vocabulary, s string) string {
	s = r.Identifier(field, s)
	if s != "" && !r.words.Has(vocabulary, s) {
		r.Add(field, "field.code", "Given", s, "Vocabulary", vocabulary)
		return ""
	}
	return s
}

// Period reads a date in any form of package day. Blank is the zero Period, "not known".
func (r *Reading) Period(field, s string) day.Period {
	p, err := day.ParsePeriod(s)
	if err != nil {
		r.Add(field, "field.date", "Given", clip(s))
		return day.Period{}
	}
	return p
}

// Day reads one exact day. Blank is day.Never.
func (r *Reading) Day(field, s string) day.Day {
	if s = strings.TrimSpace(s); s == "" || s == "never" {
		return day.Never
	}
	d, err := day.Parse(s)
	if err != nil {
		r.Add(field, "field.day", "Given", clip(s))
		return day.Never
	}
	return d
}

// Moment reads a moment to the second: RFC 3339 with its zone, or YYYY-MM-DDThh:mm and YYYY-MM-DD in the unit's zone.
// Blank is the zero time.
func (r *Reading) Moment(field, s string, zone *time.Location) time.Time {
	if s = strings.TrimSpace(s); s == "" {
		return time.Time{}
	}
	for _, form := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02T15:04", time.DateOnly} {
		// Outside these years a moment could not be written back as RFC 3339.
		if t, err := time.ParseInLocation(form, s, zone); err == nil && t.Year() > 0 && t.Year() < 9999 {
			return t.Truncate(time.Second)
		}
	}
	r.Add(field, "field.moment", "Given", clip(s))
	return time.Time{}
}

// Flag reads yes or no. Blank is no.
func (r *Reading) Flag(field, s string) bool {
	v := r.Tri(field, s)
	return v != nil && *v
}

// Tri reads yes, no, or (blank) not known, which is nil.
func (r *Reading) Tri(field, s string) *bool {
	var v bool
	switch strings.ToLower(strings.TrimSpace(s)) {
	case "":
		return nil
	case "true", "yes", "on", "1":
		v = true
	case "false", "no", "off", "0":
	default:
		r.Add(field, "field.flag", "Given", clip(s))
		return nil
	}
	return &v
}

// Number reads a whole number from low to high. Blank is the value missing.
func (r *Reading) Number(field, s string, missing, low, high int) int {
	if s = strings.TrimSpace(s); s == "" {
		return missing
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < low || n > high {
		r.Add(field, "field.number", "Given", clip(s), "Low", strconv.Itoa(low), "High", strconv.Itoa(high))
		return missing
	}
	return n
}

// One reads a value of a closed list. Blank is the zero value.
func One[T ~string](r *Reading, field, s string, all ...T) T {
	s = strings.TrimSpace(s)
	if s == "" {
		return ""
	}
	if v := T(s); slices.Contains(all, v) {
		return v
	}
	names := make([]string, len(all))
	for i, v := range all {
		names[i] = string(v)
	}
	r.Add(field, "field.choice", "Given", clip(s), "Allowed", strings.Join(names, ", "))
	return ""
}

// ID reads an id of noun N. Blank is the zero id.
func ID[N id.Noun](r *Reading, field, s string) id.Of[N] {
	if s = strings.TrimSpace(s); s == "" {
		return id.Of[N]{}
	}
	v, err := id.Parse[N](s)
	if err != nil {
		r.Add(field, "field.id", "Given", clip(s))
	}
	return v
}

// IDs reads a list of ids of noun N; blank entries and repeats are dropped, order is kept.
func IDs[N id.Noun](r *Reading, field string, list []string) []id.Of[N] {
	var out []id.Of[N]
	r.Each(field, list, func(f, s string) {
		if v := ID[N](r, f, s); !v.IsZero() && !slices.Contains(out, v) {
			out = append(out, v)
		}
	})
	return out
}

// Ref reads the long form of an id whose noun the record leaves open; prefixes lists the nouns allowed ("src", "pty"),
// none meaning any. Blank is the empty text. That the record exists is for the door to find out.
func (r *Reading) Ref(field, s string, prefixes ...string) string {
	s = strings.ToLower(strings.TrimSpace(s))
	if s == "" {
		return ""
	}
	long, rest, ok := strings.Cut(s, "_")
	if !ok || len(rest) != 26 || strings.Trim(rest, "0123456789abcdefghjkmnpqrstvwxyz") != "" || strings.Trim(long, "abcdefghijklmnopqrstuvwxyz") != "" ||
		long == "" || len(long) > 8 || (len(prefixes) > 0 && !slices.Contains(prefixes, long)) {
		r.Add(field, "field.id", "Given", clip(s))
		return ""
	}
	return s
}

// Refs reads a list of ids whose noun is open; blank entries and repeats are dropped.
func (r *Reading) Refs(field string, list []string, prefixes ...string) []string {
	var out []string
	r.Each(field, list, func(f, s string) {
		if v := r.Ref(f, s, prefixes...); v != "" && !slices.Contains(out, v) {
			out = append(out, v)
		}
	})
	return out
}

// Identifiers reads a list of one-line names; blank entries and repeats are dropped.
func (r *Reading) Identifiers(field string, list []string) []string {
	var out []string
	r.Each(field, list, func(f, s string) {
		if v := r.Identifier(f, s); v != "" && !slices.Contains(out, v) {
			out = append(out, v)
		}
	})
	return out
}

// Codes reads a list of codes of one vocabulary; blank entries and repeats are dropped.
func (r *Reading) Codes(field, vocabulary string, list []string) []string {
	var out []string
	r.Each(field, list, func(f, s string) {
		if v := r.Code(f, vocabulary, s); v != "" && !slices.Contains(out, v) {
			out = append(out, v)
		}
	})
	return out
}

// Each calls read for every entry with its own field name ("names.3"), unless the list is over ListLimit.
func (r *Reading) Each(field string, list []string, read func(field, s string)) {
	if !r.Few(field, len(list)) {
		return
	}
	for i, s := range list {
		read(At(field, i), s)
	}
}

// Few notes a fault when a list is over ListLimit, and reports whether it is not.
func (r *Reading) Few(field string, n int) bool {
	if n > ListLimit {
		r.Add(field, "field.many", "Limit", strconv.Itoa(ListLimit))
		return false
	}
	return true
}

// At is the field name of entry i of a list ("items.2"), counted from 1 as people count.
func At(field string, i int) string { return field + "." + strconv.Itoa(i+1) }

// clip shortens what was given for a fault: enough to recognize, never a whole page, always valid UTF-8.
func clip(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}

// Past reads a date that does not lie wholly after today.
func (r *Reading) Past(field, s string, today day.Day) day.Period {
	p := r.Period(field, s)
	if !p.IsZero() && p.First > today {
		r.Add(field, "field.future", "Given", p.Text)
	}
	return p
}

// Ordered notes a fault at the field of to when it ends before from starts; unknown dates are in order.
func (r *Reading) Ordered(from, to day.Period, toField, fromField string) {
	if !from.IsZero() && !to.IsZero() && to.Last < from.First {
		r.Add(toField, "field.before", "Other", fromField)
	}
}

// Into reads an id into a field of a record; the noun is the field's. Blank leaves the zero id.
func Into[N id.Noun](r *Reading, field, s string, to *id.Of[N]) { *to = ID[N](r, field, s) }

// IntoList reads a list of ids into a field of a record; the noun is the field's.
func IntoList[N id.Noun](r *Reading, field string, list []string, to *[]id.Of[N]) {
	*to = IDs[N](r, field, list)
}

// Words is the vocabulary the reading was started in, for reading a part of the draft on its own.
func (r *Reading) Words() Vocabulary { return r.words }
