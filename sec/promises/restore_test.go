package promises

import (
	"bytes"
	"database/sql"
	"encoding/hex"
	"errors"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"cutout/internal/audit"
	"cutout/internal/casework"
	"cutout/internal/contact"
	"cutout/internal/store"
	"cutout/internal/store/storetest"
	"cutout/internal/vault"
)

// backup makes a backup of the unit under a key file in dir, and gives its bytes with the key.
func (u *unit) backup(dir string) ([]byte, vault.StoreKey) {
	u.t.Helper()
	key, _, err := vault.OpenStoreKey(filepath.Join(dir, u.d.Epoch()+".key"))
	u.must(err)
	var out bytes.Buffer
	_, err = u.d.Backup(ctx, &out, key, u.d.Epoch(), nil)
	u.must(err)
	return out.Bytes(), key
}

// elsewhere is an empty place for a restored unit on each engine.
func (u *unit) elsewhere(engine string) casework.Config {
	u.t.Helper()
	cfg := casework.Config{Key: u.key, Ring: u.ring, QuietWatch: true, Clock: u.d.Now}
	if engine == "postgres" {
		cfg.DSN = storetest.Schema(u.t)
	} else {
		cfg.Path = filepath.Join(u.t.TempDir(), "restored.db")
	}
	return cfg
}

// sums are the sums of a unit's tables but those of the log, to which the restore itself adds an entry.
func sums(c casework.BackupReport) map[string]store.Digest {
	t := maps.Clone(c.Tables)
	for _, name := range []string{"head", "log_entry", "log_node"} {
		delete(t, name)
	}
	return t
}

// index is the word index on PostgreSQL, which can be read; SQLite's cannot.
func (u *unit) index(dsn string) (out []string) {
	u.t.Helper()
	db, err := sql.Open("pgx", dsn)
	u.must(err)
	defer db.Close()
	rows, err := db.Query("SELECT seq::text || ' ' || label::text || ' ' || kind || ' ' || t::text FROM words ORDER BY seq")
	u.must(err)
	defer rows.Close()
	for rows.Next() {
		var s string
		u.must(rows.Scan(&s))
		out = append(out, s)
	}
	u.must(rows.Err())
	return out
}

