package main

import (
	"archive/zip"
	"bufio"
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"cutout/internal/audit"
	"cutout/internal/casework"
	"cutout/internal/id"
	"cutout/internal/store"
)

// log measures the log of acts: appending beside plain rows in the same kind of file and beside tessera's log on files,
// and verifying a long one offline.
func (r *run) log() error {
	return errors.Join(r.appending(), r.verifying())
}

// logBatch is how many entries arrive together: as many as the store lets share one commit.
const logBatch = 256

// logObject is a record's id, as an entry names one.
func logObject(n int) string {
	var raw [16]byte
	raw[0], raw[1], raw[2] = byte(n), byte(n>>8), byte(n>>16)
	return id.Long("rep", raw)
}

type plainSealer struct{ cipher.AEAD }

func (s plainSealer) Seal(dst, plain, aad []byte) []byte { return s.AEAD.Seal(dst, nil, plain, aad) }
func (s plainSealer) Open(dst, sealed, aad []byte) ([]byte, error) {
	return s.AEAD.Open(dst, nil, sealed, aad)
}

func (r *run) logStore() (*store.Store, error) {
	dir, err := os.MkdirTemp(r.dir, "log-")
	if err != nil {
		return nil, err
	}
	var keys store.Keys
	rand.Read(keys.Page[:])
	block, err := aes.NewCipher(keys.Page[:])
	if err != nil {
		return nil, err
	}
	gcm, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, err
	}
	keys.Body = plainSealer{gcm}
	return store.Open(r.ctx, store.Config{Path: filepath.Join(dir, "log.db"), Keys: keys})
}

// appending writes entries through the store's own log, and rows of as many bytes into plain tables of a file with the same
// settings, with and without the index by record that the log keeps, turn by turn: many to a commit, and each in a commit
// of its own.
func (r *run) appending() error {
	for _, kind := range []struct {
		what     string
		together int
		n        int
	}{{"log entries, 256 to a commit", logBatch, r.some(50 * logBatch)}, {"log entries, each in a commit of its own", 1, r.some(2000)}} {
		s, err := r.logStore()
		if err != nil {
			return err
		}
		file, err := r.plain(false)
		if err != nil {
			return err
		}
		for _, q := range []string{"CREATE TABLE entry (seq INTEGER PRIMARY KEY, entry BLOB NOT NULL)", "CREATE TABLE bare (seq INTEGER PRIMARY KEY, entry BLOB NOT NULL)",
			"CREATE TABLE object (object TEXT NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (object, seq)) WITHOUT ROWID"} {
			if _, err := file.db.ExecContext(r.ctx, q); err != nil {
				return err
			}
		}
		leaf, err := audit.Entry{Time: time.Unix(1_770_000_000, 0).UTC(), Act: "report.file", Outcome: audit.Done, Kind: "report", Object: logObject(1)}.Encode(nil)
		if err != nil {
			return err
		}
		var ours, peer, bare time.Duration
		turn := max(kind.together, 50)
		b := bar(kind.n, kind.what)
		for from := 0; from < kind.n; from += turn {
			n := min(turn, kind.n-from)
			began := time.Now()
			if err := entries(r.ctx, s, from, n, kind.together); err != nil {
				return err
			}
			ours += time.Since(began)
			for _, p := range []struct {
				into []string
				took *time.Duration
			}{{[]string{"entry", "object"}, &peer}, {[]string{"bare"}, &bare}} {
				began = time.Now()
				for i := 0; i < n; i += kind.together {
					if err := plainEntries(r.ctx, file.db, from+i, min(kind.together, n-i), leaf, p.into); err != nil {
						return err
					}
				}
				*p.took += time.Since(began)
			}
			b.Add(n)
		}
		b.Finish()
		file.close()
		if err := s.Close(); err != nil {
			return err
		}
		r.add(kind.what, perSecond(kind.n, ours), perSecond(kind.n, peer)+" the same rows and their index by record, no tree, same encrypted file", ratio(ours, peer), ">= 0.50")
		r.add("", "", perSecond(kind.n, bare)+" rows of the same bytes, no index, same encrypted file", ratio(ours, bare), "")
		if took, err := r.tessera(kind.n, kind.together, len(leaf)); err != nil {
			r.add("", "", "tessera's log on files cannot be had here: "+err.Error(), "", "")
		} else {
			r.add("", "", perSecond(kind.n, took)+" tessera's log on files (POSIX), same bytes", ratio(ours, took), "")
		}
	}
	return nil
}

// entries appends n entries, so many of them at once as arrive together.
func entries(ctx context.Context, s *store.Store, from, n, together int) error {
	errs := make([]error, together)
	var wait sync.WaitGroup
	for k := range together {
		wait.Go(func() {
			for i := k; i < n && errs[k] == nil; i += together {
				errs[k] = s.Machine(ctx, store.Entry{Act: "report.file", Kind: "report", Object: logObject(from + i)})
			}
		})
	}
	wait.Wait()
	return errors.Join(errs...)
}

// plainEntries writes n rows into tables in one durable transaction.
func plainEntries(ctx context.Context, db *sql.DB, from, n int, leaf []byte, into []string) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	for _, table := range into {
		st, err := tx.PrepareContext(ctx, "INSERT INTO "+table+" VALUES (?, ?)")
		if err != nil {
			return err
		}
		defer st.Close()
		for i := from; i < from+n; i++ {
			row := []any{i, leaf}
			if table == "object" {
				row = []any{logObject(i), i}
			}
			if _, err := st.ExecContext(ctx, row...); err != nil {
				return err
			}
		}
	}
	return tx.Commit()
}

