package promises

import (
	"archive/zip"
	"bytes"
	"database/sql"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"path/filepath"
	"testing"

	"cutout/internal/casework"
	"cutout/internal/custody"
	"cutout/internal/dissemination"
	"cutout/internal/report"
	"cutout/internal/vault"
)

func releaseDraft(u *unit, r report.ID, text string) casework.ReleaseDraft {
	return casework.ReleaseDraft{Draft: dissemination.Draft{Title: "Gate", Marking: []string{"TLP:AMBER"}, Officers: []string{u.who["customer"].ID.String()},
		Items: []dissemination.ItemDraft{{From: []string{u.items[r].String()}, Text: text}}}}
}

func unzip(t *testing.T, raw []byte) (out []byte) {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		out = append(append(out, f.Name...), b...)
	}
	return out
}

// database opens the records as somebody who has the files and the server's key file.
func (u *unit) database() *sql.DB {
	u.t.Helper()
	return u.databaseAt(filepath.Join(u.dir, "cutout.db"))
}

func (u *unit) databaseAt(path string) *sql.DB {
	u.t.Helper()
	driver, address := "pgx", u.dsn
	if u.dsn == "" {
		s, err := u.key.Sub(vault.DatabasePages, 1)
		u.must(err)
		q := url.Values{"vfs": {"adiantum"}, "_pragma": {"busy_timeout(10000)"}}
		u.must(s.Use(func(b []byte) error { q.Set("hexkey", hex.EncodeToString(b)); return nil }))
		driver, address = "sqlite3", "file:"+(&url.URL{Path: path}).EscapedPath()+"?"+q.Encode()
	}
	db, err := sql.Open(driver, address)
	u.must(err)
	u.t.Cleanup(func() { db.Close() })
	return db
}

// body opens what the store seals under the server's body key.
func (u *unit) body(sealed []byte, associated string) []byte {
	u.t.Helper()
	k, err := u.key.BodyKey(1)
	u.must(err)
	b, err := k.OpenBody(nil, vault.Place{Table: "store", Record: associated, Field: "body"}, sealed)
	u.must(err)
	return b
}

// recordPlace is what a record's body is sealed with; see package store.
func recordPlace(id []byte, version int64) string {
	a := append([]byte("record\x00body\x001\x00"), id...)
	return string(binary.BigEndian.AppendUint64(a, uint64(version)))
}

// plain is everything that the files and every key of the server give: all columns of all tables, and each sealed body
// opened.
func (u *unit) plain() []byte {
	u.t.Helper()
	db := u.database()
	var out bytes.Buffer
	each := func(q string, row func(vals [][]byte)) {
		u.t.Helper()
		rows, err := db.Query(q)
		u.must(err)
		defer rows.Close()
		cols, err := rows.Columns()
		u.must(err)
		for rows.Next() {
			vals := make([][]byte, len(cols))
			into := make([]any, len(cols))
			for i := range vals {
				into[i] = &vals[i]
			}
			u.must(rows.Scan(into...))
			for _, v := range vals {
				out.Write(v)
				out.WriteByte(' ')
			}
			row(vals)
		}
		u.must(rows.Err())
	}
	number := func(b []byte) (n int64) { fmt.Sscan(string(b), &n); return n }
	each("SELECT id, version, kind, body FROM record", func(v [][]byte) { out.Write(u.body(v[3], recordPlace(v[0], number(v[1])))) })
	each("SELECT r.id, p.version, p.body FROM past p JOIN record r ON r.seq = p.seq", func(v [][]byte) { out.Write(u.body(v[2], recordPlace(v[0], number(v[1])))) })
	each("SELECT seq, entry, detail FROM log_entry WHERE length(detail) > 0", func(v [][]byte) { out.Write(u.body(v[2], "log\x00detail\x001\x00"+string(v[0]))) })
	each("SELECT officer, id, rule, subject, body FROM finding", func(v [][]byte) {
		out.Write(u.body(v[4], "finding\x00body\x001\x00"+string(v[0])+string(v[1])))
	})
	each("SELECT id, name, rights, secret FROM officer", func(v [][]byte) { out.Write(u.body(v[3], "officer\x00secret\x001\x00"+string(v[0]))) })
	each("SELECT name, value FROM mark", func([][]byte) {})
	each("SELECT enc FROM label", func([][]byte) {})
	return out.Bytes()
}

