package store

import (
	"context"
	"database/sql"
	"encoding/binary"
	"fmt"
	mathrand "math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"cutout/internal/compartment"
	"cutout/internal/officer"
	"cutout/internal/store/storetest"
)

// benchText is 60 words, half of them Arabic, as search would index them.
func benchText(r *mathrand.Rand) (body string, terms []string) {
	var b strings.Builder
	seen := map[string]bool{}
	for i := range 60 {
		n := int(2000 * r.Float64() * r.Float64() * r.Float64())
		word := fmt.Sprintf("word%d", n)
		if i%2 == 0 {
			word = "كلمه" + strings.Repeat("ا", n%3) + fmt.Sprint(n)
		}
		b.WriteString(word + " ")
		if !seen[word] {
			seen[word] = true
			terms = append(terms, "w"+word)
		}
	}
	return b.String(), terms
}

type benchRow struct {
	body  string
	terms []string
}

func benchRows(n int) (rows []benchRow) {
	r := mathrand.New(mathrand.NewPCG(1, 2))
	for range n {
		body, terms := benchText(r)
		rows = append(rows, benchRow{body, terms})
	}
	return rows
}

// raw is a file with the same settings and the same two index tables, and nothing else.
func raw(b *testing.B, cfg Config) *sql.DB {
	b.Helper()
	if cfg.DSN != "" {
		return rawPostgres(b, cfg)
	}
	var key [32]byte
	db, err := openSQLite(filepath.Join(b.TempDir(), "raw.db"), "", key[:])
	if err != nil {
		b.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	b.Cleanup(func() { db.Close() })
	for _, q := range []string{"CREATE TABLE raw (seq INTEGER PRIMARY KEY, body TEXT)",
		"CREATE VIRTUAL TABLE words USING fts5(t, content='', contentless_delete=1, detail=none, tokenize='ascii')",
		"CREATE VIRTUAL TABLE scoped USING fts5(t, content='', contentless_delete=1, detail=none, tokenize='ascii')"} {
		if _, err := db.Exec(q); err != nil {
			b.Fatal(err)
		}
	}
	return db
}

// rawPostgres is the same on PostgreSQL: a table of texts and one of index terms.
func rawPostgres(b *testing.B, cfg Config) *sql.DB {
	b.Helper()
	db, err := openPostgres(cfg.DSN)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { db.Close() })
	for _, q := range []string{"CREATE TABLE raw (seq BIGINT PRIMARY KEY, body TEXT)", "CREATE TABLE raw_words (seq BIGINT PRIMARY KEY, t tsvector)",
		"CREATE INDEX ON raw_words USING gin (t) WITH (fastupdate = off)"} {
		if _, err := db.Exec(q); err != nil {
			b.Fatal(err)
		}
	}
	return db
}

func rawInsertPostgres(b *testing.B, db *sql.DB, s *Store, seq *int64, rows []benchRow) {
	b.Helper()
	tx, err := db.Begin()
	if err != nil {
		b.Fatal(err)
	}
	for _, r := range rows {
		*seq++
		if _, err := tx.Exec("INSERT INTO raw VALUES ($1, $2)", *seq, r.body); err != nil {
			b.Fatal(err)
		}
		if _, err := tx.Exec("INSERT INTO raw_words VALUES ($1, array_to_tsvector(string_to_array($2, ' ')))", *seq, s.lexemes(*seq, 1, r.terms)); err != nil {
			b.Fatal(err)
		}
	}
	if err := tx.Commit(); err != nil {
		b.Fatal(err)
	}
}

func rawInsert(b *testing.B, db *sql.DB, s *Store, seq *int64, rows []benchRow) {
	b.Helper()
	if s.Engine() == Postgres {
		rawInsertPostgres(b, db, s, seq, rows)
		return
	}
	tx, err := db.Begin()
	if err != nil {
		b.Fatal(err)
	}
	stmts := make([]*sql.Stmt, 3)
	for i, q := range []string{"INSERT INTO raw VALUES (?, ?)", "INSERT INTO words (rowid, t) VALUES (?, ?)", "INSERT INTO scoped (rowid, t) VALUES (?, ?)"} {
		if stmts[i], err = tx.Prepare(q); err != nil {
			b.Fatal(err)
		}
	}
	for _, r := range rows {
		*seq++
		var s strings.Builder
		for _, w := range r.terms {
			s.WriteString(scopedTerm(1, w) + " ")
		}
		for i, v := range []string{r.body, strings.Join(r.terms, " "), s.String()} {
			if _, err := stmts[i].Exec(*seq, v); err != nil {
				b.Fatal(err)
			}
		}
	}
	if err := tx.Commit(); err != nil {
		b.Fatal(err)
	}
}

