package textindex

import (
	"bufio"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/ncruces/go-sqlite3"
	_ "github.com/ncruces/go-sqlite3/driver"
	"github.com/ncruces/go-sqlite3/ext/fts5"
)

// collection is the development part of the retrieval set beside the repository (ARCD and XQuAD paragraphs and questions).
type collection struct {
	ids, docs      []string
	queries, noisy map[string]string
	relevant       map[string]map[string]bool
}

func loadCollection(t testing.TB) *collection {
	t.Helper()
	dir := filepath.Join("..", "..", "..", "shared", "data", "arabic_ir_dev")
	if _, err := os.Stat(dir); err != nil {
		t.Skip("retrieval set not found beside the repository (shared/data/arabic_ir_dev): retrieval is not measured in this run")
	}
	read := func(name string) (rows [][]string) {
		f, err := os.Open(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		lines := bufio.NewScanner(f)
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			rows = append(rows, strings.Split(lines.Text(), "\t"))
		}
		if err := lines.Err(); err != nil {
			t.Fatal(err)
		}
		return rows
	}
	c := &collection{queries: map[string]string{}, noisy: map[string]string{}, relevant: map[string]map[string]bool{}}
	for _, r := range read("docs.tsv") {
		c.ids, c.docs = append(c.ids, r[0]), append(c.docs, r[1])
	}
	for _, r := range read("queries.tsv") {
		c.queries[r[0]] = r[1]
	}
	for _, r := range read("queries_noisy.tsv") {
		c.noisy[r[0]] = r[1]
	}
	for _, r := range read("qrels.tsv") {
		if c.relevant[r[0]] == nil {
			c.relevant[r[0]] = map[string]bool{}
		}
		c.relevant[r[0]][r[1]] = true
	}
	return c
}

// quality of a ranking over a set of queries.
type quality struct {
	queries      int
	mrr, recall  float64
	unanswerable int // queries that gave faults
}

// measure ranks every query of a set with rank, which gives document numbers, best first.
func (c *collection) measure(t *testing.T, set map[string]string, language string, rank func(Query) []int) quality {
	t.Helper()
	var m quality
	for id, text := range set {
		if english := strings.HasPrefix(id, "xquaden"); english != (language == "English") {
			continue
		}
		m.queries++
		q, faults := ParseQuery(text, Any)
		if len(faults) > 0 {
			m.unanswerable++
			continue
		}
		found := 0
		for i, d := range rank(q) {
			if i == 10 {
				break
			}
			if c.relevant[id][c.ids[d]] {
				if found++; found == 1 {
					m.mrr += 1 / float64(i+1)
				}
			}
		}
		m.recall += float64(found) / float64(len(c.relevant[id]))
	}
	m.mrr /= float64(m.queries)
	m.recall /= float64(m.queries)
	return m
}

func openFTS(t testing.TB) *sql.DB {
	t.Helper()
	sqlite3.AutoExtension(fts5.Register)
	db, err := sql.Open("sqlite3", ":memory:") // one connection: each would have its own database
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { db.Close() })
	return db
}

func exec(t testing.TB, db *sql.DB, q string, args ...any) {
	t.Helper()
	if _, err := db.Exec(q, args...); err != nil {
		t.Fatal(q, err)
	}
}

func ftsRank(t testing.TB, db *sql.DB, table, order string, limit int, match func(Query) string) func(Query) []int {
	st, err := db.Prepare("SELECT rowid FROM " + table + " WHERE " + table + " MATCH ? ORDER BY " + order + " LIMIT " + strconv.Itoa(limit))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	return func(q Query) (out []int) {
		rows, err := st.Query(match(q))
		if err != nil {
			t.Fatal(match(q), err)
		}
		defer rows.Close()
		for rows.Next() {
			var n int
			if err := rows.Scan(&n); err != nil {
				t.Fatal(err)
			}
			out = append(out, n-1)
		}
		return out
	}
}

// anyOf is an FTS5 expression for any term of a query.
func anyOf(q Query) string {
	var out []string
	for _, g := range q.Terms() {
		for _, term := range g {
			out = append(out, `"`+term+`"`)
		}
	}
	return strings.Join(out, " OR ")
}

