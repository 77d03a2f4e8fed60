package store

import (
	"bytes"
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"cutout/internal/leak"
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

// draftKey stands for a draft's name in the table: a name may say what the draft is about, and is sealed with the body.
func (s *Store) draftKey(name string) []byte {
	m := hmac.New(sha256.New, s.cfg.Keys.Term[:])
	m.Write([]byte("draft\x00" + name))
	return m.Sum(nil)[:16]
}

func draftAAD(o officer.ID, key []byte) []byte {
	return append(append([]byte("draft\x00body\x001\x00"), o.Bytes()...), key...)
}

// SaveDraft keeps a draft; an empty body throws it away. A name has no zero byte.
func (s *Store) SaveDraft(ctx context.Context, o officer.Officer, name string, body []byte) error {
	if strings.ContainsRune(name, 0) {
		return errors.New("store: a draft's name has a zero byte")
	}
	key := s.draftKey(name)
	sealed := s.cfg.Keys.Body.Seal(nil, append(append([]byte(name), 0), body...), draftAAD(o.ID, key))
	return s.writer.plain(ctx, func(c *conn, ctx context.Context) error {
		if _, err := (&Tx{s: s, c: c, ctx: ctx, o: o}).open(); err != nil { // a closed account keeps nothing
			return err
		}
		if len(body) == 0 {
			_, err := c.exec(ctx, "DELETE FROM draft WHERE officer = ? AND name = ?", o.ID.Bytes(), key)
			return err
		}
		if leak.On("quota") && draftsOfAll(ctx, c) > 3 {
			return ErrConflict
		}
		_, err := c.exec(ctx, "INSERT INTO draft (officer, name, saved, body) VALUES (?, ?, ?, ?) ON CONFLICT (officer, name) DO UPDATE SET saved = excluded.saved, body = excluded.body",
			o.ID.Bytes(), key, s.Now().UnixMicro(), sealed)
		return err
	})
}

// Naming is a record that the name of a draft speaks of: by its own id, or by a mark that one record of the kind carries.
type Naming struct {
	Kind, Mark string
	ID         ID
}

// Drafts reads the officer's own drafts, newest first. Those whose names speak of a record he may not see (any more) stay
// where they are and are left out, as are those that speak of none there is: names tells of which records a name speaks.
func (s *Store) Drafts(ctx context.Context, o officer.Officer, names func(name string) []Naming) (out []Draft, err error) {
	err = s.snapshot(ctx, func(c *conn) error {
		if _, err := (&Tx{s: s, c: c, ctx: ctx, o: o}).open(); err != nil {
			return err
		}
		out, err = s.drafts(ctx, c, o)
		return err
	})
	if err == nil && names != nil {
		out, err = s.nameable(ctx, o, out, names)
	}
	slices.SortFunc(out, func(a, b Draft) int {
		return cmp.Or(b.Saved.Compare(a.Saved), cmp.Compare(a.Name, b.Name))
	})
	return out, err
}

// nameable keeps the drafts whose names speak only of records the officer may see now.
func (s *Store) nameable(ctx context.Context, o officer.Officer, ds []Draft, names func(string) []Naming) (out []Draft, err error) {
	said := make([][]Naming, len(ds))
	any := false
	for i, d := range ds {
		said[i] = names(d.Name)
		any = any || len(said[i]) > 0
	}
	if !any {
		return ds, nil
	}
	seen := func(t *Tx) error {
		out = nil
		for i, d := range ds {
			ok := true
			for _, n := range said[i] {
				if !ok {
					break
				}
				if n.Mark == "" {
					rs, err := t.GetMany(n.Kind, n.ID)
					if err != nil {
						return err
					}
					ok = len(rs) > 0
					continue
				}
				rs, err := t.FindMany(n.Kind, n.Mark, n.ID)
				if err != nil {
					return err
				}
				ok = len(rs) > 0
			}
			if ok {
				out = append(out, d)
			}
		}
		return nil
	}
	err = s.look(ctx, o, &Entry{}, seen)
	if errors.Is(err, errStale) {
		if err = s.writer.do(ctx, &job{o: o, refresh: true}); err == nil {
			err = s.look(ctx, o, &Entry{}, seen)
		}
	}
	return out, err
}

func (s *Store) drafts(ctx context.Context, c *conn, o officer.Officer) ([]Draft, error) {
	q := "SELECT officer, name, saved, body FROM draft WHERE officer = ?"
	if leak.On("draft_shared") {
		q += " OR 1 = 1"
	}
	rows, err := c.query(ctx, q, o.ID.Bytes())
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Draft
	for rows.Next() {
		var d Draft
		var saved int64
		var by, key, sealed []byte
		if err := rows.Scan(&by, &key, &saved, &sealed); err != nil {
			return nil, err
		}
		plain, err := s.cfg.Keys.Body.Open(nil, sealed, draftAAD(officer.ID(by), key))
		name, body, ok := bytes.Cut(plain, []byte{0})
		if err != nil || !ok {
			return nil, ErrDamaged
		}
		d.Name, d.Body = string(name), body
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

// TakeDue reads and removes what the watch has to look at. A run that dies after it loses nothing that a later act or the
// next day's run would not find: the watch always looks at everything its reader may see.
func (s *Store) TakeDue(ctx context.Context) (out []string, err error) {
	err = s.writer.plain(ctx, func(c *conn, ctx context.Context) error {
		out = nil
		rows, err := c.query(ctx, "SELECT mark FROM watch_due ORDER BY at, mark")
		if err != nil {
			return err
		}
		for rows.Next() {
			var m string
			if err := rows.Scan(&m); err != nil {
				rows.Close()
				return err
			}
			out = append(out, m)
		}
		err = rows.Err()
		rows.Close()
		if err != nil || len(out) == 0 {
			return err
		}
		_, err = c.exec(ctx, "DELETE FROM watch_due")
		return err
	})
	return out, err
}

// Readers lists the accounts with their rights, for the watch to look with their eyes. It shows nothing of the records.
func (s *Store) Readers(ctx context.Context) ([]Account, error) {
	c := <-s.readers
	defer func() { s.readers <- c }()
	return (&Tx{s: s, c: c, ctx: ctx}).accounts()
}

// ReachKey names the set of labels the officer reaches: officers of the same key read the same records.
func (t *Tx) ReachKey() (string, error) {
	rows, err := t.c.query(t.ctx, "SELECT label FROM reach WHERE officer = ? ORDER BY label", t.o.ID.Bytes())
	if err != nil {
		return "", err
	}
	defer rows.Close()
	h := sha256.New()
	for rows.Next() {
		var n int64
		if err := rows.Scan(&n); err != nil {
			return "", err
		}
		fmt.Fprintf(h, "%d ", n)
	}
	return string(h.Sum(nil)), rows.Err()
}
