package audit

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"time"

	"cutout/internal/fault"
)

// Outcome is how an act ended.
type Outcome uint8

// The outcomes, one for each kind of answer the door gives, and Done. Their numbers are part of the stored form.
const (
	Done     Outcome = iota + 1 // the act took place, the look was shown
	Refused                     // seen but not allowed
	NotFound                    // hidden or missing: the log does not say which
	Invalid                     // the input could not be taken
	Conflict                    // somebody else had changed it meanwhile
	Failed                      // the system failed
)

var outcomeWords = [...]string{Done: "done", Refused: "refused", NotFound: "notfound", Invalid: "invalid", Conflict: "conflict", Failed: "failed"}

// String is the outcome's word ("notfound"); the empty text for a number that is none.
func (o Outcome) String() string {
	if int(o) < len(outcomeWords) {
		return outcomeWords[o]
	}
	return ""
}

// MarshalText writes the outcome's word.
func (o Outcome) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// Caps on the text fields of an Entry, in bytes.
const (
	maxID   = 8 + 1 + 26
	maxAct  = 48
	maxKind = 24
	maxPack = 40
)

// MaxEntry is the longest encoded entry, in bytes.
const MaxEntry = fixedPart + 5 + maxID + maxAct + maxKind + maxID + maxPack

// Entry is one act or look. Every field is hashed into the log, and every field may be shown to an inspector: together
// they say who did what to which record when, and nothing of what the record says.
type Entry struct {
	Seq     int64     // index in the log, from 0, without gaps
	Time    time.Time // UTC, whole seconds; order is by Seq, never by Time, because clocks jump
	Officer string    // id of the officer ("off_…"); empty for the machine's own acts and for strangers at the door
	Act     string    // closed dotted word ("report.file", "source.look"): letters, dots and dashes only
	Outcome Outcome
	Kind    string // noun of the object ("source"); empty when the act has none
	Object  string // id of the object ("src_…"); empty when the act has none or names a whole kind
	// Label is the interned label of the object, 0 for none. Who may see an entry in his own view of the log is decided by
	// it, so it is hashed with the rest: moving an entry to a wider label is tampering. It is open to inspectors, who read
	// the whole log: the number names no compartment, level or organization, and what it gives away (these entries concern
	// equally held records) the object ids give away too.
	Label int64
	// Commit is the Commitment to the act's details (purpose, changed fields, counts), all zero when it has none. The
	// details and their salt are the caller's; erasing them leaves a number that says nothing.
	Commit [32]byte
	Pack   string // profile pack and version in force ("uk-chis@1.4"); empty before a pack is installed
}

// Check lists all faults of an entry; nil means it may be encoded. No fault repeats what was given: it may be a name.
func (e Entry) Check() error {
	var f fault.Faults
	if e.Seq < 0 || e.Seq >= MaxSize {
		f.Add("seq", "audit.seq")
	}
	if e.Time.Location() != time.UTC || e.Time.Nanosecond() != 0 || e.Time.Unix() < minTime || e.Time.Unix() > maxTime {
		f.Add("time", "audit.time")
	}
	if e.Officer != "" && !(isID(e.Officer) && e.Officer[:4] == "off_") {
		f.Add("officer", "audit.officer")
	}
	if !isAct(e.Act) {
		f.Add("act", "audit.act")
	}
	if e.Outcome < Done || e.Outcome > Failed {
		f.Add("outcome", "audit.outcome")
	}
	if e.Kind != "" && !isWord(e.Kind, maxKind) {
		f.Add("kind", "audit.kind")
	}
	if e.Object != "" && (!isID(e.Object) || e.Kind == "") {
		f.Add("object", "audit.object")
	}
	if e.Label < 0 {
		f.Add("label", "audit.label")
	}
	if e.Pack != "" && !isPack(e.Pack) {
		f.Add("pack", "audit.pack")
	}
	return f.Err()
}

// minTime is 1600-01-01T00:00:00Z: the replay of an old case writes its log in the case's own time, and a time before
// that, such as the zero time.Time, is one that somebody forgot. maxTime is 9999-12-31T23:59:59Z, the last second RFC 3339
// can write. Seconds before 1970 are negative and stand in the encoding as two's complement.
const (
	minTime = -11676096000
	maxTime = 253402300799
)

// The encoding, version 1: a fixed part (version, seq, time, label, outcome, commit; big-endian), then officer, act, kind,
// object and pack, each one length byte and its text. There is one encoding of an entry and no byte without meaning.
const (
	version   = 1
	fixedPart = 1 + 8 + 8 + 8 + 1 + 32
)

