package store

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"cutout/internal/compartment"
	"cutout/internal/officer"
)

// TestWorkIgnoresHidden asks the same before and after thousands of hidden records came: for a narrow Scope neither the
// rows the engine hands over nor what it walks inside may grow with them.
func TestWorkIgnoresHidden(t *testing.T) {
	engines(t, func(t *testing.T, cfg Config) {
		ctx := context.Background()
		s := openTest(t, cfg)
		root := addOfficer(t, s, officer.Officer{}, "root", Rights{Clearance: 3})
		mine, theirs := newCompartment(t, s, root, "mine"), newCompartment(t, s, root, "theirs")
		o := addOfficer(t, s, root, "o", Rights{Clearance: 3, Holdings: holding(mine)})
		add := func(from, n int, c compartment.ID) {
			if err := s.Write(ctx, root, Entry{Act: "record.add"}, func(tx *Tx) error {
				for i := range n {
					if err := tx.Insert(Entering{Kind: "report", ID: ID{1, byte(from + i), byte((from + i) >> 8)}, Label: compartment.Label{Compartments: []compartment.ID{c}, Originator: compartment.Org(fmt.Sprint(i % 40))},
						Terms: []string{"ship", fmt.Sprint("n", i%7)}, Marks: []Mark{Ref("source", ID{2})}}); err != nil {
						return err
					}
				}
				return nil
			}); err != nil {
				t.Fatal(err)
			}
		}
		ask := func() (work int, plans []string) {
			t.Helper()
			if err := s.Read(WithWork(ctx, &work), o, Entry{Act: "record.look"}, func(tx *Tx) error {
				if s.Engine() == Postgres { // a small table is else read whole
					if err := tx.c.raw(tx.ctx, "SET LOCAL enable_seqscan = off"); err != nil {
						return err
					}
				}
				for _, c := range []string{"report", "other"} {
					if _, _, err := tx.Find(Query{Kind: c, Limit: 20}); err != nil {
						return err
					}
				}
				rs, _, err := tx.Found(Search{Groups: [][]string{{"ship"}, {"n1", "n2"}}, Limit: 20}, nil)
				if len(rs) != 20 {
					t.Errorf("found %d", len(rs))
				}
				if err != nil {
					return err
				}
				labels, narrow, err := tx.narrow()
				if err != nil || !narrow || len(labels) != 40 {
					t.Errorf("%d labels, narrow: %v", len(labels), narrow)
				}
				expr := tx.matchLabels([][]string{{"ship"}, {"n1", "n2"}}, labels)
				for text := range tx.c.stmts {
					switch {
					case strings.Contains(text, "FROM scoped w"):
						plans = append(plans, explain(t, tx, text, expr, forever, o.ID.Bytes()))
					case strings.Contains(text, "FROM words w"):
						plans = append(plans, explain(t, tx, text, expr, 0, forever, o.ID.Bytes(), o.ID.Bytes()))
					}
				}
				text, args, err := tx.plan(Query{Kind: "report"}, columns, forever, "<", "DESC", 21)
				if err != nil {
					return err
				}
				plans = append(plans, explain(t, tx, text, args...))
				return nil
			}); err != nil {
				t.Fatal(err)
			}
			return work, plans
		}
		add(0, 400, mine)
		work, plans := ask()
		if len(plans) != 2 {
			t.Fatalf("%d plans were seen", len(plans))
		}
		add(400, 6000, theirs)
		work2, plans2 := ask()
		if work != work2 {
			t.Errorf("the engine handed over %d rows before and %d after hidden records came", work, work2)
		}
		for i := range plans {
			if plans[i] != plans2[i] {
				t.Errorf("the work inside changed:\n%s\nafter:\n%s", plans[i], plans2[i])
			}
		}
		if s.Engine() == SQLite {
			for _, want := range []string{"SCAN w VIRTUAL TABLE INDEX", "record_label (label=? AND kind=? AND seq<?)"} {
				if !strings.Contains(strings.Join(plans, "\n"), want) {
					t.Errorf("no %q in %s", want, plans)
				}
			}
		}
	})
}

// explain gives the engine's plan; on PostgreSQL with the rows each step really took, without times and estimates.
func explain(t *testing.T, tx *Tx, text string, args ...any) string {
	t.Helper()
	form := "EXPLAIN QUERY PLAN "
	if tx.s.d.engine == Postgres {
		form = "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) "
	}
	rows, err := tx.c.c.QueryContext(tx.ctx, form+tx.s.d.text(text), args...)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var b strings.Builder
	for rows.Next() {
		var line string
		into := []any{&line}
		if tx.s.d.engine == SQLite {
			into = []any{new(any), new(any), new(any), &line}
		}
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		b.WriteString(line + "\n")
	}
	return noise.ReplaceAllString(b.String(), "")
}

// noise is what an explained plan says about memory and pages.
var noise = regexp.MustCompile(`(?m)^.*(Heap Blocks|Memory|Buckets|Index Cond|Recheck Cond|Filter:|Cond:).*\n`)
