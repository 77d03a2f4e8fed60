package vault

import (
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/sha256"
	"fmt"
)

// An approval is signed with a key derived from the officer's own private key, so that whoever opens the one can use the
// other and nothing more has to be kept. Ed25519 is enough where HPKE is a hybrid: a signature has to stand for the hours
// of a request, a sealed name for decades.
const forSigning = "cutout signing key v1"

// VerifyKey is what signatures of one officer are checked with: 32 bytes. The zero VerifyKey verifies nothing.
type VerifyKey [ed25519.PublicKeySize]byte

// signing lends the derived signing key to use.
func (k PrivateKey) signing(use func(ed25519.PrivateKey)) error {
	return k.seed.Use(func(seed []byte) error {
		s, err := hkdf.Key(sha256.New, seed, nil, forSigning, ed25519.SeedSize)
		if err != nil {
			return err
		}
		p := ed25519.NewKeyFromSeed(s)
		use(p)
		clear(p)
		clear(s)
		return nil
	})
}

// VerifyKey is the public half of the officer's signing key.
func (k PrivateKey) VerifyKey() (VerifyKey, error) {
	var v VerifyKey
	err := k.signing(func(p ed25519.PrivateKey) { copy(v[:], p.Public().(ed25519.PublicKey)) })
	return v, err
}

// Sign signs a digest for one purpose: a signature for one purpose is none for another.
func (k PrivateKey) Sign(purpose string, digest [32]byte) ([]byte, error) {
	var out []byte
	err := k.signing(func(p ed25519.PrivateKey) { out = ed25519.Sign(p, signed(purpose, digest)) })
	return out, err
}

// Verify reports whether the signature is the key's for this purpose and digest.
func (v VerifyKey) Verify(purpose string, digest [32]byte, signature []byte) bool {
	return v != VerifyKey{} && len(signature) == ed25519.SignatureSize && ed25519.Verify(v[:], signed(purpose, digest), signature)
}

func signed(purpose string, digest [32]byte) []byte {
	return append(fmt.Appendf(nil, "cutout signature v1\x00%s\x00", purpose), digest[:]...)
}
