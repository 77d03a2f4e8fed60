package vault

import (
	"fmt"
	"log/slog"
	"sync"
)

// redacted is what every printing of a secret gives.
const redacted = "[sealed]"

// Secret holds bytes that must not be printed, stored or sent by accident: an opened identity, a derived key. A closure
// holds them, so that not even reflection on a struct around it finds them. The zero Secret is a cleared one. Copies of
// a Secret share the same bytes.
type Secret struct {
	use func(func([]byte) error) error
	end func()
	redact
}

// NewSecret takes b over: the caller keeps no copy, and Clear overwrites it.
func NewSecret(b []byte) Secret {
	var mu sync.Mutex
	gone := false
	return Secret{
		use: func(f func([]byte) error) error {
			mu.Lock()
			defer mu.Unlock()
			if gone {
				return ErrCleared
			}
			return f(b)
		},
		end: func() {
			mu.Lock()
			defer mu.Unlock()
			clear(b)
			gone = true
		},
	}
}

// Use lends the bytes to f for the time of the call; f must keep no reference, and must not use the same Secret again.
func (s Secret) Use(f func([]byte) error) error {
	if s.use == nil {
		return ErrCleared
	}
	return s.use(f)
}

// Clear overwrites the bytes; later uses fail with ErrCleared.
func (s Secret) Clear() {
	if s.end != nil {
		s.end()
	}
}

// redact gives a type every method through which Go's printers ask a value for its text, and answers all alike.
type redact struct{}

// Format prints "[sealed]" for every verb and flag.
func (redact) Format(f fmt.State, _ rune) { fmt.Fprint(f, redacted) }

// LogValue logs "[sealed]".
func (redact) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText gives "[sealed]" to every text encoding: JSON, XML, YAML, templates.
func (redact) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// MarshalJSON gives "[sealed]" to JSON.
func (redact) MarshalJSON() ([]byte, error) { return []byte(`"` + redacted + `"`), nil }

// GobEncode gives "[sealed]" to gob; there is no way back.
func (redact) GobEncode() ([]byte, error) { return []byte(redacted), nil }
