package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"cutout/internal/audit"
	"cutout/internal/compartment"
	"cutout/internal/officer"
	"cutout/internal/store/storetest"
)

func quiet(int, int) {}

func noPoints([]byte) ([]audit.Checkpoint, error) { return nil, nil }

func copyOf(t testing.TB, s *Store) (form int64, out []byte) {
	t.Helper()
	var b bytes.Buffer
	if err := s.Snapshot(context.Background(), Entry{Act: "unit.backup"}, func(p *Snapshot) error {
		f, err := p.Schema()
		form = f.At
		return errors.Join(err, p.Copy(&b, quiet))
	}); err != nil {
		t.Fatal(err)
	}
	return form, b.Bytes()
}

func said(c Checked) string {
	return fmt.Sprintf("%d rows, %d sealed, %d damaged %v, log %+v", c.Rows, c.Sealed, c.Damaged, c.First, c.Log)
}

func checked(t testing.TB, s *Store, points ...audit.Checkpoint) Checked {
	t.Helper()
	var out Checked
	if err := s.Snapshot(context.Background(), Entry{}, func(p *Snapshot) (err error) {
		out, err = p.Check(quiet, func([]byte) ([]audit.Checkpoint, error) { return points, nil })
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return out
}

// TestCopyBetweenEngines copies a world of random acts from each engine into each, and asks the restored store everything
// the oracle knows: every reader, as of now and as of earlier days, by lists and by search.
func TestCopyBetweenEngines(t *testing.T) {
	places := map[string]func(t *testing.T) Config{
		"sqlite":   func(t *testing.T) Config { return Config{Path: filepath.Join(t.TempDir(), "r.db"), Keys: testKeys(t)} },
		"postgres": func(t *testing.T) Config { return Config{DSN: storetest.Schema(t), Keys: testKeys(t)} },
	}
	for from := range places {
		for to := range places {
			t.Run(from+" to "+to, func(t *testing.T) {
				w := newWorld(t, places[from](t), 7)
				for range 120 {
					w.step()
				}
				o := w.officers[1]
				if err := errors.Join(w.s.SaveDraft(context.Background(), o, "report", []byte("half a report")),
					w.s.Sessions().Commit("token", []byte("signed in"), w.clock.now().Add(time.Hour))); err != nil {
					t.Fatal(err)
				}
				form, copied := copyOf(t, w.s)
				before := checked(t, w.s)
				if !before.Sound() || before.Sealed < 50 {
					t.Fatalf("the store is not sound: %v", said(before))
				}
				terms := map[ID][]string{}
				for _, k := range w.records {
					terms[k.id] = k.last().terms
				}
				cfg := places[to](t)
				cfg.Clock = w.clock.now
				tables, err := Restore(context.Background(), cfg, form, bytes.NewReader(copied), func(r Record) ([]string, error) { return terms[r.ID], nil })
				if err != nil {
					t.Fatal(err)
				}
				if !maps.Equal(tables, before.Tables) {
					t.Error("the rows restored are not those of the store")
				}
				w.s = openTest(t, cfg)
				if after := checked(t, w.s); !after.Sound() || !maps.Equal(after.Tables, before.Tables) {
					t.Errorf("restored: %v", said(after))
				}
				for i, reader := range w.officers {
					w.look(reader, 0, true)
					w.look(reader, 0, false)
					w.look(reader, w.times[i*len(w.times)/len(w.officers)], i%2 == 0)
				}
				for range 20 { // and work goes on
					w.step()
				}
				w.look(w.officers[2], 0, true)
				if ds, err := w.s.Drafts(context.Background(), o, nil); err != nil || len(ds) != 1 || string(ds[0].Body) != "half a report" {
					t.Errorf("the draft: %v, %v", ds, err)
				}
				if _, ok, err := w.s.Sessions().Find("token"); ok || err != nil {
					t.Errorf("a session was restored: %v", err)
				}
				if _, err := Restore(context.Background(), cfg, form, bytes.NewReader(copied), nil); !errors.Is(err, ErrOccupied) {
					t.Errorf("a second restore over the first: %v", err)
				}
			})
		}
	}
}

// TestCopyWhileWriting makes copies while four officers write: each copy is whole, of one moment, and sound.
func TestCopyWhileWriting(t *testing.T) {
	engines(t, func(t *testing.T, cfg Config) {
		s := openTest(t, cfg)
		root := addOfficer(t, s, officer.Officer{}, "root", Rights{Clearance: 3})
		ctx, stop := context.WithCancel(context.Background())
		ended := make(chan error, 4)
		for range 4 {
			go func() {
				for ctx.Err() == nil {
					e := childRecord(newID())
					e.Label = compartment.Label{}
					if err := s.Write(context.Background(), root, Entry{Act: "record.add", Detail: []byte("why")}, func(tx *Tx) error { return tx.Insert(e) }); err != nil {
						ended <- err
						return
					}
				}
				ended <- nil
			}()
		}
		last := int64(0)
		for range 5 {
			_, copied := copyOf(t, s)
			c, err := CheckCopy(bytes.NewReader(copied), cfg.Keys, noPoints)
			if err != nil || !c.Sound() || c.Log.Size <= last {
				t.Errorf("a copy under load: %v, %v", said(c), err)
			}
			last = c.Log.Size
		}
		stop()
		for range 4 {
			if err := <-ended; err != nil {
				t.Error(err)
			}
		}
	})
}

// TestCheckNamesDamage turns bytes of every kind of sealed body and of the log, behind the store's back; each is named.
func TestCheckNamesDamage(t *testing.T) {
	engines(t, func(t *testing.T, cfg Config) {
		w := newWorld(t, cfg, 3)
		for range 60 {
			w.step()
		}
		o := w.officers[1]
		if err := w.s.SaveDraft(context.Background(), o, "report", []byte("half a report")); err != nil {
			t.Fatal(err)
		}
		if _, err := w.s.Watch(context.Background(), o, func(*Tx) (Changes, error) {
			return Changes{Raise: []Finding{{ID: w.id(), Rule: "R1", Subject: "x", Body: []byte("{}")}}}, nil
		}); err != nil {
			t.Fatal(err)
		}
		w.write(o, "entry.detailed", func(tx *Tx) error { tx.Entry().Detail = []byte("why"); return nil })
		if c := checked(t, w.s); !c.Sound() {
			t.Fatalf("before: %v", said(c))
		}
		for table, change := range map[string]string{
			"record":      "UPDATE record SET body = %s WHERE seq = (SELECT max(seq) FROM record)",
			"past":        "UPDATE past SET body = %s WHERE seq = (SELECT max(seq) FROM past)",
			"officer":     "UPDATE officer SET secret = %s WHERE name = 'root'",
			"compartment": "UPDATE compartment SET body = %s",
			"draft":       "UPDATE draft SET body = %s",
			"finding":     "UPDATE finding SET body = %s",
			"head":        "UPDATE head SET unit = %s",
			"log_entry":   "UPDATE log_entry SET detail = %s WHERE detail IS NOT NULL",
		} {
			column := map[string]string{"officer": "secret", "head": "unit", "log_entry": "detail"}[table]
			if column == "" {
				column = "body"
			}
			saved := saveColumn(t, w.s, table, column)
			junk := "x'00112233'"
			if cfg.DSN != "" {
				junk = `'\x00112233'::bytea`
			}
			if _, err := w.s.db.Exec(fmt.Sprintf(change, junk)); err != nil {
				t.Fatalf("%s: %v", table, err)
			}
			c := checked(t, w.s)
			if c.Damaged == 0 || !slices.ContainsFunc(c.First, func(s string) bool { return strings.HasPrefix(s, table+" ") }) {
				t.Errorf("%s: damage was not named: %+v", table, c.First)
			}
			saved()
		}
		if c := checked(t, w.s); !c.Sound() {
			t.Fatalf("put back: %v", said(c))
		}
		for what, change := range map[string]string{
			"an entry is gone":  "DELETE FROM log_entry WHERE seq = 5",
			"a hash is turned":  "UPDATE log_node SET hash = (SELECT hash FROM log_node WHERE idx = 0) WHERE idx = 2",
			"an entry is moved": "UPDATE log_entry SET entry = (SELECT entry FROM log_entry WHERE seq = 1) WHERE seq = 7",
		} {
			entries, nodes := saveColumn(t, w.s, "log_entry", "entry"), saveColumn(t, w.s, "log_node", "hash")
			var seq5 [2][]byte
			if err := w.s.db.QueryRow("SELECT entry, detail FROM log_entry WHERE seq = 5").Scan(&seq5[0], &seq5[1]); err != nil {
				t.Fatal(err)
			}
			if _, err := w.s.db.Exec(change); err != nil {
				t.Fatal(err)
			}
			if c := checked(t, w.s); c.Sound() || c.Log.Finding == audit.Sound {
				t.Errorf("%s, and the log is sound: %+v", what, c.Log)
			}
			if strings.HasPrefix(change, "DELETE") {
				if _, err := w.s.db.Exec(w.s.d.text("INSERT INTO log_entry (seq, entry, detail) VALUES (5, ?, ?)"), seq5[0], seq5[1]); err != nil {
					t.Fatal(err)
				}
			}
			entries()
			nodes()
		}
	})
}

// saveColumn remembers a column of a table; the function it gives puts it back.
func saveColumn(t *testing.T, s *Store, table, column string) func() {
	t.Helper()
	var tb []struct {
		key  []any
		body []byte
	}
	c, err := newConn(context.Background(), s.db, s.d, true)
	if err != nil {
		t.Fatal(err)
	}
	defer c.close()
	all, err := s.tables(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	var keys []string
	for _, x := range all {
		if x.name == table {
			keys = x.key
		}
	}
	rows, err := s.db.Query("SELECT " + strings.Join(append(keys, column), ", ") + " FROM " + table)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		key, body := make([]any, len(keys)), []byte(nil)
		into := make([]any, 0, len(keys)+1)
		for i := range key {
			into = append(into, &key[i])
		}
		if err := rows.Scan(append(into, &body)...); err != nil {
			t.Fatal(err)
		}
		tb = append(tb, struct {
			key  []any
			body []byte
		}{key, body})
	}
	return func() {
		t.Helper()
		for _, r := range tb {
			if _, err := s.db.Exec(s.d.text("UPDATE "+table+" SET "+column+" = ? WHERE "+strings.Join(keys, " = ? AND ")+" = ?"), append([]any{r.body}, r.key...)...); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestCopyAsOwner makes and restores a copy as an ordinary account, which owns the tables and which row-level security
// binds; where the policy for it is missing, it is refused rather than given a part.
func TestCopyAsOwner(t *testing.T) {
	admin := storetest.Schema(t)
	ctx := context.Background()
	db, err := openPostgres(admin)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if s, err := Open(ctx, Config{DSN: storetest.Schema(t), Keys: testKeys(t)}); err != nil { // makes the door's role where there is none
		t.Fatal(err)
	} else {
		s.Close()
	}
	u, err := url.Parse(admin)
	if err != nil {
		t.Fatal(err)
	}
	schema := u.Query().Get("search_path")
	role := schema + "_owner"
	for _, q := range []string{"CREATE ROLE " + role + " LOGIN PASSWORD 'only for this test'", "GRANT cutout_door TO " + role, "ALTER SCHEMA " + schema + " OWNER TO " + role} {
		if _, err := db.Exec(q); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() {
		d, _ := openPostgres(admin)
		defer d.Close()
		for _, q := range []string{"DROP OWNED BY " + role + " CASCADE", "CREATE SCHEMA IF NOT EXISTS " + schema, "DROP ROLE " + role} {
			if _, err := d.Exec(q); err != nil {
				t.Error(err)
			}
		}
	})
	u.User = url.UserPassword(role, "only for this test")
	w := newWorld(t, Config{DSN: u.String(), Keys: testKeys(t)}, 5)
	for range 60 {
		w.step()
	}
	form, copied := copyOf(t, w.s)
	c, err := CheckCopy(bytes.NewReader(copied), testKeys(t), noPoints)
	if err != nil || !c.Sound() || c.Tables["record"].Rows != int64(len(w.records)) || len(w.records) < 10 || c.Tables["past"].Rows == 0 {
		t.Fatalf("%d records, copied %v, %v", len(w.records), said(c), err)
	}
	if _, err := db.Exec("DROP POLICY past_whole ON past"); err != nil {
		t.Fatal(err)
	}
	if err := w.s.Snapshot(ctx, Entry{}, func(*Snapshot) error { return nil }); !errors.Is(err, ErrPartial) {
		t.Errorf("without its policy: %v", err)
	}
	w.s.Close()
	if _, err := db.Exec("DROP SCHEMA " + schema + " CASCADE; CREATE SCHEMA " + schema + " AUTHORIZATION " + role); err != nil {
		t.Fatal(err)
	}
	if _, err := Restore(ctx, Config{DSN: u.String(), Keys: testKeys(t)}, form, bytes.NewReader(copied), func(Record) ([]string, error) { return nil, nil }); err != nil {
		t.Errorf("restored by the owner: %v", err)
	}
}

// FuzzCheckCopy: no bytes make the reader of copies panic, hang or take them for a copy.
func FuzzCheckCopy(f *testing.F) {
	keys, err := fixedKeys()
	if err != nil {
		f.Fatal(err)
	}
	s, err := Open(context.Background(), Config{Path: InMemory, Keys: keys})
	if err != nil {
		f.Fatal(err)
	}
	addOfficer(f, s, officer.Officer{}, "root", Rights{})
	_, whole := copyOf(f, s)
	s.Close()
	f.Add(whole)
	f.Add([]byte("Z\x00"))
	f.Add([]byte("T\x04head\x01\x03oneR"))
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := CheckCopy(bytes.NewReader(b), keys, noPoints)
		if err == nil && c.Sound() && !bytes.Equal(b, whole) && c.Tables["officer"].Rows == 0 && c.Log.Size > 0 {
			t.Errorf("taken for a copy: %v", said(c))
		}
	})
}
