package main

import (
	"math"
	"slices"

	"cutout/internal/textindex"
)

// ranking is a collection indexed by three forms of each word (as written, light stem, extended stem) and ranked by
// Okapi BM25 (Robertson and Zaragoza 2009, "The Probabilistic Relevance Framework", section 3) summed over the forms.
type ranking struct {
	fields [forms]field
	n      int
	scores []float64
	buffer []textindex.Term
}

// The forms of a word.
const (
	plainForm = iota
	lightForm
	extendedForm
	forms
)

// field is the postings of one form.
type field struct {
	postings map[string][]posting
	lengths  []float64
	total    float64
}

type posting struct {
	doc   int32
	count float32
}

// The parameters of BM25 and the weight of each form, chosen on the development part of the retrieval set.
const (
	saturation = 0.6
	lengthBias = 0.6
)

var formWeight = [forms]float64{0.3, 0.7, 1}

func newRanking() *ranking {
	r := &ranking{}
	for i := range r.fields {
		r.fields[i].postings = map[string][]posting{}
	}
	return r
}

// add indexes one more document.
func (r *ranking) add(text string) {
	r.buffer = textindex.AppendTerms(r.buffer[:0], text)
	doc := int32(r.n)
	r.n++
	for f := range forms {
		l := 0.0
		for _, t := range r.buffer {
			w := formOf(t, f)
			if w == "" {
				continue
			}
			l++
			p := r.fields[f].postings[w]
			if len(p) > 0 && p[len(p)-1].doc == doc {
				p[len(p)-1].count++
			} else {
				r.fields[f].postings[w] = append(p, posting{doc, 1})
			}
		}
		r.fields[f].lengths = append(r.fields[f].lengths, l)
		r.fields[f].total += l
	}
}

func formOf(t textindex.Term, f int) string {
	switch f {
	case plainForm:
		return t.Plain
	case lightForm:
		return t.Light
	}
	return t.Extended
}

func (r *ranking) close() { r.scores = make([]float64, r.n) }

// best lists the documents that fit a query best, best first; of equals the earlier one stands first. Question words are
// left out as a unit's search leaves them out.
func (r *ranking) best(query string, top int) []int {
	q, faults := textindex.ParseQuery(query, textindex.Any)
	if len(faults) > 0 {
		return nil
	}
	asked := map[string]bool{}
	for _, group := range q.Terms() {
		for _, t := range group {
			asked[t] = true
		}
	}
	var touched []int32
	seen := map[string]bool{}
	for _, t := range textindex.AppendTerms(nil, query) {
		if !asked["w"+t.Light] || seen[t.Plain] {
			continue
		}
		seen[t.Plain] = true
		for f := range forms {
			w := formOf(t, f)
			if w == "" {
				continue
			}
			fd := &r.fields[f]
			ps := fd.postings[w]
			if len(ps) == 0 {
				continue
			}
			average := fd.total / float64(r.n)
			rarity := formWeight[f] * math.Log(1+(float64(r.n)-float64(len(ps))+0.5)/(float64(len(ps))+0.5))
			for _, p := range ps {
				if r.scores[p.doc] == 0 {
					touched = append(touched, p.doc)
				}
				c := float64(p.count)
				r.scores[p.doc] += rarity * c * (saturation + 1) / (c + saturation*(1-lengthBias+lengthBias*fd.lengths[p.doc]/average))
			}
		}
	}
	slices.SortFunc(touched, func(a, b int32) int {
		switch {
		case r.scores[a] > r.scores[b]:
			return -1
		case r.scores[a] < r.scores[b]:
			return 1
		}
		return int(a - b)
	})
	var out []int
	for i, d := range touched {
		if i < top {
			out = append(out, int(d))
		}
		r.scores[d] = 0
	}
	return out
}