// TestRetrieval measures two ways to rank: the recommended two columns with bm25, and the terms as the store keeps them (distinct, no
// positions) ranked by Score, which knows no corpus.
func TestRetrieval(t *testing.T) {
	c := loadCollection(t)
	db := openFTS(t)
	exec(t, db, "CREATE VIRTUAL TABLE two USING fts5(light, extended, tokenize='ascii')")
	exec(t, db, "CREATE VIRTUAL TABLE stored USING fts5(terms, content='', contentless_delete=1, detail=none, tokenize='ascii')")
	for i, text := range c.docs {
		var light, extended []string
		for _, term := range AppendTerms(nil, text) {
			light, extended = append(light, term.Light), append(extended, term.Extended)
		}
		exec(t, db, "INSERT INTO two(rowid, light, extended) VALUES (?, ?, ?)", i+1, strings.Join(light, " "), strings.Join(extended, " "))
		exec(t, db, "INSERT INTO stored(rowid, terms) VALUES (?, ?)", i+1, strings.Join(IndexTerms(text), " "))
	}
	stored := ftsRank(t, db, "stored", "rowid", 1000, anyOf)
	ways := []struct {
		name string
		rank func(Query) []int
	}{
		{"two columns, bm25", ftsRank(t, db, "two", "bm25(two, 1, 1), rowid", 10, func(q Query) string {
			var light, extended []string
			for _, p := range q.parts {
				if len(p.word) == 0 {
					for _, w := range p.leads {
						light = append(light, `"`+w[1:]+`"`)
					}
					continue
				}
				light = append(light, `"`+p.word[0][1:]+`"`)
				extended = append(extended, `"`+p.word[len(p.word)-1][1:]+`"`)
			}
			s := "{light}: (" + strings.Join(light, " OR ") + ")"
			if len(extended) > 0 {
				s += " OR {extended}: (" + strings.Join(extended, " OR ") + ")"
			}
			return s
		})},
		// bm25 over contentless detail=none tables is no ranking (all scores are equal), so the store ranks with Score.
		{"stored terms, Score", func(q Query) []int {
			type scored struct {
				doc   int
				score float64
			}
			var all []scored
			for _, i := range stored(q) {
				if s := q.Score(c.docs[i]); s > 0 {
					all = append(all, scored{i, s})
				}
			}
			sort.SliceStable(all, func(i, j int) bool { return all[i].score > all[j].score })
			var out []int
			for _, s := range all[:min(10, len(all))] {
				out = append(out, s.doc)
			}
			return out
		}},
	}
	for n, way := range ways {
		start := time.Now()
		clean := c.measure(t, c.queries, "Arabic", way.rank)
		took := time.Since(start)
		noisy := c.measure(t, c.noisy, "Arabic", way.rank)
		english := c.measure(t, c.queries, "English", way.rank)
		fmt.Printf("retrieval, %-18s Arabic %.3f/%.3f (%d, %d without terms, %.0f queries/s)  as typed %.3f/%.3f  English %.3f/%.3f (%d)\n", way.name,
			clean.mrr, clean.recall, clean.queries, clean.unanswerable, float64(clean.queries)/took.Seconds(), noisy.mrr, noisy.recall, english.mrr, english.recall, english.queries)
		if clean.queries == 0 || english.queries == 0 || noisy.queries == 0 {
			t.Fatal("the retrieval set is empty")
		}
		if d := clean.mrr - noisy.mrr; d > .002 || d < -.002 {
			t.Errorf("%s: Arabic as typed differs from clean by %.4f", way.name, d)
		}
		if n == 0 && (clean.mrr < .82 || clean.recall < .95) {
			t.Errorf("%s: Arabic %.3f/%.3f, below .82/.95", way.name, clean.mrr, clean.recall)
		}
		if n == 1 && (clean.mrr < .86 || english.mrr < .93) {
			t.Errorf("%s: Arabic %.3f, English %.3f, below .86 and .93", way.name, clean.mrr, english.mrr)
		}
		if n == 0 && (english.mrr < .95 || english.recall < .98) {
			t.Errorf("%s: English %.3f/%.3f, below .95/.98", way.name, english.mrr, english.recall)
		}
	}
}
