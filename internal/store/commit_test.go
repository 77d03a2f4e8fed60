package store

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	mathrand "math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"cutout/internal/audit"
	"cutout/internal/compartment"
	"cutout/internal/fault"
	"cutout/internal/officer"
)

// verifyLog checks the whole log, its root and a few inclusion proofs, and gives its entries.
func verifyLog(t testing.TB, s *Store, o officer.Officer) (entries []audit.Entry) {
	t.Helper()
	if err := s.Read(context.Background(), o, Entry{Act: "log.verify"}, func(tx *Tx) error {
		var raw [][]byte
		res, err := audit.Verify(func(yield func(audit.Row, error) bool) {
			for row, err := range tx.LogRows() {
				if err == nil {
					e, err := audit.Decode(row.Entry)
					if err != nil {
						t.Error(err)
					}
					entries, raw = append(entries, e), append(raw, row.Entry)
				}
				if !yield(row, err) {
					return
				}
			}
		})
		if err != nil {
			return err
		}
		if err := res.Err(); err != nil {
			t.Error(err)
		}
		size, err := tx.LogSize()
		if err != nil {
			return err
		}
		root, err := audit.Root(size, tx.LogHashes())
		if err != nil {
			return err
		}
		if res.Size != size || res.Root != root {
			t.Errorf("log of %d entries says %d, roots agree: %v", res.Size, size, res.Root == root)
		}
		for range 5 {
			seq := mathrand.Int64N(size)
			proof, err := audit.ProveInclusion(size, seq, tx.LogHashes())
			if err != nil {
				return err
			}
			if err := audit.CheckInclusion(proof, size, root, seq, raw[seq]); err != nil {
				t.Errorf("entry %d: %v", seq, err)
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return entries
}

func newID() (id ID) { rand.Read(id[:]); return id }

func count(t testing.TB, s *Store, o officer.Officer, q Query) (n int) {
	t.Helper()
	if err := s.Read(context.Background(), o, Entry{Act: "record.count"}, func(tx *Tx) (err error) {
		n, _, err = tx.Count(q, 1_000_000)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return n
}

// TestManyAtOnce lets 64 officers' worth of goroutines act and look at once, some of them badly.
func TestManyAtOnce(t *testing.T) {
	engines(t, func(t *testing.T, cfg Config) {
		s := openTest(t, cfg)
		root := addOfficer(t, s, officer.Officer{}, "root", Rights{Clearance: 3})
		gone, leave := context.WithCancel(context.Background())
		leave()
		own := errors.New("own")
		var faults fault.Faults
		faults.Add("x", "x.y")
		stranger := officer.Officer{ID: officer.ID(newID())}
		var kept atomic.Int64
		var wg sync.WaitGroup
		const rounds = 7 * 3
		for g := range 64 {
			wg.Go(func() {
				for i := range rounds {
					insert := func(tx *Tx) error {
						return tx.Insert(Entering{Kind: "report", ID: newID(), Label: compartment.Label{Originator: compartment.Org(fmt.Sprint(g, i%3))}, Terms: []string{"ship"}, Body: []byte("1")})
					}
					write := func(ctx context.Context, o officer.Officer, act string, after func() error) error {
						return s.Write(ctx, o, Entry{Act: act}, func(tx *Tx) error {
							if err := insert(tx); err != nil {
								return err
							}
							return after()
						})
					}
					switch (i + g) % 7 {
					case 0:
						if err := write(context.Background(), root, "try.done", func() error { return nil }); err != nil {
							t.Errorf("good act: %v", err)
						}
						kept.Add(1)
					case 1:
						if err := write(context.Background(), root, "try.failed", func() error { return own }); err != own {
							t.Errorf("failed act: %v", err)
						}
					case 2:
						var p *PanicError
						if err := write(context.Background(), root, "try.panic", func() error { panic(g*1000 + i) }); !errors.As(err, &p) || p.Value != g*1000+i {
							t.Errorf("panic: %v", err)
						}
					case 3:
						if err := write(gone, root, "try.gone", func() error { return nil }); !errors.Is(err, context.Canceled) {
							t.Errorf("left before: %v", err)
						}
					case 4:
						if err := write(context.Background(), root, "try.invalid", faults.Err); !errors.As(err, new(*fault.Error)) {
							t.Errorf("invalid: %v", err)
						}
						if err := write(context.Background(), stranger, "try.stranger", func() error { return nil }); err != ErrOfficer {
							t.Errorf("stranger: %v", err)
						}
					case 5:
						if err := write(context.Background(), root, "Not an act!", func() error { return nil }); err == nil {
							t.Error("an act that cannot be logged took place")
						}
						if err := s.SaveDraft(context.Background(), root, fmt.Sprintf("d%d", g), []byte("x")); err != nil {
							t.Error(err)
						}
					case 6:
						if err := s.Read(context.Background(), root, Entry{Act: "try.look"}, func(tx *Tx) error { _, err := tx.Get("report", ID{}); return err }); err != ErrNotFound {
							t.Errorf("look: %v", err)
						}
					}
				}
			})
		}
		wg.Wait()
		if n := count(t, s, root, Query{Kind: "report"}); n != int(kept.Load()) {
			t.Errorf("%d records, want %d", n, kept.Load())
		}
		got := map[string]int{}
		for _, e := range verifyLog(t, s, root) {
			got[e.Act+" "+e.Outcome.String()]++
		}
		for what, want := range map[string]int{"try.done done": 192, "try.failed failed": 192, "try.panic failed": 192, "try.gone done": 0, "try.gone failed": 0,
			"try.invalid invalid": 192, "try.stranger done": 0, "entry.unfit failed": 192, "try.look notfound": 192} {
			if got[what] != want {
				t.Errorf("log: %d of %q, want %d", got[what], what, want)
			}
		}
	})
}

// TestLeaving cancels looks and acts in the middle; the connections they used must serve the next.
func TestLeaving(t *testing.T) {
	engines(t, func(t *testing.T, cfg Config) {
		s := openTest(t, cfg)
		root := addOfficer(t, s, officer.Officer{}, "root", Rights{Clearance: 3})
		for range 12 {
			ctx, leave := context.WithCancel(context.Background())
			err := s.Read(ctx, root, Entry{Act: "record.look"}, func(tx *Tx) error {
				leave()
				_, _, err := tx.Find(Query{Kind: "report"})
				return err
			})
			if !errors.Is(err, context.Canceled) {
				t.Errorf("look: %v", err)
			}
			ctx, leave = context.WithCancel(context.Background())
			if err := s.Write(ctx, root, Entry{Act: "record.add"}, func(tx *Tx) error {
				leave()
				return tx.Insert(Entering{Kind: "report", ID: newID()})
			}); err != nil {
				t.Errorf("an act under way: %v", err)
			}
			late, end := context.WithTimeout(context.Background(), time.Millisecond)
			s.Read(late, root, Entry{Act: "record.look"}, func(tx *Tx) error { // leaves while the engine works
				_, err := tx.c.query(tx.ctx, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000000) SELECT count(*) FROM n")
				return err
			})
			end()
		}
		if n := count(t, s, root, Query{Kind: "report"}); n != 12 {
			t.Errorf("%d records, want 12", n)
		}
		verifyLog(t, s, root)
	})
}

// TestServerGone ends every connection from outside; the store finds its way back.
func TestServerGone(t *testing.T) {
	engines(t, func(t *testing.T, cfg Config) {
		if cfg.DSN == "" {
			t.Skip("SQLite has no server to lose")
		}
		s, other := openTest(t, cfg), openTest(t, cfg)
		root := addOfficer(t, s, officer.Officer{}, "root", Rights{Clearance: 3})
		pids := map[int]bool{}
		for range 8 {
			for _, c := range []*conn{s.writer.c, <-s.readers} {
				var pid int
				if err := c.one(context.Background(), "SELECT pg_backend_pid()", nil, &pid); err != nil {
					t.Fatal(err)
				}
				pids[pid] = true
				if c != s.writer.c {
					s.readers <- c
				}
			}
		}
		for pid := range pids {
			if _, err := other.db.Exec("SELECT pg_terminate_backend($1)", pid); err != nil {
				t.Fatal(err)
			}
		}
		for range 10 {
			if err := s.Write(context.Background(), root, Entry{Act: "record.add"}, func(tx *Tx) error { return tx.Insert(Entering{Kind: "report", ID: newID()}) }); err != nil {
				t.Error(err)
			}
			if _, err := s.Unit(context.Background(), new(any)); err != nil {
				t.Error(err)
			}
		}
		if n := count(t, s, root, Query{Kind: "report"}); n != 10 {
			t.Errorf("%d records, want 10", n)
		}
	})
}

// TestCloseWhileBusy closes under load: whoever was told "done" finds his record later, and nobody else does.
func TestCloseWhileBusy(t *testing.T) {
	engines(t, func(t *testing.T, cfg Config) {
		s := openTest(t, cfg)
		root := addOfficer(t, s, officer.Officer{}, "root", Rights{Clearance: 3})
		var done atomic.Int64
		var wg sync.WaitGroup
		begun := make(chan bool, 64)
		for range 32 {
			wg.Go(func() {
				for {
					err := s.Write(context.Background(), root, Entry{Act: "record.add"}, func(tx *Tx) error { return tx.Insert(Entering{Kind: "report", ID: newID()}) })
					if err == nil {
						done.Add(1)
					} else {
						if err != ErrClosed {
							t.Error(err)
						}
						return
					}
					select {
					case begun <- true:
					default:
					}
					if err := s.Read(context.Background(), root, Entry{Act: "record.look"}, func(tx *Tx) error { _, _, err := tx.Find(Query{Kind: "report"}); return err }); err != nil && !errors.Is(err, ErrClosed) {
						t.Error(err)
					}
				}
			})
		}
		for range 40 {
			<-begun
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		wg.Wait()
		_, unit := s.Unit(context.Background(), new(any))
		_, stranger := s.Stranger(context.Background(), "root")
		for what, err := range map[string]error{
			"write": s.Write(context.Background(), root, Entry{Act: "a.b"}, func(*Tx) error { return nil }),
			"read":  s.Read(context.Background(), root, Entry{Act: "a.b"}, func(*Tx) error { return nil }), "unit": unit, "stranger": stranger,
			"draft": s.SaveDraft(context.Background(), root, "d", []byte("x"))} {
			if err != ErrClosed {
				t.Errorf("%s after the end: %v", what, err)
			}
		}
		again := openTest(t, cfg)
		if n := count(t, again, root, Query{Kind: "report"}); n != int(done.Load()) {
			t.Errorf("%d records, %d confirmed", n, done.Load())
		}
		verifyLog(t, again, root)
	})
}

// TestLookWritesNothing tries to write during a look.
func TestLookWritesNothing(t *testing.T) {
	engines(t, func(t *testing.T, cfg Config) {
		s := openTest(t, cfg)
		root := addOfficer(t, s, officer.Officer{}, "root", Rights{Clearance: 3})
		for what, fn := range map[string]func(*Tx) error{
			"insert":      func(tx *Tx) error { return tx.Insert(Entering{Kind: "report", ID: newID()}) },
			"compartment": func(tx *Tx) error { return tx.AddCompartment(Compartment{ID: compartment.ID(newID())}) },
			"due":         func(tx *Tx) error { return tx.MarkDue("x") },
			"secret":      func(tx *Tx) error { return tx.SetSecret(root.ID, []byte("x")) },
		} {
			if err := s.Read(context.Background(), root, Entry{Act: "record.look"}, fn); err == nil {
				t.Errorf("%s during a look", what)
			}
		}
	})
}

// TestRunAgain lets an act ask for another try, as a distributed engine does.
func TestRunAgain(t *testing.T) {
	engines(t, func(t *testing.T, cfg Config) {
		s := openTest(t, cfg)
		root := addOfficer(t, s, officer.Officer{}, "root", Rights{Clearance: 3})
		for _, c := range []struct{ fail, runs int }{{0, 1}, {1, 2}, {5, 6}, {1 << 30, -1}} {
			before := count(t, s, root, Query{Kind: "report"})
			runs := 0
			var wg sync.WaitGroup
			for range 3 { // company in the same commit
				wg.Go(func() {
					if err := s.Write(context.Background(), root, Entry{Act: "record.company"}, func(tx *Tx) error { return tx.Insert(Entering{Kind: "company", ID: newID()}) }); err != nil {
						t.Errorf("company: %v", err)
					}
				})
			}
			err := s.Write(context.Background(), root, Entry{Act: "record.again"}, func(tx *Tx) error {
				if err := tx.Insert(Entering{Kind: "report", ID: newID(), Terms: []string{"ship"}}); err != nil {
					return err
				}
				if runs++; runs <= c.fail {
					return fmt.Errorf("wrapped: %w", &pgconn.PgError{Code: "40001"})
				}
				return nil
			})
			wg.Wait()
			after := count(t, s, root, Query{Kind: "report"})
			if c.runs > 0 && (err != nil || runs != c.runs || after != before+1) {
				t.Errorf("%d failures: %v after %d runs, %d records more", c.fail, err, runs, after-before)
			}
			if c.runs < 0 && (err == nil || after != before || runs < maxRetries || runs > 2*maxRetries+2) {
				t.Errorf("endless failure: %v after %d runs, %d records more", err, runs, after-before)
			}
		}
		got := map[string]int{}
		for _, e := range verifyLog(t, s, root) {
			got[e.Act+" "+e.Outcome.String()]++
		}
		if got["record.again done"] != 3 || got["record.again failed"] != 1 || got["record.company done"] != 12 {
			t.Errorf("log: %v", got)
		}
	})
}

// TestTwoStores opens the same records twice, as two processes do, and works in both.
func TestTwoStores(t *testing.T) {
	engines(t, func(t *testing.T, cfg Config) {
		ctx := context.Background()
		s := [2]*Store{openTest(t, cfg), openTest(t, cfg)}
		root := addOfficer(t, s[0], officer.Officer{}, "root", Rights{Clearance: 3})
		desk := newCompartment(t, s[0], root, "desk")
		o := addOfficer(t, s[0], root, "o", Rights{Clearance: 3})
		var wg sync.WaitGroup
		for g := range 8 {
			wg.Go(func() {
				for i := range 25 {
					if err := s[g%2].Write(ctx, root, Entry{Act: "record.add"}, func(tx *Tx) error {
						return tx.Insert(Entering{Kind: "report", ID: newID(), Label: compartment.Label{Originator: compartment.Org(fmt.Sprint(i))}, Terms: []string{"ship"}})
					}); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		for i := range s {
			if n := count(t, s[i], root, Query{Kind: "report"}); n != 200 {
				t.Errorf("store %d: %d records, want 200", i, n)
			}
			verifyLog(t, s[i], root)
		}
		// A label undone in one process gives its number to another label in the other.
		undo := errors.New("undo")
		inDesk := compartment.Label{Compartments: []compartment.ID{desk}}
		if err := s[0].Write(ctx, root, Entry{Act: "record.add"}, func(tx *Tx) error {
			if err := tx.Insert(Entering{Kind: "x", ID: ID{8}, Label: compartment.Label{Originator: "UNDONE"}}); err != nil {
				return err
			}
			if _, err := tx.Get("x", ID{8}); err != nil { // the label has been read
				return err
			}
			return undo
		}); err != undo {
			t.Fatal(err)
		}
		held := ID{7}
		if err := s[1].Write(ctx, root, Entry{Act: "record.add"}, func(tx *Tx) error { return tx.Insert(Entering{Kind: "held", ID: held, Label: inDesk}) }); err != nil {
			t.Fatal(err)
		}
		// Rights given and taken in one process count in the other at once, and the label is the right one.
		for round := range 6 {
			give := round%2 == 0
			by, in := s[round/2%2], s[1-round/2%2]
			if round%3 == 0 { // rights that were set and undone must not be remembered under the version that comes next
				if err := in.Write(ctx, root, Entry{Act: "officer.rights"}, func(tx *Tx) error {
					if err := tx.SetRights(o.ID, func(r *Rights) { r.Holdings = holding(newDesk(!give, desk)...) }); err != nil {
						return err
					}
					if _, err := tx.Account(o.ID); err != nil {
						return err
					}
					return undo
				}); err != undo {
					t.Fatal(err)
				}
			}
			if err := by.Write(ctx, root, Entry{Act: "officer.rights"}, func(tx *Tx) error {
				return tx.SetRights(o.ID, func(r *Rights) { r.Holdings = holding(newDesk(give, desk)...) })
			}); err != nil {
				t.Fatal(err)
			}
			err := in.Read(ctx, o, Entry{Act: "record.look"}, func(tx *Tx) error {
				if tx.Scope().Holds(desk) != give {
					t.Errorf("round %d: the scope is of former rights", round)
				}
				r, err := tx.Get("held", held)
				if err == nil && len(r.Label.Compartments) != 1 {
					t.Errorf("round %d: another label", round)
				}
				return err
			})
			if give && err != nil || !give && err != ErrNotFound {
				t.Errorf("round %d: %v", round, err)
			}
		}
	})
}

func newDesk(held bool, desk compartment.ID) []compartment.ID {
	if held {
		return []compartment.ID{desk}
	}
	return nil
}

// TestCommandBesideServer runs a second process on the same records while this one writes and reads.
func TestCommandBesideServer(t *testing.T) {
	engines(t, func(t *testing.T, cfg Config) {
		s := openTest(t, cfg)
		root := addOfficer(t, s, officer.Officer{}, "root", Rights{Clearance: 3})
		const each = 40
		child, out := startChild(t, cfg, root, each)
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {
				for range each {
					if err := s.Write(context.Background(), root, Entry{Act: "record.add"}, func(tx *Tx) error { return tx.Insert(childRecord(newID())) }); err != nil {
						t.Error(err)
					}
					if err := s.Read(context.Background(), root, Entry{Act: "record.look"}, func(tx *Tx) error { _, _, err := tx.Find(Query{Kind: "report"}); return err }); err != nil {
						t.Error(err)
					}
				}
			})
		}
		var ids []ID
		for lines := bufio.NewScanner(out); lines.Scan(); {
			b, err := hex.DecodeString(lines.Text())
			if err != nil || len(b) != 16 {
				t.Fatalf("the child says %q", lines.Text())
			}
			ids = append(ids, ID(b))
		}
		if err := child.Wait(); err != nil {
			t.Errorf("child: %v", err)
		}
		wg.Wait()
		if len(ids) != childWriters*each {
			t.Errorf("the child confirmed %d of %d", len(ids), childWriters*each)
		}
		checkWhole(t, s, root, ids, (3+childWriters)*each)
	})
}
