package main

import (
	"bufio"
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"cutout/internal/fault"
)

// labGroup measures on plain files, without a unit.
type labGroup struct {
	Search labSearch `cmd:""`
}

// labSearch ranks documents for queries: the index and the words of a unit's search, over a collection that whoever asks
// holds whole. Only here may a ranking count over the whole collection; a unit's search never does.
type labSearch struct {
	Docs    string `required:"" placeholder:"FILE"`
	Queries string `required:"" placeholder:"FILE"`
	Top     int    `default:"10" placeholder:"N"`
}

func (c *labSearch) Run(s *session) error {
	if c.Top < 1 {
		return usage("cli.top")
	}
	docs, err := s.pairs(c.Docs)
	if err != nil {
		return err
	}
	queries, err := s.pairs(c.Queries)
	if err != nil {
		return err
	}
	bar := s.progress("cli.indexing")
	ranked := newRanking()
	for i, d := range docs {
		if err := s.ctx.Err(); err != nil {
			return err
		}
		ranked.add(d[1])
		if i%1000 == 0 {
			bar.to(i, len(docs))
		}
	}
	bar.done()
	ranked.close()
	out := bufio.NewWriter(s.out)
	for _, q := range queries {
		if err := s.ctx.Err(); err != nil {
			return err
		}
		for i, n := range ranked.best(q[1], c.Top) {
			fmt.Fprintf(out, "%s\t%d\t%s\n", q[0], i+1, docs[n][0])
		}
	}
	return out.Flush()
}

// pairs reads lines of an id, a tab and a text. A line that is none is a fault with its number.
func (s *session) pairs(name string) (out [][2]string, err error) {
	b, err := s.read(name)
	if err != nil {
		return nil, err
	}
	var f fault.Faults
	lines := bufio.NewScanner(bytes.NewReader(b))
	lines.Buffer(nil, mostInput)
	for n := 1; lines.Scan(); n++ {
		if strings.TrimSpace(lines.Text()) == "" {
			continue
		}
		id, text, ok := strings.Cut(lines.Text(), "\t")
		if !ok || id == "" || !utf8.ValidString(lines.Text()) {
			f.Add("line "+strconv.Itoa(n), "lab.pair", "File", name, "Line", strconv.Itoa(n))
			continue
		}
		out = append(out, [2]string{id, text})
	}
	if len(f) > 0 {
		return nil, faulty(f)
	}
	return out, lines.Err()
}
