package textindex

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"cutout/internal/fault"
)

// Mode says how many parts of a query a text must hold.
type Mode uint8

// All is what officers search with; Any is for measuring, with a ranking behind it.
const (
	All Mode = iota // every part
	Any             // at least one part
)

// Query is what somebody looks for: words, matched by their stems, and quoted phrases, matched letter by letter after
// normalizing. The zero Query finds nothing. A Query is never changed and may be used by many at once.
type Query struct {
	mode  Mode
	parts []part
	// What the words of a text are looked up in while scanning it.
	light, extended map[string][]int // stem -> parts that are single words
	firsts          [256]bool        // first bytes of light stems
	arabic          []uint64         // byteSet of every stem
}

// part is one word or one phrase of a query.
type part struct {
	phrase  []string // plain words in order; empty for a word
	back    []int    // Knuth-Morris-Pratt: how much of phrase is still matched after a mismatch
	leads   []string // index terms a phrase is narrowed by
	word    []string // index terms of a word: light, then extended for Arabic
	letters int
}

// ParseQuery reads a query: words, and phrases in quotation marks ("…", “…”, «…»; one left open ends with the text). Outside
// phrases, words of questions and grammar are dropped unless nothing else is left. A run of letters that makes several words
// (Chinese, Japanese, Thai) is a phrase. Faults, all on the field "query": query.empty, query.words, query.long and
// text.encoding; with a fault the Query is zero.
func ParseQuery(text string, mode Mode) (Query, fault.Faults) {
	var faults fault.Faults
	switch {
	case len(text) > MaxQueryBytes:
		faults.Add("query", "query.long", "Limit", strconv.Itoa(MaxQueryBytes))
		return Query{}, faults
	case !utf8.ValidString(text):
		faults.Add("query", "text.encoding")
		return Query{}, faults
	}
	var kept, spare []queryWord
	for _, piece := range splitQuotes(text) {
		if piece.quoted {
			if words := scanWords(piece.text); len(words) > 0 {
				kept = append(kept, queryWord{quoted: true, run: words})
			}
			continue
		}
		for _, run := range runs(scanWords(piece.text)) {
			w := queryWord{run: run}
			if len(run) == 1 && isGrammar(run[0].Plain) {
				spare = append(spare, w)
			} else {
				kept = append(kept, w)
			}
		}
	}
	if len(kept) == 0 {
		kept = spare
	}
	q := Query{mode: mode}
	count, seen := 0, map[string]bool{}
	for _, w := range kept {
		count += len(w.run)
		p := w.part()
		key := strings.Join(p.phrase, " ") + "|" + strings.Join(p.word, " ")
		if !seen[key] {
			seen[key] = true
			q.parts = append(q.parts, p)
		}
	}
	if count == 0 {
		faults.Add("query", "query.empty")
	}
	if count > MaxQueryWords {
		faults.Add("query", "query.words", "Limit", strconv.Itoa(MaxQueryWords), "Given", strconv.Itoa(count))
	}
	if len(faults) > 0 {
		return Query{}, faults
	}
	q.prepare()
	return q, nil
}

// queryWord is a stretch of words that belong together.
type queryWord struct {
	quoted bool
	run    []scanned
}

type scanned struct {
	Plain      string
	start, end int
	in         writing
}

func scanWords(text string) (words []scanned) {
	s := scanner{text: text}
	for s.next() {
		words = append(words, scanned{string(s.word), s.start, s.end, s.in})
	}
	return words
}

// runs groups words with nothing between them.
func runs(words []scanned) (out [][]scanned) {
	for i, w := range words {
		if i > 0 && words[i-1].end >= w.start {
			out[len(out)-1] = append(out[len(out)-1], w)
			continue
		}
		out = append(out, []scanned{w})
	}
	return out
}

