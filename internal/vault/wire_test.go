package vault

import (
	"bytes"
	"encoding/binary"
	"errors"
	"slices"
	"testing"
)

// Envelopes that mean the same as a true one in another spelling, or nothing at all, are refused before any key is used.
func TestDecodeTakesOneSpelling(t *testing.T) {
	_, public := newKeys(t, 5)
	e := sealed(t, Readers{Each: public[:2], Pairs: EveryPair(public[2:]...)})
	approvers := headSize + 2*slotSize
	pairs := approvers + 3*slotSize
	body := pairs + 3*pairSize
	swap := func(b []byte, at, size int) {
		first := bytes.Clone(b[at : at+size])
		copy(b[at:], b[at+size:at+2*size])
		copy(b[at+size:], first)
	}
	for name, spoil := range map[string]func([]byte) []byte{
		"readers out of order":   func(b []byte) []byte { swap(b, headSize, slotSize); return b },
		"a reader twice":         func(b []byte) []byte { copy(b[headSize:], b[headSize+slotSize:][:slotSize]); return b },
		"approvers out of order": func(b []byte) []byte { swap(b, approvers, slotSize); return b },
		"pairs out of order":     func(b []byte) []byte { swap(b, pairs, pairSize); return b },
		"a pair turned round":    func(b []byte) []byte { b[pairs], b[pairs+1] = b[pairs+1], b[pairs]; return b },
		"a pair of one":          func(b []byte) []byte { b[pairs+1] = b[pairs]; return b },
		"a pair with nobody":     func(b []byte) []byte { b[pairs+2*pairSize+1] = 3; return b },
		"an approver in no pair": func(b []byte) []byte {
			b[10] = 1 // one pair left
			return slices.Delete(b, pairs+pairSize, body)
		},
		"too many readers":   func(b []byte) []byte { b[7] = maxReaders + 1; return b },
		"too many approvers": func(b []byte) []byte { b[8] = maxApprovers + 1; return b },
		"too many pairs":     func(b []byte) []byte { binary.BigEndian.PutUint16(b[9:], maxPairs+1); return b },
		"nobody": func(b []byte) []byte {
			b[7], b[8], b[10] = 0, 0, 0
			return slices.Delete(b, headSize, body)
		},
		"a body of no bucket": func(b []byte) []byte {
			binary.BigEndian.PutUint32(b[body:], uint32(len(b)-body-4+1))
			return append(b, 0)
		},
		"a body too long": func(b []byte) []byte { binary.BigEndian.PutUint32(b[body:], 1<<32-1); return b },
		"only a head":     func(b []byte) []byte { return b[:5] },
	} {
		if _, err := Recipients(spoil(bytes.Clone(e))); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Recipients(e); err != nil {
		t.Fatal(err)
	}
}
