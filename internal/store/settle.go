package store

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/ncruces/go-sqlite3"
)

// answered reports whether a failed COMMIT has a certain end: the engine itself said that it did not commit. A server that
// went away has said nothing; neither has a disk that failed, since what was written before it failed can be found and
// taken for committed after a crash.
func answered(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code[:2] != "57" && pg.Code[:2] != "08" && pg.Code != "40003" // operator intervention, connection, unknown completion
	}
	var lite sqlite3.ErrorCode
	return errors.As(err, &lite) && lite != sqlite3.IOERR
}

// settleTime bounds how long the writer asks a server what became of a commit before it says that it does not know.
const settleTime = 20 * time.Second

// settle finds out what became of a commit whose end the engine did not tell. A server keeps the head of the log locked
// until it has ended the transaction one way or the other, so whoever gets that lock reads the truth: the log has the
// batch's first entry, or the batch never was.
func (w *writer) settle(b *batch, unknown error) error {
	if w.s.d.engine != Postgres || len(b.firstLeaf) == 0 {
		return unknown
	}
	ctx, cancel := context.WithTimeout(context.Background(), settleTime)
	defer cancel()
	for wait := 10 * time.Millisecond; ; wait *= 2 {
		there, err := w.landed(ctx, b)
		switch {
		case err == nil && there:
			return nil
		case err == nil:
			return fmt.Errorf("store: the connection was lost, and the commit with it: %s", unknown.Error()) // certain: no longer ErrUnknown
		}
		select {
		case <-time.After(wait):
		case <-w.quit:
			return unknown
		case <-ctx.Done():
			return unknown
		}
	}
}

func (w *writer) landed(ctx context.Context, b *batch) (there bool, err error) {
	w.c.lost = true
	if err := w.c.begin(ctx, w.s.d.begin); err != nil {
		return false, err
	}
	defer w.c.rollback(ctx)
	var size int64
	if err := w.c.one(ctx, "SELECT log_size FROM head WHERE one = 1"+w.s.d.headLock, nil, &size); err != nil {
		return false, err
	}
	var leaf []byte
	err = w.c.one(ctx, "SELECT entry FROM log_entry WHERE seq = ?", []any{b.firstSeq}, &leaf)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return bytes.Equal(leaf, b.firstLeaf), err
}
