package exercise

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"cutout/internal/day"
	"cutout/internal/exercise/casefile"
)

// unsaid stands where the door asks for words and the file has none.
const unsaid = "not on record"

// nameBook gives every person of a case a name that is not his: his first code name, else his id. It also takes true names
// out of the case's prose, since no true name of a case is ever entered: identities live in the vault, and a case has none there.
type nameBook struct {
	neutral map[string]string // person's file id to his name in the play
	hidden  []hiddenName      // longest first
}

type hiddenName struct{ name, instead string }

// shortestName is the fewest letters of a family name that are looked for by themselves: shorter ones are parts of words.
const shortestName = 4

func newNameBook(c *casefile.Case) nameBook {
	b := nameBook{neutral: map[string]string{}}
	for i := range c.Persons {
		p := &c.Persons[i]
		b.neutral[p.ID] = p.ID
		for _, s := range p.CodeNames.Value {
			if s = oneLine(s); s != "" {
				b.neutral[p.ID] = s
				break
			}
		}
		names := append([]string{p.TrueName.Value, p.NameNative.Value}, p.NameVariants.Value...)
		for _, n := range names {
			words := strings.Fields(n)
			if len(words) == 0 {
				continue
			}
			b.hidden = append(b.hidden, hiddenName{strings.Join(words, " "), b.neutral[p.ID]})
			if family := words[len(words)-1]; len(words) > 1 && utf8.RuneCountInString(family) >= shortestName {
				b.hidden = append(b.hidden, hiddenName{family, b.neutral[p.ID]})
			}
		}
	}
	slices.SortStableFunc(b.hidden, func(x, y hiddenName) int {
		return cmp.Or(cmp.Compare(len(y.name), len(x.name)), cmp.Compare(x.name, y.name))
	})
	return b
}

// prose takes the true names of the case out of a text; whole words only.
func (b nameBook) prose(s string) string {
	for _, h := range b.hidden {
		if strings.Contains(s, h.name) {
			s = replaceWords(s, h.name, h.instead)
		}
	}
	return s
}

func replaceWords(s, name, instead string) string {
	var out strings.Builder
	done := 0
	for {
		i := strings.Index(s[done:], name)
		if i < 0 {
			out.WriteString(s[done:])
			return out.String()
		}
		from, to := done+i, done+i+len(name)
		before, _ := utf8.DecodeLastRuneInString(s[:from])
		after, _ := utf8.DecodeRuneInString(s[to:])
		out.WriteString(s[done:from])
		if unicode.IsLetter(before) || unicode.IsLetter(after) {
			out.WriteString(name)
		} else {
			out.WriteString(instead)
		}
		done = to
	}
}

// longestName is the most bytes of a name on one line that the door takes.
const longestName = 200

// oneLine makes words fit where the door wants one line that people compare by eye.
func oneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) || unicode.IsControl(r) && !unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
	s = strings.Join(strings.Fields(s), " ")
	for len(s) > longestName {
		_, n := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-n]
	}
	return strings.TrimSpace(s)
}

// words is a field's text as prose.
func (p *player) words(f casefile.Field[string]) string {
	if !f.Has() {
		return ""
	}
	return p.names.prose(f.Value)
}

// name is a field's text on one line.
func (p *player) name(f casefile.Field[string]) string { return oneLine(p.words(f)) }

// ref is the record that a field names, or its words when it names none.
func (p *player) ref(f casefile.Field[string]) string {
	if id := p.made[f.Value]; f.Has() && id != "" {
		return id
	}
	return p.name(f)
}

// record is the record of an id, only if it is of one of the nouns; else nothing.
func (p *player) record(file string, prefixes ...string) string {
	id := p.made[file]
	long, _, _ := strings.Cut(id, "_")
	if id == "" || !slices.Contains(prefixes, long) {
		return ""
	}
	return id
}

// records are those of the ids that became records of one of the nouns.
func (p *player) records(files []string, prefixes ...string) []string {
	var out []string
	for _, f := range files {
		if id := p.record(f, prefixes...); id != "" {
			out = append(out, id)
		}
	}
	return out
}

// past is a date as the file gives it, if it does not lie wholly after today: the door takes no record of what is to come.
func (p *player) past(f casefile.Field[day.Period]) string {
	if !f.Has() || f.Value.First > p.today() {
		return ""
	}
	return f.Value.Text
}

// before reports whether one date ends before another begins; the door refuses such periods, and an old file may hold them.
func before(a, b string) bool {
	p, errP := day.ParsePeriod(a)
	q, errQ := day.ParsePeriod(b)
	return errP == nil && errQ == nil && !p.IsZero() && !q.IsZero() && p.Last < q.First
}

// flag is a truth value as drafts write it; not known is blank.
func flag(f casefile.Field[bool]) string {
	switch {
	case !f.Has():
		return ""
	case f.Value:
		return "yes"
	}
	return "no"
}
