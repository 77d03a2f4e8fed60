package vault

import (
	"bytes"
	"encoding/binary"
)

// The envelope, version 1, big-endian, with one encoding only:
//
//	version 1 | suite 2 | epoch 4 | readers 1 | approvers 1 | pairs 2
//	readers:   key id 32, wrapped data key 1168          ascending by key id
//	approvers: key id 32, wrapped share key 1168         ascending by key id, each in a pair
//	pairs:     approver 1, approver 1, mask 32           ascending, first below second
//	body:      length 4, nonce 12, ciphertext, tag 16    the plaintext padded to its bucket
//
// Everything before the body is associated data of the body, with the place: no byte can change unnoticed by who opens it.
const (
	headSize     = 1 + 2 + 4 + 1 + 1 + 2
	slotSize     = 32 + wrapSize
	pairSize     = 1 + 1 + 32
	maxReaders   = 64
	maxApprovers = 32
	maxPairs     = maxApprovers * (maxApprovers - 1) / 2
)

// slot is one wrapped key and whom it is for.
type slot struct {
	id   KeyID
	wrap []byte
}

// lock is one pair: the data key hidden by both approvers' halves.
type lock struct {
	first, second int // indexes of approvers
	mask          [32]byte
}

type wire struct {
	epoch     uint32
	readers   []slot
	approvers []slot
	pairs     []lock
	head      []byte // the encoding of all above
	body      []byte
}

// encodeHead writes everything before the body's bytes, its length included.
func (w *wire) encodeHead(body int) {
	out := make([]byte, 0, headSize+(len(w.readers)+len(w.approvers))*slotSize+len(w.pairs)*pairSize+4+body)
	out = append(out, 1)
	out = binary.BigEndian.AppendUint16(out, suiteHybrid)
	out = binary.BigEndian.AppendUint32(out, w.epoch)
	out = append(out, byte(len(w.readers)), byte(len(w.approvers)))
	out = binary.BigEndian.AppendUint16(out, uint16(len(w.pairs)))
	for _, part := range [...][]slot{w.readers, w.approvers} {
		for _, s := range part {
			out = append(out, s.id[:]...)
			out = append(out, s.wrap...)
		}
	}
	for _, p := range w.pairs {
		out = append(out, byte(p.first), byte(p.second))
		out = append(out, p.mask[:]...)
	}
	w.head = binary.BigEndian.AppendUint32(out, uint32(body))
}

// decode takes an envelope apart. It copies nothing but the pairs: hostile counts cost no memory.
func decode(b []byte) (*wire, error) {
	if len(b) < 3 {
		return nil, ErrMalformed
	}
	if b[0] != 1 || binary.BigEndian.Uint16(b[1:]) != suiteHybrid {
		return nil, ErrUnknown
	}
	if len(b) < headSize {
		return nil, ErrMalformed
	}
	w := &wire{epoch: binary.BigEndian.Uint32(b[3:])}
	readers, approvers, pairs := int(b[7]), int(b[8]), int(binary.BigEndian.Uint16(b[9:]))
	at := headSize
	end := at + (readers+approvers)*slotSize + pairs*pairSize + 4
	if readers > maxReaders || approvers > maxApprovers || pairs > maxPairs || readers+pairs == 0 || len(b) < end {
		return nil, ErrMalformed
	}
	var ok bool
	if w.readers, ok = decodeSlots(b[at:], readers); !ok {
		return nil, ErrMalformed
	}
	at += readers * slotSize
	if w.approvers, ok = decodeSlots(b[at:], approvers); !ok {
		return nil, ErrMalformed
	}
	at += approvers * slotSize
	used, last := [maxApprovers]bool{}, -1
	for range pairs {
		p := lock{int(b[at]), int(b[at+1]), [32]byte(b[at+2 : at+pairSize])}
		rank := p.first<<8 | p.second
		if p.first >= p.second || p.second >= approvers || rank <= last {
			return nil, ErrMalformed
		}
		used[p.first], used[p.second], last = true, true, rank
		w.pairs = append(w.pairs, p)
		at += pairSize
	}
	for i := range approvers {
		if !used[i] {
			return nil, ErrMalformed
		}
	}
	body := int64(binary.BigEndian.Uint32(b[at:]))
	w.head, w.body = b[:end:end], b[end:]
	padded := len(w.body) - sealOverhead
	if body != int64(len(w.body)) || padded < leastBucket || padded > bucket(MaxPlain) || bucket(padded-4) != padded {
		return nil, ErrMalformed
	}
	return w, nil
}

func decodeSlots(b []byte, n int) ([]slot, bool) {
	var out []slot
	for i := range n {
		s := slot{KeyID(b[:32]), b[32:slotSize:slotSize]}
		if i > 0 && bytes.Compare(out[i-1].id[:], s.id[:]) >= 0 {
			return nil, false
		}
		out, b = append(out, s), b[slotSize:]
	}
	return out, true
}

func find(slots []slot, id KeyID) int {
	for i, s := range slots {
		if s.id == id {
			return i
		}
	}
	return -1
}
