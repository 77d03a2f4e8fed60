package fault

import (
	"database/sql"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"cutout/internal/audit"
	"cutout/internal/report"
	"cutout/internal/requirement"
	"cutout/internal/source"
	"cutout/internal/vault"
)

// image is the files of a unit at rest.
type image map[string][]byte

func imageOf(t testing.TB, dir string) image {
	t.Helper()
	out := image{}
	keep := func(name string) {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err == nil {
			out[name] = b
		} else if !os.IsNotExist(err) {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"cutout.db", "cutout.db-wal", "keys/store.key"} {
		keep(name)
	}
	ring, err := os.ReadDir(filepath.Join(dir, "keys", "sources"))
	must(t, err)
	for _, k := range ring {
		keep(filepath.Join("keys", "sources", k.Name()))
	}
	return out
}

// laid gives the unit in a fresh directory that holds the image.
func (u *unit) laid(t testing.TB, from image) *unit {
	t.Helper()
	v := *u
	v.d = nil
	dir, err := os.MkdirTemp("", "cutout-image-")
	must(t, err)
	v.Dir = dir
	must(t, os.MkdirAll(filepath.Join(dir, "keys", "sources"), 0o700))
	for name, b := range from {
		must(t, os.WriteFile(filepath.Join(dir, name), b, 0o600))
	}
	return &v
}

// raw opens the database of a closed unit as whoever holds its files and its key can.
func (u *unit) raw(t testing.TB) *sql.DB {
	t.Helper()
	key, _, err := vault.OpenStoreKey(filepath.Join(u.Dir, "keys", "store.key"))
	must(t, err)
	s, err := key.Sub(vault.DatabasePages, 1)
	must(t, err)
	q := url.Values{"vfs": {"adiantum"}, "_pragma": {"busy_timeout(10000)"}}
	must(t, s.Use(func(b []byte) error { q.Set("hexkey", hex.EncodeToString(b)); return nil }))
	db, err := sql.Open("sqlite3", "file:"+(&url.URL{Path: filepath.Join(u.Dir, "cutout.db")}).EscapedPath()+"?"+q.Encode())
	must(t, err)
	return db
}

// served asks for every confirmed record. A record is served as it was said, or it fails; wrong lists those that came
// with other words.
func (u *unit) served(confirmed []act, withKeys bool) (right int, wrong, failed []string) {
	for _, a := range confirmed {
		var got string
		var err error
		switch a.What {
		case "source", "given":
			var s source.ID
			if s, err = parse[source.ID](a.ID); err == nil && withKeys {
				got, err = u.identity(s)
			} else if err == nil {
				_, err = u.d.Source(ctx, u.Worker, s, time.Time{})
				got = a.Says
			}
		case "report":
			var r report.ID
			if r, err = parse[report.ID](a.ID); err == nil {
				p, e := u.d.Report(ctx, u.Worker, r, time.Time{})
				if err = e; err == nil {
					got = p.Report.Value.Items[0].Text
				}
			}
		case "requirement":
			var r requirement.ID
			if r, err = parse[requirement.ID](a.ID); err == nil {
				p, e := u.d.Requirement(ctx, u.Worker, r)
				if err = e; err == nil {
					got = p.Requirement.Value.Text
				}
			}
		default:
			continue
		}
		switch {
		case err != nil:
			failed = append(failed, fmt.Sprint(a.What, " ", a.ID, ": ", err))
		case got != a.Says:
			wrong = append(wrong, fmt.Sprintf("%s: %q, not %q", a.ID, got, a.Says))
		default:
			right++
		}
	}
	return right, wrong, failed
}

// found is what was noticed of the damage when the unit was opened and examined; nothing means that nobody would know.
func (u *unit) found(points [][]byte) []string {
	if err := u.open(); err != nil {
		return []string{"it does not open: " + err.Error()}
	}
	var out []string
	x, err := u.d.Examine(ctx, u.Eye)
	if err != nil {
		out = append(out, "it cannot be examined: "+err.Error())
	}
	out = append(out, x.Damage...)
	r, err := u.d.VerifyLog(ctx, u.Eye, points...)
	if err != nil {
		out = append(out, "the log cannot be read: "+err.Error())
	} else if r.Finding != audit.Sound {
		out = append(out, fmt.Sprint("log: ", r.Finding, " at ", r.First))
	}
	return out
}

// rowDamage are sealed or chained fields of which one byte is turned, each in a row picked by the seed.
var rowDamage = []struct {
	name, table, field, where string
	alone                     bool // everything else is still served
}{
	{"identity", "record", "body", "kind = 'identity'", true},
	{"report", "record", "body", "kind = 'report'", true},
	{"requirement", "record", "body", "kind = 'requirement'", true},
	{"log entry", "log_entry", "entry", "1 = 1", true},
	{"log detail", "log_entry", "detail", "length(detail) > 0", true},
	{"log hash", "log_node", "hash", "1 = 1", false}, // an append may read it
	{"head proof", "head", "proof", "1 = 1", false},
	{"head unit", "head", "unit", "1 = 1", false},
	{"officer secret", "officer", "secret", "1 = 1", false},
	{"compartment", "compartment", "body", "1 = 1", true},
	{"past", "past", "body", "1 = 1", true},
}

// TestF06Damage turns bytes at rest: of any page, of the header, of the write-ahead log, and of single fields. It is
// noticed when the unit is opened or examined, whatever is still served is served as it was, and nothing panics.
func TestF06Damage(t *testing.T) {
	u := begin(t, &unit{})
	var acts []act
	var points [][]byte
	for n := range 36 {
		a, err := u.work(n, fmt.Sprint(n))
		must(t, err)
		acts = append(acts, a)
		if a, err = u.light(n, fmt.Sprint(n)); err != nil {
			t.Fatal(err)
		}
		acts = append(acts, a)
	}
	last, err := u.d.Checkpoint(ctx, u.Eye)
	must(t, err)
	points = append(points, last)
	pulled := imageOf(t, u.Dir) // as a power cut leaves it: with a write-ahead log
	u.close()
	rested := imageOf(t, u.Dir)
	if len(pulled["cutout.db-wal"]) < 1<<20 || len(rested["cutout.db-wal"]) > 0 {
		t.Fatalf("write-ahead logs of %d and %d bytes", len(pulled["cutout.db-wal"]), len(rested["cutout.db-wal"]))
	}
	tally := map[string]int{}
	t.Setenv("CUTOUT_FAULT_PROGRAM", program(t))
	doctored := 5 // the first turned identity is also shown to the real doctor
	seeds := pick(32, 5000)
	first := uint64(rand.Uint32())
	for i := range seeds {
		seed := first + uint64(i)
		rnd := rand.New(rand.NewPCG(seed, 6))
		from, name, alone := rested, "", false
		var turn func(v *unit)
		switch kind := i % (len(rowDamage) + 5); {
		case kind < 5:
			where := []string{"header", "page", "page", "page", "write-ahead log"}[kind]
			name = where
			file := "cutout.db"
			if where == "write-ahead log" {
				from, file = pulled, "cutout.db-wal"
			}
			turn = func(v *unit) {
				b := slices.Clone(from[file])
				at := rnd.IntN(len(b))
				if where == "header" {
					at = rnd.IntN(4096)
				}
				b[at] ^= byte(1 + rnd.IntN(255))
				must(t, os.WriteFile(filepath.Join(v.Dir, file), b, 0o600))
			}
		default:
			d := rowDamage[kind-5]
			name, alone = d.name, d.alone
			turn = func(v *unit) {
				db := v.raw(t)
				defer db.Close()
				var n int
				must(t, db.QueryRow("SELECT count(*) FROM "+d.table+" WHERE "+d.where).Scan(&n))
				if n == 0 {
					t.Fatalf("no %s to turn a byte of", d.name)
				}
				var row []byte
				place := d.where + fmt.Sprintf(" LIMIT 1 OFFSET %d", rnd.IntN(n))
				must(t, db.QueryRow("SELECT "+d.field+" FROM "+d.table+" WHERE "+place).Scan(&row))
				bad := slices.Clone(row)
				bad[rnd.IntN(len(bad))] ^= byte(1 + rnd.IntN(255))
				res, err := db.Exec("UPDATE "+d.table+" SET "+d.field+" = ? WHERE "+d.field+" = ?", bad, row)
				must(t, err)
				if n, _ := res.RowsAffected(); n != 1 {
					t.Fatalf("%s: %d rows were turned", d.name, n)
				}
			}
		}
		v := u.laid(t, from)
		turn(v)
		if i == doctored {
			must(t, os.WriteFile(filepath.Join(v.Dir, "pass"), append(pass("inspector"), '\n'), 0o600))
			out, code := v.run("inspector", "doctor", "--deep")
			if code != 1 || !strings.Contains(out, "record, row ") {
				t.Errorf("the doctor says of a turned identity: exit %d\n%s", code, out)
			}
		}
		noticed := v.found(points)
		withKeys := false
		var right int
		var wrong, failed []string
		if v.d != nil {
			if name == "identity" || i%16 == 0 {
				o, err := v.d.SignIn(ctx, "worker", pass("worker"))
				if withKeys = err == nil; withKeys {
					v.Worker = o
				}
			}
			right, wrong, failed = v.served(acts, withKeys)
		}
		v.close()
		os.RemoveAll(v.Dir)
		where := fmt.Sprintf("seed %d, %s", seed, name)
		if len(wrong) > 0 {
			t.Errorf("%s: other words than were written: %v", where, wrong)
		}
		switch {
		case len(noticed) == 0 && len(failed) > 0:
			t.Errorf("%s: nobody was told, and %s", where, failed[0])
		case len(noticed) == 0 && name != "page" && name != "write-ahead log" && name != "header":
			t.Errorf("%s: nobody was told", where)
		case alone && (len(failed) > 1 || right < 10):
			t.Errorf("%s: %d records were served, not so: %v", where, right, failed)
		}
		switch {
		case len(noticed) == 0:
			tally[name+", in a place of no use"]++
		case strings.HasPrefix(noticed[0], "it does not open"):
			tally[name+", refused at opening"]++
		default:
			tally[name+", named"]++
		}
		if t.Failed() {
			t.Fatalf("noticed: %v", noticed)
		}
	}
	for _, k := range slices.Sorted(func(yield func(string) bool) {
		for k := range tally {
			if !yield(k) {
				return
			}
		}
	}) {
		t.Logf("%5d %s", tally[k], k)
	}
}
