// Package vault seals what must not be read by whoever holds the machine: identities to people's keys (so that the
// server's own keys open none), records' bodies to the server's key file, officers' private keys to their passphrases.
//
// It never holds a passphrase, a key or a plaintext longer than one call unless in a Secret, and no type of it gives its
// content to fmt, slog, JSON, gob or a template. It knows no database, no officer and no rule about who may open what:
// opening needs the keys, and that is all it knows.
//
// Limits. Go keeps no promise that memory is wiped: what the standard library expands from a key stays until the
// collector reuses it. Two approvers who collude can open; so can whoever replaces the program an approver runs.
package vault

import (
	"encoding/binary"
	"errors"
	"fmt"
)

var (
	// ErrClosed means it does not open: wrong key, wrong place, or altered bytes. Which of them is not said.
	ErrClosed = errors.New("vault: it does not open with this key at this place")
	// ErrMalformed means bytes are no envelope, key or sealed body of this package.
	ErrMalformed = errors.New("vault: malformed")
	// ErrUnknown means a version or suite this program does not know: a newer one wrote it.
	ErrUnknown = errors.New("vault: written by a version or suite unknown to this program")
	// ErrCleared means a Secret was used after Clear.
	ErrCleared = errors.New("vault: already cleared from memory")
)

// Place is where a sealed thing belongs. It is bound to the ciphertext: bytes moved to another record, field or key epoch
// do not open.
type Place struct {
	Table  string // noun or table ("source")
	Record string // id of the record ("src_…")
	Field  string // field of the record ("identity")
	Epoch  uint32 // key epoch, raised by rotation
}

// bind appends the one encoding of purpose and place: each text after its length, the epoch last.
func (p Place) bind(dst []byte, purpose string) []byte {
	for _, s := range [...]string{purpose, p.Table, p.Record, p.Field} {
		dst = binary.BigEndian.AppendUint32(dst, uint32(len(s)))
		dst = append(dst, s...)
	}
	return binary.BigEndian.AppendUint32(dst, p.Epoch)
}

func (p Place) check() error {
	if p.Table == "" || p.Record == "" || p.Field == "" {
		return fmt.Errorf("%w: a place needs table, record and field", ErrMalformed)
	}
	return nil
}
