// Package fault holds the drills: each test breaks the machine beneath the whole program in one way (F1 to F16 of
// README.md) and asks that nothing confirmed is lost, nothing is shown that may not be, and the program says what is wrong.
//
//	go test ./fault -run F01              the short form, as "make check" runs it
//	CUTOUT_LONG=1 go test ./fault -run F01 -timeout 60m -v
//
// The test binary is also the child process of drills that kill one. It has no part in the program.
package fault
