package store

import (
	"bufio"
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"testing"
	"time"

	"cutout/internal/compartment"
	"cutout/internal/officer"
)

// TestMain also serves as the second process of tests that need one.
func TestMain(m *testing.M) {
	if os.Getenv("CUTOUT_STORE_CHILD") != "" {
		if err := child(); err != nil {
			fmt.Fprintln(os.Stderr, "child:", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

const childWriters = 4

func childRecord(id ID) Entering {
	return Entering{Kind: "report", ID: id, Body: []byte(`"a body of some length, so that pages fill"`), Marks: []Mark{Ref("source", ID{9})}, Terms: []string{"ship", "port", "crate"}}
}

// child writes records from several goroutines and prints the id of each when it is confirmed.
func child() error {
	if os.Getenv("CUTOUT_STORE_CHILD") == "upgrade" {
		n, err := strconv.Atoi(os.Getenv("CUTOUT_STORE_EACH"))
		if err != nil {
			return err
		}
		return upgradeChild(n)
	}
	id, err := hex.DecodeString(os.Getenv("CUTOUT_STORE_OFFICER"))
	if err != nil {
		return err
	}
	each, err := strconv.Atoi(os.Getenv("CUTOUT_STORE_EACH"))
	if err != nil {
		return err
	}
	keys, err := fixedKeys()
	if err != nil {
		return err
	}
	s, err := Open(context.Background(), Config{Path: os.Getenv("CUTOUT_STORE_PATH"), DSN: os.Getenv("CUTOUT_STORE_DSN"), Keys: keys})
	if err != nil {
		return err
	}
	o := officer.Officer{ID: officer.ID(id), Name: "child"}
	var wg sync.WaitGroup
	var mu sync.Mutex
	var failed error
	for g := range childWriters {
		wg.Go(func() {
			for i := range each {
				rid := newID()
				e := childRecord(rid)
				e.Label = compartment.Label{Originator: compartment.Org(fmt.Sprint(g, i%20))}
				err := s.Write(context.Background(), o, Entry{Act: "record.add", Detail: []byte("why")}, func(tx *Tx) error { return tx.Insert(e) })
				mu.Lock()
				if err != nil {
					failed = err
				} else {
					fmt.Println(hex.EncodeToString(rid[:]))
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if err := s.Close(); err != nil {
		return err
	}
	return failed
}

func startChild(t *testing.T, cfg Config, o officer.Officer, each int) (*exec.Cmd, io.Reader) {
	t.Helper()
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), "CUTOUT_STORE_CHILD=1", "CUTOUT_STORE_PATH="+cfg.Path, "CUTOUT_STORE_DSN="+cfg.DSN,
		"CUTOUT_STORE_OFFICER="+hex.EncodeToString(o.ID.Bytes()), "CUTOUT_STORE_EACH="+strconv.Itoa(each))
	c.Stderr = os.Stderr
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	return c, out
}

// checkWhole looks for every confirmed record, and for records that are there only in part. total is how many there
// must be, or -1.
func checkWhole(t *testing.T, s *Store, o officer.Officer, ids []ID, total int) {
	t.Helper()
	if s.Engine() == SQLite {
		var said string
		if err := s.db.QueryRow("PRAGMA integrity_check").Scan(&said); err != nil || said != "ok" {
			t.Errorf("integrity: %q, %v", said, err)
		}
	}
	if err := s.Read(context.Background(), o, Entry{Act: "record.look"}, func(tx *Tx) error {
		for _, id := range ids {
			if _, err := tx.Get("report", id); err != nil {
				t.Errorf("confirmed record %x: %v", id, err)
			}
		}
		n, _, err := tx.Count(Query{Kind: "report"}, 1e6)
		if err != nil {
			return err
		}
		marked, _, err := tx.Count(Query{Marks: []Mark{Ref("source", ID{9})}}, 1e6)
		if err != nil {
			return err
		}
		found := 0
		for cursor := ""; ; {
			rs, next, err := tx.Found(Search{Groups: [][]string{{"ship"}, {"crate"}}, Limit: MaxLimit, Cursor: cursor}, nil)
			if err != nil {
				return err
			}
			found += len(rs)
			if cursor = next; next == "" {
				break
			}
		}
		if n != marked || n != found || n < len(ids) || total >= 0 && n != total {
			t.Errorf("%d records, %d by mark, %d by search, %d confirmed, want %d", n, marked, found, len(ids), total)
		}
		return nil
	}); err != nil {
		t.Error(err)
	}
	written := 0
	for _, e := range verifyLog(t, s, o) {
		if e.Act == "record.add" {
			written++
		}
	}
	if total < 0 {
		total = count(t, s, o, Query{Kind: "report"})
	}
	if written != total {
		t.Errorf("%d acts in the log, %d records", written, total)
	}
}

// TestKill kills a writing process again and again: what it confirmed is there, what it did not is whole or absent.
func TestKill(t *testing.T) {
	rounds := 15
	if os.Getenv("CUTOUT_LONG") != "" {
		rounds = 300
	}
	engines(t, func(t *testing.T, cfg Config) {
		s := openTest(t, cfg)
		root := addOfficer(t, s, officer.Officer{}, "root", Rights{Clearance: 3})
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		var ids []ID
		for round := range rounds {
			c, out := startChild(t, cfg, root, 1<<30)
			lines := bufio.NewScanner(out)
			for n := 0; lines.Scan(); n++ {
				if n == 0 {
					time.AfterFunc(time.Duration(20+rand.IntN(100))*time.Millisecond, func() { c.Process.Kill() })
				}
				if b, err := hex.DecodeString(lines.Text()); err == nil && len(b) == 16 { // the last line may be torn
					ids = append(ids, ID(b))
				}
			}
			if err := c.Wait(); err == nil {
				t.Fatal("the child ended before it was killed")
			}
			if round%5 == 4 || round == rounds-1 {
				s, err := Open(context.Background(), cfg)
				if err != nil {
					t.Fatal(err)
				}
				checkWhole(t, s, root, ids, -1)
				s.Close()
			}
		}
		t.Logf("%d rounds, %d confirmed", rounds, len(ids))
	})
}