func (w queryWord) part() part {
	var p part
	if !w.quoted && len(w.run) == 1 {
		one := w.run[0]
		p.letters = letters(one.Plain)
		p.word = []string{lightTerm(one.Plain, one.in)}
		if one.in == arabic {
			p.word = append(p.word, extendedTerm(one.Plain))
		}
		return p
	}
	var all []string
	for _, one := range w.run {
		p.phrase = append(p.phrase, one.Plain)
		p.letters += letters(one.Plain)
		term := lightTerm(one.Plain, one.in)
		all = append(all, term)
		if !isGrammar(one.Plain) {
			p.leads = append(p.leads, term)
		}
	}
	if len(p.leads) == 0 {
		p.leads = all
	}
	p.back = make([]int, len(p.phrase)+1)
	p.back[0] = -1
	for i, j := 0, -1; i < len(p.phrase); {
		for j >= 0 && p.phrase[i] != p.phrase[j] {
			j = p.back[j]
		}
		i++
		j++
		p.back[i] = j
	}
	return p
}

func (q *Query) prepare() {
	q.light, q.extended = map[string][]int{}, map[string][]int{}
	for i, p := range q.parts {
		for k, term := range p.word {
			q.arabic = append(q.arabic, byteSet(term[len(lightPrefix):]))
			if k == 0 {
				q.light[term] = append(q.light[term], i)
				q.firsts[term[len(lightPrefix)]] = true
			} else {
				q.extended[term] = append(q.extended[term], i)
			}
		}
	}
}

// Terms gives the index terms that narrow the texts to look at: a text can match only if of every group it holds at least
// one term. In mode Any there is a single group. When NeedsMatch is false the terms alone decide.
func (q Query) Terms() [][]string {
	var groups [][]string
	seen := map[string]bool{}
	add := func(group ...string) {
		if key := strings.Join(group, " "); !seen[key] {
			seen[key] = true
			groups = append(groups, group)
		}
	}
	if q.mode == Any {
		var one []string
		for _, p := range q.parts {
			for _, t := range append(p.word[:len(p.word):len(p.word)], longest(p.leads)...) {
				if !seen[t] {
					seen[t] = true
					one = append(one, t)
				}
			}
		}
		if len(one) > 0 {
			groups = append(groups, one)
		}
		return groups
	}
	for _, p := range q.parts {
		if len(p.word) > 0 {
			add(p.word...)
		}
		for _, t := range p.leads {
			add(t)
		}
	}
	return groups
}

// longest picks the one term of a phrase that promises the fewest texts.
func longest(terms []string) []string {
	best := 0
	for i, t := range terms {
		if len(t) > len(terms[best]) {
			best = i
		}
	}
	if len(terms) == 0 {
		return nil
	}
	return terms[best : best+1]
}

// NeedsMatch is true when the query holds a phrase, so that texts found by Terms must still pass Match.
func (q Query) NeedsMatch() bool {
	for _, p := range q.parts {
		if len(p.phrase) > 0 {
			return true
		}
	}
	return false
}

type quotePiece struct {
	text   string
	quoted bool
}

// closers maps an opening quotation mark to the marks that end it.
var closers = map[rune]string{'"': `"`, '“': `”“"`, '”': `”"`, '„': `“”"`, '«': "»", '»': "«", '＂': `＂"`}

func splitQuotes(text string) (out []quotePiece) {
	from, ends := 0, ""
	for i, r := range text {
		switch {
		case ends == "" && closers[r] != "" && opensHere(text[:i]):
			out = append(out, quotePiece{text[from:i], false})
			from, ends = i+utf8.RuneLen(r), closers[r]
		case ends != "" && strings.ContainsRune(ends, r):
			out = append(out, quotePiece{text[from:i], true})
			from, ends = i+utf8.RuneLen(r), ""
		}
	}
	return append(out, quotePiece{text[from:], ends != ""})
}

// opensHere keeps a mark inside a word (5"3, جمعية"س) from opening a phrase.
func opensHere(before string) bool {
	r, _ := utf8.DecodeLastRuneInString(before)
	return before == "" || !unicode.IsLetter(r) && !unicode.IsDigit(r)
}
