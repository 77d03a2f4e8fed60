package store

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
)

// Search asks for records by words, newest first. Groups are AND-ed; the terms of one group are alternatives.
type Search struct {
	Groups [][]string
	Kind   string // one kind, or empty for all
	Limit  int
	Cursor string
}

func (q Search) digest() []byte {
	h := sha256.New()
	h.Write([]byte("search\x00" + q.Kind))
	for _, g := range q.Groups {
		h.Write([]byte{0, byte(len(g))})
		for _, w := range g {
			h.Write([]byte{1})
			h.Write([]byte(w))
		}
	}
	return h.Sum(nil)
}

// index makes a new record findable by its terms: once under each term, and once under each term together with the
// label, so that a narrow Scope is answered from its own postings alone.
func (t *Tx) index(seq, label int64, terms []string) error {
	if len(terms) == 0 {
		return nil
	}
	if t.s.d.engine == Postgres {
		_, err := t.c.exec(t.ctx, "INSERT INTO words (seq, label, t) VALUES (?, ?, array_to_tsvector(string_to_array(?, ' ')))",
			seq, label, t.lexemes(label, terms))
		return err
	}
	if _, err := t.c.exec(t.ctx, "INSERT INTO words (rowid, t) VALUES (?, ?)", seq, strings.Join(terms, " ")); err != nil {
		return err
	}
	var b strings.Builder
	for _, w := range terms {
		b.WriteString(scopedTerm(label, w))
		b.WriteByte(' ')
	}
	_, err := t.c.exec(t.ctx, "INSERT INTO scoped (rowid, t) VALUES (?, ?)", seq, b.String())
	return err
}

// reindex replaces the terms of a record. When only the label moved the terms are not at hand: the caller gives them.
func (t *Tx) reindex(seq, label int64, terms []string) error {
	if t.s.d.engine == Postgres {
		if _, err := t.c.exec(t.ctx, "DELETE FROM words WHERE seq = ?", seq); err != nil {
			return err
		}
		return t.index(seq, label, terms)
	}
	for _, table := range []string{"words", "scoped"} {
		if _, err := t.c.exec(t.ctx, "DELETE FROM "+table+" WHERE rowid = ?", seq); err != nil {
			return err
		}
	}
	return t.index(seq, label, terms)
}

func scopedTerm(label int64, w string) string { return "l" + strconv.FormatInt(label, 36) + "z" + w }

// keyed hides a term where the engine's files are not ours to encrypt: 64 bits of an HMAC under the unit's term key.
func (t *Tx) keyed(w string) string {
	m := hmac.New(sha256.New, t.s.cfg.Keys.Term[:])
	m.Write([]byte("term\x00" + w))
	return hex.EncodeToString(m.Sum(nil)[:8])
}

func (t *Tx) lexemes(label int64, terms []string) string {
	var b strings.Builder
	for _, w := range terms {
		k := t.keyed(w)
		b.WriteString(k + " " + scopedTerm(label, k) + " ")
	}
	return strings.TrimSpace(b.String())
}

// match writes the engine's query for the groups, over the label-scoped terms of the given labels, or over all terms.
func (t *Tx) match(groups [][]string, labels []int64) string {
	and, or, quote := " AND ", " OR ", `"`
	if t.s.d.engine == Postgres {
		and, or, quote = " & ", " | ", "'"
	}
	one := func(form func(string) string) string {
		parts := make([]string, len(groups))
		for i, g := range groups {
			alt := make([]string, len(g))
			for j, w := range g {
				if t.s.d.keyedTerms {
					w = t.keyed(w)
				}
				alt[j] = quote + form(w) + quote
			}
			parts[i] = "(" + strings.Join(alt, or) + ")"
		}
		return strings.Join(parts, and)
	}
	if labels == nil {
		return one(func(w string) string { return w })
	}
	all := make([]string, len(labels))
	for i, l := range labels {
		all[i] = "(" + one(func(w string) string { return scopedTerm(l, w) }) + ")"
	}
	return strings.Join(all, or)
}

// safeTerm is what may stand in a match expression: textindex gives only letters and digits.
func safeTerm(w string) bool {
	return w != "" && len(w) <= 64 && !strings.ContainsAny(w, "\"'*:^(){}\\ \t\n\x00")
}

// Found reads one page of what a search finds. keep, when not nil, looks at each record before it counts: phrases are
// checked there against the text itself.
func (t *Tx) Found(q Search, keep func(Record) (bool, error)) ([]Record, string, error) {
	for _, g := range q.Groups {
		if len(g) == 0 {
			return nil, "", nil
		}
		for _, w := range g {
			if !safeTerm(w) {
				return nil, "", fmt.Errorf("store: a search term is not a plain word")
			}
		}
	}
	if len(q.Groups) == 0 {
		return nil, "", nil
	}
	limit := Query{Limit: q.Limit}.limit()
	from, digest := forever, q.digest()
	if q.Cursor != "" {
		seq, err := t.resume(digest, q.Cursor)
		if err != nil {
			return nil, "", err
		}
		from = seq
	}
	labels, narrow, err := t.narrow()
	if err != nil {
		return nil, "", err
	}
	if narrow && len(labels) == 0 {
		return nil, "", nil
	}
	if !narrow {
		labels = nil
	}
	expr := t.match(q.Groups, labels)
	var out []Record
	for len(out) <= limit {
		part, err := t.hits(expr, narrow, q.Kind, from, limit+1)
		if err != nil {
			return nil, "", err
		}
		for _, r := range part {
			from = r.seq
			ok, err := t.finish(&r)
			if err != nil {
				return nil, "", err
			}
			if ok && keep != nil {
				ok, err = keep(r)
				if err != nil {
					return nil, "", err
				}
			}
			if ok {
				out = append(out, r)
			}
		}
		if len(part) <= limit {
			break
		}
	}
	next := ""
	if len(out) > limit {
		out = out[:limit]
		next = t.cursor(digest, out[limit-1].ID)
	}
	return out, next, nil
}

func (t *Tx) hits(expr string, narrow bool, kind string, from int64, n int) ([]Record, error) {
	var text string
	args := []any{expr, from}
	if t.s.d.engine == Postgres {
		text = "SELECT " + columns + " FROM words w JOIN record r ON r.seq = w.seq WHERE w.t @@ CAST(? AS tsquery) AND w.seq < ? AND " + reachable("w.label")
		args = append(args, t.o.ID.Bytes())
		if kind != "" {
			text += " AND r.kind = ?"
			args = append(args, kind)
		}
		text += " ORDER BY w.seq DESC LIMIT " + strconv.Itoa(n)
	} else {
		table := "words"
		if narrow {
			table = "scoped"
		}
		text = "SELECT " + columns + " FROM " + table + " w CROSS JOIN record r ON r.seq = w.rowid WHERE w." + table + " MATCH ? AND w.rowid < ?"
		if kind != "" {
			text += " AND r.kind = ?"
			args = append(args, kind)
		}
		text += " AND " + reachable("r.label") + " ORDER BY w.rowid DESC LIMIT " + strconv.Itoa(n)
		args = append(args, t.o.ID.Bytes())
	}
	rows, err := t.c.query(t.ctx, text, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Record
	for rows.Next() {
		r, err := t.scan(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, rows.Err()
}
