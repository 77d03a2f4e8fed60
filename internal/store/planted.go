package store

import (
	"context"
	"sort"
	"strconv"
	"strings"

	"cutout/internal/fault"
	"cutout/internal/leak"
)

// The leaks planted in the store for the noninterference proof: each is one way in which a record store has told people
// of records they may not see. Package leak keeps all of them out of every ordinary build.

// rowNumber is a cursor that counts the rows between.
func (t *Tx) rowNumber(id ID) string {
	var seq int64
	_ = t.c.one(t.ctx, "SELECT seq FROM record WHERE id = ?", []any{id[:]}, &seq)
	return strconv.FormatInt(seq, 10)
}

// hiddenTruth is what an unscoped store would answer for a record the officer may not see.
func (t *Tx) hiddenTruth(kind string, id ID) error {
	var version int64
	if t.c.one(t.ctx, "SELECT version FROM record WHERE id = ? AND kind = ?", []any{id[:], kind}, &version) != nil {
		return ErrNotFound
	}
	if leak.On("forbidden") {
		return ErrConflict
	}
	var f fault.Faults
	f.Add("id", "held.elsewhere", "Kind", kind)
	return f.Err()
}

// fetchAndDrop reads and opens the record first and asks afterwards whether it may be shown.
func (t *Tx) fetchAndDrop(id ID) {
	rs, err := t.records("SELECT "+columns+" FROM record r WHERE r.id = ?", id[:])
	if err == nil && len(rs) > 0 {
		_, _ = t.s.cfg.Keys.Body.Open(nil, rs[0].Body, associated(rs[0].ID, rs[0].Version))
	}
}

// nameTaken is a code name that must be unique among records nobody may compare.
func (t *Tx) nameTaken(e Entering) bool {
	for _, m := range e.Marks {
		var n int
		if m.Name == "code-name" && t.c.one(t.ctx, "SELECT count(*) FROM mark WHERE name = ? AND value = ?", []any{m.Name, m.Value[:]}, &n) == nil && n > 0 {
			return true
		}
	}
	return false
}

// touchParents moves the time of records that a new record names.
func (t *Tx) touchParents(marks []Mark) error {
	for _, m := range marks {
		if _, err := t.c.exec(t.ctx, "UPDATE record SET known_from = ? WHERE id = ? AND kind = 'source'", t.now.UnixMicro(), m.Value[:]); err != nil {
			return err
		}
	}
	return nil
}

// byMentions orders records by how often any record names them.
func (t *Tx) byMentions(rs []Record) {
	n := map[ID]int{}
	for _, r := range rs {
		var k int
		if t.c.one(t.ctx, "SELECT count(*) FROM mark WHERE value = ?", []any{r.ID[:]}, &k) == nil {
			n[r.ID] = k
		}
	}
	sort.SliceStable(rs, func(i, j int) bool { return n[rs[i].ID] > n[rs[j].ID] })
}

// byRarity orders hits as a ranking by inverse document frequency over the whole index would.
func (t *Tx) byRarity(q Search, rs []Record) {
	score := map[ID]float64{}
	for _, g := range q.Groups {
		for _, w := range g {
			var df int
			if t.c.one(t.ctx, "SELECT count(*) FROM words WHERE words MATCH ?", []any{`"` + w + `"`}, &df) != nil || df == 0 {
				continue
			}
			for _, r := range rs {
				var has int
				if t.c.one(t.ctx, "SELECT count(*) FROM words WHERE words MATCH ? AND rowid = ?", []any{`"` + w + `"`, r.seq}, &has) == nil {
					score[r.ID] += float64(has) / float64(df)
				}
			}
		}
	}
	sort.SliceStable(rs, func(i, j int) bool { return score[rs[i].ID] > score[rs[j].ID] })
}

// wordAhead offers to complete a word that any record holds.
func (t *Tx) wordAhead(q Search) bool {
	var n int
	for _, g := range q.Groups {
		for _, w := range g {
			if t.c.one(t.ctx, "SELECT count(*) FROM words WHERE words MATCH ?", []any{`"` + w + `"*`}, &n) == nil && n > 0 {
				return true
			}
		}
	}
	return false
}

// everything is the plan of a list with its Scope taken out.
func everything(q Query, cols, cmp, order string, from int64, limit string) (string, []any) {
	return "SELECT " + cols + " FROM record r WHERE r.kind = ? AND r.seq " + cmp + " ? ORDER BY r.seq " + order + limit, []any{q.Kind, from}
}

// limited takes the limit before the Scope.
func (t *Tx) limited(q Query, cols, cmp, order string, from int64, limit string) (string, []any) {
	text, args := everything(q, "*", cmp, order, from, limit)
	return "SELECT " + cols + " FROM (" + text + ") r WHERE " + reachable("r.label") + " ORDER BY r.seq " + order, append(args, t.o.ID.Bytes())
}

// unscopedFinding takes the Scope out of a query over findings: what was told once is shown for ever.
func unscopedFinding(text string) string {
	return strings.ReplaceAll(text, reachable("f.label"), "length(?) > 0")
}

// draftsOfAll counts the drafts of everybody, as a quota for the whole unit would.
func draftsOfAll(ctx context.Context, c *conn) (n int) {
	_ = c.one(ctx, "SELECT count(*) FROM draft", nil, &n)
	return n
}

// allOf is how long the list is for somebody who may see everything.
func (t *Tx) allOf(q Query) (n int) {
	_ = t.c.one(t.ctx, "SELECT count(*) FROM record r WHERE r.kind = ?", []any{q.Kind}, &n)
	return n
}

// sameWords is a report with the words of one that anybody filed.
func (t *Tx) sameWords(e Entering) bool {
	if e.Kind != "report" || len(e.Terms) == 0 || t.b.indexAll(t.ctx) != nil {
		return false
	}
	var n int
	return t.c.one(t.ctx, "SELECT count(*) FROM words WHERE words MATCH ?", []any{`"` + strings.Join(e.Terms, `" AND "`) + `"`}, &n) == nil && n > 0
}

// HowMany counts the records of a kind, whatever their labels.
func (t *Tx) HowMany(kind string) int { return t.allOf(Query{Kind: kind}) }

// unscoped takes the Scope out of a query.
func unscoped(text string) string {
	return strings.ReplaceAll(text, reachable("r.label"), "length(?) > 0")
}
