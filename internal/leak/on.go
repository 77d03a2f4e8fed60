//go:build leaks

package leak

import (
	"os"
	"sync/atomic"
	"testing"
)

// Built says whether this build holds planted leaks.
const Built = true

var open atomic.Value

func init() {
	if !testing.Testing() {
		panic("leak: built with planted leaks; only tests may run so")
	}
	open.Store(os.Getenv("CUTOUT_LEAK"))
}

// On reports whether the named leak is open: the one that CUTOUT_LEAK named at the start, or that Open named since.
func On(name string) bool { return open.Load() == name }

// Open opens one planted leak and closes every other; the empty name closes all.
func Open(name string) { open.Store(name) }
