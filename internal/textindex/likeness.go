package textindex

import (
	"encoding/binary"
	"math"
)

const (
	shingleWords = 3  // words per shingle: short enough to survive small edits, long enough not to meet by chance
	sketchSize   = 64 // standard error of an estimated Jaccard likeness: at most .0625
	fewShingles  = 12 // a contained text shorter than this proves less
)

// Likeness says how alike the wording of two texts is, 0 to 1, over runs of three normalized words. It is the Jaccard share
// of common runs, or, when a short text stands within a longer one, the share of the shorter that is found in the longer
// (Broder 1997, resemblance and containment), discounted below twelve runs because short texts meet by chance. Texts of
// one or two words are compared whole; a text without words is like nothing.
func Likeness(a, b string) float64 {
	x, y := shingles(a), shingles(b)
	if len(x) > len(y) {
		x, y = y, x
	}
	common := 0
	for h := range x {
		if y[h] {
			common++
		}
	}
	return likeness(float64(common), float64(len(x)), float64(len(y)))
}

// likeness expects short to be the smaller count of runs.
func likeness(common, short, long float64) float64 {
	if short == 0 || common == 0 {
		return 0
	}
	jaccard := common / (short + long - common)
	containment := common / short * min(1, short/fewShingles)
	return min(1, max(jaccard, containment))
}

// Sketch stands for the wording of a text where the text itself should not be kept or opened: MinHash over the runs of
// Likeness. It is no secret-keeper: whoever holds a sketch can test guesses of the text, so it takes the text's label.
type Sketch struct {
	Runs  uint32 // distinct runs of words in the text
	Least [sketchSize]uint32
}

// SketchBytes is the length of a stored sketch.
const SketchBytes = 4 + 4*sketchSize

// MakeSketch gives the sketch of a text. The result is the same on every machine and in every version; a change of the
// recipe is a change of stored data.
func MakeSketch(text string) Sketch {
	k := Sketch{}
	for i := range k.Least {
		k.Least[i] = math.MaxUint32
	}
	set := shingles(text)
	k.Runs = uint32(len(set))
	for h := range set {
		for i := range k.Least {
			k.Least[i] = min(k.Least[i], uint32(mix(h^seeds[i])>>32))
		}
	}
	return k
}

// Likeness estimates Likeness of the two texts from their sketches.
func (k Sketch) Likeness(other Sketch) float64 {
	if k.Runs == 0 || other.Runs == 0 {
		return 0
	}
	same := 0
	for i, v := range k.Least {
		if v == other.Least[i] {
			same++
		}
	}
	j := float64(same) / sketchSize
	short, long := float64(min(k.Runs, other.Runs)), float64(max(k.Runs, other.Runs))
	return likeness(min(short, j*(short+long)/(1+j)), short, long)
}

// Bytes gives the sketch for storing, big-endian, SketchBytes long.
func (k Sketch) Bytes() []byte {
	out := binary.BigEndian.AppendUint32(make([]byte, 0, SketchBytes), k.Runs)
	for _, v := range k.Least {
		out = binary.BigEndian.AppendUint32(out, v)
	}
	return out
}

// SketchFromBytes reads a stored sketch; false when the length is wrong.
func SketchFromBytes(b []byte) (k Sketch, ok bool) {
	if len(b) != SketchBytes {
		return k, false
	}
	k.Runs = binary.BigEndian.Uint32(b)
	for i := range k.Least {
		k.Least[i] = binary.BigEndian.Uint32(b[4+4*i:])
	}
	return k, true
}

var seeds = func() (s [sketchSize]uint64) {
	v := uint64(0)
	for i := range s {
		v += 0x9e3779b97f4a7c15
		s[i] = mix(v)
	}
	return s
}()

// mix is the finalizer of SplitMix64 (Steele, Lea and Flood 2014).
func mix(z uint64) uint64 {
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// shingles gives the hashes of all runs of three words; of the whole text when it is shorter.
func shingles(text string) map[uint64]bool {
	set := map[uint64]bool{}
	var last [shingleWords]uint64
	n := 0
	s := scanner{text: text}
	for s.next() {
		copy(last[:], last[1:])
		last[shingleWords-1] = hashWord(s.word)
		if n++; n >= shingleWords {
			set[hashRun(last)] = true
		}
	}
	if n > 0 && n < shingleWords {
		set[hashRun(last)] = true
	}
	return set
}

func hashRun(words [shingleWords]uint64) uint64 {
	h := uint64(0)
	for _, w := range words {
		h = mix(h*3 + w)
	}
	return h
}

// hashWord is FNV-1a.
func hashWord(w []byte) uint64 {
	h := uint64(0xcbf29ce484222325)
	for _, c := range w {
		h = (h ^ uint64(c)) * 0x100000001b3
	}
	return h
}
