package main

import (
	"database/sql"
	"path/filepath"
	"strings"
	"time"
	"unicode"

	"cutout/internal/audit"
	"cutout/internal/textindex"
)

// parts measures pieces by themselves: the log beside a plain table, and index terms beside a plain split.
func (r *run) parts() error {
	if err := r.log(); err != nil {
		return err
	}
	w := newWriter(19)
	var texts []string
	size := 0
	for i := range r.some(5000) {
		texts = append(texts, textOf(w.report(i)))
		size += len(texts[i])
	}
	var x textindex.Indexer
	began := time.Now()
	terms := 0
	for _, t := range texts {
		v, _ := x.Terms(t)
		terms += len(v)
	}
	ours := time.Since(began)
	began = time.Now()
	for _, t := range texts {
		seen := map[string]bool{}
		for _, f := range strings.FieldsFunc(strings.ToLower(t), func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsDigit(c) }) {
			seen[f] = true
		}
		terms -= len(seen)
	}
	peer := time.Since(began)
	rate := func(d time.Duration) string { return perSecond(len(texts), d) }
	r.add("index terms of a report, Arabic and English stems", rate(ours), rate(peer)+" lower case and split, no stems", ratio(ours, peer), "")
	return nil
}

// log appends entries to the Merkle log's hashes with their rows, 250 a commit, beside the rows alone.
func (r *run) log() error {
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(r.dir, "log.db")+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)")
	if err != nil {
		return err
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	for _, q := range []string{"CREATE TABLE flat (seq INTEGER PRIMARY KEY, entry BLOB NOT NULL)", "CREATE TABLE entry (seq INTEGER PRIMARY KEY, entry BLOB NOT NULL)",
		"CREATE TABLE node (idx INTEGER PRIMARY KEY, hash BLOB NOT NULL)"} {
		if _, err := db.ExecContext(r.ctx, q); err != nil {
			return err
		}
	}
	n := r.some(20_000)
	var ours, peer time.Duration
	var hashes []audit.Hash
	read := func(indexes []int64) ([]audit.Hash, error) {
		out := make([]audit.Hash, len(indexes))
		for i, k := range indexes {
			out[i] = hashes[k]
		}
		return out, nil
	}
	size := int64(0)
	for from := 0; from < n; from += plainBatch {
		var leaves [][]byte
		for i := range min(plainBatch, n-from) {
			e := audit.Entry{Seq: size + int64(i), Time: time.Unix(1_770_000_000+size, 0).UTC(), Act: "report.file", Outcome: audit.Done, Kind: "report"}
			leaf, err := e.Encode(nil)
			if err != nil {
				return err
			}
			leaves = append(leaves, leaf)
		}
		began := time.Now()
		if err := r.rows(db, "flat", size, leaves, nil); err != nil {
			return err
		}
		peer += time.Since(began)
		began = time.Now()
		fresh, grown, _, err := audit.Append(size, read, leaves...)
		if err != nil {
			return err
		}
		if err := r.rows(db, "entry", size, leaves, fresh); err != nil {
			return err
		}
		ours += time.Since(began)
		for _, h := range fresh {
			hashes = append(hashes, h.Hash)
		}
		size = grown
	}
	r.add("log entry with its Merkle hashes", perSecond(n, ours), perSecond(n, peer)+" the same entry in a plain table", ratio(ours, peer), "")
	return nil
}

// rows writes entries, and hashes where there are any, in one durable transaction.
func (r *run) rows(db *sql.DB, table string, from int64, leaves [][]byte, hashes []audit.IndexedHash) error {
	tx, err := db.BeginTx(r.ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	for i, leaf := range leaves {
		if _, err := tx.ExecContext(r.ctx, "INSERT INTO "+table+" VALUES (?, ?)", from+int64(i), leaf); err != nil {
			return err
		}
	}
	for _, h := range hashes {
		if _, err := tx.ExecContext(r.ctx, "INSERT INTO node VALUES (?, ?)", h.Index, h.Hash[:]); err != nil {
			return err
		}
	}
	return tx.Commit()
}
