package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5/pgconn"
)

// conn is one database connection that keeps its prepared statements, since preparing costs more than running.
type conn struct {
	d     *dialect
	c     *sql.Conn
	stmts map[string]*sql.Stmt
}

// maxStatements bounds the statements a connection keeps: search texts vary with the number of words.
const maxStatements = 400

func newConn(ctx context.Context, db *sql.DB, d *dialect) (*conn, error) {
	c, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	return &conn{d: d, c: c, stmts: map[string]*sql.Stmt{}}, nil
}

func (c *conn) close() error { return c.c.Close() }

// raw runs a statement that cannot be prepared (BEGIN, SAVEPOINT, SET LOCAL).
func (c *conn) raw(ctx context.Context, q string) error {
	_, err := c.c.ExecContext(ctx, q)
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
	s, err := c.stmt(ctx, q)
	if err != nil {
		return 0, err
	}
	r, err := s.ExecContext(ctx, args...)
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

func (c *conn) query(ctx context.Context, q string, args ...any) (*sql.Rows, error) {
	s, err := c.stmt(ctx, q)
	if err != nil {
		return nil, err
	}
	return s.QueryContext(ctx, args...)
}

// one scans the single row of a query; sql.ErrNoRows when there is none.
func (c *conn) one(ctx context.Context, q string, args []any, into ...any) error {
	s, err := c.stmt(ctx, q)
	if err != nil {
		return err
	}
	return s.QueryRowContext(ctx, args...).Scan(into...)
}

// retryable reports whether the engine asks for the whole transaction to be run again. Distributed engines that speak
// PostgreSQL's protocol return 40001 in ordinary work; a deadlock (40P01) is broken by one side running again.
func retryable(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code == "40001" || pg.Code == "40P01")
}
