package vault

import (
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"sync/atomic"
)

// A private key under a secret of 32 bytes, version 2: version, suite, key id, salt; then nonce, sealed seed and tag. The
// secret is as strong as the key itself (the output of an authenticator's pseudo-random function), so it is not
// stretched.
const (
	secretSize = 32
	keyedHead  = 1 + 2 + 32 + saltSize
	keyedTotal = keyedHead + 12 + seedSize + 16
)

// SealPrivateUnder seals a private key under a secret that a passkey gives, and overwrites the secret. use says what the
// secret belongs to (an officer and a passkey): what is sealed opens for that use only.
func SealPrivateUnder(k PrivateKey, secret, use []byte) ([]byte, error) {
	defer clear(secret)
	out := make([]byte, 0, keyedTotal)
	out = append(out, 2)
	out = binary.BigEndian.AppendUint16(out, suiteHybrid)
	out = append(out, k.public.id[:]...)
	out = out[:keyedHead]
	rand.Read(out[keyedHead-saltSize:])
	a, err := keyed(secret, out[keyedHead-saltSize:], use)
	if err != nil {
		return nil, err
	}
	err = k.seed.Use(func(seed []byte) error {
		out = a.Seal(out, nil, seed, out[:keyedHead:keyedHead])
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// OpenPrivateUnder opens what SealPrivateUnder sealed and overwrites the secret. ErrClosed means another secret, another
// use or altered bytes; which of them is not said.
func OpenPrivateUnder(sealed, secret, use []byte) (PrivateKey, error) {
	defer clear(secret)
	if len(sealed) < 3 {
		return PrivateKey{}, ErrMalformed
	}
	if sealed[0] != 2 || binary.BigEndian.Uint16(sealed[1:]) != suiteHybrid {
		return PrivateKey{}, ErrUnknown
	}
	if len(sealed) != keyedTotal {
		return PrivateKey{}, ErrMalformed
	}
	head, body := sealed[:keyedHead], sealed[keyedHead:]
	a, err := keyed(secret, head[keyedHead-saltSize:], use)
	if err != nil {
		return PrivateKey{}, err
	}
	seed, err := a.Open(nil, nil, body, head)
	if err != nil {
		return PrivateKey{}, ErrClosed
	}
	defer clear(seed)
	k, err := kem.NewPrivateKey(seed)
	if err != nil {
		return PrivateKey{}, ErrMalformed
	}
	p, err := privateKey(k)
	if err == nil && p.public.id != KeyID(head[3:35]) {
		p.Clear()
		return PrivateKey{}, ErrMalformed
	}
	return p, err
}

// keyed derives the key of a secret for one use and one salt.
func keyed(secret, salt, use []byte) (sealer, error) {
	var none sealer
	if len(secret) != secretSize {
		return none, fmt.Errorf("%w: the secret has %d bytes and needs %d", ErrMalformed, len(secret), secretSize)
	}
	k, err := hkdf.Key(sha256.New, secret, salt, "cutout vault private key under a secret v1\x00"+string(use), 32)
	if err != nil {
		return none, err
	}
	defer clear(k)
	return newSealer(k), nil
}

var stretches atomic.Uint64

// Stretched is how many passphrases were stretched since the program began. A sign-in takes the same number whether or
// not its name exists.
func Stretched() uint64 { return stretches.Load() }
