package vault

import (
	"bytes"
	"encoding/binary"
	"errors"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

var home = Place{"source", "src_7k2mq40xw3v9zc8tbnh5jd6r1g", "identity", 3}

const canary = "Karim Zaytouni-Haddad كريم"

func newKey(t testing.TB) PrivateKey {
	t.Helper()
	k, err := NewPrivateKey()
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func newKeys(t testing.TB, n int) ([]PrivateKey, []PublicKey) {
	var private []PrivateKey
	var public []PublicKey
	for range n {
		k := newKey(t)
		private, public = append(private, k), append(public, k.Public())
	}
	return private, public
}

func sealed(t testing.TB, to Readers) []byte {
	t.Helper()
	e, err := Seal([]byte(canary), home, to)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(e, []byte(canary)) {
		t.Fatal("the plaintext stands in the envelope")
	}
	return e
}

func text(t testing.TB, s Secret, err error) string {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	var out string
	if err := s.Use(func(b []byte) error { out = string(b); return nil }); err != nil {
		t.Fatal(err)
	}
	return out
}

func mustStayClosed(t testing.TB, what string, s Secret, err error) {
	t.Helper()
	if err == nil {
		t.Errorf("%s: it opens", what)
	}
	if s.Use(func([]byte) error { return nil }) == nil {
		t.Errorf("%s: an error, and yet a secret", what)
	}
}

func TestEnvelope(t *testing.T) {
	private, public := newKeys(t, 3)
	e := sealed(t, Readers{Each: public[:2]})
	for _, k := range private[:2] {
		s, err := Open(e, home, k)
		if text(t, s, err) != canary {
			t.Error("another plaintext")
		}
	}
	s, err := Open(e, home, private[2])
	mustStayClosed(t, "a stranger", s, err)
	for _, p := range []Place{
		{"Source", home.Record, home.Field, 3}, {"source", home.Record + "x", home.Field, 3}, {"source", home.Record, "note", 3},
		{"source", home.Record, home.Field, 4}, {"source" + home.Record[:1], home.Record[1:], home.Field, 3}, {},
	} {
		s, err := Open(e, p, private[0])
		mustStayClosed(t, "wrong place", s, err)
	}
	if again := sealed(t, Readers{Each: public[:2]}); bytes.Equal(again, e) {
		t.Error("two envelopes are equal")
	}
	l, err := Recipients(e)
	if err != nil || l.Epoch != 3 || len(l.Each) != 2 || !slices.Contains(l.Each, public[0].ID()) || !slices.Contains(l.Each, public[1].ID()) {
		t.Errorf("%+v, %v", l, err)
	}
}

func TestEveryByteOfAnEnvelope(t *testing.T) {
	private, public := newKeys(t, 3)
	e := sealed(t, Readers{Each: public[:1], Pairs: EveryPair(public[1], public[2])})
	a, err1 := Share(e, home, private[1], public[2].ID())
	b, err2 := Share(e, home, private[2], public[1].ID())
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	for i := range e {
		bad := bytes.Clone(e)
		bad[i] ^= 1 << (i % 8)
		s, err := Open(bad, home, private[0])
		mustStayClosed(t, "one reader", s, err)
		s, err = Combine(bad, home, a, b)
		mustStayClosed(t, "two approvers", s, err)
		if t.Failed() {
			t.Fatalf("byte %d of %d", i, len(e))
		}
	}
	for n := 0; n < len(e); n += 7 {
		s, err := Open(e[:n], home, private[0])
		mustStayClosed(t, "cut", s, err)
	}
	s, err := Open(append(bytes.Clone(e), 0), home, private[0])
	mustStayClosed(t, "one byte more", s, err)
}

func TestUnknownVersionIsRefused(t *testing.T) {
	private, public := newKeys(t, 1)
	e := sealed(t, Readers{Each: public})
	for i, v := range map[int]byte{0: 2, 1: 1, 2: 2} {
		bad := bytes.Clone(e)
		bad[i] = v
		if _, err := Open(bad, home, private[0]); !errors.Is(err, ErrUnknown) {
			t.Errorf("byte %d = %d: %v", i, v, err)
		}
	}
}

// A wrap moved from another envelope of the same reader must not help: neither another record's nor an older one's.
func TestWrapsDoNotMove(t *testing.T) {
	private, public := newKeys(t, 1)
	e := sealed(t, Readers{Each: public})
	for _, at := range []Place{home, {"source", "src_other", "identity", 3}} {
		other, err := Seal([]byte("x"), at, Readers{Each: public})
		if err != nil {
			t.Fatal(err)
		}
		mixed := bytes.Clone(e)
		copy(mixed[headSize:headSize+slotSize], other[headSize:])
		s, err := Open(mixed, home, private[0])
		mustStayClosed(t, "moved wrap", s, err)
	}
}

func TestAddAndRemove(t *testing.T) {
	private, public := newKeys(t, 4)
	e := sealed(t, Readers{Each: public[:1], Pairs: EveryPair(public[1], public[2])})
	more, err := AddRecipient(e, home, private[0], public[3])
	if err != nil {
		t.Fatal(err)
	}
	s, err := Open(more, home, private[3])
	if text(t, s, err) != canary {
		t.Error("added reader: another plaintext")
	}
	s, err = Open(e, home, private[3])
	mustStayClosed(t, "the envelope before he was added", s, err)
	a, _ := Share(more, home, private[1], public[2].ID())
	b, _ := Share(more, home, private[2], public[1].ID())
	s, err = Combine(more, home, a, b)
	if text(t, s, err) != canary {
		t.Error("pairs must still open after adding")
	}
	for name, c := range map[string]struct {
		by  PrivateKey
		add PublicKey
	}{"by an approver alone": {private[1], public[3]}, "twice": {private[0], public[0]}, "no key": {private[0], PublicKey{}}, "by nobody": {PrivateKey{}, public[3]}} {
		if _, err := AddRecipient(e, home, c.by, c.add); err == nil {
			t.Errorf("added %s", name)
		}
	}
	next := home
	next.Epoch++
	fewer, err := Rekey(more, home, private[0], next, Readers{Each: public[:1]})
	if err != nil {
		t.Fatal(err)
	}
	s, err = Open(fewer, next, private[0])
	if text(t, s, err) != canary {
		t.Error("rotated: another plaintext")
	}
	s, err = Open(fewer, next, private[3])
	mustStayClosed(t, "removed reader", s, err)
	// Nor with what he kept: the old data key opens nothing of the new envelope.
	w, _ := decode(more)
	key, err := w.dataKey(home, private[3])
	if err != nil {
		t.Fatal(err)
	}
	n, _ := decode(fewer)
	s, err = n.unseal(key, next)
	mustStayClosed(t, "removed reader with the old data key", s, err)
	if _, err := Share(fewer, next, private[1], public[2].ID()); !errors.Is(err, ErrClosed) {
		t.Errorf("removed approver: %v", err)
	}
	if _, err := Rekey(fewer, next, private[0], home, Readers{Each: public[:1]}); !errors.Is(err, ErrMalformed) {
		t.Errorf("back to an older epoch: %v", err)
	}
	if _, err := Rekey(e, home, private[3], next, Readers{Each: public[3:]}); !errors.Is(err, ErrClosed) {
		t.Errorf("rotation by a stranger: %v", err)
	}
}

func TestSealRefuses(t *testing.T) {
	_, public := newKeys(t, 3)
	a, b := public[0], public[1]
	many := make([]PublicKey, maxReaders+1)
	for i := range many {
		many[i] = newKey(t).Public()
	}
	for name, c := range map[string]struct {
		at Place
		to Readers
	}{
		"nobody":         {home, Readers{}},
		"no place":       {Place{Epoch: 1}, Readers{Each: public}},
		"a reader twice": {home, Readers{Each: []PublicKey{a, b, a}}},
		"a pair of one":  {home, Readers{Pairs: []Pair{{a, a}}}},
		"a pair twice":   {home, Readers{Pairs: []Pair{{a, b}, {b, a}}}},
		"no key":         {home, Readers{Each: []PublicKey{{}}}},
		"a pair no key":  {home, Readers{Pairs: []Pair{{a, PublicKey{}}}}},
		"too many":       {home, Readers{Each: many}},
		"many approvers": {home, Readers{Pairs: EveryPair(many[:maxApprovers+1]...)}},
	} {
		if _, err := Seal([]byte("x"), c.at, c.to); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Seal(make([]byte, MaxPlain+1), home, Readers{Each: public}); !errors.Is(err, ErrMalformed) {
		t.Errorf("too long: %v", err)
	}
	full, err := Seal([]byte("x"), home, Readers{Each: many[:maxReaders]})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := decode(full); err != nil {
		t.Errorf("%d readers: %v", maxReaders, err)
	}
}

func TestAddToFullEnvelope(t *testing.T) {
	private, public := newKeys(t, maxReaders+1)
	e := sealed(t, Readers{Each: public[:maxReaders]})
	if _, err := AddRecipient(e, home, private[0], public[maxReaders]); !errors.Is(err, ErrMalformed) {
		t.Errorf("one too many: %v", err)
	}
}

func TestPadding(t *testing.T) {
	_, public := newKeys(t, 1)
	length := func(n int) int {
		e, err := Seal(make([]byte, n), home, Readers{Each: public})
		if err != nil {
			t.Fatal(err)
		}
		return len(e)
	}
	if length(0) != length(252) || length(253) != length(508) || length(252) == length(253) || length(65533) != length(131068) {
		t.Error("lengths within a bucket must be equal, and buckets must differ")
	}
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 200_000).Draw(t, "n")
		plain := bytes.Repeat([]byte{7}, n)
		p, err := pad(plain)
		if err != nil || len(p) != bucket(n) || bucket(len(p)-4) != len(p) || len(p) > max(256, 2*n+8) {
			t.Fatalf("%d bytes take %d, %v", n, len(p), err)
		}
		got, err := unpad(p)
		if err != nil || !bytes.Equal(got, plain) {
			t.Fatalf("%v", err)
		}
		if len(p) > n+4 {
			p[len(p)-1] = 1
			if _, err := unpad(p); err == nil {
				t.Fatal("padding that is not zero")
			}
		}
	})
	for _, n := range []uint32{253, 300, MaxPlain + 1, 1<<32 - 1} {
		b := make([]byte, 256)
		binary.BigEndian.PutUint32(b, n)
		if _, err := unpad(b); !errors.Is(err, ErrMalformed) {
			t.Errorf("length %d in a bucket of 256: %v", n, err)
		}
	}
	if _, err := unpad(make([]byte, 8)); !errors.Is(err, ErrMalformed) {
		t.Errorf("short: %v", err)
	}
}

