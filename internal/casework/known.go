package casework

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"cutout/internal/identity"
	"cutout/internal/leak"
	"cutout/internal/names"
	"cutout/internal/officer"
	"cutout/internal/source"
	"cutout/internal/store"
)

// "Is this person already registered?" is asked across the whole unit, whatever the officer may see: one man handled twice
// counts as two sources who agree. The answer is as little as helps: how sure, and whom to ask. It is a declared leak,
// held down by a limit for each officer and by its entry on the log.

// A person's tokens stand as marks beside the tokens of his names, keyed under the unit's name key: neither the server nor
// who takes its files can test a guess against them.
const (
	documentMark = "person-document" // a paper's number
	yearMark     = "person-year"     // two parts of a name and the year of birth, or no year known
	nameMark     = "person-name"     // two parts of a name
)

// personTokens are the tokens of a person by mark, the exact ones. Parts are taken two by two in order, so that a middle
// name left out still leaves a pair.
func personTokens(key []byte, p identity.Particulars, years []string) map[string][]store.ID {
	m := hmac.New(sha256.New, key)
	token := func(parts ...string) store.ID {
		m.Reset()
		m.Write([]byte("person\x00"))
		for _, s := range parts {
			m.Write([]byte(s))
			m.Write([]byte{0})
		}
		return store.ID(m.Sum(nil)[:16])
	}
	out := map[string][]store.ID{}
	add := func(mark string, t store.ID) {
		if !slices.Contains(out[mark], t) {
			out[mark] = append(out[mark], t)
		}
	}
	for _, d := range p.Documents {
		if n := plainNumber(d.Number); len(n) >= 4 {
			add(documentMark, token("document", n))
		}
	}
	for _, n := range p.Names {
		for _, full := range []string{n.Full, n.Given + " " + strings.Join(n.Fathers, " ") + " " + n.Family} {
			parts := skeletons(full)
			for i, a := range parts {
				for _, b := range parts[i+1:] {
					if a == b {
						continue
					}
					x, y := min(a, b), max(a, b)
					add(nameMark, token("name", x, y))
					for _, year := range years {
						add(yearMark, token("year", x, y, year))
					}
				}
			}
		}
	}
	return out
}

// skeletons are the parts of a name that name somebody, in their coarse form.
func skeletons(full string) []string {
	var out []string
	for _, w := range strings.FieldsFunc(full, func(r rune) bool { return unicode.IsSpace(r) || r == '-' || r == ',' }) {
		for _, article := range []string{"al", "el", "ال"} { // written together or apart
			if rest, ok := strings.CutPrefix(strings.ToLower(w), article); ok && len([]rune(rest)) >= 3 && article == "ال" {
				w = rest
			}
		}
		if slices.Contains(particles, strings.ToLower(w)) {
			continue
		}
		if s := names.Skeleton(w); len([]rune(s)) >= 2 {
			out = append(out, s)
		}
	}
	return out
}

// plainNumber is a paper's number as people mean it: letters and digits, Arabic digits as the others.
func plainNumber(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '٠' && r <= '٩':
			return '0' + r - '٠'
		case r >= '۰' && r <= '۹':
			return '0' + r - '۰'
		case unicode.IsLetter(r), unicode.IsDigit(r):
			return unicode.ToUpper(r)
		}
		return -1
	}, s)
}

// unknownYear stands for a year of birth that nobody knows.
const unknownYear = "?"

// birthYears are the years a person may be born in as far as stated, at most three, else unknown.
func birthYears(p identity.Particulars) []string {
	if p.Born.IsZero() {
		return []string{unknownYear}
	}
	first, last := p.Born.First.Time().Year(), p.Born.Last.Time().Year()
	if last-first > 2 {
		return []string{unknownYear}
	}
	var out []string
	for y := first; y <= last; y++ {
		out = append(out, strconv.Itoa(y))
	}
	return out
}

// personMarks are what is kept of a person who is registered.
func personMarks(key []byte, p identity.Particulars) []store.Mark {
	var out []store.Mark
	for mark, ts := range personTokens(key, p, birthYears(p)) {
		for _, t := range ts {
			out = append(out, store.Mark{Name: mark, Value: t})
		}
	}
	return out
}

// Sureness is how much speaks for it that a person is already registered.
type Sureness string

// The degrees: the same paper; the same two names and year of birth; two names alone, where a year is not known.
const (
	SamePaper Sureness = "paper"
	Likely    Sureness = "likely"
	Possible  Sureness = "possible"
)

// KnownAs is one hit: how sure, and the officer to ask. Nothing else of the source is told.
type KnownAs struct {
	Sureness Sureness `json:"sureness"`
	Ask      string   `json:"ask"` // account name
}

