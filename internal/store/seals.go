package store

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash"
	"slices"

	"cutout/internal/audit"
	"cutout/internal/compartment"
	"cutout/internal/officer"
)

// Checked is what a pass over every row of the records found.
type Checked struct {
	Rows    int64 // of every table
	Sealed  int64 // sealed bodies that opened at their place
	Damaged int64 // places where something is wrong
	First   []string
	Tables  map[string]Digest
	Log     audit.Result // against the checkpoints given
}

// Sound reports that every seal opened and the log is what its checkpoints signed.
func (c Checked) Sound() bool { return c.Damaged == 0 && c.Log.Finding == audit.Sound }

// saltSize is how many bytes of a detail are the salt of its commitment.
const saltSize = 32

// maxNamed bounds how many damaged places are named; the rest is counted.
const maxNamed = 20

// checker opens every sealed body it is shown and builds the log's tree anew from its entries. It looks at the rows of a
// store or of a copy alike: a sink of both.
type checker struct {
	keys   Keys
	points func(unit []byte) ([]audit.Checkpoint, error) // learns the unit's settings, gives the checkpoints to hold
	out    Checked
	record map[int64]ID // of a past version, whose row names its record by number; 40 bytes a record
	log    logCheck
	column map[string]int
	headed bool
}

func newChecker(keys Keys, points func([]byte) ([]audit.Checkpoint, error)) *checker {
	k := &checker{keys: keys, points: points, record: map[int64]ID{}, out: Checked{Tables: map[string]Digest{}}}
	k.log.begin()
	return k
}

func (k *checker) begin(t table) error {
	k.column = map[string]int{}
	for i, c := range t.columns {
		k.column[c] = i
	}
	return nil
}

func (k *checker) end(t table, d Digest) error {
	k.out.Tables[t.name] = d
	return nil
}

func (k *checker) damaged(table, row, what string) {
	k.out.Damaged++
	if len(k.out.First) < maxNamed {
		k.out.First = append(k.out.First, fmt.Sprintf("%s %s: %s", table, row, what))
	}
}

// cell gives a value of the row by the name of its column; one of another type is as good as damaged.
func cell[T any](k *checker, values []any, column string) (v T, ok bool) {
	i, ok := k.column[column]
	if !ok {
		return v, false
	}
	v, ok = values[i].(T)
	return v, ok
}

func (k *checker) row(t table, values []any) error {
	k.out.Rows++
	var at []byte // associated data
	var name string
	column, wellFormed := "body", true
	id, hasID := cell[[]byte](k, values, "id")
	seq, _ := cell[int64](k, values, "seq")
	by, _ := cell[[]byte](k, values, "officer")
	version, _ := cell[int64](k, values, "version")
	switch t.name {
	case "head":
		return k.head(values)
	case "record":
		name = fmt.Sprint(seq)
		if wellFormed = len(id) == len(ID{}); wellFormed {
			k.record[seq] = ID(id)
			at = associated(ID(id), version)
		}
	case "past":
		name = fmt.Sprintf("%d, version %d", seq, version)
		var of ID
		if of, wellFormed = k.record[seq]; wellFormed {
			at = associated(of, version)
		}
	case "officer":
		name, column = hex.EncodeToString(id), "secret"
		if wellFormed = len(id) == len(officer.ID{}); wellFormed {
			at = secretAAD(officer.ID(id))
		}
	case "compartment":
		name = hex.EncodeToString(id)
		if wellFormed = len(id) == len(compartment.ID{}); wellFormed {
			at = compartmentAAD(compartment.ID(id))
		}
	case "finding":
		name = hex.EncodeToString(id)
		if wellFormed = hasID && len(id) == len(ID{}) && len(by) == len(officer.ID{}); wellFormed {
			at = findingAAD(officer.ID(by), ID(id))
		}
	case "draft":
		key, _ := cell[[]byte](k, values, "name")
		name = hex.EncodeToString(key)
		if wellFormed = len(by) == len(officer.ID{}); wellFormed {
			at = draftAAD(officer.ID(by), key)
		}
	case "log_entry":
		return k.entry(seq, values)
	case "log_node":
		idx, _ := cell[int64](k, values, "idx")
		h, _ := cell[[]byte](k, values, "hash")
		k.log.node(idx, h)
		return nil
	default:
		return nil
	}
	sealed, _ := cell[[]byte](k, values, column)
	if wellFormed {
		if _, err := k.keys.Body.Open(nil, sealed, at); err == nil {
			k.out.Sealed++
			return nil
		}
	}
	k.damaged(t.name, name, "a sealed body does not open")
	return nil
}

// head proves the keys and learns the unit's settings.
func (k *checker) head(values []any) error {
	m := hmac.New(sha256.New, k.keys.Term[:])
	m.Write([]byte("store\x00proof\x001"))
	sealed, _ := cell[[]byte](k, values, "proof")
	if got, err := k.keys.Body.Open(nil, sealed, []byte("head\x00proof\x001")); err != nil || !hmac.Equal(got, m.Sum(nil)) {
		return ErrKey
	}
	sealed, _ = cell[[]byte](k, values, "unit")
	unit, err := k.keys.Body.Open(nil, sealed, []byte("head\x00unit\x001"))
	if err != nil {
		k.damaged("head", "1", "a sealed body does not open")
		return nil
	}
	k.out.Sealed += 2
	size, _ := cell[int64](k, values, "log_size")
	k.log.size = size
	points, err := k.points(unit)
	k.log.points, k.headed = points, err == nil
	return err
}

