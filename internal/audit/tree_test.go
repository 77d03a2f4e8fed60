package audit

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"testing"

	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"
)

// shelf is the stored hashes of a log, as a store would keep them.
type shelf struct {
	hashes []Hash
	size   int64
	root   Hash
	reads  int // hashes read
}

func (s *shelf) read(indexes []int64) ([]Hash, error) {
	out := make([]Hash, len(indexes))
	for i, n := range indexes {
		if n < 0 || n >= int64(len(s.hashes)) {
			return nil, fmt.Errorf("no stored hash %d", n)
		}
		out[i] = s.hashes[n]
	}
	s.reads += len(indexes)
	return out, nil
}

func (s *shelf) append(t interface{ Fatal(...any) }, leaves ...[]byte) {
	hashes, size, root, err := Append(s.size, s.read, leaves...)
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range hashes {
		if h.Index != int64(len(s.hashes)) {
			t.Fatal(fmt.Sprintf("index %d does not run on from %d", h.Index, len(s.hashes)))
		}
		s.hashes = append(s.hashes, h.Hash)
	}
	s.size, s.root = size, root
}

// mth is the Merkle tree hash as RFC 6962 section 2.1 defines it, the oracle for everything else.
func mth(leaves [][]byte) Hash {
	switch n := len(leaves); n {
	case 0:
		return sha256.Sum256(nil)
	case 1:
		return sha256.Sum256(append([]byte{0}, leaves[0]...))
	default:
		k := 1
		for k*2 < n {
			k *= 2
		}
		l, r := mth(leaves[:k]), mth(leaves[k:])
		return sha256.Sum256(append(append([]byte{1}, l[:]...), r[:]...))
	}
}

func TestAppendMatchesRFC6962(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var s shelf
		var all [][]byte
		one := map[int64]Hash{}
		for _, batch := range rapid.SliceOfN(rapid.IntRange(0, 40), 1, 8).Draw(t, "batches") {
			var leaves [][]byte
			for range batch {
				leaves = append(leaves, fmt.Appendf(nil, "leaf %d", len(all)+len(leaves)))
			}
			s.reads = 0
			s.append(t, leaves...)
			if s.reads > 10 {
				t.Fatalf("a batch of %d read %d hashes", batch, s.reads)
			}
			all = append(all, leaves...)
			if s.size != int64(len(all)) || s.root != mth(all) || int64(len(s.hashes)) != StoredHashes(s.size) {
				t.Fatalf("size %d, root %v, %d hashes", s.size, s.root, len(s.hashes))
			}
			if r, err := Root(s.size, s.read); err != nil || r != s.root {
				t.Fatalf("Root: %v, %v", r, err)
			}
		}
		// The same hashes as the library stores one leaf at a time.
		for n, leaf := range all {
			hs, err := tlog.StoredHashes(int64(n), leaf, tlog.HashReaderFunc(s.read))
			if err != nil {
				t.Fatal(err)
			}
			for i, h := range hs {
				one[LeafIndex(int64(n))+int64(i)] = h
			}
		}
		for i, h := range s.hashes {
			if one[int64(i)] != h {
				t.Fatalf("stored hash %d differs from the library's", i)
			}
		}
	})
}

