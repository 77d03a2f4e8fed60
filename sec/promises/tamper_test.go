package promises

import (
	"bytes"
	"fmt"
	"iter"
	"slices"
	"testing"
	"time"

	"cutout/internal/audit"
	"cutout/internal/identity"
)

// busy drives at least n acts and looks and gives a signed checkpoint from the middle of them and one from the end.
func (u *unit) busy(n int) (middle, end []byte) {
	u.t.Helper()
	s := u.register(identity.Draft{Names: []identity.NameDraft{{Full: "Somebody Else"}}})
	r := u.report(s, "a container left")
	for i := range n {
		if i == n/2 {
			var err error
			middle, err = u.d.Checkpoint(ctx, u.who["inspector"])
			u.must(err)
		}
		if i%2 == 0 {
			_, err := u.d.Report(ctx, u.who["analyst"], r, time.Time{})
			u.must(err)
		} else if _, err := u.d.Report(ctx, u.who["elsewhere"], r, time.Time{}); err == nil {
			u.t.Fatal("a stranger reads the report")
		}
	}
	end, err := u.d.Checkpoint(ctx, u.who["inspector"])
	u.must(err)
	return middle, end
}

// TestP06TamperedLog changes a copy of the log in every way and asks whether its reader is told, and where.
func TestP06TamperedLog(t *testing.T) {
	u := begin(t, "")
	middle, end := u.busy(200)
	db := u.database()
	var rows []audit.Row
	rs, err := db.Query("SELECT seq, entry FROM log_entry ORDER BY seq")
	u.must(err)
	defer rs.Close()
	for rs.Next() {
		var r audit.Row
		u.must(rs.Scan(&r.Seq, &r.Entry))
		r.Leaf = audit.LeafHash(r.Entry)
		rows = append(rows, r)
	}
	u.must(rs.Err())
	var points []audit.Checkpoint
	for _, signed := range [][]byte{middle, end} {
		c, err := audit.OpenCheckpoint(signed, u.d.Unit().LogPublic)
		u.must(err)
		points = append(points, c)
	}
	verify := func(rows []audit.Row, points ...audit.Checkpoint) audit.Result {
		t.Helper()
		r, err := audit.Verify(seq(rows), points...)
		u.must(err)
		return r
	}
	if r := verify(rows, points...); r.Finding != audit.Sound || r.Held != 2 || r.Size < 200 {
		t.Fatalf("the log as it is: %+v", r)
	}
	names := func(what string, r audit.Result, at int64) {
		t.Helper()
		if r.Finding == audit.Sound || r.First > at || r.End <= at {
			t.Errorf("%s at %d: %+v", what, at, r)
		}
	}
	for _, at := range []int64{0, 1, points[0].Size - 1, points[0].Size, points[1].Size - 1} {
		change := func(what string, fn func(*audit.Entry)) {
			t.Helper()
			e, err := audit.Decode(rows[at].Entry)
			u.must(err)
			fn(&e)
			raw, err := e.Encode(nil)
			u.must(err)
			if bytes.Equal(raw, rows[at].Entry) {
				t.Fatalf("%s was not changed", what)
			}
			forged := slices.Clone(rows)
			forged[at].Entry = raw
			names(what+" changed", verify(forged, points...), at)
			forged[at].Leaf = audit.LeafHash(raw) // a forger who mends the hash too is told by the checkpoints
			names(what+" changed with its hash", verify(forged, points...), at)
		}
		other := u.who["elsewhere"].ID.String()
		change("seq", func(e *audit.Entry) { e.Seq++ })
		change("time", func(e *audit.Entry) { e.Time = e.Time.Add(-time.Hour) })
		change("officer", func(e *audit.Entry) {
			if e.Officer = other; rows[at].Entry != nil && bytes.Contains(rows[at].Entry, []byte(other)) {
				e.Officer = u.who["handler"].ID.String()
			}
		})
		change("act", func(e *audit.Entry) { e.Act = "unit.rest" })
		change("outcome", func(e *audit.Entry) { e.Outcome = audit.Conflict })
		change("kind", func(e *audit.Entry) { e.Kind = "party" })
		change("object", func(e *audit.Entry) { e.Kind, e.Object = "party", "pty_00000000000000000000000008" })
		change("label", func(e *audit.Entry) { e.Label += 3 })
		change("commitment", func(e *audit.Entry) { e.Commit[5] ^= 1 })
		change("pack", func(e *audit.Entry) { e.Pack = "other-pack@9.1" })
		for i := range rows[at].Entry {
			forged := slices.Clone(rows)
			forged[at].Entry = bytes.Clone(rows[at].Entry)
			forged[at].Entry[i] ^= 1
			names(fmt.Sprint("byte ", i), verify(forged, points...), at)
		}
		drop := slices.Delete(slices.Clone(rows), int(at), int(at)+1)
		names("dropped", verify(drop, points...), at)
		for i := range drop { // numbered anew, hashes mended
			drop[i].Seq = int64(i)
			e, err := audit.Decode(drop[i].Entry)
			u.must(err)
			e.Seq = int64(i)
			drop[i].Entry, err = e.Encode(nil)
			u.must(err)
			drop[i].Leaf = audit.LeafHash(drop[i].Entry)
		}
		if at < points[1].Size {
			names("dropped and numbered anew", verify(drop, points...), at)
		}
		if at+1 < points[1].Size {
			swap := slices.Clone(rows)
			swap[at], swap[at+1] = swap[at+1], swap[at]
			names("swapped", verify(swap, points...), at)
		}
	}
	cut := rows[:points[1].Size-7]
	if r := verify(cut, points...); r.Finding != audit.CutOff || r.First != int64(len(cut)) {
		t.Errorf("cut off: %+v", r)
	}
	if r := verify(rows[:points[0].Size], points[0]); r.Finding != audit.Sound {
		t.Errorf("an old copy agrees with an old checkpoint: %+v", r)
	}
	fork := slices.Clone(rows)
	for i := points[0].Size; i < int64(len(fork)); i++ {
		e, err := audit.Decode(fork[i].Entry)
		u.must(err)
		e.Outcome = audit.Done
		fork[i].Entry, err = e.Encode(nil)
		u.must(err)
		fork[i].Leaf = audit.LeafHash(fork[i].Entry)
	}
	if r := verify(fork, points...); r.Finding != audit.Forked || r.First != points[0].Size || r.Held != 1 {
		t.Errorf("forked after the first checkpoint: %+v", r)
	}
}