// entry adds an entry to the tree and opens what stands sealed beside it.
func (k *checker) entry(seq int64, values []any) error {
	raw, _ := cell[[]byte](k, values, "entry")
	e, err := audit.Decode(raw)
	if err != nil || e.Seq != seq {
		k.damaged("log_entry", fmt.Sprint(seq), "it is no entry of this place")
	}
	if sealed, _ := cell[[]byte](k, values, "detail"); len(sealed) > 0 {
		plain, err := k.keys.Body.Open(nil, sealed, detailAAD(seq))
		if err != nil || len(plain) < saltSize || audit.Commitment([saltSize]byte(plain[:saltSize]), plain[saltSize:]) != e.Commit {
			k.damaged("log_entry", fmt.Sprint(seq), "what stands sealed beside it is not what it speaks of")
		} else {
			k.out.Sealed++
		}
	}
	return k.log.entry(seq, raw)
}

// finish gives what was found, once every row was seen.
func (k *checker) finish() (Checked, error) {
	if !k.headed && k.out.Damaged == 0 {
		return k.out, ErrCopy
	}
	r, err := k.log.finish()
	k.out.Log = r
	return k.out, err
}

// logCheck builds the tree of a log from its entries in constant memory, and compares it with the stored hashes and with
// checkpoints. Entries and hashes may come in any order of the two.
type logCheck struct {
	size   int64 // as the head says
	points []audit.Checkpoint
	at     int64
	batch  [][]byte
	edge   map[int64]audit.Hash
	root   audit.Hash
	made   hash.Hash // over the hashes the entries make
	stored hash.Hash // over those that are stored
	result audit.Result
}

func (l *logCheck) begin() {
	l.edge, l.made, l.stored = map[int64]audit.Hash{}, sha256.New(), sha256.New()
	l.root = audit.Hash(sha256.Sum256(nil))
	l.result = audit.Result{First: -1, End: -1}
}

func (l *logCheck) bad(f audit.Finding, first, end int64) {
	if l.result.Finding == audit.Sound {
		l.result.Finding, l.result.First, l.result.End = f, first, end
	}
}

const logBatch = 1024

func (l *logCheck) entry(seq int64, raw []byte) error {
	if next := l.at + int64(len(l.batch)); seq != next {
		what := audit.Missing
		if seq < next {
			what = audit.Misplaced
		}
		l.bad(what, next, next+1)
		return nil
	}
	l.batch = append(l.batch, bytes.Clone(raw))
	next := l.at + int64(len(l.batch))
	if len(l.batch) < logBatch && !slices.ContainsFunc(l.points, func(c audit.Checkpoint) bool { return c.Size == next }) {
		return nil
	}
	return l.flush()
}

func (l *logCheck) flush() error {
	if len(l.batch) > 0 {
		known := l.edge
		hashes, size, root, err := audit.Append(l.at, func(indexes []int64) ([]audit.Hash, error) {
			out := make([]audit.Hash, len(indexes))
			l.edge = map[int64]audit.Hash{}
			for i, n := range indexes {
				out[i] = known[n]
				l.edge[n] = known[n]
			}
			return out, nil
		}, l.batch...)
		if err != nil {
			return err
		}
		for _, h := range hashes {
			l.edge[h.Index] = h.Hash
			sumNode(l.made, h.Index, h.Hash[:])
		}
		l.at, l.root, l.batch = size, root, l.batch[:0]
	}
	for _, c := range l.points {
		if c.Size == l.at && c.Root != l.root {
			l.bad(audit.Forked, l.result.Proven, max(l.at, l.result.Proven+1))
		} else if c.Size == l.at {
			l.result.Proven = l.at
			l.result.Held++
		}
	}
	return nil
}

func (l *logCheck) node(idx int64, h []byte) { sumNode(l.stored, idx, h) }

func sumNode(to hash.Hash, idx int64, h []byte) {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(idx))
	to.Write(b[:])
	to.Write(h)
}

func (l *logCheck) finish() (audit.Result, error) {
	if len(l.batch) > 0 {
		if err := l.flush(); err != nil {
			return l.result, err
		}
	}
	if l.at < l.size {
		l.bad(audit.Missing, l.at, l.size)
	}
	if !bytes.Equal(l.made.Sum(nil), l.stored.Sum(nil)) {
		l.bad(audit.BadSubtree, 0, max(l.at, 1))
	}
	for _, c := range l.points {
		if c.Size > l.at {
			l.bad(audit.CutOff, l.at, c.Size)
			break
		}
	}
	l.result.Size = l.at
	if l.result.Finding == audit.Sound {
		l.result.Root = l.root
	}
	return l.result, nil
}
