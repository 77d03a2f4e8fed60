package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"time"

	"cutout/internal/officer"
)

// Sessions keeps signed-in sessions: tokens hashed, data sealed, so that the store cannot be used to take one over.
type Sessions struct{ s *Store }

// Sessions is the store's session table.
func (s *Store) Sessions() *Sessions { return &Sessions{s} }

func sessionKey(token string) []byte {
	h := sha256.Sum256([]byte("session\x00" + token))
	return h[:]
}

// FindCtx reads a session that has not expired.
func (k *Sessions) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	key := sessionKey(token)
	var sealed []byte
	err := k.s.db.QueryRowContext(ctx, k.s.d.text("SELECT data FROM session WHERE token = ? AND expiry > ?"), key, k.s.Now().UnixMicro()).Scan(&sealed)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	data, err := k.s.cfg.Keys.Body.Open(nil, sealed, append([]byte("session\x00data\x001\x00"), key...))
	if err != nil {
		return nil, false, nil // not ours any more: as good as expired
	}
	return data, true, nil
}

// CommitCtx writes a session.
func (k *Sessions) CommitCtx(ctx context.Context, token string, data []byte, expiry time.Time) error {
	key := sessionKey(token)
	sealed := k.s.cfg.Keys.Body.Seal(nil, data, append([]byte("session\x00data\x001\x00"), key...))
	return k.s.writer.plain(ctx, func(c *conn, ctx context.Context) error {
		_, err := c.exec(ctx, "INSERT INTO session (token, data, expiry) VALUES (?, ?, ?) ON CONFLICT (token) DO UPDATE SET data = excluded.data, expiry = excluded.expiry",
			key, sealed, expiry.UTC().UnixMicro())
		return err
	})
}

// DeleteCtx ends a session, and sweeps those that have expired.
func (k *Sessions) DeleteCtx(ctx context.Context, token string) error {
	return k.s.writer.plain(ctx, func(c *conn, ctx context.Context) error {
		_, err := c.exec(ctx, "DELETE FROM session WHERE token = ? OR expiry < ?", sessionKey(token), k.s.Now().UnixMicro())
		return err
	})
}

// The methods without a context, which the session manager's interface asks for.

// Find is FindCtx.
func (k *Sessions) Find(token string) ([]byte, bool, error) {
	return k.FindCtx(context.Background(), token)
}

// Commit is CommitCtx.
func (k *Sessions) Commit(token string, data []byte, expiry time.Time) error {
	return k.CommitCtx(context.Background(), token, data, expiry)
}

// Delete is DeleteCtx.
func (k *Sessions) Delete(token string) error { return k.DeleteCtx(context.Background(), token) }

// plain runs a write that is no act on a record (a session, a draft) in the writer's line, with no log entry.
func (w *writer) plain(ctx context.Context, fn func(*conn, context.Context) error) error {
	return w.do(ctx, &job{plain: fn})
}

// Draft is what an officer has typed and not yet handed in. Only he can read it.
type Draft struct {
	Name  string
	Saved time.Time
	Body  []byte
}

func draftAAD(o officer.ID, name string) []byte {
	return append(append([]byte("draft\x00body\x001\x00"), o.Bytes()...), name...)
}

// SaveDraft keeps a draft; an empty body throws it away.
func (s *Store) SaveDraft(ctx context.Context, o officer.Officer, name string, body []byte) error {
	return s.writer.plain(ctx, func(c *conn, ctx context.Context) error {
		if len(body) == 0 {
			_, err := c.exec(ctx, "DELETE FROM draft WHERE officer = ? AND name = ?", o.ID.Bytes(), name)
			return err
		}
		_, err := c.exec(ctx, "INSERT INTO draft (officer, name, saved, body) VALUES (?, ?, ?, ?) ON CONFLICT (officer, name) DO UPDATE SET saved = excluded.saved, body = excluded.body",
			o.ID.Bytes(), name, s.Now().UnixMicro(), s.cfg.Keys.Body.Seal(nil, body, draftAAD(o.ID, name)))
		return err
	})
}

// Drafts reads the officer's own drafts, newest first.
func (s *Store) Drafts(ctx context.Context, o officer.Officer) ([]Draft, error) {
	rows, err := s.db.QueryContext(ctx, s.d.text("SELECT name, saved, body FROM draft WHERE officer = ? ORDER BY saved DESC, name"), o.ID.Bytes())
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Draft
	for rows.Next() {
		var d Draft
		var saved int64
		var sealed []byte
		if err := rows.Scan(&d.Name, &saved, &sealed); err != nil {
			return nil, err
		}
		if d.Body, err = s.cfg.Keys.Body.Open(nil, sealed, draftAAD(o.ID, d.Name)); err != nil {
			return nil, ErrDamaged
		}
		d.Saved = time.UnixMicro(saved).UTC()
		out = append(out, d)
	}
	return out, rows.Err()
}

// MarkDue notes, with the act that caused it, that the watch has something to look at again.
func (t *Tx) MarkDue(mark string) error {
	_, err := t.c.exec(t.ctx, "INSERT INTO watch_due (mark, at) VALUES (?, ?) ON CONFLICT (mark) DO NOTHING", mark, t.now.UnixMicro())
	return err
}

// TakeDue reads and removes what the watch has to look at.
func (t *Tx) TakeDue() ([]string, error) {
	rows, err := t.c.query(t.ctx, "SELECT mark FROM watch_due ORDER BY at, mark")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var m string
		if err := rows.Scan(&m); err != nil {
			return nil, err
		}
		out = append(out, m)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	rows.Close()
	_, err = t.c.exec(t.ctx, "DELETE FROM watch_due")
	return out, err
}
