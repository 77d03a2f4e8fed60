package casework

import (
	"runtime"

	"cutout/internal/store"
)

// Panicked is what the operator's log may hold of a panic: what kind it was, and where. The value itself may be words of
// a record; only the runtime's own errors, which speak of types, lengths and indexes, are repeated.
func Panicked(value any) (what, where string) { return panicked(value), store.Trace() }

func panicked(value any) string {
	if e, ok := value.(runtime.Error); ok {
		return e.Error()
	}
	return typeOf(value)
}
