package audit

import (
	"crypto/sha256"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

// Read fetches stored hashes by their index, in the order asked. The log with n entries has the stored hashes 0 to
// StoredHashes(n)-1, in the dense order of Crosby and Wallach (2009, section 3.3): each leaf, then the subtrees it completes.
type Read func(indexes []int64) ([]Hash, error)

// IndexedHash is one hash to store and where.
type IndexedHash struct {
	Index int64
	Hash  Hash
}

// StoredHashes is how many hashes a log of size entries has stored: just under two an entry.
func StoredHashes(size int64) int64 { return tlog.StoredHashCount(size) }

// LeafIndex is the stored index of the leaf hash of entry seq.
func LeafIndex(seq int64) int64 { return tlog.StoredHashIndex(0, seq) }

// LeafHash is the hash of an encoded entry (RFC 6962: SHA-256 of a zero byte and the leaf).
func LeafHash(leaf []byte) Hash { return tlog.RecordHash(leaf) }

// Append adds leaves, in order, to a log of the given size. It reads the at most log2(size)+1 hashes of the right edge
// once, however many leaves there are, and returns the hashes to store (their indexes run on from StoredHashes(size)),
// the new size and the new root. The caller must have checked that leaf i is the entry with Seq size+i. It changes nothing
// itself; two appends to one size would fork the log, so the caller holds the write lock from reading size to storing.
func Append(size int64, read Read, leaves ...[]byte) (hashes []IndexedHash, newSize int64, root Hash, err error) {
	if size < 0 || size > MaxSize-int64(len(leaves)) {
		return nil, 0, Hash{}, fmt.Errorf("%w: size %d", ErrMalformed, size)
	}
	var f frontier
	if err := f.load(size, read); err != nil {
		return nil, 0, Hash{}, err
	}
	hashes = make([]IndexedHash, 0, StoredHashes(size+int64(len(leaves)))-StoredHashes(size))
	next := StoredHashes(size)
	for _, leaf := range leaves {
		f.add(f.leaf(leaf), func(h Hash) bool {
			hashes = append(hashes, IndexedHash{next, h})
			next++
			return true
		})
	}
	return hashes, f.size, f.root(), nil
}

// Root is the root of a log of the given size, from its stored hashes.
func Root(size int64, read Read) (Hash, error) {
	var f frontier
	if err := f.load(size, read); err != nil {
		return Hash{}, err
	}
	return f.root(), nil
}

// ProveInclusion makes the proof that the log of the given size holds the entry with number seq.
func ProveInclusion(size, seq int64, read Read) ([]Hash, error) {
	if size > MaxSize {
		return nil, fmt.Errorf("%w: size %d", ErrMalformed, size)
	}
	return tlog.ProveRecord(size, seq, tlog.HashReaderFunc(read))
}

// CheckInclusion reports nil when proof shows that the log with this size and root holds leaf as its entry seq.
func CheckInclusion(proof []Hash, size int64, root Hash, seq int64, leaf []byte) error {
	if size > MaxSize || tlog.CheckRecord(proof, size, root, seq, LeafHash(leaf)) != nil {
		return ErrProof
	}
	return nil
}

// ProveConsistency makes the proof that the log of the given size begins with exactly the entries it had at size old.
func ProveConsistency(size, old int64, read Read) ([]Hash, error) {
	if old == 0 && size >= 0 && size <= MaxSize {
		return nil, nil // every log begins with the empty one
	}
	if size > MaxSize {
		return nil, fmt.Errorf("%w: size %d", ErrMalformed, size)
	}
	return tlog.ProveTree(size, old, tlog.HashReaderFunc(read))
}

// CheckConsistency reports nil when proof shows that the newer log begins with exactly the entries of the older one.
func CheckConsistency(proof []Hash, size int64, root Hash, oldSize int64, oldRoot Hash) error {
	if size < 0 || size > MaxSize {
		return ErrProof
	}
	if oldSize == 0 {
		empty := (&frontier{}).root()
		if len(proof) != 0 || oldRoot != empty || size == 0 && root != empty {
			return ErrProof
		}
		return nil
	}
	if tlog.CheckTree(proof, size, root, oldSize, oldRoot) != nil {
		return ErrProof
	}
	return nil
}

// frontier is the right edge of a tree: the roots of its complete subtrees, largest first, which is all that appending
// and the root need.
type frontier struct {
	size  int64
	edge  []Hash
	bytes []byte // scratch for leaf hashing
}

func (f *frontier) load(size int64, read Read) error {
	if size < 0 || size > MaxSize {
		return fmt.Errorf("%w: size %d", ErrMalformed, size)
	}
	f.size = size
	if size == 0 {
		return nil
	}
	var indexes []int64
	for level, done := 62, int64(0); level >= 0; level-- {
		if size>>level&1 == 1 {
			indexes = append(indexes, tlog.StoredHashIndex(level, done>>level))
			done += 1 << level
		}
	}
	edge, err := read(indexes)
	if err != nil {
		return err
	}
	if len(edge) != len(indexes) {
		return fmt.Errorf("%w: %d hashes for %d indexes", ErrMalformed, len(edge), len(indexes))
	}
	f.edge = append(f.edge, edge...)
	return nil
}

func (f *frontier) leaf(b []byte) Hash {
	f.bytes = append(append(f.bytes[:0], 0), b...)
	return sha256.Sum256(f.bytes)
}

// add appends a leaf hash and hands every hash to be stored to keep, leaf first; keep may stop it by returning false,
// after which the frontier is of no further use.
func (f *frontier) add(h Hash, keep func(Hash) bool) bool {
	if !keep(h) {
		return false
	}
	for n := f.size; n&1 == 1; n >>= 1 {
		h = tlog.NodeHash(f.edge[len(f.edge)-1], h)
		f.edge = f.edge[:len(f.edge)-1]
		if !keep(h) {
			return false
		}
	}
	f.edge = append(f.edge, h)
	f.size++
	return true
}

func (f *frontier) root() Hash {
	if len(f.edge) == 0 {
		return sha256.Sum256(nil)
	}
	h := f.edge[len(f.edge)-1]
	for i := len(f.edge) - 2; i >= 0; i-- {
		h = tlog.NodeHash(f.edge[i], h)
	}
	return h
}
