package store

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"cutout/internal/day"
	"cutout/internal/leak"
)

// ErrCursor means a cursor was not made for this officer and this list. It is answered like any malformed input.
var ErrCursor = errors.New("store: not a cursor of this list")

// Query asks for records, newest first unless Oldest. Kind may be empty only where Marks are asked for.
type Query struct {
	Kind   string
	Marks  []Mark // all of them
	Oldest bool
	Limit  int    // 1 to MaxLimit; 0 is DefaultLimit
	Cursor string // where the last page ended
}

// Limits of every list.
const (
	DefaultLimit = 50
	MaxLimit     = 500
)

func (q Query) limit() int {
	if q.Limit <= 0 {
		return DefaultLimit
	}
	return min(q.Limit, MaxLimit)
}

// digest binds a cursor to what was asked.
func (q Query) digest() []byte {
	h := sha256.New()
	fmt.Fprintf(h, "%d %s %v", len(q.Kind), q.Kind, q.Oldest)
	for _, m := range q.Marks {
		fmt.Fprintf(h, " %d %s %x", len(m.Name), m.Name, m.Value)
	}
	return h.Sum(nil)
}

// cursor names the last record of a page: an id the officer has just been shown, bound to him and to the list. The
// store's own order is not in it, since gaps in that order would count what he may not see.
func (t *Tx) cursor(digest []byte, id ID) string {
	if leak.On("cursor_rowid") {
		return t.rowNumber(id)
	}
	return base64.RawURLEncoding.EncodeToString(append(id[:], t.cursorMAC(digest, id)...))
}

func (t *Tx) cursorMAC(digest []byte, id ID) []byte {
	m := hmac.New(sha256.New, t.s.cfg.Keys.Cursor[:])
	m.Write(t.o.ID.Bytes())
	m.Write(digest)
	m.Write(id[:])
	return m.Sum(nil)[:16]
}

// resume finds where a list goes on. When the last record shown has been hidden since, its place is not known any more and
// the cursor is as good as malformed: the list is asked for anew.
func (t *Tx) resume(digest []byte, cursor string) (seq int64, err error) {
	if leak.On("page_total") {
		cursor, _, _ = strings.Cut(cursor, "~")
	}
	b, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil || len(b) != 32 || base64.RawURLEncoding.EncodeToString(b) != cursor { // one form only: the decoder skips line ends and spare bits
		return 0, ErrCursor
	}
	id := ID(b[:16])
	if !hmac.Equal(b[16:], t.cursorMAC(digest, id)) {
		return 0, ErrCursor
	}
	if err := t.c.one(t.ctx, "SELECT r.seq FROM record r WHERE r.id = ? AND "+reachable("r.label"), []any{id[:], t.o.ID.Bytes()}, &seq); err != nil {
		return 0, ErrCursor
	}
	return seq, nil
}

// Find reads one page of a list and the cursor of the next, empty at the end.
func (t *Tx) Find(q Query) ([]Record, string, error) {
	limit := q.limit()
	from := forever
	cmp, order := "<", "DESC"
	if q.Oldest {
		from, cmp, order = 0, ">", "ASC"
	}
	digest := q.digest()
	if q.Cursor != "" {
		seq, err := t.resume(digest, q.Cursor)
		if err != nil {
			return nil, "", err
		}
		from = seq
	}
	var out []Record
	for {
		part, err := t.page(q, from, cmp, order, limit+1-len(out))
		if err != nil {
			return nil, "", err
		}
		for _, r := range part {
			from = r.seq
			ok, err := t.finish(&r)
			if err != nil {
				return nil, "", err
			}
			if ok {
				out = append(out, r)
			}
		}
		// Records not yet known on the day asked for were read and left out: read on until the page is full.
		if len(part) == 0 || len(out) > limit || t.asKnown.IsZero() {
			break
		}
	}
	if leak.On("sort_hidden") {
		t.byMentions(out)
	}
	next := ""
	if len(out) > limit {
		out = out[:limit]
		next = t.cursor(digest, out[limit-1].ID)
	}
	if leak.On("page_total") && next != "" {
		next += "~" + strconv.Itoa(t.allOf(q))
	}
	return out, next, nil
}

func (t *Tx) page(q Query, from int64, cmp, order string, n int) ([]Record, error) {
	text, args, err := t.plan(q, columns, from, cmp, order, n)
	if leak.On("work") && len(q.Marks) == 0 {
		all, all1 := everything(q, columns, cmp, order, from, "")
		_, _ = t.records(all, all1...)
	}
	if err != nil || text == "" {
		return nil, err
	}
	return t.records(text, args...)
}