// TestP16RestoredUnit backs a unit up while its officers write, restores it on each engine in another place, and has it
// prove itself: rows equal one by one, the log the one its checkpoint signed, every officer signs in, every seal of an identity opens to
// whom it was sealed and to nobody else, every search finds what it found.
func TestP16RestoredUnit(t *testing.T) {
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	engines(t, func(t *testing.T, u *unit) {
		cs := canaries(6)
		for i := range cs {
			cs[i].of = u.register(cs[i].draft)
		}
		r := u.report(cs[0].of, "two containers left unweighed")
		u.job(r)

		// Under load: two officers file while the copy is made.
		var wg sync.WaitGroup
		stop := make(chan struct{})
		for range 2 {
			wg.Go(func() {
				for {
					select {
					case <-stop:
						return
					default:
					}
					h := u.who["handler"]
					if _, err := u.d.RecordContact(ctx, h, contact.ID{}, contact.Draft{Source: cs[1].of.String(), Type: "meeting", Record: &contact.RecordDraft{When: "2026-03-02",
						Place: "cafe", Participants: []string{h.ID.String()}, Summary: "met", Welfare: "fine", Security: "none"}}); err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		keys := t.TempDir()
		first, _ := u.backup(keys)
		file, key := u.backup(keys)
		close(stop)
		wg.Wait()
		checkpoint, err := u.d.Checkpoint(ctx, u.who["inspector"])
		u.must(err)

		// P1: no word of an identity and no word of a report, in any disguise, in the file or beside it.
		scan(t, "the backup", file, cs)
		for name, b := range files(t, temp, keys) {
			scan(t, filepath.Base(name), b, cs)
		}
		for _, d := range disguises("unweighed") {
			if bytes.Contains(file, d) {
				t.Errorf("the backup shows a word of a report as %q", d)
			}
		}
		for _, name := range []string{"registrar", "customer"} {
			if bytes.Contains(file, []byte(name)) {
				t.Errorf("the backup shows an account's name: %s", name)
			}
		}

		whole, err := casework.CheckBackup(ctx, bytes.NewReader(file), key, u.key)
		if err != nil || !whole.Sound() || whole.Log.Held != 1 || whole.Log.Unproven() != 0 {
			t.Fatalf("the backup: %v %v %+v", err, whole.First, whole.Log)
		}
		had, err := u.d.Search(ctx, u.who["analyst"], "containers", "", false, "", 50)
		u.must(err)
		for _, engine := range []string{"sqlite", "postgres"} {
			cfg := u.elsewhere(engine)
			got, err := casework.Restore(ctx, cfg, bytes.NewReader(file), key, false, nil)
			if err != nil || !got.Sound() || got.Log.Size != whole.Size+1 || got.Log.Proven != whole.Size {
				t.Fatalf("restored on %s: %v %v %+v", engine, err, got.First, got.Log)
			}
			if !maps.Equal(sums(whole), sums(got)) {
				t.Errorf("on %s the rows are not those of the backup", engine)
			}
			if cfg.DSN != "" && u.dsn != "" {
				if a, b := u.index(u.dsn), u.index(cfg.DSN); len(b) < 5 || !slices.Equal(a, b) {
					t.Errorf("the word index made anew is not the one there was:\n%v\n%v", a, b)
				}
			}
			d, err := casework.Open(ctx, cfg)
			u.must(err)
			for name := range u.who {
				if _, err := d.SignIn(ctx, name, pass(name)); err != nil {
					t.Errorf("on %s %s cannot sign in: %v", engine, name, err)
				}
			}
			for i, c := range cs {
				p, err := d.OpenIdentity(ctx, u.who["handler"], c.of, "a drill")
				u.must(err)
				who, err := p.Disclose()
				u.must(err)
				if len(who.Names) == 0 || who.Names[0].Full != c.words[0]+" "+c.words[1] {
					t.Errorf("on %s the seal of person %d opens to another", engine, i)
				}
				if _, err := d.OpenIdentity(ctx, u.who["analyst"], c.of, "a drill"); casework.KindOf(err) == casework.Internal || err == nil {
					t.Errorf("on %s the analyst at a seal: %v", engine, err)
				}
			}
			page, err := d.Search(ctx, u.who["analyst"], "containers", "", false, "", 50)
			u.must(err)
			if len(page.Hits) == 0 || len(page.Hits) != len(had.Hits) {
				t.Errorf("on %s a search finds %d, and found %d", engine, len(page.Hits), len(had.Hits))
			}
			back, err := d.Report(ctx, u.who["handler"], r, time.Time{})
			if err != nil || back.Report.Value.Items[0].Text != "two containers left unweighed" {
				t.Errorf("on %s the report: %v", engine, err)
			}
			mine, err := audit.OpenCheckpoint([]byte(whole.Head.Checkpoint), d.Unit().LogPublic)
			u.must(err)
			res, err := d.VerifyLog(ctx, u.who["inspector"], []byte(whole.Head.Checkpoint))
			if err != nil || res.Finding != audit.Sound || res.Proven != mine.Size {
				t.Errorf("on %s the log: %v %+v", engine, err, res)
			}

			// What came after the backup is not there, and a checkpoint of it says so.
			behind, err := casework.Restore(ctx, u.elsewhere(engine), bytes.NewReader(file), key, false, nil, checkpoint)
			if !errors.Is(err, casework.ErrBehind) || behind.Behind <= 0 {
				t.Errorf("on %s a rollback is not reported: %v, %d", engine, err, behind.Behind)
			}
			if engine == "sqlite" {
				if _, err := casework.Restore(ctx, u.elsewhere(engine), bytes.NewReader(first), key, true, nil, checkpoint); err != nil {
					t.Errorf("a rollback that is accepted: %v", err)
				}
			}
			if _, err := casework.Restore(ctx, cfg, bytes.NewReader(file), key, false, nil); !errors.Is(err, casework.ErrOccupied) {
				t.Errorf("on %s over a unit at work: %v", engine, err)
			}

			// A copy of the copy, on the other engine: nothing is lost on the way there and back.
			again := &unit{t: t, d: d, key: u.key}
			returned, _ := again.backup(keys)
			back2, err := casework.CheckBackup(ctx, bytes.NewReader(returned), key, u.key)
			u.must(err)
			for _, table := range []string{"record", "past", "mark", "lineage", "officer", "compartment", "label", "draft"} {
				if whole.Tables[table] != back2.Tables[table] {
					t.Errorf("the copy of the unit on %s has another %s", engine, table)
				}
			}
			u.must(d.Close())
		}
	})
}

// TestP16DamagedBackup turns bits and cuts ends all over a backup: none of it is taken for whole, nothing of it is restored,
// and the part is named.
func TestP16DamagedBackup(t *testing.T) {
	u := begin(t, "")
	u.job(u.report(u.register(canaries(1)[0].draft), "two containers left unweighed"))
	file, key := u.backup(t.TempDir())
	head, raw, err := casework.ReadBackupHead(bytes.NewReader(file))
	u.must(err)
	if head.Epoch != "2026-03" || head.Log == "" {
		t.Errorf("the head says %+v", head)
	}
	body := len(raw) + 32
	places := map[string]int{"name": 3, "version": 13, "length of the head": 15, "head": 40, "checkpoint in the head": bytes.Index(file, []byte("checkpoint")) + 40, "end of the head": len(raw) - 2,
		"salt": len(raw) + 4, "flag of a part": body, "length of a part": body + 3, "first bytes of a part": body + 6, "the middle": len(file) / 2, "last tag": len(file) - 1}
	for i := range 60 {
		places["place "+string(rune('A'+i))] = body + i*(len(file)-body)/60
	}
	for what, at := range places {
		bad := slices.Clone(file)
		bad[at] ^= 4
		r, err := casework.CheckBackup(ctx, bytes.NewReader(bad), key, u.key)
		if err == nil {
			t.Errorf("%s is turned, and the backup is %v", what, r.Sound())
		}
		var chunk *vault.ChunkError
		if at >= body && !errors.As(err, &chunk) && !errors.Is(err, vault.ErrTruncated) {
			t.Errorf("%s is turned, and the part is not named: %v", what, err)
		}
	}
	cfg := u.elsewhere("sqlite")
	for _, n := range []int{0, 5, len(raw) - 1, len(raw), len(raw) + 31, body, body + 3, len(file) / 3, len(file) - 17, len(file) - 1} {
		if _, err := casework.Restore(ctx, cfg, bytes.NewReader(file[:n]), key, false, nil); err == nil {
			t.Errorf("the first %d bytes of %d are restored", n, len(file))
		}
		if _, err := os.Stat(cfg.Path); err == nil {
			t.Fatalf("the first %d bytes left a unit behind", n)
		}
	}
	if _, err := casework.CheckBackup(ctx, io.MultiReader(bytes.NewReader(file), bytes.NewReader([]byte{0})), key, u.key); err == nil {
		t.Error("one byte more, and it is whole")
	}
	other := vault.NewStoreKey()
	if _, err := casework.CheckBackup(ctx, bytes.NewReader(file), other, u.key); !errors.Is(err, casework.ErrBackupKey) {
		t.Errorf("another backup key: %v", err)
	}
	if _, err := casework.CheckBackup(ctx, bytes.NewReader(file), key, other); !errors.Is(err, casework.ErrKey) {
		t.Errorf("another store key: %v", err)
	}
}

// TestP12BackupEpoch destroys the backup key of a month: with every other key there is, its backups open nothing, and the
// order stands on the log with who gave it.
func TestP12BackupEpoch(t *testing.T) {
	u := begin(t, "")
	u.report(u.register(canaries(1)[0].draft), "two containers left unweighed")
	keys := t.TempDir()
	file, _ := u.backup(keys)
	if err := u.d.DestroyEpoch(ctx, u.who["handler"], u.d.Epoch(), "asked"); casework.KindOf(err) != casework.Refused {
		t.Errorf("a handler destroys it: %v", err)
	}
	for _, bad := range [][2]string{{"2026-13", "asked"}, {"../store", "asked"}, {"2026-03", " "}} {
		if err := u.d.DestroyEpoch(ctx, u.who["root"], bad[0], bad[1]); casework.KindOf(err) != casework.Invalid || err == nil {
			t.Errorf("%q: %v", bad, err)
		}
	}
	u.must(u.d.DestroyEpoch(ctx, u.who["root"], u.d.Epoch(), "kept long enough"))
	u.must(os.Remove(filepath.Join(keys, u.d.Epoch()+".key")))
	_, fresh := u.backup(keys) // the month goes on with a new key
	for what, k := range map[string]vault.StoreKey{"the new key of the month": fresh, "the store's key": u.key} {
		if _, err := casework.CheckBackup(ctx, bytes.NewReader(file), k, u.key); !errors.Is(err, casework.ErrBackupKey) {
			t.Errorf("%s: %v", what, err)
		}
		// Nor does it help to lie about the key in the head.
		h, raw, err := casework.ReadBackupHead(bytes.NewReader(file))
		u.must(err)
		n, err := k.Sub(vault.BackupName, 0)
		u.must(err)
		var name []byte
		u.must(n.Use(func(b []byte) error { name = []byte(hex.EncodeToString(b[:8])); return nil }))
		lied := bytes.Replace(file, []byte(h.Key), name, 1)
		if bytes.Equal(lied[:len(raw)], raw) {
			t.Fatal("the head was not changed")
		}
		if _, err := casework.CheckBackup(ctx, bytes.NewReader(lied), k, u.key); !errors.Is(err, vault.ErrClosed) {
			t.Errorf("%s under a changed head: %v", what, err)
		}
	}
	p, err := u.d.Log(ctx, u.who["inspector"], casework.LogQuery{Act: "unit.destroy-epoch", Limit: 10})
	u.must(err)
	done := slices.ContainsFunc(p.Entries, func(e audit.Entry) bool { return e.Outcome == audit.Done && e.Officer == u.who["root"].ID.String() })
	if !done || len(p.Entries) != 5 {
		t.Errorf("the log has %d entries of it, done is %v", len(p.Entries), done)
	}
}
