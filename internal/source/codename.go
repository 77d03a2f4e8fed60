package source

import (
	"crypto/rand"
	_ "embed"
	"encoding/binary"
	"io"
	"strings"
)

//go:embed words_first.txt
var firstText string

//go:embed words_second.txt
var secondText string

var firstWords, secondWords = strings.Fields(firstText), strings.Fields(secondText)

// SuggestCodeName draws a code name of two neutral words ("COPPER HERON") from r, or from the system's generator when r is
// nil. The words say nothing of person, place or trade. It never asks which names are taken: an answer would depend on
// sources the officer cannot see. Two sources may share a name; the id tells them apart.
func SuggestCodeName(r io.Reader) (string, error) {
	if r == nil {
		r = rand.Reader
	}
	a, err := pick(r, firstWords)
	if err != nil {
		return "", err
	}
	b, err := pick(r, secondWords)
	if err != nil {
		return "", err
	}
	return strings.ToUpper(a + " " + b), nil
}

// pick draws evenly: values past the last whole multiple of the list are thrown away.
func pick(r io.Reader, words []string) (string, error) {
	n := uint32(len(words))
	for {
		var b [4]byte
		if _, err := io.ReadFull(r, b[:]); err != nil {
			return "", err
		}
		if v := binary.BigEndian.Uint32(b[:]); v < ^uint32(0)/n*n {
			return words[v%n], nil
		}
	}
}