func seq(rows []audit.Row) iter.Seq2[audit.Row, error] {
	return func(yield func(audit.Row, error) bool) {
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
	}
}

// TestP06TamperedStore changes the log inside the database, as somebody who runs the machine could, and lets the
// inspector verify it through the door.
func TestP06TamperedStore(t *testing.T) {
	engines(t, func(t *testing.T, u *unit) {
		middle, end := u.busy(20)
		db := u.database()
		r, err := u.d.VerifyLog(ctx, u.who["inspector"], middle, end)
		u.must(err)
		if r.Finding != audit.Sound || r.Held != 2 {
			t.Fatalf("before: %+v", r)
		}
		place := func(n string) string { // the engines write a place differently
			if u.dsn != "" {
				return "$" + n
			}
			return "?" + n
		}
		run := func(q string, args ...any) {
			t.Helper()
			if _, err := db.Exec(q, args...); err != nil {
				t.Fatal(err)
			}
		}
		const at = 9
		var entry []byte
		u.must(db.QueryRow(fmt.Sprintf("SELECT entry FROM log_entry WHERE seq = %d", at)).Scan(&entry))
		check := func(what string, undo func()) {
			t.Helper()
			r, err := u.d.VerifyLog(ctx, u.who["inspector"], middle, end)
			u.must(err)
			if r.Finding == audit.Sound || r.First > at || r.End <= at {
				t.Errorf("%s: %+v", what, r)
			}
			undo()
			if r, err = u.d.VerifyLog(ctx, u.who["inspector"], middle, end); err != nil || r.Finding != audit.Sound {
				t.Fatalf("%s was undone: %+v %v", what, r, err)
			}
		}
		e, err := audit.Decode(entry)
		u.must(err)
		e.Act = "unit.rest"
		forged, err := e.Encode(nil)
		u.must(err)
		set := "UPDATE log_entry SET entry = " + place("1") + " WHERE seq = 9"
		run(set, forged)
		check("an entry", func() { run(set, entry) })
		leaf := audit.LeafHash(forged)
		good := audit.LeafHash(entry)
		node := "UPDATE log_node SET hash = " + place("1") + " WHERE idx = " + fmt.Sprint(audit.LeafIndex(at))
		run(set, forged)
		run(node, leaf[:])
		check("an entry and its hash", func() { run(set, entry); run(node, good[:]) })
		run("UPDATE log_entry SET seq = -1 WHERE seq = 9")
		run("UPDATE log_entry SET seq = 9 WHERE seq = 10")
		run("UPDATE log_entry SET seq = 10 WHERE seq = -1")
		check("two entries changed places", func() {
			run("UPDATE log_entry SET seq = -1 WHERE seq = 9")
			run("UPDATE log_entry SET seq = 9 WHERE seq = 10")
			run("UPDATE log_entry SET seq = 10 WHERE seq = -1")
		})
		run("DELETE FROM log_entry WHERE seq = 9")
		check("an entry taken out", func() { run("INSERT INTO log_entry (seq, entry) VALUES (9, "+place("1")+")", entry) })
		for _, at := range []int{0, 1, 9, 20, len(entry) - 1} { // version, number, time, label, the last letter
			flipped := bytes.Clone(entry)
			flipped[at] ^= 1
			run(set, flipped)
			check(fmt.Sprintf("one bit of byte %d", at), func() { run(set, entry) })
		}
		flipped := good
		flipped[31] ^= 0x80
		run(node, flipped[:])
		check("one bit of a hash", func() { run(node, good[:]) })
		u.rolledBack(run, place, middle, end)
	})
}

