package main

import (
	"strings"
	"time"
	"unicode"

	"cutout/internal/textindex"
)

// parts measures pieces by themselves: index terms beside a plain split.
func (r *run) parts() error {
	w := newWriter(19)
	var texts []string
	size := 0
	for i := range r.some(5000) {
		texts = append(texts, textOf(w.report(i)))
		size += len(texts[i])
	}
	var x textindex.Indexer
	began := time.Now()
	terms := 0
	for _, t := range texts {
		v, _ := x.Terms(t)
		terms += len(v)
	}
	ours := time.Since(began)
	began = time.Now()
	for _, t := range texts {
		seen := map[string]bool{}
		for _, f := range strings.FieldsFunc(strings.ToLower(t), func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsDigit(c) }) {
			seen[f] = true
		}
		terms -= len(seen)
	}
	peer := time.Since(began)
	rate := func(d time.Duration) string { return perSecond(len(texts), d) }
	r.add("index terms of a report, Arabic and English stems", rate(ours), rate(peer)+" lower case and split, no stems", ratio(ours, peer), "")
	return nil
}
