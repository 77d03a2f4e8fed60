package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"github.com/ncruces/go-sqlite3"
	"github.com/pressly/goose/v3"
)

// ErrNewer means that a newer program upgraded these records: this one does not know their form and leaves them alone.
var ErrNewer = errors.New("store: the records were written by a newer program")

// Schema says in which form the tables are and in which this program works with them.
type Schema struct {
	At      int64   // the newest step that was applied; 0 is an empty place
	Program int64   // the newest step this program knows
	Pending []int64 // the steps between them
}

// steps lists the numbers of the engine's migrations, ascending.
func (d *dialect) steps() ([]int64, fs.FS, error) {
	dir := "migrations/sqlite"
	if d.engine == Postgres {
		dir = "migrations/postgres"
	}
	sub, err := fs.Sub(migrations, dir)
	if err != nil {
		return nil, nil, err
	}
	names, err := fs.Glob(sub, "*.sql")
	if err != nil {
		return nil, nil, err
	}
	var out []int64
	for _, name := range names {
		number, _, _ := strings.Cut(name, "_")
		n, err := strconv.ParseInt(number, 10, 64)
		if err != nil {
			return nil, nil, fmt.Errorf("store: migration %s: %w", name, err)
		}
		out = append(out, n)
	}
	slices.Sort(out)
	return out, sub, nil
}

// schema reads which steps were applied, and changes nothing.
func (s *Store) schema(ctx context.Context, c *conn) (Schema, error) {
	steps, _, err := s.d.steps()
	if err != nil {
		return Schema{}, err
	}
	out := Schema{Program: steps[len(steps)-1]}
	exists := "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'goose_db_version'"
	if s.d.engine == Postgres {
		exists = "SELECT count(*) FROM information_schema.tables WHERE table_schema = current_schema() AND table_name = 'goose_db_version'"
	}
	var n int
	if err := c.one(ctx, exists, nil, &n); err != nil {
		return out, err
	}
	applied := map[int64]bool{}
	if n > 0 {
		rows, err := c.query(ctx, "SELECT version_id FROM goose_db_version WHERE is_applied")
		if err != nil {
			return out, err
		}
		defer rows.Close()
		for rows.Next() {
			var v int64
			if err := rows.Scan(&v); err != nil {
				return out, err
			}
			applied[v] = true
			out.At = max(out.At, v)
		}
		if err := rows.Err(); err != nil {
			return out, err
		}
	}
	for _, v := range steps {
		if !applied[v] {
			out.Pending = append(out.Pending, v)
		}
	}
	return out, nil
}

// Schema reads in which form the tables of this open store are.
func (s *Store) Schema(ctx context.Context) (out Schema, err error) {
	err = s.snapshot(ctx, func(c *conn) error {
		out, err = s.schema(ctx, c)
		return err
	})
	return out, err
}

// ReadSchema tells in which form the tables of a store are, without upgrading or otherwise changing it.
func ReadSchema(ctx context.Context, cfg Config) (Schema, error) {
	s, err := connect(cfg)
	if err != nil {
		return Schema{}, err
	}
	defer s.db.Close()
	c, err := newConn(ctx, s.db, s.d, true)
	if errors.Is(err, sqlite3.NOTADB) {
		return Schema{}, ErrKey
	}
	if err != nil {
		return Schema{}, fmt.Errorf("store: open: %w", err)
	}
	defer c.close()
	return s.schema(ctx, c)
}

// migrate brings the tables up to a step; 0 is the newest. Each step commits with the note that it was applied, so that a
// run that was killed is taken up where it stood.
func (s *Store) migrate(ctx context.Context, upTo int64) error {
	_, sub, err := s.d.steps()
	if err != nil {
		return err
	}
	dialect, options := goose.DialectSQLite3, []goose.ProviderOption(nil)
	if s.d.engine == Postgres {
		dialect, options = goose.DialectPostgres, append(options, goose.WithSessionLocker(upgradeLock{}))
	}
	p, err := goose.NewProvider(dialect, s.db, sub, options...)
	if err != nil {
		return fmt.Errorf("store: migrations: %w", err)
	}
	if upTo == 0 {
		_, err = p.Up(ctx)
	} else {
		_, err = p.UpTo(ctx, upTo)
	}
	if err != nil {
		return fmt.Errorf("store: upgrade: %w", err)
	}
	return nil
}

// upgradeLock lets one upgrade at a time into a schema of PostgreSQL. The connection that works holds it: when a process is
// killed, the server keeps the lock until it has ended what it was doing for that process, and nobody begins beside it.
type upgradeLock struct{}

const upgradeLockKey = "(hashtextextended('cutout ' || current_schema(), 0))"

// SessionLock waits for the lock.
func (upgradeLock) SessionLock(ctx context.Context, c *sql.Conn) error {
	_, err := c.ExecContext(ctx, "SELECT pg_advisory_lock"+upgradeLockKey)
	return err
}

// SessionUnlock lets go of it.
func (upgradeLock) SessionUnlock(ctx context.Context, c *sql.Conn) error {
	_, err := c.ExecContext(ctx, "SELECT pg_advisory_unlock"+upgradeLockKey)
	return err
}
