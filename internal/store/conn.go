package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"
	"syscall"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/ncruces/go-sqlite3"
)

// conn is one database connection that keeps its prepared statements, since preparing costs more than running.
type conn struct {
	d     *dialect
	db    *sql.DB
	c     *sql.Conn
	stmts map[string]*sql.Stmt
	looks bool // for looks only: nothing can be written through it
	lost  bool // broken: the server went away, or a caller left in the middle of a query
	// undone is the failure at which SQLite undid the whole transaction by itself. Until ROLLBACK nothing more is run: it
	// would be a transaction of its own, and half an act would stay.
	undone error
}

// maxStatements bounds the statements a connection keeps: search texts vary with the number of words.
const maxStatements = 400

func newConn(ctx context.Context, db *sql.DB, d *dialect, looks bool) (*conn, error) {
	c := &conn{d: d, db: db, looks: looks, lost: true}
	return c, c.mend(ctx)
}

// mend replaces a broken connection.
func (c *conn) mend(ctx context.Context) error {
	c.close()
	c.undone = nil
	fresh, err := c.db.Conn(ctx)
	if err != nil {
		return err
	}
	c.c, c.stmts = fresh, map[string]*sql.Stmt{}
	if c.looks && c.d.onlyLook != "" {
		if err := c.raw(ctx, c.d.onlyLook); err != nil {
			return err
		}
	}
	c.lost = false
	return nil
}

// begin opens a transaction, on a new connection when the old one is broken.
func (c *conn) begin(ctx context.Context, q string) error {
	c.undone = nil
	if !c.lost {
		err := c.raw(ctx, q)
		if err == nil || ctx.Err() != nil || busy(err) {
			return err
		}
		c.lost = true
	}
	if err := c.mend(ctx); err != nil {
		return err
	}
	return c.raw(ctx, q)
}

// rollback ends a transaction whatever state it is in, also when the caller has gone away: a connection must not keep a
// snapshot. One that cannot even do that is replaced before its next use.
func (c *conn) rollback(ctx context.Context) {
	c.undone = nil
	if err := c.raw(context.WithoutCancel(ctx), "ROLLBACK"); err != nil {
		c.lost = true
	}
}

// close gives the connection up, and not back to the pool: one that may only look, or stands in an unknown state, must not
// come into the writer's hands. SQLite does not close a file that has statements open.
func (c *conn) close() {
	for _, s := range c.stmts {
		s.Close()
	}
	c.stmts = nil
	if c.c != nil {
		_ = c.c.Raw(func(any) error { return driver.ErrBadConn }) // which makes the pool drop it
		c.c.Close()
		c.c = nil
	}
}

// raw runs a statement that cannot be prepared (BEGIN, SAVEPOINT, SET LOCAL).
func (c *conn) raw(ctx context.Context, q string) error {
	if c.undone != nil {
		return c.undone
	}
	_, err := c.c.ExecContext(ctx, q)
	return c.heard(err)
}

// heard notes a failure at which SQLite may have undone the whole transaction.
func (c *conn) heard(err error) error {
	var code sqlite3.ErrorCode
	if err != nil && c.d.engine == SQLite && errors.As(err, &code) {
		switch code {
		case sqlite3.IOERR, sqlite3.FULL, sqlite3.NOMEM, sqlite3.INTERRUPT:
			c.undone = err
		}
	}
	return err
}

func (c *conn) stmt(ctx context.Context, q string) (*sql.Stmt, error) {
	if s := c.stmts[q]; s != nil {
		return s, nil
	}
	if len(c.stmts) >= maxStatements {
		for k, s := range c.stmts {
			s.Close()
			delete(c.stmts, k)
		}
	}
	s, err := c.c.PrepareContext(ctx, c.d.text(q))
	if err != nil {
		return nil, fmt.Errorf("prepare: %w", err)
	}
	c.stmts[q] = s
	return s, nil
}

func (c *conn) exec(ctx context.Context, q string, args ...any) (int64, error) {
	if c.undone != nil {
		return 0, c.undone
	}
	s, err := c.stmt(ctx, q)
	if err != nil {
		return 0, c.heard(err)
	}
	r, err := s.ExecContext(ctx, args...)
	if err != nil {
		return 0, c.heard(err)
	}
	return r.RowsAffected()
}

// insert writes rows of the form "(?, ?)", many to a statement: on a server each statement is a journey. The pieces have few
// sizes, so that few statements are kept.
func (c *conn) insert(ctx context.Context, into, row string, values []any) error {
	width := strings.Count(row, "?")
	for len(values) > 0 {
		n := 1
		for n < 64 && n*4*width <= len(values) {
			n *= 4
		}
		if _, err := c.exec(ctx, "INSERT INTO "+into+" VALUES "+strings.Repeat(row+", ", n-1)+row, values[:n*width]...); err != nil {
			return err
		}
		values = values[n*width:]
	}
	return nil
}

func (c *conn) query(ctx context.Context, q string, args ...any) (*sql.Rows, error) {
	if c.undone != nil {
		return nil, c.undone
	}
	s, err := c.stmt(ctx, q)
	if err != nil {
		return nil, c.heard(err)
	}
	rows, err := s.QueryContext(ctx, args...)
	return rows, c.heard(err)
}

// one scans the single row of a query; sql.ErrNoRows when there is none.
func (c *conn) one(ctx context.Context, q string, args []any, into ...any) error {
	if c.undone != nil {
		return c.undone
	}
	s, err := c.stmt(ctx, q)
	if err != nil {
		return c.heard(err)
	}
	return c.heard(s.QueryRowContext(ctx, args...).Scan(into...))
}

// retryable reports whether the engine asks for the whole transaction to be run again. Distributed engines that speak
// PostgreSQL's protocol return 40001 in ordinary work; a deadlock (40P01) is broken by one side running again.
func retryable(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code == "40001" || pg.Code == "40P01")
}

// busy reports that another process has been writing an SQLite file for longer than the connection waits.
func busy(err error) bool { return errors.Is(err, sqlite3.BUSY) }

// Full reports that the disk, the quota or the tablespace the records are on has no room: nothing can be written, and so
// nothing can be shown, until there is room again.
func Full(err error) bool {
	var pg *pgconn.PgError
	return errors.Is(err, sqlite3.FULL) || errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.As(err, &pg) && pg.Code == "53100"
}
