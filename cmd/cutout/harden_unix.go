//go:build unix && !linux

package main

import (
	"os"
	"syscall"
)

// harden keeps what this process writes from other accounts of the machine, and its memory out of core files. Both are
// best effort: a machine that refuses them still runs the program.
func harden() {
	syscall.Umask(0o077)
	_ = syscall.Setrlimit(syscall.RLIMIT_CORE, &syscall.Rlimit{})
}

// again runs this program anew in the same process, with another environment. It comes back only when it fails.
func again(environment []string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	return syscall.Exec(self, os.Args, environment)
}
