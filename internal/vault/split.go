package vault

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
)

// How trustees restore: a recovery key, to which every identity is sealed as to one more reader, is cut into shares (Shamir,
// "How to share a secret", 1979), one for each trustee, any few of which give it back and fewer say nothing of it. The
// field is GF(2^8) with the polynomial of AES; multiplication has no table and no branch on a secret, because lookups by
// secret bytes have leaked shares through the cache before (CVE-2023-25000).

// RecoveryShare is one trustee's share of a recovery key: its place on the polynomial and a byte for each byte of the key.
// It is a secret and is stored only sealed to its trustee.
type RecoveryShare struct {
	at     byte
	secret Secret
	redact
}

// Clear overwrites the share.
func (s RecoveryShare) Clear() { s.secret.Clear() }

// At is the place of the share, from 1: no secret.
func (s RecoveryShare) At() int { return int(s.at) }

// MostTrustees bounds how many shares a key is cut into.
const MostTrustees = 32

// SplitKey cuts a private key into n shares, any need of which give it back. 2 <= need <= n <= MostTrustees. Every set of
// need shares that begins at some place was put together again and compared before the shares are given out.
func SplitKey(k PrivateKey, n, need int) ([]RecoveryShare, error) {
	if need < 2 || need > n || n > MostTrustees {
		return nil, fmt.Errorf("%w: %d of %d shares", ErrMalformed, need, n)
	}
	out := make([]RecoveryShare, n)
	err := k.seed.Use(func(seed []byte) error {
		coefficients := make([]byte, len(seed)*(need-1))
		defer clear(coefficients)
		rand.Read(coefficients)
		for i := range out {
			x := byte(i + 1)
			y := make([]byte, len(seed))
			for j := range seed {
				v := byte(0)
				for c := need - 2; c >= 0; c-- {
					v = times(v, x) ^ coefficients[c*len(seed)+j]
				}
				y[j] = times(v, x) ^ seed[j]
			}
			out[i] = RecoveryShare{at: x, secret: NewSecret(y)}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for first := 0; first+need <= n; first++ {
		back, err := JoinShares(out[first : first+need]...)
		if err == nil && back.Public().ID() != k.Public().ID() {
			err = ErrClosed
		}
		back.Clear()
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// JoinShares puts a key together from as many shares as it needs. From too few it makes some other key: the caller
// compares the public key with the one he expects.
func JoinShares(shares ...RecoveryShare) (PrivateKey, error) {
	seen := map[byte]bool{}
	for _, s := range shares {
		if s.at == 0 || seen[s.at] {
			return PrivateKey{}, fmt.Errorf("%w: a share is named twice or has no place", ErrMalformed)
		}
		seen[s.at] = true
	}
	seed := make([]byte, seedSize)
	defer clear(seed)
	for _, s := range shares {
		weight := byte(1) // Lagrange at zero
		for _, o := range shares {
			if o.at != s.at {
				weight = times(weight, times(o.at, inverse(o.at^s.at)))
			}
		}
		err := s.secret.Use(func(y []byte) error {
			if len(y) != seedSize {
				return ErrMalformed
			}
			for j := range seed {
				seed[j] ^= times(weight, y[j])
			}
			return nil
		})
		if err != nil {
			return PrivateKey{}, err
		}
	}
	k, err := kem.NewPrivateKey(seed)
	if err != nil {
		return PrivateKey{}, ErrMalformed
	}
	return privateKey(k)
}

// times multiplies in GF(2^8) modulo x^8+x^4+x^3+x+1, in the same steps for all values.
func times(a, b byte) byte {
	var p byte
	for range 8 {
		p ^= a & -(b & 1)
		a = a<<1 ^ 0x1b&-(a>>7)
		b >>= 1
	}
	return p
}

// inverse is a^254; the inverse of zero, which is never asked for, is zero.
func inverse(a byte) byte {
	out := byte(1)
	for bit := 7; bit >= 0; bit-- {
		out = times(out, out)
		if 254>>bit&1 == 1 {
			out = times(out, a)
		}
	}
	return out
}

// Check is a value by which a trustee's program tells that the share it opened is the one that was given out: a hash, from
// which 32 random bytes cannot be guessed.
func (s RecoveryShare) Check() ([32]byte, error) {
	var out [32]byte
	err := s.secret.Use(func(y []byte) error {
		h := sha256.New()
		h.Write([]byte("cutout recovery share v1\x00"))
		h.Write([]byte{s.at})
		h.Write(y)
		h.Sum(out[:0])
		return nil
	})
	return out, err
}

// Holds reports whether the share has the check value.
func (s RecoveryShare) Holds(check [32]byte) bool {
	c, err := s.Check()
	return err == nil && subtle.ConstantTimeCompare(c[:], check[:]) == 1
}

// SealTo seals the share to a trustee for as long as the recovery key stands, or to whoever recovers for one request only;
// bound says which.
func (s RecoveryShare) SealTo(k PublicKey, bound []byte) ([]byte, error) {
	var out []byte
	err := s.secret.Use(func(y []byte) (err error) {
		plain := append([]byte{s.at}, y...)
		defer clear(plain)
		out, err = k.wrap(shareInfo(bound), plain)
		return err
	})
	return out, err
}

// OpenShare opens what SealTo sealed. ErrClosed: another key, another bound, altered bytes.
func OpenShare(sealed, bound []byte, k PrivateKey) (RecoveryShare, error) {
	plain, err := k.unwrap(shareInfo(bound), sealed)
	if err != nil {
		return RecoveryShare{}, err
	}
	if len(plain) != 1+seedSize || plain[0] == 0 {
		clear(plain)
		return RecoveryShare{}, ErrMalformed
	}
	return RecoveryShare{at: plain[0], secret: NewSecret(plain[1:])}, nil
}

func shareInfo(bound []byte) []byte {
	return append([]byte("cutout recovery share v1 sealed\x00"), bound...)
}
