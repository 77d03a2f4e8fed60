package store

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"cutout/internal/leak"
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
func (t *Tx) index(seq, label int64, kind string, terms []string) error {
	if len(terms) == 0 {
		return nil
	}
	for _, w := range terms {
		if !safeTerm(w) {
			return errTerm
		}
	}
	t.b.unindexed = append(t.b.unindexed, unindexed{seq, label, kind, slices.Clone(terms)})
	return nil
}

// unindexed is a record whose terms wait for the end of their batch. SQLite's index writes itself to disk at every
// savepoint, that is for every act; a server takes many rows in one journey.
type unindexed struct {
	seq, label int64
	kind       string
	terms      []string
}

// indexAll writes the waiting terms of the batch.
func (b *batch) indexAll(ctx context.Context) error {
	var rows []any
	for _, u := range b.unindexed {
		if b.w.s.d.engine == Postgres {
			rows = append(rows, u.seq, u.label, u.kind, b.w.s.lexemes(u.seq, u.label, u.terms))
			continue
		}
		var under strings.Builder
		for _, w := range u.terms {
			under.WriteString(scopedTerm(u.label, w))
			under.WriteByte(' ')
		}
		// One row a statement: a statement of many rows is a savepoint of its own, at which the index writes itself out.
		if _, err := b.w.c.exec(ctx, "INSERT INTO words (rowid, t) VALUES (?, ?)", u.seq, strings.Join(u.terms, " ")); err != nil {
			return err
		}
		if _, err := b.w.c.exec(ctx, "INSERT INTO scoped (rowid, t) VALUES (?, ?)", u.seq, under.String()); err != nil {
			return err
		}
	}
	b.unindexed = nil // not cut to length: an act that is undone gets its predecessors' back
	if b.w.s.d.engine == Postgres {
		return b.w.c.insert(ctx, "words (seq, label, kind, t)", "(?, ?, ?, array_to_tsvector(string_to_array(?, ' ')))", rows)
	}
	return nil
}

// reindex replaces the terms of a record.
func (t *Tx) reindex(seq, label int64, kind string, terms []string) error {
	if err := t.b.indexAll(t.ctx); err != nil {
		return err
	}
	tables := []string{"words", "scoped"}
	if t.s.d.engine == Postgres {
		tables = tables[:1]
	}
	for _, table := range tables {
		n, err := t.c.exec(t.ctx, "DELETE FROM "+table+" WHERE "+t.s.d.rowid+" = ?", seq)
		if err != nil {
			return err
		}
		if n > 0 && terms == nil {
			return errors.New("store: a record that search finds moves to another label, and its terms were not given")
		}
	}
	return t.index(seq, label, kind, terms)
}

// scopedTerm is a term under a label. The number ends at the first letter, so no two pairs make one term.
func scopedTerm(label int64, w string) string { return "l" + strconv.FormatInt(label, 10) + "z" + w }

// keyed hides a term where the engine's files are not ours to encrypt: 64 bits of an HMAC under the unit's term key.
func (s *Store) keyed(w string) string {
	m := hmac.New(sha256.New, s.cfg.Keys.Term[:])
	m.Write([]byte("term\x00" + w))
	return hex.EncodeToString(m.Sum(nil)[:8])
}

// stretch is how many records of the store's order share a lexeme on PostgreSQL. Its index cannot be read newest first:
// a common word would fetch all its matches to show fifty. Under its stretch, a word is read a stretch at a time.
const stretch = 1024

func stretchTerm(key string, n int64) string { return key + "b" + strconv.FormatInt(n, 10) }

func (s *Store) lexemes(seq, label int64, terms []string) string {
	var b strings.Builder
	for _, w := range terms {
		k := s.keyed(w)
		b.WriteString(stretchTerm(k, seq/stretch) + " " + scopedTerm(label, k) + " ")
	}
	return strings.TrimSpace(b.String())
}

// match writes the engine's query for the groups; forms gives the index terms that stand for one word.
func (t *Tx) match(groups [][]string, forms func(string) []string) string {
	and, or := " AND ", " OR "
	if t.s.d.engine == Postgres {
		and, or = " & ", " | "
	}
	parts := make([]string, len(groups))
	for i, g := range groups {
		var alt []string
		for _, w := range g {
			if t.s.d.keyedTerms {
				w = t.s.keyed(w)
			}
			alt = append(alt, forms(w)...)
		}
		parts[i] = "(" + strings.Join(alt, or) + ")"
	}
	return strings.Join(parts, and)
}

// matchLabels asks for the groups under each of the labels.
func (t *Tx) matchLabels(groups [][]string, labels []int64) string {
	or, quote := " OR ", `"`
	if t.s.d.engine == Postgres {
		or, quote = " | ", "'"
	}
	all := make([]string, len(labels))
	for i, l := range labels {
		all[i] = "(" + t.match(groups, func(w string) []string { return []string{quote + scopedTerm(l, w) + quote} }) + ")"
	}
	return strings.Join(all, or)
}