func TestEnvelopeRoundTrip(t *testing.T) {
	private, public := newKeys(t, 6)
	rapid.Check(t, func(t *rapid.T) {
		plain := rapid.SliceOfN(rapid.Byte(), 0, 3000).Draw(t, "plain")
		at := Place{rapid.StringN(1, 10, 40).Draw(t, "table"), rapid.StringN(1, 10, 40).Draw(t, "record"), rapid.StringN(1, 10, 40).Draw(t, "field"), rapid.Uint32().Draw(t, "epoch")}
		each, two := rapid.IntRange(0, 3).Draw(t, "each"), rapid.IntRange(0, 3).Draw(t, "approvers")
		to := Readers{public[:each], EveryPair(public[3 : 3+two]...)}
		e, err := Seal(plain, at, to)
		if each == 0 && two < 2 {
			if err == nil {
				t.Fatal("sealed to nobody")
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		w, err := decode(e)
		if err != nil {
			t.Fatal(err)
		}
		again := *w
		again.encodeHead(len(w.body))
		if !bytes.Equal(append(again.head, w.body...), e) {
			t.Fatal("two encodings of one envelope")
		}
		for i, k := range private {
			s, err := Open(e, at, k)
			if (err == nil) != (i < each) {
				t.Fatalf("key %d: %v", i, err)
			}
			if err == nil {
				s.Use(func(b []byte) error {
					if !bytes.Equal(b, plain) {
						t.Fatal("another plaintext")
					}
					return nil
				})
			}
		}
	})
}

func FuzzDecodeEnvelope(f *testing.F) {
	private, public := newKeys(f, 4)
	e := sealed(f, Readers{Each: public[:1], Pairs: EveryPair(public[1:]...)})
	f.Add(e)
	f.Add(e[:headSize])
	f.Add([]byte{1, 0, 1, 0, 0, 0, 0, 255, 255, 255, 255})
	f.Fuzz(func(t *testing.T, b []byte) {
		w, err := decode(b)
		if err == nil {
			again := *w
			again.encodeHead(len(w.body))
			if !bytes.Equal(append(again.head, w.body...), b) {
				t.Fatal("two encodings of one envelope")
			}
		}
		if _, err := Open(b, home, private[0]); err == nil && !bytes.Equal(b, e) {
			t.Fatal("a forged envelope opens")
		}
		Recipients(b)
		Share(b, home, private[1], public[2].ID())
	})
}

func BenchmarkSealOpen(b *testing.B) {
	private, public := newKeys(b, 5)
	for name, to := range map[string]Readers{"one": {Each: public[:1]}, "one-and-five-approvers": {Each: public[:1], Pairs: EveryPair(public...)}} {
		var e []byte
		b.Run("seal/"+name, func(b *testing.B) {
			for b.Loop() {
				e = sealed(b, to)
			}
			b.ReportMetric(float64(len(e)), "bytes")
		})
		b.Run("open/"+name, func(b *testing.B) {
			for b.Loop() {
				s, err := Open(e, home, private[0])
				if err != nil {
					b.Fatal(err)
				}
				s.Clear()
			}
		})
	}
}
