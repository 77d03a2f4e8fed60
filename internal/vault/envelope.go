package vault

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"slices"
)

// Pair is two approvers who open an envelope together and neither alone.
type Pair struct{ A, B PublicKey }

// Readers is who can open an envelope: each of Each alone, each pair of Pairs together.
type Readers struct {
	Each  []PublicKey
	Pairs []Pair
}

// EveryPair is every two of the given approvers.
func EveryPair(approvers ...PublicKey) []Pair {
	var out []Pair
	for i, a := range approvers {
		for _, b := range approvers[i+1:] {
			out = append(out, Pair{a, b})
		}
	}
	return out
}

const (
	forBody     = "cutout envelope v1 body"
	forReader   = "cutout envelope v1 reader"
	forApprover = "cutout envelope v1 approver"
	forHalf     = "cutout envelope v1 half"
)

// Seal encrypts plain under a fresh data key, wraps that key to the readers, and binds all of it to the place. The result
// lists readers by key id and gives away the size of plain only as a bucket. At most 64 single readers and 32 approvers.
// The caller clears plain.
func Seal(plain []byte, at Place, to Readers) ([]byte, error) {
	if err := at.check(); err != nil {
		return nil, err
	}
	key := make([]byte, 32)
	defer clear(key)
	rand.Read(key)
	w := &wire{epoch: at.Epoch}
	for _, k := range to.Each {
		if err := w.addReader(key, at, k); err != nil {
			return nil, err
		}
	}
	if err := w.addPairs(key, at, to.Pairs); err != nil {
		return nil, err
	}
	if len(w.readers) > maxReaders || len(w.approvers) > maxApprovers || len(w.readers)+len(w.pairs) == 0 {
		return nil, fmt.Errorf("%w: %d readers, %d approvers", ErrMalformed, len(w.readers), len(w.approvers))
	}
	return w.seal(key, at, plain)
}

// addReader wraps the data key to one more reader, keeping the order of key ids.
func (w *wire) addReader(key []byte, at Place, k PublicKey) error {
	if find(w.readers, k.id) >= 0 {
		return fmt.Errorf("%w: a reader is named twice", ErrMalformed)
	}
	wrapped, err := k.wrap(at.bind(nil, forReader), key)
	if err != nil {
		return err
	}
	w.readers = append(w.readers, slot{k.id, wrapped})
	sortSlots(w.readers)
	return nil
}

func sortSlots(s []slot) {
	slices.SortFunc(s, func(a, b slot) int { return bytes.Compare(a.id[:], b.id[:]) })
}

// seal writes the whole envelope for the readers already in w.
func (w *wire) seal(key []byte, at Place, plain []byte) ([]byte, error) {
	padded, err := pad(plain)
	if err != nil {
		return nil, err
	}
	defer clear(padded)
	w.encodeHead(len(padded) + sealOverhead)
	return newSealer(key).Seal(w.head, nil, padded, append(at.bind(nil, forBody), w.head...)), nil
}

// unseal opens the body with the data key and clears the key.
func (w *wire) unseal(key []byte, at Place) (Secret, error) {
	defer clear(key)
	if len(key) != 32 || w.epoch != at.Epoch {
		return Secret{}, ErrClosed
	}
	padded, err := newSealer(key).Open(nil, nil, w.body, append(at.bind(nil, forBody), w.head...))
	if err != nil {
		return Secret{}, ErrClosed
	}
	plain, err := unpad(padded)
	if err != nil {
		clear(padded)
		return Secret{}, err
	}
	return NewSecret(plain), nil
}

// dataKey unwraps the data key for a single reader. The caller clears it.
func (w *wire) dataKey(at Place, k PrivateKey) ([]byte, error) {
	i := find(w.readers, k.public.id)
	if i < 0 {
		return nil, ErrClosed
	}
	return k.unwrap(at.bind(nil, forReader), w.readers[i].wrap)
}

// Open opens an envelope with the key of a single reader. The caller clears the Secret.
func Open(envelope []byte, at Place, k PrivateKey) (Secret, error) {
	w, err := decode(envelope)
	if err != nil {
		return Secret{}, err
	}
	key, err := w.dataKey(at, k)
	if err != nil {
		return Secret{}, err
	}
	return w.unseal(key, at)
}

// AddRecipient lets one more key open an envelope alone, by somebody who can. Pairs stay as they are: a new approver needs
// Rekey, because nobody alone holds what the other approvers' pairs are made of.
func AddRecipient(envelope []byte, at Place, by PrivateKey, add PublicKey) ([]byte, error) {
	w, err := decode(envelope)
	if err != nil {
		return nil, err
	}
	key, err := w.dataKey(at, by)
	if err != nil {
		return nil, err
	}
	defer clear(key)
	s, err := w.unseal(bytes.Clone(key), at)
	if err != nil {
		return nil, err
	}
	defer s.Clear()
	if len(w.readers) >= maxReaders {
		return nil, fmt.Errorf("%w: %d readers already", ErrMalformed, maxReaders)
	}
	if err := w.addReader(key, at, add); err != nil {
		return nil, err
	}
	var out []byte
	err = s.Use(func(plain []byte) error {
		out, err = w.seal(key, at, plain)
		return err
	})
	return out, err
}

// Rekey is rotation, and the only removal: it opens an envelope and seals its content under a new data key, at a place of
// the same record with perhaps a new epoch, to exactly the readers given. Who is not among them cannot open the new
// envelope; the old one, and whatever he has already read, he keeps.
func Rekey(envelope []byte, from Place, by PrivateKey, at Place, to Readers) ([]byte, error) {
	if from.Table != at.Table || from.Record != at.Record || from.Field != at.Field || at.Epoch < from.Epoch {
		return nil, fmt.Errorf("%w: a rotation stays in its field and never goes back in epochs", ErrMalformed)
	}
	s, err := Open(envelope, from, by)
	if err != nil {
		return nil, err
	}
	defer s.Clear()
	var out []byte
	err = s.Use(func(plain []byte) error {
		out, err = Seal(plain, at, to)
		return err
	})
	return out, err
}

// Listing is what an envelope says of itself to anybody. It is not verified until somebody opens the envelope.
type Listing struct {
	Epoch uint32
	Each  []KeyID
	Pairs [][2]KeyID
}

// Recipients lists who can open an envelope, by key id.
func Recipients(envelope []byte) (Listing, error) {
	w, err := decode(envelope)
	if err != nil {
		return Listing{}, err
	}
	l := Listing{Epoch: w.epoch}
	for _, s := range w.readers {
		l.Each = append(l.Each, s.id)
	}
	for _, p := range w.pairs {
		l.Pairs = append(l.Pairs, [2]KeyID{w.approvers[p.first].id, w.approvers[p.second].id})
	}
	return l, nil
}
