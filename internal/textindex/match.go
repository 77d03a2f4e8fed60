package textindex

// hit is one place of a text where a part of a query stands.
type hit struct {
	part       int
	start, end int  // bytes of the text
	position   int  // of its last word
	weak       bool // only the extended stem agrees
}

// find walks a text and reports hits in order of their end until yield says stop; it gives the number of words walked.
func (q *Query) find(text string, yield func(hit) bool) (words int) {
	type span struct{ start, end int }
	matched := make([]int, len(q.parts)) // words of each phrase matched so far
	var recent [MaxQueryWords]span
	var phrases []int
	for i, p := range q.parts {
		if len(p.phrase) > 0 {
			phrases = append(phrases, i)
		}
	}
	s := scanner{text: text}
	for s.next() {
		recent[words%MaxQueryWords] = span{s.start, s.end}
		if q.mayHit(s.word, s.in) {
			plain := string(s.word)
			exact := q.light[lightTerm(plain, s.in)]
			for _, i := range exact {
				if !yield(hit{i, s.start, s.end, words, false}) {
					return words
				}
			}
			if s.in == arabic && len(q.extended) > 0 {
				for _, i := range q.extended[extendedTerm(plain)] {
					if !contains(exact, i) && !yield(hit{i, s.start, s.end, words, true}) {
						return words
					}
				}
			}
		}
		for _, i := range phrases {
			p := &q.parts[i]
			k := matched[i]
			for k >= 0 && p.phrase[k] != string(s.word) {
				k = p.back[k]
			}
			k++
			if k == len(p.phrase) {
				first := recent[(words-k+1)%MaxQueryWords]
				if !yield(hit{i, first.start, s.end, words, false}) {
					return words
				}
				k = p.back[k]
			}
			matched[i] = k
		}
		words++
	}
	return words
}

// mayHit sorts out most words before they are stemmed: stemming keeps the first byte of a Latin word, and takes letters from
// an Arabic one but never puts one in.
func (q *Query) mayHit(word []byte, in writing) bool {
	if in != arabic {
		return q.firsts[word[0]]
	}
	has := byteSet(word)
	for _, needs := range q.arabic {
		if needs&^has == 0 {
			return true
		}
	}
	return false
}

// byteSet notes which bytes occur, as far as 64 bits tell them apart; Arabic letters differ in their last six bits.
func byteSet[T string | []byte](word T) (set uint64) {
	for i := range len(word) {
		set |= 1 << (word[i] & 63)
	}
	return set
}

func contains(list []int, n int) bool {
	for _, v := range list {
		if v == n {
			return true
		}
	}
	return false
}

// Match says whether a text answers the query: words by light or extended stem, phrases as the same plain words in
// sequence; every part in mode All, any part in mode Any.
func (q Query) Match(text string) bool {
	if len(q.parts) == 0 {
		return false
	}
	missing := len(q.parts)
	if q.mode == Any {
		missing = 1
	}
	seen := make([]bool, len(q.parts))
	q.find(text, func(h hit) bool {
		if !seen[h.part] {
			seen[h.part] = true
			missing--
		}
		return missing > 0
	})
	return missing <= 0
}

// Numbers of Score, set by hand on the development set of TestRetrieval; none depends on any other text.
const (
	usualWords   = 100.0 // a report's usual length
	saturation   = 0.9   // bm25's k1: how soon further hits stop adding
	lengthWeight = 0.6   // bm25's b
	weakHit      = 0.6   // a hit by extended stem alone
	nearness     = 0.2   // what different parts close together add, at most
	nearWords    = 4     // how close that is
)

// Score says how well one text answers the query, 0 to 1: how many of its parts stand in the text and how often, long words
// counting more than short ones (they are rarer in any text, which stands in for the corpus statistics that must not be
// used), with something added for different parts standing close together. Field weight and age are the caller's.
func (q Query) Score(text string) float64 {
	if len(q.parts) == 0 {
		return 0
	}
	counts := make([]float64, len(q.parts))
	near := make([]bool, len(q.parts))
	var last hit
	begun := false
	words := q.find(text, func(h hit) bool {
		if h.weak {
			counts[h.part] += weakHit
		} else {
			counts[h.part]++
		}
		if begun && last.part != h.part && h.position-last.position <= nearWords {
			near[h.part], near[last.part] = true, true
		}
		last, begun = h, true
		return true
	})
	norm := saturation * (1 - lengthWeight + lengthWeight*float64(words)/usualWords)
	var sum, whole float64
	for i, p := range q.parts {
		w := partWeight(p.letters)
		whole += w * (1 + nearness)
		if counts[i] == 0 {
			continue
		}
		sum += w * counts[i] * (1 + saturation) / (counts[i] + norm) / (1 + saturation)
		if near[i] {
			sum += w * nearness
		}
	}
	return sum / whole
}

// partWeight grows with the letters of a part: 3 letters or fewer say little, more than 9 add nothing.
func partWeight(letters int) float64 {
	n := float64(min(max(letters, 2), 9))
	return n * n
}