// Encode appends the entry's canonical bytes, the leaf of the log, to dst. Faults are those of Check.
func (e Entry) Encode(dst []byte) ([]byte, error) {
	if err := e.Check(); err != nil {
		return nil, err
	}
	dst = append(dst, version)
	dst = binary.BigEndian.AppendUint64(dst, uint64(e.Seq))
	dst = binary.BigEndian.AppendUint64(dst, uint64(e.Time.Unix()))
	dst = binary.BigEndian.AppendUint64(dst, uint64(e.Label))
	dst = append(dst, byte(e.Outcome))
	dst = append(dst, e.Commit[:]...)
	for _, s := range [...]string{e.Officer, e.Act, e.Kind, e.Object, e.Pack} {
		dst = append(dst, byte(len(s)))
		dst = append(dst, s...)
	}
	return dst, nil
}

// Decode reads exactly the bytes Encode writes; anything else is ErrMalformed.
func Decode(b []byte) (Entry, error) {
	if len(b) < fixedPart+5 || len(b) > MaxEntry || b[0] != version {
		return Entry{}, ErrMalformed
	}
	e := Entry{
		Seq:     int64(binary.BigEndian.Uint64(b[1:])),
		Time:    time.Unix(int64(binary.BigEndian.Uint64(b[9:])), 0).UTC(),
		Label:   int64(binary.BigEndian.Uint64(b[17:])),
		Outcome: Outcome(b[25]),
		Commit:  [32]byte(b[26:fixedPart]),
	}
	b = b[fixedPart:]
	for _, s := range [...]*string{&e.Officer, &e.Act, &e.Kind, &e.Object, &e.Pack} {
		if len(b) == 0 || len(b) < 1+int(b[0]) {
			return Entry{}, ErrMalformed
		}
		*s = string(b[1 : 1+int(b[0])])
		b = b[1+int(b[0]):]
	}
	if len(b) != 0 {
		return Entry{}, ErrMalformed
	}
	if err := e.Check(); err != nil {
		return Entry{}, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	return e, nil
}

// NewSalt draws the salt of one commitment. Two entries never share a salt, or equal details would show as equal.
func NewSalt() [32]byte {
	var s [32]byte
	rand.Read(s[:]) // never fails: crypto/rand ends the process instead
	return s
}

// Commitment binds an entry to details that are not in the log: SHA-256 over a fixed prefix, the salt and the details.
// Whoever is later given salt and details can check them; without the salt a guess cannot be tested.
func Commitment(salt [32]byte, details []byte) [32]byte {
	h := sha256.New()
	h.Write([]byte("cutout audit commitment v1\x00"))
	h.Write(salt[:])
	h.Write(details)
	return [32]byte(h.Sum(nil))
}

// isWord takes lower-case letters and single inner dashes.
func isWord(s string, max int) bool {
	if s == "" || len(s) > max || s[0] == '-' || s[len(s)-1] == '-' {
		return false
	}
	for i := range len(s) {
		if c := s[i]; !(c >= 'a' && c <= 'z' || c == '-' && s[i-1] != '-') {
			return false
		}
	}
	return true
}

// isAct takes two to four words joined by dots. Digits are out, so that no number of a person or a telephone fits.
func isAct(s string) bool {
	if len(s) > maxAct {
		return false
	}
	words, start := 0, 0
	for i := 0; i <= len(s); i++ {
		if i < len(s) && s[i] != '.' {
			continue
		}
		if !isWord(s[start:i], maxKind) {
			return false
		}
		words, start = words+1, i+1
	}
	return words >= 2 && words <= 4
}

// isID takes the long form of a record id (package id): a short prefix and 26 characters of Crockford's base 32, the last
// of which carries three bits only.
func isID(s string) bool {
	if len(s) < 2+26 || len(s) > maxID {
		return false
	}
	cut := len(s) - 27
	if s[cut] != '_' || !isWord(s[:cut], 8) {
		return false
	}
	for i := cut + 1; i < len(s); i++ {
		c := s[i]
		if !(c >= '0' && c <= '9' || c >= 'a' && c <= 'z') || c == 'i' || c == 'l' || c == 'o' || c == 'u' {
			return false
		}
	}
	switch s[len(s)-1] {
	case '0', '4', '8', 'c', 'g', 'm', 'r', 'w':
		return true
	}
	return false
}

// isPack takes a pack's code, an at sign, and a version of digits and dots.
func isPack(s string) bool {
	if len(s) > maxPack {
		return false
	}
	for i := range len(s) {
		if s[i] != '@' {
			continue
		}
		v := s[i+1:]
		if !isWord(s[:i], maxPack) || v == "" || v[0] == '.' || v[len(v)-1] == '.' {
			return false
		}
		for j := range len(v) {
			if c := v[j]; !(c >= '0' && c <= '9' || c == '.' && v[j-1] != '.') {
				return false
			}
		}
		return true
	}
	return false
}
