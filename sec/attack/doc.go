// Package attack is the catalogue of attacks, one permanent test for each row: what went wrong in real systems, tried
// against this one through its pages, its interface for programs and its commands. Rows about parts not built yet stand in
// pending_test.go, each with something that finds the part the day it appears; docs/attacks.md lists all of them.
//
// It has no part in the program. Tests walk the route tables and the list of commands, so that a new address is attacked
// from its first day. "N404" in the comments: what may not be seen is answered byte for byte like a random id.
package attack
