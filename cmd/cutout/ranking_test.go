package main

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestRetrieval measures "lab search" on the development part of the retrieval set beside the repository and holds it to
// the goals of the design.
func TestRetrieval(t *testing.T) {
	dir := filepath.Join("..", "..", "..", "shared", "data", "arabic_ir_dev")
	if _, err := os.Stat(dir); err != nil {
		fmt.Println("lab search: the retrieval set is not beside the repository (shared/data/arabic_ir_dev): nothing is measured in this run")
		t.Skip("no retrieval set")
	}
	read := func(name string) (out [][]string) {
		f, err := os.Open(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		for lines := bufio.NewScanner(f); lines.Scan(); {
			out = append(out, strings.Split(lines.Text(), "\t"))
		}
		return out
	}
	r := newRanking()
	var ids []string
	for _, d := range read("docs.tsv") {
		ids = append(ids, d[0])
		r.add(d[1])
	}
	r.close()
	relevant := map[string]map[string]bool{}
	for _, q := range read("qrels.tsv") {
		if relevant[q[0]] == nil {
			relevant[q[0]] = map[string]bool{}
		}
		relevant[q[0]][q[1]] = true
	}
	measure := func(file string, english bool) (mrr, recall float64) {
		n, began := 0, time.Now()
		for _, q := range read(file) {
			if strings.HasPrefix(q[0], "xquaden") != english {
				continue
			}
			n++
			found := 0
			for i, d := range r.best(q[1], 10) {
				if relevant[q[0]][ids[d]] {
					if found++; found == 1 {
						mrr += 1 / float64(i+1)
					}
				}
			}
			recall += float64(found) / float64(len(relevant[q[0]]))
		}
		fmt.Printf("lab search, %s, english %v: MRR %.4f recall %.4f, %d queries, %.0f/s\n", file, english, mrr/float64(n), recall/float64(n), n, float64(n)/time.Since(began).Seconds())
		return mrr / float64(n), recall / float64(n)
	}
	ar, arRecall := measure("queries.tsv", false)
	noisy, _ := measure("queries_noisy.tsv", false)
	en, enRecall := measure("queries.tsv", true)
	if ar < .895 || arRecall < .98 || en < .96 || enRecall < .985 {
		t.Errorf("Arabic %.3f/%.3f, English %.3f/%.3f: below what was reached", ar, arRecall, en, enRecall)
	}
	if d := ar - noisy; d > .002 || d < -.002 {
		t.Errorf("Arabic as typed differs from clean by %.4f", d)
	}
}
