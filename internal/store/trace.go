package store

import (
	"fmt"
	"runtime"
	"strings"
)

// Trace is where the program is, for the operator's log: functions, files and lines, and no value of any argument. The
// traces Go prints hold arguments, which here may be keys and names.
func Trace() string {
	pcs := make([]uintptr, 64)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs)])
	var b strings.Builder
	for {
		f, more := frames.Next()
		fmt.Fprintf(&b, "%s %s:%d\n", f.Function, f.File, f.Line)
		if !more {
			return b.String()
		}
	}
}
