package main

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"cutout/internal/casework"
	"cutout/internal/report"
)

// writer invents reports of about 60 words, half of them Arabic, over a vocabulary of thousands of words of which few are
// common, as in real prose: an index that remembers words must not profit from a small dictionary.
type writer struct {
	r       *rand.Rand
	english []string
	arabic  []string
}

func newWriter(seed uint64) *writer {
	w := &writer{r: rand.New(rand.NewPCG(seed, 7))}
	onsets, nuclei := strings.Fields("b br c ch d dr f fl g gr h j k l m n p pr qu r s sh st t th tr v w"), strings.Fields("a e i o u ai ea ou oo")
	codas, ends := strings.Fields("d g l m n nd r rt s st t ck"), []string{"", "", "", "s", "ed", "ing", "er", "ly", "ment", "ation"}
	roots := []rune("بتثجحخدذرزسشصضطظعغفقكلمنهوي")
	before, after := []string{"", "", "ال", "وال", "بال", "ي", "م"}, []string{"", "", "ة", "ات", "ون", "ين", "ها", "هم"}
	pick := func(l []string) string { return l[w.r.IntN(len(l))] }
	letter := func() string { return string(roots[w.r.IntN(len(roots))]) }
	for range 6000 {
		e := pick(onsets) + pick(nuclei) + pick(codas)
		if w.r.IntN(2) == 0 {
			e += pick(nuclei) + pick(codas)
		}
		w.english = append(w.english, e+pick(ends))
		a := letter() + letter()
		if w.r.IntN(3) == 0 {
			a += "ا"
		}
		w.arabic = append(w.arabic, pick(before)+a+letter()+pick(after))
	}
	return w
}

// prose is n words, drawn so that a word's frequency falls with its rank.
func (w *writer) prose(words []string, n int) string {
	out := make([]string, n)
	for i := range out {
		x := w.r.Float64()
		out[i] = words[int(float64(len(words))*x*x*x)]
	}
	return strings.Join(out, " ") + "."
}

// report is a draft with an English and an Arabic item, each with a grade and a claim.
func (w *writer) report(n int) casework.ReportDraft {
	item := func(lang string, words []string) report.ItemDraft {
		return report.ItemDraft{Text: w.prose(words, 30), Lang: lang, Basis: "direct", Scheme: "admiralty", Grade: fmt.Sprintf("%c%d", 'A'+w.r.IntN(6), 2+w.r.IntN(5)), When: "2026-02",
			Claim: &report.ClaimDraft{Subject: fmt.Sprintf("gate %d", w.r.IntN(40)), Predicate: "passed", Value: fmt.Sprint(w.r.IntN(9)), Topic: "gate"}}
	}
	return casework.ReportDraft{Draft: report.Draft{Title: fmt.Sprintf("Gate report %d", n), Items: []report.ItemDraft{item("en", w.english), item("ar", w.arabic)}}}
}

// textOf is what the door indexes of a report: the raw peer indexes the same.
func textOf(d casework.ReportDraft) string {
	parts := []string{d.Title, d.Summary}
	for _, it := range d.Items {
		parts = append(parts, it.Text, it.Claim.Subject, it.Claim.Predicate, it.Claim.Value, it.Claim.Topic)
	}
	return strings.Join(parts, "\n")
}