// The questions an officer may ask in a window: enough for the work, too few to try a list of names.
const (
	mostAsked   = 10
	askedWindow = time.Hour
)

var actKnown = act{"person.known", one(officer.Registrar, officer.IntakeOfficer, officer.Handler, officer.CoHandler)}

// Known asks whether a person is already registered anywhere in the unit. The question is on the log, with a commitment to
// what was asked, before it is answered.
func (d *Desk) Known(ctx context.Context, o officer.Officer, n identity.Draft) (out []KnownAs, err error) {
	person, f := identity.New(n, d.vocabulary(), d.store.Today())
	if err := invalid(f); err != nil {
		return nil, err
	}
	key, err := d.nameKey(ctx, o)
	if err != nil {
		return nil, err
	}
	who, err := person.Disclose()
	if err != nil {
		return nil, d.report(actKnown.word, shown(err))
	}
	defer who.Wipe()
	defer person.Forget()
	years := around(birthYears(who))
	var asked, yearless map[string][]store.ID
	if err := key.Use(func(k []byte) error {
		asked, yearless = personTokens(k, who, years), personTokens(k, who, []string{unknownYear})
		return nil
	}); err != nil {
		return nil, d.report(actKnown.word, shown(err))
	}
	var noYear []store.ID // two parts of a name alone count only when this one's year is not known
	if len(years) == 0 {
		noYear = asked[nameMark]
	}
	err = d.look(ctx, o, actKnown, "officer", o.ID.String(), func(w *work) error {
		out = nil
		if err := w.notTooMany(); err != nil {
			return err
		}
		for _, ts := range asked {
			for _, t := range ts {
				w.Entry().Detail = append(w.Entry().Detail, t[:]...)
			}
		}
		hits := map[store.ID]Sureness{}
		for _, m := range []struct {
			mark   string
			sure   Sureness
			tokens []store.ID
		}{{nameMark, Possible, noYear}, {yearMark, Possible, yearless[yearMark]}, {yearMark, Likely, asked[yearMark]}, {documentMark, SamePaper, asked[documentMark]}} {
			found, err := w.BlindHits(m.mark, "name-token-of", m.tokens...)
			if err != nil {
				return err
			}
			for _, sources := range found {
				for _, s := range sources {
					hits[s] = m.sure
				}
			}
		}
		as, err := w.Accounts()
		if err != nil {
			return err
		}
		for s, sure := range hits {
			ask := w.whomToAsk(as, s)
			if leak.On("known_source") {
				ask += " " + source.ID(s).String()
			}
			out = append(out, KnownAs{sure, ask})
		}
		slices.SortFunc(out, func(a, b KnownAs) int {
			return strings.Compare(order(a.Sureness)+a.Ask, order(b.Sureness)+b.Ask)
		})
		out = slices.Compact(out)
		return nil
	})
	return out, err
}

func order(s Sureness) string {
	return map[Sureness]string{SamePaper: "1", Likely: "2", Possible: "3"}[s]
}

// around are the years to ask for, since a year of birth is often one off; none when it is not known.
func around(years []string) []string {
	var out []string
	for _, s := range years {
		y, err := strconv.Atoi(s)
		for d := -1; err == nil && d <= 1; d++ {
			if t := strconv.Itoa(y + d); !slices.Contains(out, t) {
				out = append(out, t)
			}
		}
	}
	return out
}

// notTooMany counts the officer's questions on the log, which a restart does not empty.
func (w *work) notTooMany() error {
	es, err := w.Log(store.LogQuery{Object: w.Officer().ID.String(), Officer: w.Officer().ID, Act: actKnown.word, Limit: mostAsked})
	if err != nil {
		return err
	}
	n := 0
	for _, e := range es {
		if age := w.Now().Sub(e.Time); age < askedWindow {
			n++
		}
	}
	if n >= mostAsked {
		return &Error{Kind: Refused, Code: "refused.asked-too-often"}
	}
	return nil
}

// whomToAsk is the one officer who answers for a source: its controller, else its handler, else a registrar of the unit.
func (w *work) whomToAsk(as []store.Account, of store.ID) string {
	for _, duty := range []officer.Duty{officer.Controller, officer.Handler, officer.CoHandler} {
		for _, a := range as {
			if !a.Rights.Closed && slices.ContainsFunc(a.Rights.Grants, func(g officer.Grant) bool { return g.On(w.Today()) && g.Source == of && g.Duty == duty }) {
				return a.Name
			}
		}
	}
	for _, a := range as {
		if !a.Rights.Closed && slices.Contains(lineOf(a, w.Today()).Duties, officer.Registrar) {
			return a.Name
		}
	}
	return ""
}

// PersonDraft is a person as asked about: porches that never hold an identity pass it on unread.
type PersonDraft = identity.Draft