// tessera runs the peer, a program of its own module so that nothing of it is in ours, and gives the time it took.
func (r *run) tessera(n, together, size int) (time.Duration, error) {
	dir := filepath.Join("bench", "tessera")
	if _, err := os.Stat(filepath.Join(dir, "go.mod")); err != nil {
		return 0, errors.New("run the benchmark in the project's folder")
	}
	bin := filepath.Join(r.dir, "tessera-peer")
	if _, err := os.Stat(bin); err != nil {
		build := exec.CommandContext(r.ctx, "go", "build", "-buildvcs=false", "-o", bin, ".")
		build.Dir = dir
		if out, err := build.CombinedOutput(); err != nil {
			return 0, fmt.Errorf("%w: %.200s", err, bytes.TrimSpace(out))
		}
	}
	where, err := os.MkdirTemp(r.dir, "tessera-")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(where)
	out, err := exec.CommandContext(r.ctx, bin, where, strconv.Itoa(n), strconv.Itoa(together), strconv.Itoa(size)).Output()
	if err != nil {
		return 0, err
	}
	var took time.Duration
	return took, json.Unmarshal(bytes.TrimSpace(out), &took)
}

// verifying makes an inspection bundle of a long log and verifies it away from any store, beside hashing its bytes alone.
func (r *run) verifying() error {
	n := r.some(1_000_000)
	private, public, err := audit.NewKey("bench.example/log")
	if err != nil {
		return err
	}
	name := filepath.Join(r.dir, "bundle.zip")
	size, err := longBundle(name, n, private)
	if err != nil {
		return err
	}
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	b := bar(n, "verifying")
	ctx := casework.Watching(r.ctx, func(done, _ int64) { b.Set(int(done)) })
	began := time.Now()
	result, _, err := casework.VerifyBundle(ctx, f, size, public, nil)
	ours := time.Since(began)
	b.Finish()
	if err == nil && (result.Finding != audit.Sound || result.Proven != int64(n)) {
		err = fmt.Errorf("the long log does not verify: %+v", result)
	}
	if err != nil {
		return err
	}
	z, err := zip.NewReader(f, size)
	if err != nil {
		return err
	}
	rows, err := z.Open(casework.BundleRows)
	if err != nil {
		return err
	}
	defer rows.Close()
	h := sha256.New()
	began = time.Now()
	if _, err := io.Copy(h, rows); err != nil {
		return err
	}
	peer := time.Since(began)
	goal := "< 20 s"
	if r.quick {
		goal = "< 2 s"
	}
	r.add(fmt.Sprintf("verifying a bundle of %d entries, %d MB", n, size>>20), fmt.Sprintf("%.1f s", ours.Seconds()), fmt.Sprintf("%.1f s unpacking and one SHA-256 over it", peer.Seconds()), ratio(ours, peer), goal)
	return nil
}

// longBundle writes a bundle of invented entries and gives its size.
func longBundle(name string, n int, private string) (int64, error) {
	f, err := os.Create(name)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	out := bufio.NewWriterSize(f, 1<<20)
	z := zip.NewWriter(out)
	part, err := z.Create(casework.BundleRows)
	if err != nil {
		return 0, err
	}
	var hashes []audit.Hash
	read := func(indexes []int64) ([]audit.Hash, error) {
		out := make([]audit.Hash, len(indexes))
		for i, k := range indexes {
			out[i] = hashes[k]
		}
		return out, nil
	}
	var failed error
	rows := iter.Seq2[audit.Row, error](func(yield func(audit.Row, error) bool) {
		var size int64
		for size < int64(n) {
			var leaves [][]byte
			for i := size; i < min(size+1000, int64(n)); i++ {
				e := audit.Entry{Seq: i, Time: time.Unix(1_700_000_000+i, 0).UTC(), Officer: "off_4mt5xw2k8z7c3v9qhbn6jd1r0w", Act: "report.look", Outcome: audit.Done, Kind: "report", Object: logObject(int(i)),
					Label: i % 50, Pack: "uk-chis@1.4"}
				leaf, err := e.Encode(nil)
				if err != nil {
					failed = err
					return
				}
				leaves = append(leaves, leaf)
			}
			fresh, grown, _, err := audit.Append(size, read, leaves...)
			if err != nil {
				failed = err
				return
			}
			for _, h := range fresh {
				hashes = append(hashes, h.Hash)
			}
			for i, leaf := range leaves {
				if !yield(audit.Row{Seq: size + int64(i), Entry: leaf, Leaf: audit.LeafHash(leaf)}, nil) {
					return
				}
			}
			size = grown
		}
	})
	if _, err := audit.WriteRows(part, rows); err != nil || failed != nil {
		return 0, errors.Join(err, failed)
	}
	root, err := audit.Root(int64(n), read)
	if err != nil {
		return 0, err
	}
	signed, err := audit.Sign(audit.Checkpoint{Origin: "bench.example/log", Size: int64(n), Root: root, Time: time.Unix(1_770_000_000, 0).UTC()}, private)
	if err != nil {
		return 0, err
	}
	if part, err = z.Create(casework.BundleCheckpoint); err != nil {
		return 0, err
	}
	if _, err := part.Write(signed); err != nil {
		return 0, err
	}
	if err := errors.Join(z.Close(), out.Flush()); err != nil {
		return 0, err
	}
	info, err := f.Stat()
	return info.Size(), err
}
