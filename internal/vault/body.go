package vault

import (
	"encoding/binary"
	"sync"
)

// BodyKey seals and opens record bodies in one epoch. It is safe for use by many at once. The zero BodyKey opens nothing
// and must not seal.
type BodyKey struct {
	seal  func(dst, plain, bound []byte) []byte
	open  func(dst, sealed, bound []byte) ([]byte, error)
	epoch uint32
	redact
}

const (
	bodyHead = 1 + 4 // version, epoch
	forStore = "cutout body v1"
)

// BodyOverhead is how many bytes longer a sealed body is than its plaintext. Bodies are not padded.
const BodyOverhead = bodyHead + sealOverhead

func newBodyKey(key []byte, epoch uint32) BodyKey {
	a := newSealer(key)
	return BodyKey{
		seal:  func(dst, plain, bound []byte) []byte { return a.Seal(dst, nil, plain, bound) },
		open:  func(dst, sealed, bound []byte) ([]byte, error) { return a.Open(dst, nil, sealed, bound) },
		epoch: epoch,
	}
}

// Epoch is the key's epoch.
func (k BodyKey) Epoch() uint32 { return k.epoch }

// bounds holds buffers for associated data, which must not be allocated for every body.
var bounds = sync.Pool{New: func() any { b := make([]byte, 0, 256); return &b }}

// SealBody appends the sealed plain to dst: version, epoch, nonce, ciphertext, tag. The place is bound, its epoch taken
// from the key. dst must not overlap plain; with BodyOverhead and the length of plain to spare nothing is allocated.
func (k BodyKey) SealBody(dst []byte, at Place, plain []byte) []byte {
	bound := bounds.Get().(*[]byte)
	at.Epoch = k.epoch
	*bound = at.bind((*bound)[:0], forStore)
	if n := len(plain) + BodyOverhead; cap(dst)-len(dst) < n {
		dst = append(make([]byte, 0, len(dst)+n), dst...)
	}
	dst = binary.BigEndian.AppendUint32(append(dst, 1), k.epoch)
	dst = k.seal(dst, plain, *bound)
	bounds.Put(bound)
	return dst
}

// OpenBody appends the plaintext of a sealed body to dst. ErrClosed: another key, epoch or place, or altered bytes.
func (k BodyKey) OpenBody(dst []byte, at Place, sealed []byte) ([]byte, error) {
	epoch, err := BodyEpoch(sealed)
	if err != nil {
		return nil, err
	}
	if epoch != k.epoch || k.open == nil {
		return nil, ErrClosed
	}
	bound := bounds.Get().(*[]byte)
	at.Epoch = k.epoch
	*bound = at.bind((*bound)[:0], forStore)
	out, err := k.open(dst, sealed[bodyHead:], *bound)
	bounds.Put(bound)
	if err != nil {
		return nil, ErrClosed
	}
	return out, nil
}

// BodyEpoch tells which epoch's key sealed a body.
func BodyEpoch(sealed []byte) (uint32, error) {
	if len(sealed) == 0 {
		return 0, ErrMalformed
	}
	if sealed[0] != 1 {
		return 0, ErrUnknown
	}
	if len(sealed) < BodyOverhead {
		return 0, ErrMalformed
	}
	return binary.BigEndian.Uint32(sealed[1:]), nil
}
