// Package id names records. An ID is 128 random bits typed by its noun, so that a source's id cannot be
// passed where a report's is meant; it is never reused and says nothing about when or beside what it was made.
package id

import (
	"crypto/rand"
	"encoding/base32"
	"errors"
	"io"
	"strings"
)

// Noun is the phantom type behind an ID: the prefix of its long form ("src") and of its short reference ("S").
type Noun interface {
	Prefix() (long, short string)
}

// Of is the id of one record of noun N. The zero Of names nothing.
type Of[N Noun] [16]byte

// ErrMalformed means a text is no id of the expected noun. Porches answer it as they answer a missing record.
var ErrMalformed = errors.New("id: malformed")

var crockford = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// New draws an id from r, or from the system's generator when r is nil.
func New[N Noun](r io.Reader) Of[N] {
	var v Of[N]
	if r == nil {
		r = rand.Reader
	}
	if _, err := io.ReadFull(r, v[:]); err != nil {
		panic("id: the random source failed: " + err.Error())
	}
	return v
}

// Parse reads the long form ("src_…"). Case is folded; anything else is ErrMalformed.
func Parse[N Noun](s string) (Of[N], error) {
	var v Of[N]
	var n N
	long, _ := n.Prefix()
	s = strings.ToLower(s)
	rest, ok := strings.CutPrefix(s, long+"_")
	if !ok || len(rest) != 26 {
		return v, ErrMalformed
	}
	b, err := crockford.DecodeString(rest)
	if err != nil || len(b) != len(v) {
		return v, ErrMalformed
	}
	copy(v[:], b)
	if v.String() != s { // trailing bits must be zero, or two texts would name one record
		return Of[N]{}, ErrMalformed
	}
	return v, nil
}

// FromBytes reads the 16 stored bytes.
func FromBytes[N Noun](b []byte) (Of[N], error) {
	var v Of[N]
	if len(b) != len(v) {
		return v, ErrMalformed
	}
	copy(v[:], b)
	return v, nil
}

// IsZero reports whether the id names nothing.
func (v Of[N]) IsZero() bool { return v == Of[N]{} }

// Bytes is the stored form.
func (v Of[N]) Bytes() []byte { return v[:] }

// Raw is the id without its noun, for places that hold ids of several nouns.
func (v Of[N]) Raw() [16]byte { return [16]byte(v) }

// String is the long form, used in addresses, files and commands. The zero id is the empty text.
func (v Of[N]) String() string {
	if v.IsZero() {
		return ""
	}
	var n N
	long, _ := n.Prefix()
	return long + "_" + crockford.EncodeToString(v[:])
}

// Ref is the short reference people read out ("R-7K2MQ4"): 30 of the 128 bits, enough to tell records on one desk apart.
func (v Of[N]) Ref() string {
	if v.IsZero() {
		return ""
	}
	var n N
	_, short := n.Prefix()
	return short + "-" + strings.ToUpper(crockford.EncodeToString(v[:4])[:6])
}

// MarshalText writes the long form.
func (v Of[N]) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// UnmarshalText reads the long form; empty text is the zero id.
func (v *Of[N]) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*v = Of[N]{}
		return nil
	}
	p, err := Parse[N](string(b))
	if err == nil {
		*v = p
	}
	return err
}

// Raw reads the bytes of a long-form id of any noun, for records whose noun is left open. ok is false for any other text.
func Raw(s string) (raw [16]byte, ok bool) {
	long, rest, found := strings.Cut(strings.ToLower(s), "_")
	if !found || long == "" || len(rest) != 26 {
		return raw, false
	}
	b, err := crockford.DecodeString(rest)
	if err != nil || len(b) != len(raw) || crockford.EncodeToString(b) != rest {
		return raw, false
	}
	return [16]byte(b), true
}

// Long writes the long form of an id met without its type.
func Long(prefix string, raw [16]byte) string { return prefix + "_" + crockford.EncodeToString(raw[:]) }

// ShortRef writes the short reference of an id met without its type.
func ShortRef(prefix string, raw [16]byte) string {
	return prefix + "-" + strings.ToUpper(crockford.EncodeToString(raw[:4])[:6])
}
