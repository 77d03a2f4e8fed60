package vault

import (
	"crypto/hpke"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"sync/atomic"
)

// The one suite of version 1: HPKE (RFC 9180) with the hybrid KEM MLKEM768-X25519, HKDF-SHA256 and AES-256-GCM. The hybrid
// stays closed while either half holds: identities are dangerous for decades.
const suiteHybrid = 1

const (
	publicSize = 1184 + 32 // ML-KEM-768 encapsulation key and X25519 key
	seedSize   = 32
	wrapSize   = 1088 + 32 + 32 + 16 // encapsulation, a wrapped key of 32 bytes, the tag
)

var (
	kem = hpke.MLKEM768X25519()
	kdf = hpke.HKDFSHA256()
	sym = hpke.AES256GCM()
)

// KeyID names a public key by its hash, so that an envelope lists readers without naming a person.
type KeyID [32]byte

// String is the id in hexadecimal.
func (k KeyID) String() string { return hex.EncodeToString(k[:]) }

// PublicKey is what others seal to. The zero PublicKey is none.
type PublicKey struct {
	key hpke.PublicKey
	id  KeyID
}

// ParsePublicKey reads the 1216 bytes of Bytes.
func ParsePublicKey(b []byte) (PublicKey, error) {
	if len(b) != publicSize {
		return PublicKey{}, fmt.Errorf("%w: a public key has %d bytes", ErrMalformed, publicSize)
	}
	k, err := kem.NewPublicKey(b)
	if err != nil {
		return PublicKey{}, fmt.Errorf("%w: no public key", ErrMalformed)
	}
	return publicKey(k), nil
}

func publicKey(k hpke.PublicKey) PublicKey {
	h := sha256.New()
	h.Write([]byte("cutout vault key v1\x00\x00\x01")) // with the suite
	h.Write(k.Bytes())
	return PublicKey{k, KeyID(h.Sum(nil))}
}

// Bytes is the stored form.
func (k PublicKey) Bytes() []byte {
	if k.key == nil {
		return nil
	}
	return k.key.Bytes()
}

// ID is the key's id.
func (k PublicKey) ID() KeyID { return k.id }

// wrap seals 32 bytes to the key, bound to info.
func (k PublicKey) wrap(info, secret []byte) ([]byte, error) {
	if k.key == nil {
		return nil, fmt.Errorf("%w: no public key", ErrMalformed)
	}
	return hpke.Seal(k.key, kdf, sym, info, secret)
}

// String is the key's id in hexadecimal.
func (k PublicKey) String() string { return k.id.String() }

// PrivateKey opens what was sealed to its public key. A closure holds it. The zero PrivateKey opens nothing; copies of a
// PrivateKey share one key.
type PrivateKey struct {
	seed   Secret // 32 bytes, the form that is sealed under a passphrase
	open   func(info, wrapped []byte) ([]byte, error)
	end    func()
	public PublicKey
	redact
}

// NewPrivateKey draws an officer's key pair.
func NewPrivateKey() (PrivateKey, error) {
	k, err := kem.GenerateKey()
	if err != nil {
		return PrivateKey{}, err
	}
	return privateKey(k)
}

func privateKey(k hpke.PrivateKey) (PrivateKey, error) {
	b, err := k.Bytes()
	if err != nil {
		return PrivateKey{}, err
	}
	public := publicKey(k.PublicKey())
	seed := NewSecret(b)
	var held atomic.Pointer[hpke.PrivateKey]
	held.Store(&k)
	return PrivateKey{
		seed: seed,
		open: func(info, wrapped []byte) ([]byte, error) {
			k := held.Load()
			if k == nil {
				return nil, ErrCleared
			}
			out, err := hpke.Open(*k, kdf, sym, info, wrapped)
			if err != nil {
				return nil, ErrClosed
			}
			return out, nil
		},
		end: func() {
			held.Store(nil)
			seed.Clear()
		},
		public: public,
	}, nil
}

// Public is the key others seal to.
func (k PrivateKey) Public() PublicKey { return k.public }

// Clear overwrites the seed and lets go of the key: every later use fails with ErrCleared.
func (k PrivateKey) Clear() {
	if k.end != nil {
		k.end()
	}
}

func (k PrivateKey) unwrap(info, wrapped []byte) ([]byte, error) {
	if k.open == nil {
		return nil, ErrCleared
	}
	return k.open(info, wrapped)
}
