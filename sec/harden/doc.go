// Package harden holds the program to its hardening list (THREATS.md, "Hardening"), a test for each line, over the
// program itself in a process of its own.
//
// It has no part in the program.
package harden
