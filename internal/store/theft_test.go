package store

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"cutout/internal/compartment"
	"cutout/internal/day"
	"cutout/internal/officer"
)

// disguises are the forms in which a word could lie in a stolen file: UTF-8, UTF-16 both ways, hex, and base64 at each of
// its three offsets, in both alphabets.
func disguises(word string) map[string][]byte {
	out := map[string][]byte{"utf8": []byte(word), "hex": []byte(hex.EncodeToString([]byte(word))), "HEX": []byte(strings.ToUpper(hex.EncodeToString([]byte(word))))}
	var le, be []byte
	for _, u := range utf16.Encode([]rune(word)) {
		le = append(le, byte(u), byte(u>>8))
		be = append(be, byte(u>>8), byte(u))
	}
	out["utf16le"], out["utf16be"] = le, be
	for name, e := range map[string]*base64.Encoding{"base64": base64.RawStdEncoding, "base64url": base64.RawURLEncoding} {
		for offset := range 3 {
			s := e.EncodeToString(append(make([]byte, offset), word...))
			first := (offset*8 + 5) / 6 // characters that the bytes before reach into
			s = s[first:]
			if (offset+len(word))%3 != 0 {
				s = s[:len(s)-1] // the last one depends on what follows
			}
			out[fmt.Sprint(name, offset)] = []byte(s)
		}
	}
	return out
}

// TestDisguises makes sure that the scanner would find what it looks for.
func TestDisguises(t *testing.T) {
	const word = "zqcanary"
	for before := range 3 {
		raw := append(bytes.Repeat([]byte{'x'}, before), word+"yy"...)
		for name, text := range map[string]string{"base64": base64.StdEncoding.EncodeToString(raw), "base64url": base64.URLEncoding.EncodeToString(raw), "hex": hex.EncodeToString(raw)} {
			hit := false
			for _, d := range disguises(word) {
				hit = hit || bytes.Contains([]byte(text), d)
			}
			if !hit {
				t.Errorf("%s at offset %d is not found", name, before)
			}
		}
	}
}

