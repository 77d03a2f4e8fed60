package vault

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"fmt"
	"math/bits"
)

// sealer is AES-256-GCM with a random nonce before each ciphertext. At 2^32 messages under one key the chance that two
// share a nonce passes 2^-32 (NIST SP 800-38D section 8.3): key epochs keep every key far below.
type sealer = cipher.AEAD

const sealOverhead = 12 + 16 // nonce and tag

// newSealer takes 32 bytes, which the caller may clear afterwards.
func newSealer(key []byte) sealer {
	b, err := aes.NewCipher(key)
	if err != nil {
		panic("vault: " + err.Error()) // only a key of a wrong length, which this package never makes
	}
	a, err := cipher.NewGCMWithRandomNonce(b)
	if err != nil {
		panic("vault: " + err.Error())
	}
	return a
}

// MaxPlain is the longest plaintext an envelope takes, in bytes.
const MaxPlain = 16 << 20

const (
	leastBucket = 256
	pageBucket  = 64 << 10
)

// bucket is the padded size of n bytes and their four-byte length: powers of two from 256 to 64 KiB, then whole multiples of
// 64 KiB. A name, a page of details and a photograph differ; two names do not.
func bucket(n int) int {
	n += 4
	switch {
	case n <= leastBucket:
		return leastBucket
	case n <= pageBucket:
		return 1 << bits.Len(uint(n-1))
	default:
		return (n + pageBucket - 1) / pageBucket * pageBucket
	}
}

// pad makes length, plaintext and zeros to the bucket's size. The caller clears it.
func pad(plain []byte) ([]byte, error) {
	if len(plain) > MaxPlain {
		return nil, fmt.Errorf("%w: more than %d bytes", ErrMalformed, MaxPlain)
	}
	out := make([]byte, bucket(len(plain)))
	binary.BigEndian.PutUint32(out, uint32(len(plain)))
	copy(out[4:], plain)
	return out, nil
}

// unpad gives the plaintext within padded; only the exact output of pad is taken.
func unpad(padded []byte) ([]byte, error) {
	if len(padded) < leastBucket {
		return nil, ErrMalformed
	}
	n := binary.BigEndian.Uint32(padded)
	if n > MaxPlain || bucket(int(n)) != len(padded) {
		return nil, ErrMalformed
	}
	for _, b := range padded[4+n:] {
		if b != 0 {
			return nil, ErrMalformed
		}
	}
	return padded[4 : 4+n : 4+n], nil
}
