package fault

import (
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

var built struct {
	sync.Mutex
	dir string
	err error
}

// program builds the real program once and gives its path.
func program(t testing.TB) string {
	t.Helper()
	built.Lock()
	defer built.Unlock()
	if built.dir == "" && built.err == nil {
		if built.dir, built.err = os.MkdirTemp("", "cutout-drill-"); built.err == nil {
			c := exec.Command("go", "build", "-o", filepath.Join(built.dir, "cutout"), "cutout/cmd/cutout")
			c.Stderr = os.Stderr
			built.err = c.Run()
		}
	}
	must(t, built.err)
	return filepath.Join(built.dir, "cutout")
}

func forgetProgram() {
	if built.dir != "" {
		os.RemoveAll(built.dir)
	}
}