func (r benchRow) entering() Entering {
	return Entering{Kind: "report", ID: newID(), Body: map[string]string{"text": r.body}, Marks: []Mark{Ref("source", ID{1})}, Terms: r.terms}
}

// benchEngines gives a fresh configuration of each engine.
func benchEngines(b *testing.B, fn func(b *testing.B, cfg Config)) {
	b.Run("sqlite", func(b *testing.B) {
		fn(b, Config{Path: filepath.Join(b.TempDir(), "records.db"), Keys: testKeys(b)})
	})
	b.Run("postgres", func(b *testing.B) {
		fn(b, Config{DSN: storetest.Schema(b), Keys: testKeys(b)})
	})
}

// BenchmarkBatch inserts 500 records a commit: raw, by one act, and by 500 acts that share commits. "of-raw" is the share
// of the raw speed that is left with sealing, marks, labels, the second lock and the log.
func BenchmarkBatch(b *testing.B) {
	rows := benchRows(500)
	benchEngines(b, func(b *testing.B, cfg Config) {
		s := openTest(b, cfg)
		db := raw(b, cfg)
		root := addOfficer(b, s, officer.Officer{}, "root", Rights{Clearance: 3})
		var plain, one, many time.Duration
		var seq int64
		for b.Loop() {
			at := time.Now()
			rawInsert(b, db, s, &seq, rows)
			plain += time.Since(at)
			at = time.Now()
			if err := s.Write(context.Background(), root, Entry{Act: "record.add"}, func(tx *Tx) error {
				for _, r := range rows {
					if err := tx.Insert(r.entering()); err != nil {
						return err
					}
				}
				return nil
			}); err != nil {
				b.Fatal(err)
			}
			one += time.Since(at)
			at = time.Now()
			var wg sync.WaitGroup
			for _, r := range rows {
				wg.Go(func() {
					if err := s.Write(context.Background(), root, Entry{Act: "record.add"}, func(tx *Tx) error { return tx.Insert(r.entering()) }); err != nil {
						b.Error(err)
					}
				})
			}
			wg.Wait()
			many += time.Since(at)
		}
		b.ReportMetric(plain.Seconds()/one.Seconds(), "one-act-of-raw")
		b.ReportMetric(plain.Seconds()/many.Seconds(), "500-acts-of-raw")
		b.ReportMetric(500*float64(b.N)/many.Seconds(), "acts/s")
	})
}

// BenchmarkSingle writes one record a durable act from eight goroutines, beside raw durable single inserts.
func BenchmarkSingle(b *testing.B) {
	rows := benchRows(160)
	benchEngines(b, func(b *testing.B, cfg Config) {
		s := openTest(b, cfg)
		db := raw(b, cfg)
		root := addOfficer(b, s, officer.Officer{}, "root", Rights{Clearance: 3})
		var plain, store time.Duration
		var seq int64
		for b.Loop() {
			at := time.Now()
			for i := range rows {
				rawInsert(b, db, s, &seq, rows[i:i+1])
			}
			plain += time.Since(at)
			at = time.Now()
			var wg sync.WaitGroup
			for g := range 8 {
				wg.Go(func() {
					for i := g; i < len(rows); i += 8 {
						if err := s.Write(context.Background(), root, Entry{Act: "record.add"}, func(tx *Tx) error { return tx.Insert(rows[i].entering()) }); err != nil {
							b.Error(err)
						}
					}
				})
			}
			wg.Wait()
			store += time.Since(at)
		}
		b.ReportMetric(plain.Seconds()/store.Seconds(), "of-raw")
		b.ReportMetric(float64(len(rows)*b.N)/store.Seconds(), "acts/s")
	})
}

