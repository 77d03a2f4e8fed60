//go:build unix

package main

import "syscall"

// harden keeps what this process writes from other accounts of the machine, and its memory out of core files. Both are
// best effort: a machine that refuses them still runs the program.
func harden() {
	syscall.Umask(0o077)
	_ = syscall.Setrlimit(syscall.RLIMIT_CORE, &syscall.Rlimit{})
}