func TestProofs(t *testing.T) {
	const n = 33
	var s shelf
	var leaves [][]byte
	roots := []Hash{mth(nil)}
	for i := range n {
		leaf := fmt.Appendf(nil, "leaf %d", i)
		leaves = append(leaves, leaf)
		s.append(t, leaf)
		roots = append(roots, s.root)
	}
	for size := int64(1); size <= n; size++ {
		for i := range size {
			p, err := ProveInclusion(size, i, s.read)
			if err != nil {
				t.Fatal(err)
			}
			if err := CheckInclusion(p, size, roots[size], i, leaves[i]); err != nil {
				t.Fatalf("entry %d of %d: %v", i, size, err)
			}
			if CheckInclusion(p, size, roots[size], i, []byte("forged")) == nil ||
				CheckInclusion(p, size, roots[size-1], i, leaves[i]) == nil ||
				CheckInclusion(append(p, Hash{}), size, roots[size], i, leaves[i]) == nil ||
				CheckInclusion(p, size, roots[size], (i+1)%size, leaves[i]) == nil && size > 1 {
				t.Fatalf("a false inclusion of %d in %d holds", i, size)
			}
			for j := range p {
				p[j][5] ^= 1
				if CheckInclusion(p, size, roots[size], i, leaves[i]) == nil {
					t.Fatalf("an altered proof of %d in %d holds", i, size)
				}
				p[j][5] ^= 1
			}
		}
		for old := int64(0); old <= size; old++ {
			p, err := ProveConsistency(size, old, s.read)
			if err != nil {
				t.Fatal(err)
			}
			if err := CheckConsistency(p, size, roots[size], old, roots[old]); err != nil {
				t.Fatalf("%d in %d: %v", old, size, err)
			}
			bad := roots[old]
			bad[0] ^= 1
			if CheckConsistency(p, size, roots[size], old, bad) == nil {
				t.Fatalf("a false consistency of %d in %d holds", old, size)
			}
			if CheckConsistency(append(p, Hash{}), size, roots[size], old, roots[old]) == nil {
				t.Fatalf("a longer proof of %d in %d holds", old, size)
			}
		}
	}
}

// Numbers from outside may be anything; none may panic or run for ever.
func TestHostileSizes(t *testing.T) {
	var s shelf
	for _, n := range []int64{-1, -1 << 63, MaxSize + 1, 1<<62 + 1, 1<<63 - 1} {
		if _, _, _, err := Append(n, s.read, []byte("x")); err == nil {
			t.Errorf("Append at size %d", n)
		}
		if _, err := Root(n, s.read); err == nil {
			t.Errorf("Root of size %d", n)
		}
		if _, err := ProveInclusion(n, 0, s.read); err == nil {
			t.Errorf("ProveInclusion in size %d", n)
		}
		if _, err := ProveConsistency(n, 1, s.read); err == nil {
			t.Errorf("ProveConsistency in size %d", n)
		}
		if err := CheckInclusion(nil, n, Hash{}, 0, nil); !errors.Is(err, ErrProof) {
			t.Errorf("CheckInclusion in size %d: %v", n, err)
		}
		if err := CheckConsistency(nil, n, Hash{}, 1, Hash{}); !errors.Is(err, ErrProof) {
			t.Errorf("CheckConsistency in size %d: %v", n, err)
		}
		if err := CheckConsistency(nil, n, Hash{}, 0, mth(nil)); !errors.Is(err, ErrProof) {
			t.Errorf("CheckConsistency of nothing in size %d: %v", n, err)
		}
		if err := CheckConsistency(nil, 5, Hash{}, n, Hash{}); !errors.Is(err, ErrProof) {
			t.Errorf("CheckConsistency of size %d: %v", n, err)
		}
	}
	if _, err := Root(3, func([]int64) ([]Hash, error) { return nil, nil }); !errors.Is(err, ErrMalformed) {
		t.Errorf("a reader that gives too few hashes: %v", err)
	}
	lost := errors.New("disk gone")
	if _, _, _, err := Append(3, func([]int64) ([]Hash, error) { return nil, lost }, []byte("x")); !errors.Is(err, lost) {
		t.Errorf("a reader that fails: %v", err)
	}
}

func BenchmarkAppend(b *testing.B) {
	for _, batch := range []int{1, 100, 10000} {
		b.Run(fmt.Sprint(batch), func(b *testing.B) {
			var s shelf
			var leaves [][]byte
			for i := range batch {
				leaves = append(leaves, encoded(b, sample(int64(i))))
			}
			for b.Loop() {
				hs, size, _, err := Append(s.size, s.read, leaves...)
				if err != nil {
					b.Fatal(err)
				}
				for _, h := range hs {
					s.hashes = append(s.hashes, h.Hash)
				}
				s.size = size
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*batch), "ns/leaf")
		})
	}
}
