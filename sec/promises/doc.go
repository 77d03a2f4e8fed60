// Package promises tests what Cutout promises in THREATS.md: each test is named after its promise (TestP01…)
// and drives the whole program. Planted canary words show that the scanners would find what they look for.
//
// It has no part in the program.
package promises
