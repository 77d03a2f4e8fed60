package store

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"time"

	"cutout/internal/audit"
	"cutout/internal/officer"
)

// TestKeptCheckpoints keeps checkpoints of hours and of witnesses and asks how long the log was when.
func TestKeptCheckpoints(t *testing.T) {
	engines(t, func(t *testing.T, cfg Config) {
		ctx := context.Background()
		now := time.Date(2026, 3, 2, 9, 59, 0, 0, time.UTC)
		cfg.Clock = func() time.Time { return now }
		s := openTest(t, cfg)
		root := addOfficer(t, s, officer.Officer{}, "root", Rights{})
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		for i := range 5 {
			must(s.Write(ctx, root, Entry{Act: "unit.rest"}, func(*Tx) error { return nil }))
			if i == 2 {
				now = now.Add(time.Hour)
			}
		}
		must(s.Machine(ctx, Entry{Act: "log.mend"}))
		hour := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
		must(s.AboutLog(ctx, func(tx *Tx) error {
			for at, want := range map[time.Time]int64{hour: 4, now: 4, now.Add(time.Second): 7, hour.Add(-24 * time.Hour): 0} {
				if n, err := tx.LogSizeAt(at); err != nil || n != want {
					t.Errorf("the log had %d entries at %v, want %d: %v", n, at, want, err)
				}
			}
			if _, err := tx.HourCheckpoint(); !errors.Is(err, ErrNotFound) {
				t.Errorf("a checkpoint that nobody kept: %v", err)
			}
			raw, err := tx.LogRow(6)
			if e, bad := audit.Decode(raw); err != nil || bad != nil || e.Officer != "" || e.Act != "log.mend" {
				t.Errorf("the machine's entry: %+v %v %v", e, err, bad)
			}
			if _, err := tx.LogRow(7); !errors.Is(err, ErrNotFound) {
				t.Errorf("an entry beyond the end: %v", err)
			}
			return nil
		}))
		must(s.KeepLog(ctx, func(tx *Tx) error {
			return errors.Join(tx.KeepHourCheckpoint(Kept{At: hour, Size: 4, Signed: []byte("first")}), tx.KeepHourCheckpoint(Kept{At: hour, Size: 5, Signed: []byte("second")}),
				tx.KeepWitnessed("w1", 4, []byte("a")), tx.KeepWitnessed("w2", 6, []byte("b")))
		}))
		must(s.AboutLog(ctx, func(tx *Tx) error {
			if k, err := tx.HourCheckpoint(); err != nil || string(k.Signed) != "first" || k.Size != 4 || !k.At.Equal(hour) {
				t.Errorf("the hour's checkpoint: %+v %v", k, err)
			}
			all, err := tx.Witnessed("", 10)
			must(err)
			one, err := tx.Witnessed("w1", 10)
			must(err)
			if len(all) != 2 || all[0].Size != 6 || len(one) != 1 || one[0].Size != 4 {
				t.Errorf("cosigned: %+v %+v", all, one)
			}
			return nil
		}))
	})
}

// TestDetailsAreSealed writes the same details twice: what the log holds of them differs, and neither the column nor the
// commitment lets a guess be tested without the key.
func TestDetailsAreSealed(t *testing.T) {
	engines(t, func(t *testing.T, cfg Config) {
		ctx := context.Background()
		s := openTest(t, cfg)
		root := addOfficer(t, s, officer.Officer{}, "root", Rights{})
		details := []byte("to warn him before the court sits")
		for range 2 {
			if err := s.Write(ctx, root, Entry{Act: "unit.rest", Detail: details}, func(*Tx) error { return nil }); err != nil {
				t.Fatal(err)
			}
		}
		var commits [][32]byte
		var columns, salts [][]byte
		for seq := int64(1); seq < 3; seq++ {
			var raw, sealed []byte
			if err := s.db.QueryRowContext(ctx, s.d.text("SELECT entry, detail FROM log_entry WHERE seq = ?"), seq).Scan(&raw, &sealed); err != nil {
				t.Fatal(err)
			}
			e, err := audit.Decode(raw)
			if err != nil {
				t.Fatal(err)
			}
			if bytes.Contains(sealed, details) || bytes.Contains(raw, details) {
				t.Error("details lie open in the log")
			}
			plain, err := cfg.Keys.Body.Open(nil, sealed, detailAAD(seq))
			if err != nil || !bytes.Equal(plain[32:], details) || audit.Commitment([32]byte(plain[:32]), details) != e.Commit {
				t.Errorf("the details do not open to what the entry commits to: %v", err)
			}
			if _, err := cfg.Keys.Body.Open(nil, sealed, detailAAD(3-seq)); err == nil {
				t.Error("details of one entry open in the place of another")
			}
			commits, columns, salts = append(commits, e.Commit), append(columns, sealed), append(salts, plain[:32])
		}
		if commits[0] == commits[1] || bytes.Equal(columns[0], columns[1]) || bytes.Equal(salts[0], salts[1]) || bytes.Equal(salts[0], make([]byte, 32)) {
			t.Error("equal details show as equal, or are not salted")
		}
	})
}
