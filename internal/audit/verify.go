package audit

import (
	"cmp"
	"errors"
	"fmt"
	"iter"
	"slices"
)

// Row is one entry as a store or a bundle holds it.
type Row struct {
	Seq   int64  // the number it is stored under
	Entry []byte // the encoded entry; the caller may reuse the memory for the next row
	Leaf  Hash   // the stored leaf hash
	Inner []Hash // stored hashes of the subtrees this entry completes, smallest first; nil leaves them unchecked
}

// Finding says what is wrong at the first bad place of a log.
type Finding string

// What Verify can find. Their texts are codes: the wording package says them in the reader's language.
const (
	Sound      Finding = ""                // nothing wrong was found
	Missing    Finding = "audit.missing"   // a row is not there, though later ones are
	Misplaced  Finding = "audit.misplaced" // a row stands where another belongs: swapped, repeated or moved
	Altered    Finding = "audit.altered"   // an entry does not have its stored leaf hash, or is no entry at all
	BadSubtree Finding = "audit.subtree"   // leaves do not make up the stored hash of a subtree
	CutOff     Finding = "audit.cutoff"    // the log ends before a checkpoint's size: tail cut, or an old copy restored
	Forked     Finding = "audit.forked"    // well-formed, but not the history the checkpoint signed
	OtherLog   Finding = "audit.other-log" // a checkpoint is of another log than the first one, and proves nothing here
)

// Result is what a verification proved and what it did not.
type Result struct {
	Finding Finding
	// First is the first bad index, End the index after the last that may be meant. They differ where the evidence
	// only bounds the place: Forked and BadSubtree lie at or after First and before End. Both are -1 when Sound.
	First, End int64
	Size       int64 // rows read and found well-formed
	Root       Hash  // root over them, to be compared with what the log now claims
	// Proven is how many entries, from the first, are exactly those that a checkpoint signed. Entries from Proven to Size
	// hang together among themselves, but whoever holds the log could have replaced or cut them: no checkpoint given here
	// covers them, and there may have been more.
	Proven int64
	Held   int // checkpoints that the log was found to agree with
}

// Unproven is how many entries no checkpoint covers.
func (r Result) Unproven() int64 { return r.Size - r.Proven }

// Err is nil for a sound log, else says what is bad and where, in English for the command line and for tests.
func (r Result) Err() error {
	if r.Finding == Sound {
		return nil
	}
	if r.End > r.First+1 {
		return fmt.Errorf("audit: %s: first bad entry is between %d and %d", r.Finding, r.First, r.End-1)
	}
	return fmt.Errorf("audit: %s: first bad entry is %d", r.Finding, r.First)
}

// Verify reads a whole log, row after row from entry 0, and compares it with checkpoints obtained earlier through
// OpenCheckpoint. It stops at the first bad place. The more checkpoints it is given, the closer it can name a fork. With
// none, it can only say that the log hangs together: a forger who rewrites every hash is not seen.
//
// A log is taken in one pass with constant memory. The error is one of reading the rows; what is wrong with the log itself
// stands in Result. A row that cannot even be read apart (ErrMalformed) counts as altered.
func Verify(rows iter.Seq2[Row, error], checkpoints ...Checkpoint) (Result, error) {
	points := slices.Clone(checkpoints)
	slices.SortStableFunc(points, func(a, b Checkpoint) int { return cmp.Compare(a.Size, b.Size) })
	r := Result{First: -1, End: -1}
	bad := func(what Finding, first, end int64) { r.Finding, r.First, r.End = what, first, end }
	for _, p := range points {
		if p.Origin != points[0].Origin {
			bad(OtherLog, 0, 1)
			return r, nil
		}
	}
	var f frontier
	hold := func() { // compare with every checkpoint of the present size
		for len(points) > 0 && points[0].Size == f.size && r.Finding == Sound {
			if points[0].Root != f.root() {
				bad(Forked, r.Proven, max(f.size, r.Proven+1))
				return
			}
			r.Proven, points = f.size, points[1:]
			r.Held++
		}
	}
	hold()
	for row, err := range rows {
		if r.Finding != Sound {
			break
		}
		if errors.Is(err, ErrMalformed) {
			bad(Altered, f.size, f.size+1)
			break
		}
		if err != nil {
			return r, err
		}
		at := f.size
		if row.Seq != at {
			what := Misplaced
			if row.Seq > at {
				what = Missing
			}
			bad(what, at, at+1)
			break
		}
		leaf := f.leaf(row.Entry)
		e, err := Decode(row.Entry)
		switch {
		case leaf != row.Leaf || err != nil:
			bad(Altered, at, at+1)
		case e.Seq != at:
			bad(Misplaced, at, at+1)
		}
		if r.Finding != Sound {
			break
		}
		level := -1
		ok := f.add(leaf, func(h Hash) bool {
			level++
			return level == 0 || row.Inner == nil || level <= len(row.Inner) && row.Inner[level-1] == h
		})
		if !ok || row.Inner != nil && level != len(row.Inner) {
			// All smaller subtrees agreed with theirs, so the fault is at or after the start of this one.
			bad(BadSubtree, (at+1)-1<<max(level, 0), at+1)
			break
		}
		r.Size = f.size
		hold()
	}
	if r.Finding == Sound && len(points) > 0 {
		bad(CutOff, f.size, points[0].Size)
	}
	if r.Finding == Sound {
		r.Root = f.root()
	}
	return r, nil
}