// TestP02StolenStoreAndServerKey takes the records and the server's key file and opens no identity: every envelope and
// every sealed key of an officer is tried with everything that can be derived from the server's keys.
func TestP02StolenStoreAndServerKey(t *testing.T) {
	u := begin(t, "")
	cs := canaries(5)
	for i := range cs {
		cs[i].of = u.register(cs[i].draft)
	}
	var guesses [][]byte
	for _, p := range []vault.Purpose{vault.DatabasePages, vault.Bodies, vault.Cursors, vault.Terms, vault.Sessions} {
		s, err := u.key.Sub(p, 1)
		u.must(err)
		u.must(s.Use(func(b []byte) error {
			guesses = append(guesses, bytes.Clone(b), []byte(hex.EncodeToString(b)))
			return nil
		}))
	}
	for name, b := range files(t, u.dir) {
		if filepath.Base(name) == "store.key" {
			guesses = append(guesses, b, []byte(hex.EncodeToString(b)))
		}
	}
	db := u.database()
	rows, err := db.Query("SELECT id, secret FROM officer WHERE name IN ('registrar', 'handler')")
	u.must(err)
	defer rows.Close()
	locked := [][]byte{}
	for rows.Next() {
		var oid, sealed []byte
		u.must(rows.Scan(&oid, &sealed))
		var s struct{ Public, Private []byte }
		u.must(json.Unmarshal(u.body(sealed, "officer\x00secret\x001\x00"+string(oid)), &s))
		locked = append(locked, s.Private)
	}
	u.must(rows.Err())
	if len(locked) != 2 {
		t.Fatalf("%d sealed keys", len(locked))
	}
	var keys []vault.PrivateKey
	for i, sealed := range locked {
		for _, g := range guesses {
			if k, err := vault.OpenPrivate(sealed, g); err == nil {
				t.Errorf("the key of an officer opens with a key of the server")
				keys = append(keys, k)
			}
		}
		if i == 0 { // the try itself works
			for _, name := range []string{"registrar", "handler"} {
				if k, err := vault.OpenPrivate(sealed, pass(name)); err == nil {
					keys = append(keys, k)
				}
			}
		}
	}
	if len(keys) != 1 {
		t.Fatalf("%d keys opened; the officer's own passphrase opens one", len(keys))
	}
	ring, err := vault.OpenRing(u.ring, u.key)
	u.must(err)
	stranger, err := vault.NewPrivateKey()
	u.must(err)
	envelopes, err := db.Query("SELECT id, version, body FROM record WHERE kind = 'identity'")
	u.must(err)
	defer envelopes.Close()
	n := 0
	for envelopes.Next() {
		var rid, sealed []byte
		var version int64
		u.must(envelopes.Scan(&rid, &version, &sealed))
		env := u.body(sealed, recordPlace(rid, version))
		scan(t, "a sealed identity", env, cs)
		var outer custody.Sealed
		u.must(json.Unmarshal(env, &outer))
		for _, c := range cs {
			at := vault.Place{Table: "identity", Record: c.of.String(), Field: "person", Epoch: 1}
			env, err := ring.Open(outer.Key, at, outer.Bytes) // the thief has the ring as well
			if err != nil {
				continue
			}
			scan(t, "an envelope", env, cs)
			if _, err := vault.Open(env, at, stranger); err == nil {
				t.Error("an identity opens with a key it was not sealed to")
			}
			if _, err := vault.Open(env, at, keys[0]); err == nil {
				n++ // with the officer's passphrase it does: the place is right, and the refusals above were real
			}
		}
	}
	u.must(envelopes.Err())
	if n != len(cs) {
		t.Errorf("%d of %d identities open for the one they are sealed to", n, len(cs))
	}
}
