// Package upgrade tests that data of every released version opens in this one (P17), on frozen copies of small units that
// each release made itself. README.md says how a release adds its own.
//
// It has no part in the program.
package upgrade
