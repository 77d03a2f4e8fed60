package vault

import "testing"

func TestSignaturesStandForOnePurpose(t *testing.T) {
	a, b := newKey(t), newKey(t)
	v, err := a.VerifyKey()
	if err != nil {
		t.Fatal(err)
	}
	d := [32]byte{1, 2, 3}
	s, err := a.Sign("approve", d)
	if err != nil {
		t.Fatal(err)
	}
	if !v.Verify("approve", d, s) {
		t.Fatal("a signature does not verify")
	}
	other, _ := b.VerifyKey()
	for name, ok := range map[string]bool{
		"another purpose": v.Verify("confirm", d, s), "another digest": v.Verify("approve", [32]byte{1, 2, 4}, s), "another key": other.Verify("approve", d, s),
		"a cut signature": v.Verify("approve", d, s[:63]), "no signature": v.Verify("approve", d, nil), "no key": VerifyKey{}.Verify("approve", d, s),
	} {
		if ok {
			t.Errorf("%s verifies", name)
		}
	}
	for i := range s {
		s[i] ^= 1
		if v.Verify("approve", d, s) {
			t.Fatalf("a signature with byte %d changed verifies", i)
		}
		s[i] ^= 1
	}
	a.Clear()
	if _, err := a.Sign("approve", d); err == nil {
		t.Error("a cleared key signs")
	}
}
