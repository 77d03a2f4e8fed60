//go:build unix

package main

import (
	"errors"
	"os"
	"syscall"
)

// takeLock takes the lock of a file, which is held until the file is closed or the process ends, however it ends. taken is
// false when another process holds it.
func takeLock(f *os.File) (taken bool, err error) {
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return false, nil
	}
	return err == nil, err
}
