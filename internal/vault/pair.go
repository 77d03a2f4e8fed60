package vault

import (
	"bytes"
	"cmp"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"
	"fmt"
	"slices"
)

// How two open together. Each approver has one random share key per envelope, wrapped to him. For every pair both share
// keys give a half, derived for this pair and place alone, and the envelope stores the data key XOR both halves. One half
// leaves the data key hidden by the other, which is indistinguishable from random; and a half given for one pair is of no
// use in another, so two approvers who each said yes to somebody else do not add up. Sealing to n approvers thus costs n
// wraps, not n(n-1).

func (w *wire) addPairs(key []byte, at Place, pairs []Pair) error {
	share := map[KeyID][]byte{}
	defer func() {
		for _, s := range share {
			clear(s)
		}
	}()
	for _, p := range pairs {
		if p.A.id == p.B.id {
			return fmt.Errorf("%w: a pair needs two different keys", ErrMalformed)
		}
		for _, k := range [...]PublicKey{p.A, p.B} {
			if share[k.id] != nil {
				continue
			}
			s := make([]byte, 32)
			rand.Read(s)
			share[k.id] = s
			wrapped, err := k.wrap(at.bind(nil, forApprover), s)
			if err != nil {
				return err
			}
			w.approvers = append(w.approvers, slot{k.id, wrapped})
		}
	}
	sortSlots(w.approvers)
	for _, p := range pairs {
		l := lock{first: find(w.approvers, p.A.id), second: find(w.approvers, p.B.id)}
		if l.first > l.second {
			l.first, l.second = l.second, l.first
		}
		a, b := w.approvers[l.first].id, w.approvers[l.second].id
		half, other := deriveHalf(share[a], at, a, b), deriveHalf(share[b], at, a, b)
		subtle.XORBytes(l.mask[:], key, half)
		subtle.XORBytes(l.mask[:], l.mask[:], other)
		clear(half)
		clear(other)
		w.pairs = append(w.pairs, l)
	}
	slices.SortFunc(w.pairs, func(a, b lock) int { return cmp.Or(a.first-b.first, a.second-b.second) })
	for i := 1; i < len(w.pairs); i++ {
		if w.pairs[i].first == w.pairs[i-1].first && w.pairs[i].second == w.pairs[i-1].second {
			return fmt.Errorf("%w: a pair is named twice", ErrMalformed)
		}
	}
	return nil
}

// deriveHalf is one approver's half for the pair of first and second, in the order of their ids.
func deriveHalf(share []byte, at Place, first, second KeyID) []byte {
	info := append(at.bind(nil, forHalf), first[:]...)
	h, err := hkdf.Key(sha256.New, share, nil, string(append(info, second[:]...)), 32)
	if err != nil {
		panic("vault: " + err.Error()) // only for a length HKDF cannot give
	}
	return h
}

// Half is one approver's yes, in key material: it opens one envelope together with the half of one other approver.
type Half struct {
	of, with KeyID
	secret   Secret
	redact
}

// Of is the key id of the approver whose half it is.
func (h Half) Of() KeyID { return h.of }

// With is the key id of the approver whose half is still needed.
func (h Half) With() KeyID { return h.with }

// Clear overwrites the half.
func (h Half) Clear() { h.secret.Clear() }

// Share makes the half of the approver k for opening an envelope together with the approver of the key id with. It does
// not open the envelope, nor can it tell whether the envelope is whole. ErrClosed: there is no such pair.
func Share(envelope []byte, at Place, k PrivateKey, with KeyID) (Half, error) {
	w, err := decode(envelope)
	if err != nil {
		return Half{}, err
	}
	me, other := find(w.approvers, k.public.id), find(w.approvers, with)
	if w.epoch != at.Epoch || me < 0 || other < 0 || w.pair(me, other) == nil {
		return Half{}, ErrClosed
	}
	share, err := k.unwrap(at.bind(nil, forApprover), w.approvers[me].wrap)
	if err != nil {
		return Half{}, err
	}
	defer clear(share)
	first, second := w.approvers[min(me, other)].id, w.approvers[max(me, other)].id
	return Half{of: k.public.id, with: with, secret: NewSecret(deriveHalf(share, at, first, second))}, nil
}

func (w *wire) pair(i, j int) *lock {
	for n := range w.pairs {
		if w.pairs[n].first == min(i, j) && w.pairs[n].second == max(i, j) {
			return &w.pairs[n]
		}
	}
	return nil
}

// Combine opens an envelope with the two halves of one pair, in either order. The caller clears halves and Secret.
func Combine(envelope []byte, at Place, a, b Half) (Secret, error) {
	w, err := decode(envelope)
	if err != nil {
		return Secret{}, err
	}
	i, j := find(w.approvers, a.of), find(w.approvers, b.of)
	if a.with != b.of || b.with != a.of || i < 0 || j < 0 {
		return Secret{}, ErrClosed
	}
	p := w.pair(i, j)
	if p == nil {
		return Secret{}, ErrClosed
	}
	key := bytes.Clone(p.mask[:])
	for _, h := range [...]Half{a, b} {
		if err := h.secret.Use(func(half []byte) error { subtle.XORBytes(key, key, half); return nil }); err != nil {
			clear(key)
			return Secret{}, err
		}
	}
	return w.unseal(key, at)
}

// SealTo seals a half for its way to whoever will combine it, so that the server that carries it learns nothing. request
// is the hash of the exact request that was approved; the half comes out only for the same request.
func (h Half) SealTo(requester PublicKey, request []byte) ([]byte, error) {
	var out []byte
	err := h.secret.Use(func(half []byte) (err error) {
		plain := slices.Concat(h.of[:], h.with[:], half)
		defer clear(plain)
		out, err = requester.wrap(requestInfo(request), plain)
		return err
	})
	return out, err
}

// OpenHalf opens what SealTo sealed, with the requester's key. ErrClosed: another key, another request, altered bytes.
func OpenHalf(sealed, request []byte, k PrivateKey) (Half, error) {
	plain, err := k.unwrap(requestInfo(request), sealed)
	if err != nil {
		return Half{}, err
	}
	defer clear(plain)
	if len(plain) != 96 {
		return Half{}, ErrMalformed
	}
	return Half{of: KeyID(plain[:32]), with: KeyID(plain[32:64]), secret: NewSecret(bytes.Clone(plain[64:]))}, nil
}

func requestInfo(request []byte) []byte {
	const purpose = "cutout half v1 for request"
	out := binary.BigEndian.AppendUint32(nil, uint32(len(purpose)))
	return append(append(out, purpose...), request...)
}