// rolledBack cuts the tail of the log off, first beyond every checkpoint, then before one, as restoring an old backup does,
// and lets it grow again into another history.
func (u *unit) rolledBack(run func(string, ...any), place func(string) string, middle, end []byte) {
	t := u.t
	t.Helper()
	first, err := u.d.OpenKept(middle)
	u.must(err)
	second, err := u.d.OpenKept(end)
	u.must(err)
	cut := func(size int64) {
		t.Helper()
		run("DELETE FROM log_entry WHERE seq >= "+place("1"), size)
		run("DELETE FROM log_object WHERE seq >= "+place("1"), size)
		run("DELETE FROM log_node WHERE idx >= "+place("1"), audit.StoredHashes(size))
		run("UPDATE head SET log_size = "+place("1"), size)
	}
	verify := func(points ...[]byte) audit.Result {
		t.Helper()
		r, err := u.d.VerifyLog(ctx, u.who["inspector"], points...)
		u.must(err)
		return r
	}
	cut(second.Size)
	if r := verify(middle, end); r.Finding != audit.Sound || r.Held != 2 || r.Proven != second.Size {
		t.Errorf("cut off after the newest checkpoint, which nothing can show: %+v", r)
	}
	cut(first.Size)
	if r := verify(middle); r.Finding != audit.Sound {
		t.Errorf("an old backup agrees with an old checkpoint: %+v", r)
	}
	if r := verify(middle, end); r.Finding != audit.CutOff || r.First < first.Size || r.First >= second.Size || r.End != second.Size {
		t.Errorf("an old backup was restored: %+v", r)
	}
	for range second.Size {
		_, err := u.d.Around(ctx, u.who["elsewhere"])
		u.must(err)
	}
	if r := verify(middle, end); r.Finding != audit.Forked || r.First != first.Size || r.End != second.Size {
		t.Errorf("the restored log grew into another: %+v", r)
	}
	if r := verify(end); r.Finding != audit.Forked || r.First != 0 || r.End != second.Size {
		t.Errorf("the same, with one checkpoint: %+v", r)
	}
}
