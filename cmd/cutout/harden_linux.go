package main

import (
	"os"
	"syscall"
)

// harden keeps what this process writes from other accounts of the machine, and its memory out of core files and from
// other processes of the same account. It is best effort: a machine that refuses still runs the program.
func harden() {
	syscall.Umask(0o077)
	_ = syscall.Setrlimit(syscall.RLIMIT_CORE, &syscall.Rlimit{})
	_, _, _ = syscall.RawSyscall(syscall.SYS_PRCTL, syscall.PR_SET_DUMPABLE, 0, 0)
}

// again runs this program anew in the same process, with another environment. It comes back only when it fails.
func again(environment []string) error {
	return syscall.Exec("/proc/self/exe", os.Args, environment)
}
