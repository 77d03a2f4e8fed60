package textindex

import "unicode/utf8"

// The letters before a term, by what it is.
const (
	lightPrefix    = "w"
	extendedPrefix = "x"
)

// Term is one word of a text. Position counts words from 0; Start and End are its bytes in the text, marks included.
// Extended equals Light for all but Arabic words.
type Term struct {
	Position, Start, End   int
	Plain, Light, Extended string
}

// AppendTerms appends the words of a text in order, repeats included. It is for looking at texts of a page or a record;
// the index is built by IndexTerms.
func AppendTerms(dst []Term, text string) []Term {
	s := scanner{text: text}
	for n := 0; s.next(); n++ {
		plain := string(s.word)
		t := Term{Position: n, Start: s.start, End: s.end, Plain: plain, Light: lightStem(plain, s.in)}
		t.Extended = t.Light
		if s.in == arabic {
			t.Extended = extendedStem(plain)
		}
		dst = append(dst, t)
	}
	return dst
}

// IndexTerms gives the distinct index terms of a text in order of appearance: w and the light stem of every word, x and the
// extended stem of Arabic words. At most MaxIndexTerms; Indexer.Terms says when that cut something off.
func IndexTerms(text string) []string {
	var x Indexer
	terms, _ := x.Terms(text)
	return terms
}

// Indexer makes index terms of many texts and remembers the stems of recent words (some 32,000). The zero Indexer is ready;
// it is not for concurrent use. It holds words of the texts it has seen in memory until it is dropped.
type Indexer struct {
	words map[string]*wordTerms
	terms map[string]*seenTerm
	turn  uint64 // the text now being indexed
}

type wordTerms struct {
	light, extended *seenTerm // extended is nil for all but Arabic words
	turn            uint64
}

type seenTerm struct {
	term string
	turn uint64
}

// rememberedWords bounds what an Indexer keeps between texts, a few megabytes.
const rememberedWords = 1 << 15

// Terms gives what IndexTerms gives. complete is false when the text has more than MaxIndexTerms distinct terms: the rest
// cannot be found, and whoever files the text should be told.
func (x *Indexer) Terms(text string) (terms []string, complete bool) {
	if x.words == nil || len(x.words) > rememberedWords {
		x.words, x.terms = make(map[string]*wordTerms), make(map[string]*seenTerm)
	}
	x.turn++
	complete = true
	add := func(t *seenTerm) {
		if t == nil || t.turn == x.turn {
			return
		}
		if len(terms) == MaxIndexTerms {
			complete = false
			return
		}
		t.turn = x.turn
		terms = append(terms, t.term)
	}
	s := scanner{text: text}
	for s.next() {
		w := x.words[string(s.word)]
		if w == nil {
			if !complete {
				continue
			}
			w = x.learn(string(s.word), s.in)
		}
		if w.turn == x.turn {
			continue
		}
		w.turn = x.turn
		add(w.light)
		add(w.extended)
	}
	return terms, complete
}

func (x *Indexer) learn(plain string, in writing) *wordTerms {
	w := &wordTerms{light: x.term(lightTerm(plain, in))}
	if in == arabic {
		w.extended = x.term(extendedTerm(plain))
	}
	x.words[plain] = w
	return w
}

func (x *Indexer) term(term string) *seenTerm {
	t := x.terms[term]
	if t == nil {
		t = &seenTerm{term: term}
		x.terms[term] = t
	}
	return t
}

func lightTerm(plain string, in writing) string { return cutTerm(lightPrefix + lightStem(plain, in)) }

func extendedTerm(plain string) string { return cutTerm(extendedPrefix + extendedStem(plain)) }

// cutTerm keeps a term within MaxTermBytes, at a letter.
func cutTerm(t string) string {
	if len(t) <= MaxTermBytes {
		return t
	}
	n := MaxTermBytes
	for !utf8.RuneStart(t[n]) {
		n--
	}
	return t[:n]
}
