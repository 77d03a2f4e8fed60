//go:build unix

package main

import "syscall"

// roomFor is how many connections there are files for: Go raised the limit as far as the machine allows. Some are left
// for the store.
func roomFor(most int) int {
	var l syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &l) != nil || l.Cur > uint64(most)+spareFiles {
		return most
	}
	return max(int(l.Cur)-spareFiles, int(l.Cur)/2)
}

// spareFiles are the files a server needs besides its connections.
const spareFiles = 256