// records runs a query of whole records; their bodies are still sealed.
func (t *Tx) records(text string, args ...any) ([]Record, error) {
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

// plan writes the query of one page. A narrow Scope is answered label by label from the label index, merged in order, so
// that the work grows with what is shown; a broad one walks the list and asks the reach of each row.
func (t *Tx) plan(q Query, cols string, from int64, cmp, order string, n int) (string, []any, error) {
	if len(q.Marks) == 0 && (leak.On("limit_postfilter") || leak.On("finding_all") && t.entry.Act == "") {
		text, args := t.limited(q, cols, cmp, order, from, " LIMIT "+strconv.Itoa(n))
		if leak.On("finding_all") {
			text, args = everything(q, cols, cmp, order, from, " LIMIT "+strconv.Itoa(n))
		}
		return text, args, nil
	}
	known := ""
	var knownArgs []any
	if !t.asKnown.IsZero() {
		known = " AND r.created <= ?"
		knownArgs = []any{t.asKnown.UnixMicro()}
	}
	if len(q.Marks) > 0 {
		var b strings.Builder
		var args []any
		b.WriteString("SELECT " + cols + " FROM mark m0 JOIN record r ON r.seq = m0.seq")
		for i, m := range q.Marks {
			if i > 0 {
				k := "m" + strconv.Itoa(i)
				b.WriteString(" JOIN mark " + k + " ON " + k + ".seq = m0.seq AND " + k + ".name = ? AND " + k + ".value = ?")
				args = append(args, m.Name, m.Value[:])
				if q.Kind != "" {
					b.WriteString(" AND " + k + ".kind = ?")
					args = append(args, q.Kind)
				}
				t.markTime(&b, &args, k)
			}
		}
		b.WriteString(" WHERE m0.name = ? AND m0.value = ? AND m0.seq " + cmp + " ?")
		args = append(args, q.Marks[0].Name, q.Marks[0].Value[:], from)
		if q.Kind != "" {
			b.WriteString(" AND m0.kind = ?")
			args = append(args, q.Kind)
		}
		t.markTime(&b, &args, "m0")
		b.WriteString(known + " AND " + reachable("r.label") + " ORDER BY m0.seq " + order + " LIMIT " + strconv.Itoa(n))
		if leak.On("backlinks") {
			return unscoped(b.String()), append(append(args, knownArgs...), t.o.ID.Bytes()), nil
		}
		return b.String(), append(append(args, knownArgs...), t.o.ID.Bytes()), nil
	}
	labels, ok, err := t.narrow()
	if err != nil {
		return "", nil, err
	}
	if ok {
		if len(labels) == 0 {
			return "", nil, nil
		}
		// Each arm is read in order from the label index and the arms are merged; none is read further than needed.
		var b strings.Builder
		var args []any
		if t.s.d.engine == Postgres {
			b.WriteString("SELECT * FROM (")
		}
		arm := func(l int64) {
			b.WriteString("SELECT " + cols + " FROM record r WHERE r.label = " + strconv.FormatInt(l, 10) + " AND r.kind = ? AND r.seq " + cmp + " ?" + known)
			args = append(append(args, q.Kind, from), knownArgs...)
		}
		for i, l := range labels {
			if i > 0 {
				b.WriteString(" UNION ALL ")
			}
			if t.s.d.engine == Postgres {
				b.WriteString("(")
			}
			arm(l)
			if t.s.d.engine == Postgres {
				b.WriteString(" ORDER BY r.seq " + order + " LIMIT " + strconv.Itoa(n) + ")")
			}
		}
		if t.s.d.engine == Postgres {
			b.WriteString(") AS arms")
		}
		b.WriteString(" ORDER BY 1 " + order + " LIMIT " + strconv.Itoa(n))
		return b.String(), args, nil
	}
	return "SELECT " + cols + " FROM record r WHERE r.kind = ? AND r.seq " + cmp + " ?" + known + " AND " + reachable("r.label") + " ORDER BY r.seq " + order + " LIMIT " + strconv.Itoa(n),
		append(append([]any{q.Kind, from}, knownArgs...), t.o.ID.Bytes()), nil
}

func (t *Tx) markTime(b *strings.Builder, args *[]any, alias string) {
	if t.asKnown.IsZero() {
		b.WriteString(" AND " + alias + ".known_until = ?")
		*args = append(*args, forever)
		return
	}
	at := t.asKnown.UnixMicro()
	b.WriteString(" AND " + alias + ".known_from <= ? AND " + alias + ".known_until > ?")
	*args = append(*args, at, at)
}

// Counts counts, up to most each, the records of every kind the officer may see and, under the empty kind, his open
// findings: all that stands in the frame of a page, in one query. A number of most+1 means "more than most".
func (t *Tx) Counts(most int, kinds ...string) (map[string]int, error) {
	labels, narrow, err := t.narrow()
	if err != nil {
		return nil, err
	}
	limit := " LIMIT " + strconv.Itoa(most+1)
	var b strings.Builder
	var args []any
	for _, k := range kinds {
		q := "SELECT 1 FROM record r WHERE r.kind = ?"
		args = append(args, k, k) // once as the name of the row
		if narrow && !leak.On("facetcount") {
			if len(labels) == 0 {
				q += " AND 1 = 0"
			} else {
				q += " AND r.label IN (" + numbers(labels) + ")" // the label side of the index: hidden rows cost nothing
			}
		}
		if !t.asKnown.IsZero() {
			q += " AND r.created <= ?"
			args = append(args, t.asKnown.UnixMicro())
		}
		if !leak.On("facetcount") {
			q += " AND " + reachable("r.label")
			args = append(args, t.o.ID.Bytes())
		}
		b.WriteString("SELECT CAST(? AS TEXT) AS kind, count(*) FROM (" + q + limit + ") AS listed UNION ALL ")
	}
	b.WriteString("SELECT '' AS kind, count(*) FROM (SELECT 1 FROM finding f WHERE f.officer = ? AND f.cleared = ? AND " + reachable("f.label") + limit + ") AS listed")
	args = append(args, t.o.ID.Bytes(), int64(day.Never), t.o.ID.Bytes())
	text := b.String()
	if leak.On("finding_count") {
		text = unscopedFinding(text)
	}
	rows, err := t.c.query(t.ctx, text, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[string]int{}
	for rows.Next() {
		var k string
		var n int
		if err := rows.Scan(&k, &n); err != nil {
			return nil, err
		}
		out[k] = n
	}
	return out, rows.Err()
}

// numbers writes label numbers into a query. They are our own integers, and the list changes only with the Scope.
func numbers(ns []int64) string {
	var b strings.Builder
	for i, n := range ns {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(strconv.FormatInt(n, 10))
	}
	return b.String()
}
