// Package ni proves noninterference: what an officer may not see changes no byte of anything he sees. It builds pairs of
// worlds that are equal in all that a low officer may see and differ in what he may not, lets him do the same things in
// both, and compares every answer. Planted leaks (package leak, build tag "leaks") show that it would notice.
//
// It has no part in the program. See security.md section (c) and docs/decisions.
package ni
