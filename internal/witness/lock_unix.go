//go:build unix

package witness

import (
	"os"
	"syscall"
)

// lockFile makes processes of one machine stand in line; the lock ends with the process that holds it.
func lockFile(name string) (release func(), err error) {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
		f.Close()
		return nil, err
	}
	return func() { f.Close() }, nil
}
