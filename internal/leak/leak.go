// Package leak marks the places where known kinds of leak are planted, so that the noninterference proof in sec/ni can
// show that it would catch them. In every ordinary build On is the constant false and the compiler removes what it
// guards; only the build tag "leaks", which no release uses, brings the leaks to life.
//
// It never runs in a program that people use: built with the tag, anything but a test stops at once.
package leak
