//go:build !linux && !darwin

package main

// freeSpace is not known where the system does not say it in this way.
func freeSpace(string) (int64, bool) { return 0, false }
