package casework

import (
	"context"
	"errors"
	"fmt"
	"runtime"

	"cutout/internal/store"
)

// Panicked is what the operator's log may hold of a panic: what kind it was, and where. The value itself may be words of
// a record; only the runtime's own errors, which speak of types, lengths and indexes, are repeated.
func Panicked(value any) (what, where string) { return panicked(value), store.Trace() }

// Explained is what the operator's log may hold of a failure, as keys and values: of a panic in an act, what Panicked says.
func Explained(err error) []any {
	var p *store.PanicError
	if errors.As(err, &p) {
		return []any{"panic", panicked(p.Value), "stack", p.Stack}
	}
	return []any{"error", err.Error()}
}

// settleSafely runs the watch and turns a panic of it into an error: the program would end with it, and print its value.
func (d *Desk) settleSafely(ctx context.Context) (err error) {
	defer func() {
		if v := recover(); v != nil {
			what, where := Panicked(v)
			err = fmt.Errorf("the watch failed unexpectedly: %s\n%s", what, where)
		}
	}()
	return d.Settle(ctx)
}

func panicked(value any) string {
	if e, ok := value.(runtime.Error); ok {
		return e.Error()
	}
	return typeOf(value)
}
