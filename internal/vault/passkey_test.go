package vault

import (
	"bytes"
	"errors"
	"testing"
)

// TestPrivateUnderSecret opens with the secret and the use it was sealed under, and with nothing else.
func TestPrivateUnderSecret(t *testing.T) {
	k, err := NewPrivateKey()
	if err != nil {
		t.Fatal(err)
	}
	secret := bytes.Repeat([]byte{7}, 32)
	given := func() []byte { return bytes.Clone(secret) }
	sealed, err := SealPrivateUnder(k, given(), []byte("officer and passkey"))
	if err != nil {
		t.Fatal(err)
	}
	used := given()
	back, err := OpenPrivateUnder(sealed, used, []byte("officer and passkey"))
	if err != nil || back.Public().ID() != k.Public().ID() {
		t.Fatalf("it does not open: %v", err)
	}
	if !bytes.Equal(used, make([]byte, 32)) {
		t.Error("the secret is not overwritten")
	}
	again, err := SealPrivateUnder(k, given(), []byte("officer and passkey"))
	if err != nil || bytes.Equal(again, sealed) {
		t.Errorf("two sealings are alike (%v)", err)
	}
	other := given()
	other[31] ^= 1
	if _, err := OpenPrivateUnder(sealed, other, []byte("officer and passkey")); !errors.Is(err, ErrClosed) {
		t.Errorf("another secret: %v", err)
	}
	if _, err := OpenPrivateUnder(sealed, given(), []byte("another officer")); !errors.Is(err, ErrClosed) {
		t.Errorf("another use: %v", err)
	}
	if _, err := OpenPrivateUnder(sealed, given()[:31], []byte("officer and passkey")); !errors.Is(err, ErrMalformed) {
		t.Errorf("a short secret: %v", err)
	}
	if _, err := SealPrivateUnder(k, nil, nil); !errors.Is(err, ErrMalformed) {
		t.Errorf("no secret: %v", err)
	}
	for i := range sealed {
		bad := bytes.Clone(sealed)
		bad[i] ^= 1
		if p, err := OpenPrivateUnder(bad, given(), []byte("officer and passkey")); err == nil {
			p.Clear()
			t.Fatalf("it opens with byte %d changed", i)
		}
	}
	for n := range sealed {
		if _, err := OpenPrivateUnder(sealed[:n], given(), []byte("officer and passkey")); err == nil {
			t.Fatalf("it opens cut to %d bytes", n)
		}
	}
	if _, err := OpenPrivate(sealed, []byte("a passphrase of some length")); !errors.Is(err, ErrUnknown) {
		t.Errorf("opened as if under a passphrase: %v", err)
	}
}

// TestDecoy opens with nothing and takes one hash, as a sealed key does.
func TestDecoy(t *testing.T) {
	before := Stretched()
	d, err := Decoy(DefaultCost())
	if err != nil || Stretched() != before {
		t.Fatalf("making a decoy: %v, %d hashes", err, Stretched()-before)
	}
	if _, err := OpenPrivate(d, []byte("a passphrase of some length")); !errors.Is(err, ErrClosed) || Stretched() != before+1 {
		t.Errorf("opening it: %v, %d hashes", err, Stretched()-before)
	}
	if _, err := Decoy(Cost{}); err == nil {
		t.Error("a decoy at no cost")
	}
}