var errTerm = errors.New("store: a search term is not a plain word")

// safeTerm is what may stand in an index or a match expression: textindex gives only lower-case letters and digits.
func safeTerm(w string) bool {
	for i := range len(w) {
		if c := w[i]; c < 0x80 && !(c >= 'a' && c <= 'z' || c >= '0' && c <= '9') {
			return false
		}
	}
	return w != "" && len(w) <= 64 && utf8.ValidString(w)
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
				return nil, "", errTerm
			}
		}
	}
	if len(q.Groups) == 0 {
		return nil, "", nil
	}
	if t.writing { // what this act wrote can be found by it
		if err := t.b.indexAll(t.ctx); err != nil {
			return nil, "", err
		}
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
	var out []Record
	for len(out) <= limit {
		part, err := t.hits(q, labels, from, limit+1)
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
	if leak.On("idf") {
		t.byRarity(q, out)
	}
	next := ""
	if len(out) > limit {
		out = out[:limit]
		next = t.cursor(digest, out[limit-1].ID)
	}
	if leak.On("suggest_vocab") && len(out) == 0 && t.wordAhead(q) {
		next = "did you mean"
	}
	return out, next, nil
}

// hits reads the n newest matches below from; fewer only when there are no more. labels are those of a narrow Scope, nil
// for a broad one.
func (t *Tx) hits(q Search, labels []int64, from int64, n int) ([]Record, error) {
	if t.s.d.engine == SQLite {
		return t.hitsSQLite(q, labels, from, n)
	}
	if labels != nil {
		return t.hitsPostgres(t.matchLabels(q.Groups, labels), q.Kind, 0, from, n)
	}
	var top int64
	if err := t.c.one(t.ctx, "SELECT next_seq FROM head WHERE one = 1", nil, &top); err != nil {
		return nil, err
	}
	top = min(top, from)
	var out []Record
	for wide := int64(1); len(out) < n && top > 0; wide *= 4 {
		// The newest stretches one by one in the expression, each time four times as many; then all the rest at once.
		low := max((top-1)/stretch-wide+1, 0)
		forms := func(w string) (all []string) {
			for i := low; i <= (top-1)/stretch; i++ {
				all = append(all, stretchTerm(w, i))
			}
			return all
		}
		if wide > 64 {
			low = 0
			forms = func(w string) []string { return []string{w + "b:*"} }
		}
		part, err := t.hitsPostgres(t.match(q.Groups, forms), q.Kind, low*stretch, top, n-len(out))
		if err != nil {
			return nil, err
		}
		out = append(out, part...)
		top = low * stretch
	}
	return out, nil
}

func (t *Tx) hitsSQLite(q Search, labels []int64, from int64, n int) ([]Record, error) {
	table, expr := "words", ""
	if labels != nil {
		table, expr = "scoped", t.matchLabels(q.Groups, labels)
	} else {
		expr = t.match(q.Groups, func(w string) []string { return []string{`"` + w + `"`} })
	}
	text := "SELECT " + columns + " FROM " + table + " w CROSS JOIN record r ON r.seq = w.rowid WHERE w." + table + " MATCH ? AND w.rowid < ?"
	args := []any{expr, from}
	if q.Kind != "" {
		text += " AND r.kind = ?"
		args = append(args, q.Kind)
	}
	text += " AND " + reachable("r.label") + " ORDER BY w.rowid DESC LIMIT " + strconv.Itoa(n)
	if leak.On("snippet_hidden") {
		text = unscoped(strings.ReplaceAll(text, "scoped", "words"))
		args[0] = t.match(q.Groups, func(w string) []string { return []string{`"` + w + `"`} })
	}
	return t.records(text, append(args, t.o.ID.Bytes())...)
}

// hitsPostgres reads the newest matches from low up to below top. The sum in the order keeps the planner from walking
// the whole table in order and testing each row; records are fetched only for what will be shown.
func (t *Tx) hitsPostgres(expr, kind string, low, top int64, n int) ([]Record, error) {
	text := "WITH f AS MATERIALIZED (SELECT w.seq FROM words w WHERE w.t @@ CAST(? AS tsquery) AND w.seq + 0 >= ? AND w.seq + 0 < ? AND " + reachable("w.label")
	args := []any{expr, low, top, t.o.ID.Bytes()}
	if kind != "" {
		text += " AND w.kind = ?"
		args = append(args, kind)
	}
	text += " ORDER BY w.seq + 0 DESC LIMIT " + strconv.Itoa(n) + ") SELECT " + columns + " FROM f JOIN record r ON r.seq = f.seq AND " + reachable("r.label") + " ORDER BY r.seq DESC"
	return t.records(text, append(args, t.o.ID.Bytes())...)
}
