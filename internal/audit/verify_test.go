package audit

import (
	"bytes"
	"errors"
	"io"
	"iter"
	"slices"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/tlog"
)

// logOf builds a sound log of n entries: its rows, with Inner, and the checkpoints at the sizes asked for.
func logOf(t testing.TB, n int64, sizes ...int64) ([]Row, []Checkpoint) {
	t.Helper()
	entries := make([]Entry, n)
	for i := range entries {
		entries[i] = sample(int64(i))
	}
	return chain(t, entries, sizes...)
}

func chain(t testing.TB, entries []Entry, sizes ...int64) ([]Row, []Checkpoint) {
	t.Helper()
	var s shelf
	var rows []Row
	var points []Checkpoint
	mark := func() {
		if slices.Contains(sizes, s.size) {
			points = append(points, Checkpoint{origin, s.size, s.root, noon})
		}
	}
	s.root = mth(nil)
	mark()
	for i, e := range entries {
		b := encoded(t, e)
		s.append(t, b)
		at := LeafIndex(int64(i))
		rows = append(rows, Row{int64(i), b, s.hashes[at], append([]Hash{}, s.hashes[at+1:]...)})
		mark()
	}
	return rows, points
}

func each(rows []Row) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
	}
}

func verify(t testing.TB, rows []Row, points ...Checkpoint) Result {
	t.Helper()
	r, err := Verify(each(rows), points...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestVerifySound(t *testing.T) {
	rows, points := logOf(t, 64, 0, 10, 40)
	r := verify(t, rows, points[2], points[0], points[1])
	if r.Err() != nil || r.First != -1 || r.Size != 64 || r.Proven != 40 || r.Unproven() != 24 || r.Held != 3 {
		t.Fatalf("%+v", r)
	}
	var s shelf
	for _, row := range rows {
		s.append(t, row.Entry)
	}
	if r.Root != s.root {
		t.Error("root differs")
	}
	if r := verify(t, rows); r.Err() != nil || r.Proven != 0 || r.Unproven() != 64 {
		t.Errorf("without a checkpoint: %+v", r)
	}
	if r := verify(t, nil); r.Err() != nil || r.Root != mth(nil) {
		t.Errorf("empty log: %+v", r)
	}
	// The boundary of the promise: after the last checkpoint the tail can go unseen.
	if r := verify(t, rows[:41], points...); r.Err() != nil || r.Proven != 40 || r.Unproven() != 1 {
		t.Errorf("tail cut beyond the checkpoint: %+v", r)
	}
}

// What a clumsy forger does: he changes what is stored and mends nothing.
func TestTamperEveryByte(t *testing.T) {
	rows, points := logOf(t, 64, 64)
	for i := range rows {
		for j := range rows[i].Entry {
			for _, flip := range []byte{1, 0x80} {
				row := rows[i]
				rows[i].Entry = bytes.Clone(row.Entry)
				rows[i].Entry[j] ^= flip
				if r := verify(t, rows, points...); r.Finding != Altered || r.First != int64(i) || r.End != int64(i)+1 {
					t.Fatalf("entry %d byte %d: %+v", i, j, r)
				}
				rows[i] = row
			}
		}
		for j := range len(Hash{}) {
			rows[i].Leaf[j] ^= 4
			if r := verify(t, rows, points...); r.Finding != Altered || r.First != int64(i) {
				t.Fatalf("leaf hash %d byte %d: %+v", i, j, r)
			}
			rows[i].Leaf[j] ^= 4
		}
		for j := range rows[i].Inner {
			rows[i].Inner[j][9] ^= 4
			if r := verify(t, rows, points...); r.Finding != BadSubtree || r.End != int64(i)+1 || r.First != int64(i)+1-2<<j {
				t.Fatalf("inner hash %d of entry %d: %+v", j, i, r)
			}
			rows[i].Inner[j][9] ^= 4
		}
	}
	if r := verify(t, rows, points...); r.Err() != nil {
		t.Fatalf("the log was not put back: %v", r.Err())
	}
}

// What a better forger does: every field of every entry changed, hashes recomputed to match. Only the checkpoint tells.
func TestTamperWithNewHashes(t *testing.T) {
	const n = 64
	_, points := logOf(t, n, 20, 50, n)
	for i := range int64(n) {
		for name, change := range map[string]func(*Entry){
			"time":    func(e *Entry) { e.Time = e.Time.Add(1e9) },
			"officer": func(e *Entry) { e.Officer = "" },
			"act":     func(e *Entry) { e.Act = "report.look" },
			"outcome": func(e *Entry) { e.Outcome = Refused },
			"kind":    func(e *Entry) { e.Kind = "report" },
			"object":  func(e *Entry) { e.Object = "" },
			"label":   func(e *Entry) { e.Label = 1 },
			"commit":  func(e *Entry) { e.Commit[31] ^= 1 },
			"pack":    func(e *Entry) { e.Pack = "uk-chis@1.5" },
		} {
			entries := make([]Entry, n)
			for j := range entries {
				entries[j] = sample(int64(j))
			}
			change(&entries[i])
			rows, _ := chain(t, entries)
			first, end := int64(50), int64(64)
			if i < 20 {
				first, end = 0, 20
			} else if i < 50 {
				first, end = 20, 50
			}
			r := verify(t, rows, points...)
			if r.Finding != Forked || r.First != first || r.End != end || r.Proven != first {
				t.Fatalf("%s of entry %d: %+v", name, i, r)
			}
			if !strings.Contains(r.Err().Error(), "between") {
				t.Fatalf("%v", r.Err())
			}
			if r := verify(t, rows); r.Err() != nil {
				t.Fatalf("a whole forged log hangs together, yet: %+v", r)
			}
		}
	}
}

func TestTamperOrder(t *testing.T) {
	const n = 64
	rows, points := logOf(t, n, n)
	renumber := func(rs []Row) []Row {
		for i := range rs {
			rs[i].Seq = int64(i)
			rs[i].Inner = nil
		}
		return rs
	}
	for i := range int64(n) {
		swap := slices.Clone(rows)
		if j := (i + 5) % n; true {
			swap[i], swap[j] = swap[j], swap[i]
			first := min(i, j)
			if r := verify(t, swap, points...); r.Finding != Missing || r.First != first {
				t.Fatalf("swap %d %d: %+v", i, j, r)
			}
			if r := verify(t, renumber(swap), points...); r.Finding != Misplaced || r.First != first {
				t.Fatalf("swap %d %d renumbered: %+v", i, j, r)
			}
		}
		drop := slices.Delete(slices.Clone(rows), int(i), int(i)+1)
		want := Missing
		if i == n-1 {
			want = CutOff
		}
		if r := verify(t, drop, points...); r.Finding != want || r.First != i {
			t.Fatalf("drop %d: %+v", i, r)
		}
		if i < n-1 {
			want = Misplaced
		}
		if r := verify(t, renumber(drop), points...); r.Finding != want || r.First != i {
			t.Fatalf("drop %d renumbered: %+v", i, r)
		}
		twice := slices.Insert(slices.Clone(rows), int(i), rows[i])
		if r := verify(t, twice, points...); r.Finding != Misplaced || r.First != i+1 {
			t.Fatalf("twice %d: %+v", i, r)
		}
		if r := verify(t, renumber(twice), points...); r.Finding != Misplaced || r.First != i+1 {
			t.Fatalf("twice %d renumbered: %+v", i, r)
		}
		if r := verify(t, rows[:i], points...); r.Finding != CutOff || r.First != i || r.End != n {
			t.Fatalf("cut to %d: %+v", i, r)
		}
	}
}

func TestVerifyCheckpoints(t *testing.T) {
	rows, points := logOf(t, 8, 4, 8)
	stranger := points[1]
	stranger.Origin = "other.example/log"
	if r := verify(t, rows, points[0], stranger); r.Finding != OtherLog {
		t.Errorf("checkpoints of two logs: %+v", r)
	}
	second := points[1]
	second.Root[0] ^= 1
	if r := verify(t, rows, points[0], points[1], second); r.Finding != Forked || r.First != 8 || r.End != 9 {
		t.Errorf("two checkpoints of one size: %+v", r)
	}
	if r := verify(t, rows, Checkpoint{origin, 0, Hash{}, noon}); r.Finding != Forked || r.First != 0 {
		t.Errorf("a false empty checkpoint: %+v", r)
	}
	lost := errors.New("disk gone")
	_, err := Verify(func(yield func(Row, error) bool) { _ = yield(rows[0], nil) && yield(Row{}, lost) }, points...)
	if !errors.Is(err, lost) {
		t.Errorf("a reader that fails: %v", err)
	}
}

func TestBundle(t *testing.T) {
	rows, points := logOf(t, 64, 64)
	var b bytes.Buffer
	if n, err := WriteRows(&b, each(rows)); n != 64 || err != nil {
		t.Fatal(n, err)
	}
	whole := b.Bytes()
	check := func(b []byte) Result {
		t.Helper()
		r, err := Verify(ReadRows(bytes.NewReader(b)), points...)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	if r := check(whole); r.Err() != nil || r.Proven != 64 {
		t.Fatalf("%+v", r)
	}
	for i := range whole {
		bad := bytes.Clone(whole)
		bad[i] ^= 1
		if r := check(bad); r.Err() == nil {
			t.Fatalf("byte %d changed and nothing found", i)
		}
		if r := check(whole[:i]); r.Err() == nil {
			t.Fatalf("cut to %d and nothing found", i)
		}
	}
	lost := errors.New("disk gone")
	if _, err := WriteRows(io.Discard, func(yield func(Row, error) bool) { yield(Row{}, lost) }); !errors.Is(err, lost) {
		t.Errorf("rows that fail: %v", err)
	}
	if _, err := WriteRows(io.Discard, each([]Row{{Entry: make([]byte, MaxEntry+1)}})); !errors.Is(err, ErrMalformed) {
		t.Errorf("an entry too long: %v", err)
	}
	r, w := io.Pipe()
	w.CloseWithError(lost)
	if _, err := Verify(ReadRows(r)); !errors.Is(err, lost) {
		t.Errorf("a stream that fails: %v", err)
	}
}

func FuzzReadRows(f *testing.F) {
	rows, points := logOf(f, 3, 3)
	var b bytes.Buffer
	WriteRows(&b, each(rows))
	f.Add(b.Bytes())
	f.Fuzz(func(t *testing.T, in []byte) {
		r, err := Verify(ReadRows(bytes.NewReader(in)), points...)
		if err != nil {
			t.Fatal(err)
		}
		if r.Err() == nil && !bytes.HasPrefix(in, b.Bytes()) {
			t.Fatal("a forged bundle passes")
		}
	})
}

func BenchmarkVerifyMillion(b *testing.B) {
	const n = 1_000_000
	entry, err := sample(0).Encode(nil)
	if err != nil {
		b.Fatal(err)
	}
	var f frontier
	for b.Loop() {
		r, err := Verify(func(yield func(Row, error) bool) {
			row := Row{Entry: entry}
			for i := range int64(n) {
				for k := range 8 { // the seq, in place
					entry[1+k] = byte(i >> (56 - 8*k))
				}
				row.Seq, row.Leaf = i, f.leaf(entry)
				if !yield(row, nil) {
					return
				}
			}
		})
		if err != nil || r.Err() != nil || r.Size != n {
			b.Fatal(r, err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/entry")
}

func BenchmarkProve(b *testing.B) {
	var s shelf
	leaf := encoded(b, sample(0))
	for range 100 {
		leaves := make([][]byte, 1000)
		for i := range leaves {
			leaves[i] = leaf
		}
		s.append(b, leaves...)
	}
	for b.Loop() {
		p, err := ProveInclusion(s.size, 12345, s.read)
		if err != nil || tlog.CheckRecord(p, s.size, s.root, 12345, LeafHash(leaf)) != nil {
			b.Fatal(err)
		}
	}
}
