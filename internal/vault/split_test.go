package vault

import (
	"errors"
	"testing"

	"pgregory.net/rapid"
)

// The field's laws, over all its elements where that is cheap: a wrong table entry would lose an identity years later.
func TestFieldLaws(t *testing.T) {
	if times(0x53, 0xca) != 1 || times(0x57, 0x13) != 0xfe { // FIPS 197, section 4.2
		t.Fatal("this is not the field of AES")
	}
	for a := range 256 {
		if a > 0 && times(byte(a), inverse(byte(a))) != 1 {
			t.Fatalf("%d has no inverse", a)
		}
		for b := range 256 {
			if times(byte(a), byte(b)) != times(byte(b), byte(a)) {
				t.Fatalf("%d times %d depends on the order", a, b)
			}
			if c := byte(a * 7); times(byte(a)^c, byte(b)) != times(byte(a), byte(b))^times(c, byte(b)) {
				t.Fatalf("%d and %d do not distribute", a, b)
			}
		}
	}
}

// Any need shares in any order give the key back; fewer never do, and neither do more with a wrong one among them.
func TestAnyEnoughSharesJoin(t *testing.T) {
	k := newKey(t)
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(2, 7).Draw(rt, "n")
		need := rapid.IntRange(2, n).Draw(rt, "need")
		shares, err := SplitKey(k, n, need)
		if err != nil {
			rt.Fatal(err)
		}
		order := rapid.Permutation(shares).Draw(rt, "order")
		have := rapid.IntRange(1, n).Draw(rt, "have")
		back, err := JoinShares(order[:have]...)
		if err != nil {
			rt.Fatal(err)
		}
		if same := back.Public().ID() == k.Public().ID(); same != (have >= need) {
			rt.Fatalf("%d of %d shares where %d are needed: same key %v", have, n, need, same)
		}
	})
}

func TestThreeOfFive(t *testing.T) {
	k := newKey(t)
	shares, err := SplitKey(k, 5, 3)
	if err != nil {
		t.Fatal(err)
	}
	same := func(of ...int) bool {
		var s []RecoveryShare
		for _, i := range of {
			s = append(s, shares[i])
		}
		back, err := JoinShares(s...)
		return err == nil && back.Public().ID() == k.Public().ID()
	}
	for a := range 5 {
		for b := a + 1; b < 5; b++ {
			if same(a, b) {
				t.Errorf("shares %d and %d restore alone", a, b)
			}
			for c := b + 1; c < 5; c++ {
				if !same(a, b, c) {
					t.Errorf("shares %d, %d and %d do not restore", a, b, c)
				}
			}
		}
	}
	if _, err := JoinShares(shares[0], shares[0], shares[1]); err == nil {
		t.Error("one share counts twice")
	}
	for _, bad := range [][2]int{{5, 1}, {2, 3}, {33, 3}, {0, 0}} {
		if _, err := SplitKey(k, bad[0], bad[1]); err == nil {
			t.Errorf("%d shares of which %d are needed were made", bad[0], bad[1])
		}
	}
}

func TestASharesWay(t *testing.T) {
	k, trustee, other := newKey(t), newKey(t), newKey(t)
	shares, err := SplitKey(k, 3, 2)
	if err != nil {
		t.Fatal(err)
	}
	check, err := shares[0].Check()
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := shares[0].SealTo(trustee.Public(), []byte("set 1"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := OpenShare(sealed, []byte("set 1"), trustee)
	if err != nil || !got.Holds(check) || got.At() != 1 {
		t.Fatalf("a share does not come back: %v", err)
	}
	if shares[1].Holds(check) {
		t.Error("another share passes for this one")
	}
	for name, f := range map[string]func() error{
		"another trustee": func() error { _, err := OpenShare(sealed, []byte("set 1"), other); return err },
		"another set":     func() error { _, err := OpenShare(sealed, []byte("set 2"), trustee); return err },
		"altered": func() error {
			sealed[len(sealed)-1] ^= 1
			_, err := OpenShare(sealed, []byte("set 1"), trustee)
			return err
		},
	} {
		if err := f(); !errors.Is(err, ErrClosed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