// BenchmarkSearch finds words at 100,000 records under 2,000 skewed labels, for viewers of about 30, 1 and 0.05 per cent.
// "common" is in 70 % of the records, "middling" words in 1.7 %, "rare" ones in 0.015 %.
func BenchmarkSearch(b *testing.B) {
	const records, labels = 100_000, 2000
	benchEngines(b, func(b *testing.B, cfg Config) {
		s := openTest(b, cfg)
		ctx := context.Background()
		root := addOfficer(b, s, officer.Officer{}, "root", Rights{Clearance: 3})
		r := mathrand.New(mathrand.NewPCG(3, 4))
		var weight [labels]float64
		total := 0.0
		for i := range weight {
			weight[i] = 1 / float64(i+5)
			total += weight[i]
		}
		own := func(i int) (c compartment.ID) { binary.BigEndian.PutUint64(c[:], uint64(i+1)); return c }
		draw := func() int {
			x := r.Float64() * total
			for i := range weight {
				if x -= weight[i]; x <= 0 {
					return i
				}
			}
			return labels - 1
		}
		rows := benchRows(4000)
		began := time.Now()
		for n := 0; n < records; n += 1000 {
			if err := s.Write(ctx, root, Entry{Act: "record.add"}, func(tx *Tx) error {
				for range 1000 {
					e := rows[r.IntN(len(rows))].entering()
					e.Terms = slices.Clone(e.Terms)
					if r.Float64() < 0.7 {
						e.Terms = append(e.Terms, "wcommon")
					}
					for w := range 10 {
						if r.Float64() < 0.017 {
							e.Terms = append(e.Terms, fmt.Sprintf("wmiddling%d", w))
						}
						if r.Float64() < 0.00015 {
							e.Terms = append(e.Terms, fmt.Sprintf("wrare%d", w))
						}
					}
					e.Label = compartment.Label{Level: 1, Compartments: []compartment.ID{own(draw())}}
					if err := tx.Insert(e); err != nil {
						return err
					}
				}
				return nil
			}); err != nil {
				b.Fatal(err)
			}
		}
		b.Logf("%d records in %v", records, time.Since(began).Round(time.Second))
		if s.Engine() == Postgres {
			if _, err := s.db.Exec("ANALYZE"); err != nil {
				b.Fatal(err)
			}
		}
		for _, v := range []struct {
			name  string
			share float64
			from  int
		}{{"30", 0.30, 7}, {"1", 0.01, 300}, {"0.05", 0.0005, 700}} {
			var held []compartment.ID
			got := 0.0
			for i := v.from; got < v.share*total; i = (i + 3) % labels {
				held = append(held, own(i))
				got += weight[i]
			}
			o := addOfficer(b, s, root, "viewer"+v.name, Rights{Clearance: 3, Holdings: holding(held...)})
			for _, word := range []string{"common", "middling", "rare", "common+middling"} {
				b.Run(fmt.Sprintf("%s%%/%dlabels/%s", v.name, len(held), word), func(b *testing.B) {
					var took []time.Duration
					work, found := 0, 0
					for b.Loop() {
						for n := range 10 {
							q := Search{Groups: [][]string{{"wcommon"}}}
							switch word {
							case "middling", "rare":
								q.Groups = [][]string{{fmt.Sprint("w", word, n)}}
							case "common+middling":
								q.Groups = append(q.Groups, []string{fmt.Sprint("wmiddling", n)})
							}
							if err := s.Read(WithWork(ctx, &work), o, Entry{Act: "record.find"}, func(tx *Tx) error {
								at := time.Now()
								rs, _, err := tx.Found(q, nil)
								took = append(took, time.Since(at))
								found += len(rs)
								return err
							}); err != nil {
								b.Fatal(err)
							}
						}
					}
					slices.Sort(took)
					ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
					b.ReportMetric(ms(took[len(took)/2]), "p50-ms")
					b.ReportMetric(ms(took[len(took)*95/100]), "p95-ms")
					b.ReportMetric(float64(work)/float64(len(took)), "rows/search")
					b.ReportMetric(float64(found)/float64(len(took)), "found/search")
				})
			}
		}
	})
}
