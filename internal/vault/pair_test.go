package vault

import (
	"errors"
	"testing"
)

func TestTwoOfFive(t *testing.T) {
	private, public := newKeys(t, 6)
	e := sealed(t, Readers{Pairs: EveryPair(public[:5]...)})
	l, err := Recipients(e)
	if err != nil || len(l.Pairs) != 10 || len(l.Each) != 0 {
		t.Fatalf("%d pairs, %v", len(l.Pairs), err)
	}
	half := func(i, j int) Half {
		h, err := Share(e, home, private[i], public[j].ID())
		if err != nil {
			t.Fatal(err)
		}
		if h.Of() != public[i].ID() || h.With() != public[j].ID() {
			t.Fatal("a half names others")
		}
		return h
	}
	for i := range 5 {
		s, err := Open(e, home, private[i])
		mustStayClosed(t, "one approver", s, err)
		for j := range 5 {
			if i == j {
				continue
			}
			h := half(i, j)
			s, err := Combine(e, home, h, half(j, i))
			if text(t, s, err) != canary {
				t.Fatalf("%d with %d: another plaintext", i, j)
			}
			s, err = Combine(e, home, h, h)
			mustStayClosed(t, "one half twice", s, err)
			s, err = Combine(e, home, h, Half{of: h.with, with: h.of, secret: h.secret})
			mustStayClosed(t, "one half under both names", s, err)
			k := (j + 1) % 5
			if k == i {
				k = (k + 1) % 5
			}
			s, err = Combine(e, home, h, half(j, k))
			mustStayClosed(t, "halves of two pairs", s, err)
			// The same, lying about whom the half was for: the key material itself must differ by pair.
			s, err = Combine(e, home, h, Half{of: h.with, with: h.of, secret: half(j, k).secret})
			mustStayClosed(t, "a half given for another pair", s, err)
			elsewhere := home
			elsewhere.Epoch++
			s, err = Combine(e, elsewhere, h, half(j, i))
			mustStayClosed(t, "another epoch", s, err)
		}
		if _, err := Share(e, home, private[i], public[5].ID()); !errors.Is(err, ErrClosed) {
			t.Errorf("a half with a stranger: %v", err)
		}
		if _, err := Share(e, home, private[i], public[i].ID()); !errors.Is(err, ErrClosed) {
			t.Errorf("a half with himself: %v", err)
		}
	}
	if _, err := Share(e, home, private[5], public[0].ID()); !errors.Is(err, ErrClosed) {
		t.Errorf("a stranger's half: %v", err)
	}
	moved := home
	moved.Record = "src_other"
	if _, err := Share(e, moved, private[0], public[1].ID()); !errors.Is(err, ErrClosed) {
		t.Errorf("a half for another record: %v", err)
	}
	a, b := half(0, 1), half(1, 0)
	a.Clear()
	if _, err := Combine(e, home, a, b); !errors.Is(err, ErrCleared) {
		t.Errorf("a cleared half: %v", err)
	}
	if _, err := Combine(e, home, Half{}, Half{}); !errors.Is(err, ErrClosed) {
		t.Errorf("no halves: %v", err)
	}
}

// The two-person rule is in the key material, so a server that rewrites the list of an envelope gains nothing: a half
// given for a pair with the server's own key differs from every half the true envelope uses.
func TestForgedPairList(t *testing.T) {
	private, public := newKeys(t, 3)
	e := sealed(t, Readers{Pairs: EveryPair(public[0], public[1])})
	w, err := decode(e)
	if err != nil {
		t.Fatal(err)
	}
	forged := &wire{epoch: w.epoch}
	if err := forged.addPairs(make([]byte, 32), home, EveryPair(public[0], public[2])); err != nil {
		t.Fatal(err)
	}
	i := find(forged.approvers, public[0].ID())
	forged.approvers[i].wrap = w.approvers[find(w.approvers, public[0].ID())].wrap
	fake, err := forged.seal(make([]byte, 32), home, nil)
	if err != nil {
		t.Fatal(err)
	}
	a, err := Share(fake, home, private[0], public[2].ID())
	if err != nil {
		t.Fatal(err)
	}
	b, err := Share(fake, home, private[2], public[0].ID())
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range []Half{b, {of: public[1].ID(), with: public[0].ID(), secret: b.secret}} {
		a.with = h.of
		s, err := Combine(e, home, a, h)
		mustStayClosed(t, "forged list", s, err)
	}
}

func TestHalfTravelsSealed(t *testing.T) {
	private, public := newKeys(t, 3)
	e := sealed(t, Readers{Pairs: EveryPair(public[:2]...)})
	request := []byte("hash of: this source, this purpose, this requester, until noon")
	var halves []Half
	for i := range 2 {
		h, err := Share(e, home, private[i], public[1-i].ID())
		if err != nil {
			t.Fatal(err)
		}
		s, err := h.SealTo(public[2], request)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := OpenHalf(s, []byte("another request"), private[2]); !errors.Is(err, ErrClosed) {
			t.Errorf("another request: %v", err)
		}
		if _, err := OpenHalf(s, request, private[1-i]); !errors.Is(err, ErrClosed) {
			t.Errorf("another reader: %v", err)
		}
		for j := range s {
			s[j] ^= 1
			if _, err := OpenHalf(s, request, private[2]); err == nil {
				t.Fatalf("byte %d altered", j)
			}
			s[j] ^= 1
		}
		if _, err := OpenHalf(s[:50], request, private[2]); err == nil {
			t.Error("cut short")
		}
		got, err := OpenHalf(s, request, private[2])
		if err != nil {
			t.Fatal(err)
		}
		halves = append(halves, got)
	}
	s, err := Combine(e, home, halves[0], halves[1])
	if text(t, s, err) != canary {
		t.Error("another plaintext")
	}
	short, err := public[2].wrap(requestInfo(request), []byte("short"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := OpenHalf(short, request, private[2]); !errors.Is(err, ErrMalformed) {
		t.Errorf("no half inside: %v", err)
	}
	halves[0].Clear()
	if _, err := halves[0].SealTo(public[2], request); !errors.Is(err, ErrCleared) {
		t.Errorf("cleared half sealed: %v", err)
	}
}

func FuzzOpenHalf(f *testing.F) {
	k := newKey(f)
	f.Add([]byte("short"))
	f.Add(make([]byte, 1088+32+96+16))
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, err := OpenHalf(b, nil, k); err == nil {
			t.Fatal("a forged half opens")
		}
	})
}
