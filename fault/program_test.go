package fault

import (
	"testing"

	"cutout/sec/served"
)

// program builds the real program once and gives its path.
func program(t testing.TB) string { return served.Binary(t) }