// TestStolenFiles writes canary words wherever text can go, and looks for them in every byte a thief of the data gets.
func TestStolenFiles(t *testing.T) {
	engines(t, func(t *testing.T, cfg Config) {
		ctx := context.Background()
		s := openTest(t, cfg)
		canary := func(where string) string { return "zqcanary" + where }
		var planted []string
		plant := func(where string) string { planted = append(planted, canary(where)); return canary(where) }
		root := officer.Officer{ID: officer.ID(newID()), Name: "root"}
		if err := s.Begin(ctx, Account{ID: root.ID, Name: "root", Rights: Rights{Clearance: 3}, Secret: []byte(plant("secret"))}, plant("unit"), Entry{Act: "unit.begin", Detail: []byte(plant("begin"))}); err != nil {
			t.Fatal(err)
		}
		c := newCompartment(t, s, root, plant("desk"))
		if err := s.Write(ctx, root, Entry{Act: "officer.rights", Detail: []byte(plant("detail"))}, func(tx *Tx) error {
			if err := tx.SetSecret(root.ID, []byte(plant("newsecret"))); err != nil {
				return err
			}
			return tx.SetRights(root.ID, func(r *Rights) { r.Holdings = holding(c) })
		}); err != nil {
			t.Fatal(err)
		}
		terms, body, revised, word := plant("term"), plant("body"), plant("revised"), plant("word")
		for i := range 50 {
			if err := s.Write(ctx, root, Entry{Act: "report.file", Detail: []byte(plant(fmt.Sprint("detail", i)))}, func(tx *Tx) error {
				e := Entering{Kind: "report", ID: ID{1, byte(i)}, Label: compartment.Label{Compartments: []compartment.ID{c}}, Body: map[string]string{"text": strings.Repeat(body+" ", 20)},
					Marks: []Mark{tx.Word("name", word)}, Terms: []string{terms, "x" + terms, fmt.Sprint(terms, i)}}
				if err := tx.Insert(e); err != nil {
					return err
				}
				r, err := tx.Get("report", e.ID)
				if err != nil {
					return err
				}
				e.Body, e.Marks = []byte(revised), []Mark{tx.Word("name", word+"2")}
				return tx.Revise(r, e)
			}); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.SaveDraft(ctx, root, plant("draftname"), []byte(plant("draft"))); err != nil {
			t.Fatal(err)
		}
		if err := s.Sessions().CommitCtx(ctx, plant("token"), []byte(plant("session")), time.Now().Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Watch(ctx, root, func(*Tx) (Changes, error) {
			return Changes{Raise: []Finding{{ID: ID{3}, Rule: "rule", Subject: "subject", Raised: day.Of(noon), Body: []byte(plant("finding"))}}}, nil
		}); err != nil {
			t.Fatal(err)
		}
		var found int // they are all there for who has the keys
		if err := s.Read(ctx, root, Entry{Act: "record.look", Detail: []byte(plant("look"))}, func(tx *Tx) error {
			rs, _, err := tx.Found(Search{Groups: [][]string{{terms}}}, nil)
			found = len(rs)
			return err
		}); err != nil || found != 50 {
			t.Fatal(found, err)
		}

		stolen := map[string][]byte{}
		if cfg.Path != "" {
			files, err := filepath.Glob(cfg.Path + "*")
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range files {
				b, err := os.ReadFile(f)
				if err != nil {
					t.Fatal(err)
				}
				stolen[filepath.Base(f)] = b
			}
			for _, want := range []string{"records.db", "records.db-wal", "records.db-shm"} {
				if len(stolen[want]) == 0 {
					t.Errorf("nothing to look at in %s", want)
				}
			}
		} else {
			stolen = dump(t, cfg.DSN)
			// Nothing but keyed terms in the index: 64 bits in hex under a stretch, and the same under a label.
			form := regexp.MustCompile(`^'(l[0-9]+z[0-9a-f]{16}|[0-9a-f]{16}b[0-9]+)'$`)
			lexemes := bytes.Fields(stolen["words.t"])
			if len(lexemes) != 50*3*2 {
				t.Errorf("%d lexemes, want %d", len(lexemes), 50*3*2)
			}
			for _, l := range lexemes {
				if !form.Match(l) {
					t.Errorf("the index has %s", l)
				}
			}
		}
		size := 0
		for name, b := range stolen {
			size += len(b)
			for _, word := range append(planted, "zqcanary") {
				for how, d := range disguises(word) {
					if bytes.Contains(b, d) {
						t.Errorf("%s holds %s as %s", name, word, how)
					}
				}
			}
		}
		if size < 20_000 {
			t.Errorf("only %d bytes were looked at", size)
		}
	})
}

// dump reads every column of every table of the schema, as text and as the bytes themselves.
func dump(t *testing.T, dsn string) map[string][]byte {
	t.Helper()
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.Query("SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = current_schema()")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	out := map[string][]byte{}
	var names [][3]string
	for rows.Next() {
		var n [3]string
		if err := rows.Scan(&n[0], &n[1], &n[2]); err != nil {
			t.Fatal(err)
		}
		names = append(names, n)
	}
	for _, n := range names {
		form := "CAST(" + n[1] + " AS TEXT)"
		if n[2] == "bytea" {
			form = n[1]
		}
		values, err := db.Query("SELECT " + form + " FROM " + n[0] + " WHERE " + n[1] + " IS NOT NULL")
		if err != nil {
			t.Fatal(err)
		}
		for values.Next() {
			var b []byte
			if err := values.Scan(&b); err != nil {
				t.Fatal(err)
			}
			key := n[0] + "." + n[1]
			out[key] = append(append(out[key], b...), ' ')
		}
		if err := values.Err(); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// TestDamage changes stored bodies behind the store's back.
func TestDamage(t *testing.T) {
	engines(t, func(t *testing.T, cfg Config) {
		ctx := context.Background()
		s := openTest(t, cfg)
		root := addOfficer(t, s, officer.Officer{}, "root", Rights{Clearance: 3})
		if err := s.Write(ctx, root, Entry{Act: "record.add"}, func(tx *Tx) error {
			for i := range 8 {
				id := ID{1, byte(i)}
				if err := tx.Insert(Entering{Kind: "report", ID: id, Body: []byte("first")}); err != nil {
					return err
				}
				r, err := tx.Get("report", id)
				if err != nil {
					return err
				}
				if err := tx.Revise(r, Entering{Label: r.Label, Body: []byte("second")}); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		body := func(table string, seq int) (b []byte) {
			if err := s.db.QueryRow(s.d.text("SELECT body FROM "+table+" WHERE seq = ?"), seq).Scan(&b); err != nil {
				t.Fatal(err)
			}
			return b
		}
		put := func(table string, seq int, b []byte) {
			if _, err := s.db.Exec(s.d.text("UPDATE "+table+" SET body = ? WHERE seq = ?"), b, seq); err != nil {
				t.Fatal(err)
			}
		}
		flipped := body("record", 2)
		flipped[len(flipped)/2] ^= 1
		put("record", 2, flipped)                // one bit
		put("record", 4, body("record", 3))      // the body of another record
		put("record", 5, body("past", 5))        // a former version put in place of the present one
		put("record", 6, body("record", 6)[:10]) // cut
		put("past", 7, body("past", 8))          // the former version of another record
		if err := s.Read(ctx, root, Entry{Act: "record.look"}, func(tx *Tx) error {
			for i, want := range []error{nil, ErrDamaged, nil, ErrDamaged, ErrDamaged, ErrDamaged, nil, nil} {
				r, err := tx.Get("report", ID{1, byte(i)})
				if !errors.Is(err, want) {
					t.Errorf("record %d: %v, want %v", i, err, want)
				}
				if err != nil {
					if len(r.Body) > 0 && bytes.Contains(r.Body, []byte("first")) {
						t.Errorf("record %d: a body comes with the error", i)
					}
					continue
				}
				if string(r.Body) != "second" {
					t.Errorf("record %d: %s", i, r.Body)
				}
				if _, err := tx.Versions(r); errors.Is(err, ErrDamaged) != (i == 6) {
					t.Errorf("versions of record %d: %v", i, err)
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	})
}

// TestWrongKey opens records with keys that are not theirs, one key at a time.
func TestWrongKey(t *testing.T) {
	engines(t, func(t *testing.T, cfg Config) {
		s := openTest(t, cfg)
		root := addOfficer(t, s, officer.Officer{}, "root", Rights{Clearance: 3})
		s.Close()
		wrong := map[string]func(*Keys){
			"term": func(k *Keys) { k.Term[0] ^= 1 },
			"body": func(k *Keys) {
				b, err := aes.NewCipher([]byte("another key than the one before!"))
				if err != nil {
					t.Fatal(err)
				}
				a, err := cipher.NewGCMWithRandomNonce(b)
				if err != nil {
					t.Fatal(err)
				}
				k.Body = gcm{a}
			},
		}
		if cfg.Path != "" {
			wrong["page"] = func(k *Keys) { k.Page[0] ^= 1 }
		}
		for what, change := range wrong {
			other := cfg
			change(&other.Keys)
			if s, err := Open(context.Background(), other); err != ErrKey {
				t.Errorf("wrong %s key: %v", what, err)
				if err == nil {
					s.Close()
				}
			}
		}
		s = openTest(t, cfg)
		if a, err := s.Stranger(context.Background(), "root"); err != nil || a.ID != root.ID {
			t.Errorf("the right keys after wrong ones: %v", err)
		}
	})
}
