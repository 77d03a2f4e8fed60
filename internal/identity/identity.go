// Package identity is who a source really is. A Person gives nothing away on its own: printed, logged, encoded or put in
// a template it is the word "sealed". Only Disclose and Encode open it, and each has one caller, which package casework
// guards with an entry in the log.
package identity

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"cutout/internal/day"
)

// Particulars is the true identity in the open. It is an ordinary struct: whoever holds one can print it, so it lives as
// briefly as can be and is ended with Wipe.
type Particulars struct {
	Names     []Name     `json:"names"`
	Born      day.Period `json:"born,omitzero"`
	BornAt    string     `json:"born_at,omitempty"`
	Sex       string     `json:"sex,omitempty"`
	Countries []string   `json:"countries,omitempty"` // of nationality
	Documents []Document `json:"documents,omitempty"`
	Contacts  []Contact  `json:"contacts,omitempty"`
	Employer  string     `json:"employer,omitempty"`
	Post      string     `json:"post,omitempty"`
	Marks     string     `json:"marks,omitempty"`  // what he would be recognized by
	Photos    []string   `json:"photos,omitempty"` // document ids
	Note      string     `json:"note,omitempty"`
}

// Name is one name in one script, with its parts when they are known.
type Name struct {
	Full     string   `json:"full"`
	Script   string   `json:"script,omitempty"` // ISO 15924: "Latn", "Arab", "Cyrl"
	Given    string   `json:"given,omitempty"`
	Fathers  []string `json:"fathers,omitempty"` // father, grandfather … in order
	Family   string   `json:"family,omitempty"`
	Kunya    string   `json:"kunya,omitempty"`
	Nisba    string   `json:"nisba,omitempty"`
	Nickname string   `json:"nickname,omitempty"`
	Kind     NameKind `json:"kind,omitempty"`
}

// NameKind is true, alias or former.
type NameKind string

// Document is a paper that shows who he is.
type Document struct {
	Kind    string  `json:"kind"`
	Number  string  `json:"number"`
	Country string  `json:"country,omitempty"`
	Expires day.Day `json:"expires"` // day.Never when not known
}

// Contact is a way to reach him.
type Contact struct {
	Kind  string `json:"kind"` // telephone, mail, address, handle
	Value string `json:"value"`
	Safe  bool   `json:"safe,omitempty"` // may be used by the unit
	Note  string `json:"note,omitempty"`
}

// Wipe forgets the particulars. Go strings cannot be overwritten in place: Wipe drops every reference so that the
// collector can take them; the encoded form, which is bytes, is really zeroed by its owner.
func (p *Particulars) Wipe() { *p = Particulars{} }

// Person is a sealed identity in memory. The zero Person holds nobody. Copies share one identity; Forget ends them all.
type Person struct {
	// A closure is opaque to reflection: no encoder, template or format verb can look through it.
	open func(func([]byte))
	wipe func()
}

// ErrNobody means that a Person is zero or was forgotten.
var ErrNobody = errors.New("identity: nobody")

// ErrDamaged means that bytes to decode are no identity. It quotes none of them.
var ErrDamaged = errors.New("identity: damaged")

// errSealed answers every encoder.
var errSealed = errors.New("identity: a person is not encoded; seal it in the vault")

const sealed = "sealed"

// Seal closes particulars into a Person. The caller still holds p and should Wipe it.
func Seal(p Particulars) (Person, error) {
	b, err := json.Marshal(p)
	if err != nil {
		return Person{}, ErrDamaged // the error of the encoder could quote a value
	}
	return hold(b), nil
}

// hold takes ownership of b.
func hold(b []byte) Person {
	return Person{
		open: func(look func([]byte)) { look(b) },
		wipe: func() { clear(b); b = nil },
	}
}

// Decode reads what Encode wrote, after the vault has opened it. It copies plain; the caller should zero plain.
func Decode(plain []byte) (Person, error) {
	var p Particulars
	if json.Unmarshal(plain, &p) != nil {
		return Person{}, ErrDamaged
	}
	p.Wipe()
	return hold(append([]byte(nil), plain...)), nil
}

// Encode is the plain form for the vault to seal. The caller owns the bytes and zeroes them when they are sealed.
func (p Person) Encode() ([]byte, error) {
	var out []byte
	p.look(func(b []byte) { out = append([]byte(nil), b...) })
	if len(out) == 0 {
		return nil, ErrNobody
	}
	return out, nil
}

// Disclose opens the identity. It has one caller.
func (p Person) Disclose() (Particulars, error) {
	var out Particulars
	err := ErrNobody
	p.look(func(b []byte) {
		if len(b) > 0 {
			if err = json.Unmarshal(b, &out); err != nil {
				out, err = Particulars{}, ErrDamaged
			}
		}
	})
	return out, err
}

func (p Person) look(f func([]byte)) {
	if p.open != nil {
		p.open(f)
	}
}

// Forget zeroes the identity, in every copy of this Person.
func (p Person) Forget() {
	if p.wipe != nil {
		p.wipe()
	}
}

// IsZero reports whether no identity was ever put in.
func (p Person) IsZero() bool { return p.open == nil }

// All is every name and variant in the particulars, for the check that a release names nobody.
func (p Particulars) All() []string {
	var out []string
	for _, n := range p.Names {
		for _, s := range append([]string{n.Full, n.Given, n.Family, n.Kunya, n.Nisba, n.Nickname}, n.Fathers...) {
			if s != "" {
				out = append(out, s)
			}
		}
	}
	return out
}

// String is "sealed".
func (Person) String() string { return sealed }

// GoString is "sealed".
func (Person) GoString() string { return sealed }

// Format writes "sealed" for every verb.
func (Person) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, sealed) }

// LogValue is "sealed".
func (Person) LogValue() slog.Value { return slog.StringValue(sealed) }

// MarshalJSON refuses.
func (Person) MarshalJSON() ([]byte, error) { return nil, errSealed }

// MarshalText refuses.
func (Person) MarshalText() ([]byte, error) { return nil, errSealed }

// MarshalBinary refuses.
func (Person) MarshalBinary() ([]byte, error) { return nil, errSealed }

// GobEncode refuses.
func (Person) GobEncode() ([]byte, error) { return nil, errSealed }

// MarshalYAML refuses.
func (Person) MarshalYAML() (any, error) { return nil, errSealed }
