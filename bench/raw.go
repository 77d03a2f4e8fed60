package main

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"cutout/internal/casework"
	"cutout/internal/textindex"

	_ "github.com/ncruces/go-sqlite3/driver" // the peer is the same engine
	_ "github.com/ncruces/go-sqlite3/vfs/adiantum"
)

// plain is a file with one table of texts and the same two index tables, and nothing else: no label, no seal, no log, no
// rule. Its settings are those of the store, encrypted pages included, unless open is set.
type plain struct {
	db    *sql.DB
	stmts []*sql.Stmt
	seq   int
}

// plainRow is a text and its index terms, as the door makes them, ready beforehand.
type plainRow struct{ text, words, scoped string }

func plainRows(ds []casework.ReportDraft) []plainRow {
	var x textindex.Indexer
	out := make([]plainRow, len(ds))
	for i, d := range ds {
		text := textOf(d)
		terms, _ := x.Terms(text)
		out[i] = plainRow{text, strings.Join(terms, " "), "l1z" + strings.Join(terms, " l1z")}
	}
	return out
}

func (r *run) plain(unencrypted bool) (*plain, error) {
	dir, err := os.MkdirTemp(r.dir, "plain-")
	if err != nil {
		return nil, err
	}
	q := url.Values{}
	if !unencrypted {
		var key [32]byte
		rand.Read(key[:])
		q.Set("vfs", "adiantum")
		q.Set("hexkey", hex.EncodeToString(key[:]))
	}
	for _, p := range []string{"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)", "secure_delete(ON)", "cache_size(-32000)", "temp_store(MEMORY)"} {
		q.Add("_pragma", p)
	}
	db, err := sql.Open("sqlite3", "file:"+(&url.URL{Path: filepath.Join(dir, "plain.db")}).EscapedPath()+"?"+q.Encode())
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	p := &plain{db: db}
	for _, s := range []string{"CREATE TABLE raw (seq INTEGER PRIMARY KEY, body TEXT)",
		"CREATE VIRTUAL TABLE words USING fts5(t, content='', contentless_delete=1, detail=none, tokenize='ascii')",
		"CREATE VIRTUAL TABLE scoped USING fts5(t, content='', contentless_delete=1, detail=none, tokenize='ascii')"} {
		if _, err := db.ExecContext(r.ctx, s); err != nil {
			return nil, err
		}
	}
	for _, s := range []string{"INSERT INTO raw VALUES (?, ?)", "INSERT INTO words (rowid, t) VALUES (?, ?)", "INSERT INTO scoped (rowid, t) VALUES (?, ?)"} {
		st, err := db.PrepareContext(r.ctx, s)
		if err != nil {
			return nil, err
		}
		p.stmts = append(p.stmts, st)
	}
	return p, nil
}

// insert writes rows in one durable transaction.
func (p *plain) insert(ctx context.Context, rows []plainRow) error {
	tx, err := p.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	stmts := make([]*sql.Stmt, len(p.stmts))
	for i, s := range p.stmts {
		stmts[i] = tx.StmtContext(ctx, s)
	}
	for _, r := range rows {
		p.seq++
		for i, v := range []string{r.text, r.words, r.scoped} {
			if _, err := stmts[i].ExecContext(ctx, p.seq, v); err != nil {
				return err
			}
		}
	}
	return tx.Commit()
}

func (p *plain) close() { p.db.Close() }
