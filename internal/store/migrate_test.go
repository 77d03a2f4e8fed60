package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path"
	"testing"
	"testing/fstest"
	"time"
)

// laterSteps are the real steps and n that come after them, each long enough to be killed in.
func laterSteps(n int) (fs.FS, error) {
	out := fstest.MapFS{}
	if err := fs.WalkDir(embedded, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := embedded.ReadFile(name)
		out[name] = &fstest.MapFile{Data: b}
		return err
	}); err != nil {
		return nil, err
	}
	for _, dir := range []string{"migrations/sqlite", "migrations/postgres"} {
		for i := range n {
			out[path.Join(dir, fmt.Sprintf("%05d_later.sql", 90001+i))] = &fstest.MapFile{Data: []byte(fmt.Sprintf(`-- +goose Up
CREATE TABLE later_%d (n BIGINT PRIMARY KEY, v TEXT NOT NULL);
INSERT INTO later_%d WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < %d) SELECT n, 'a row of a long step' FROM c;
CREATE INDEX later_v_%d ON later_%d (v, n);
-- +goose Down
SELECT 1;
`, i, i, laterRows, i, i))}
		}
	}
	return out, nil
}

const laterRows = 15_000

// TestKilledUpgrade kills a process in the middle of an upgrade, again and again: each step happened wholly or not at all,
// the next run takes it up, and in the end the records and the log are what they were. A run after the last changes nothing.
func TestKilledUpgrade(t *testing.T) {
	kills, steps := 3, 6
	if os.Getenv("CUTOUT_LONG") != "" {
		kills, steps = 50, 60
	}
	engines(t, func(t *testing.T, cfg Config) {
		w := newWorld(t, cfg, 11)
		for range 40 {
			w.step()
		}
		before := checked(t, w.s)
		if err := w.s.Close(); err != nil {
			t.Fatal(err)
		}
		later, err := laterSteps(steps)
		if err != nil {
			t.Fatal(err)
		}
		migrations = later
		defer func() { migrations = embedded }()
		ctx, partly := context.Background(), 0
		for range kills {
			cmd := exec.Command(os.Args[0])
			cmd.Env = append(os.Environ(), "CUTOUT_STORE_CHILD=upgrade", fmt.Sprint("CUTOUT_STORE_EACH=", steps), "CUTOUT_STORE_PATH="+cfg.Path, "CUTOUT_STORE_DSN="+cfg.DSN)
			out, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			if _, err := out.Read(make([]byte, 6)); err != nil { // it begins now
				t.Fatal(err)
			}
			time.Sleep(time.Duration(rand.IntN(400)) * time.Millisecond)
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
			awaitServer(t, cfg)
			have, err := ReadSchema(ctx, cfg)
			if err != nil {
				t.Fatal(err)
			}
			if n := len(have.Pending); n > 0 && n < steps {
				partly++
			}
			checkSteps(t, cfg, steps, len(have.Pending))
		}
		t.Logf("%d of %d kills left an upgrade half done", partly, kills)
		for range 2 { // to the end, and once more
			s := openTest(t, cfg)
			after := checked(t, s)
			for i := range steps {
				delete(after.Tables, fmt.Sprint("later_", i))
			}
			if !after.Sound() || !maps.Equal(after.Tables, before.Tables) {
				t.Errorf("after the upgrade: %v", said(after))
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			checkSteps(t, cfg, steps, 0)
		}
		// Now the program of before: it leaves the newer tables alone, and says so.
		migrations = embedded
		if _, err := Open(ctx, cfg); !errors.Is(err, ErrNewer) {
			t.Errorf("an older program opened newer tables: %v", err)
		}
		if have, err := ReadSchema(ctx, cfg); err != nil || have.At <= have.Program {
			t.Errorf("it says %+v, %v", have, err)
		}
	})
}

// awaitServer waits until the server has noticed that the process it worked for is gone, and let go of the lock it held.
func awaitServer(t *testing.T, cfg Config) {
	t.Helper()
	if cfg.DSN == "" {
		return
	}
	db, err := openPostgres(cfg.DSN)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec("SELECT pg_advisory_xact_lock" + upgradeLockKey); err != nil {
		t.Fatal(err)
	}
}

// checkSteps: steps that were taken are whole, those pending have left nothing.
func checkSteps(t *testing.T, cfg Config, steps, pending int) {
	t.Helper()
	s, err := connect(cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer s.db.Close()
	for i := range steps {
		var n int
		err := s.db.QueryRow(fmt.Sprintf("SELECT count(*) FROM later_%d", i)).Scan(&n)
		if taken := i < steps-pending; taken && (err != nil || n != laterRows) || !taken && err == nil {
			t.Errorf("step %d of %d, %d pending: %d rows, %v", i, steps, pending, n, err)
		}
	}
}

// upgradeChild is the process that is killed.
func upgradeChild(steps int) error {
	later, err := laterSteps(steps)
	if err != nil {
		return err
	}
	migrations = later
	keys, err := fixedKeys()
	if err != nil {
		return err
	}
	fmt.Println("begins")
	s, err := Open(context.Background(), Config{Path: os.Getenv("CUTOUT_STORE_PATH"), DSN: os.Getenv("CUTOUT_STORE_DSN"), Keys: keys})
	if err != nil {
		return err
	}
	return s.Close()
}
