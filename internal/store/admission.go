package store

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"cutout/internal/audit"
	"cutout/internal/leak"
	"cutout/internal/officer"
)

// Admission is one signed-in session of an officer. Of where it came from nothing is kept but the porch.
type Admission struct {
	Ref     [16]byte // names it to its owner; it opens nothing
	Officer officer.Officer
	Porch   string
	How     string // by what he signed in
	Began   time.Time
	Used    time.Time // to the minute or so: not every request is a write
	Ends    time.Time // however much it is used
}

// admissionBody is what is sealed of it.
type admissionBody struct {
	Porch string    `json:"porch"`
	How   string    `json:"how"`
	Began time.Time `json:"began"`
}

// admissionKey stands for a token in the table. A token of one porch is none of another.
func admissionKey(porch, token string) []byte {
	h := sha256.Sum256([]byte("admission\x00" + porch + "\x00" + token))
	return h[:]
}

func admissionAAD(key []byte) []byte { return append([]byte("admission\x00body\x001\x00"), key...) }

// Admit begins a session of an open account, and sweeps those that have ended.
func (s *Store) Admit(ctx context.Context, token string, a Admission) (Admission, error) {
	rand.Read(a.Ref[:])
	key := admissionKey(a.Porch, token)
	body, err := json.Marshal(admissionBody{a.Porch, a.How, a.Began})
	if err != nil {
		return a, err
	}
	sealed := s.cfg.Keys.Body.Seal(nil, body, admissionAAD(key))
	return a, s.writer.plain(ctx, func(c *conn, ctx context.Context) error {
		if _, err := (&Tx{s: s, c: c, ctx: ctx, o: a.Officer}).open(); err != nil {
			return err
		}
		if _, err := c.exec(ctx, "DELETE FROM admission WHERE ends <= ?", s.Now().UnixMicro()); err != nil {
			return err
		}
		_, err := c.exec(ctx, "INSERT INTO admission (token, ref, officer, used, ends, body) VALUES (?, ?, ?, ?, ?, ?)",
			key, a.Ref[:], a.Officer.ID.Bytes(), a.Used.UnixMicro(), a.Ends.UnixMicro(), sealed)
		return err
	})
}

// Admitted finds a session that has not ended, of an account that is open: ErrOfficer when there is none.
func (s *Store) Admitted(ctx context.Context, porch, token string) (Admission, error) {
	key := admissionKey(porch, token)
	var a Admission
	err := s.snapshot(ctx, func(c *conn) error {
		var ref, who, rights, sealed []byte
		var version, used, ends int64
		err := c.one(ctx, "SELECT a.ref, a.officer, a.used, a.ends, a.body, o.name, o.rights, o.rights_version FROM admission a JOIN officer o ON o.id = a.officer WHERE a.token = ? AND a.ends > ?",
			[]any{key, s.Now().UnixMicro()}, &ref, &who, &used, &ends, &sealed, &a.Officer.Name, &rights, &version)
		if errors.Is(err, sql.ErrNoRows) {
			return ErrOfficer
		}
		if err != nil {
			return err
		}
		copy(a.Officer.ID[:], who)
		r, err := s.rights.parse(a.Officer.ID, version, rights)
		if err != nil {
			return err
		}
		if r.Closed {
			return ErrOfficer
		}
		return s.fill(&a, key, ref, used, ends, sealed)
	})
	return a, err
}

func (s *Store) fill(a *Admission, key, ref []byte, used, ends int64, sealed []byte) error {
	plain, err := s.cfg.Keys.Body.Open(nil, sealed, admissionAAD(key))
	if err != nil {
		return ErrDamaged
	}
	var b admissionBody
	if err := json.Unmarshal(plain, &b); err != nil {
		return fmt.Errorf("store: admission: %w", err)
	}
	copy(a.Ref[:], ref)
	a.Porch, a.How, a.Began = b.Porch, b.How, b.Began
	a.Used, a.Ends = time.UnixMicro(used).UTC(), time.UnixMicro(ends).UTC()
	return nil
}

// Lengthen notes that a session was used. One that was ended meanwhile is not brought back.
func (s *Store) Lengthen(ctx context.Context, porch, token string, at time.Time) error {
	return s.writer.plain(ctx, func(c *conn, ctx context.Context) error {
		_, err := c.exec(ctx, "UPDATE admission SET used = ? WHERE token = ? AND used < ?", at.UnixMicro(), admissionKey(porch, token), at.UnixMicro())
		return err
	})
}

// Dismiss ends the session of a token.
func (s *Store) Dismiss(ctx context.Context, porch, token string) error {
	return s.writer.plain(ctx, func(c *conn, ctx context.Context) error {
		_, err := c.exec(ctx, "DELETE FROM admission WHERE token = ?", admissionKey(porch, token))
		return err
	})
}

// mostAdmissions bounds the sessions of one officer that are shown: nobody sits at more porches in one shift.
const mostAdmissions = 200

// Admissions lists an officer's sessions that have not ended, the last used first, 200 at most.
func (t *Tx) Admissions(o officer.ID) ([]Admission, error) {
	q := "SELECT token, ref, used, ends, body FROM admission WHERE officer = ? AND ends > ? ORDER BY used DESC, ref LIMIT ?"
	if leak.On("sessions_all") {
		q = strings.Replace(q, "officer = ?", "length(?) > 0", 1)
	}
	rows, err := t.c.query(t.ctx, q, o.Bytes(), t.now.UnixMicro(), mostAdmissions)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Admission
	for rows.Next() {
		a := Admission{Officer: officer.Officer{ID: o}}
		var key, ref, sealed []byte
		var used, ends int64
		if err := rows.Scan(&key, &ref, &used, &ends, &sealed); err != nil {
			return nil, err
		}
		if err := t.s.fill(&a, key, ref, used, ends, sealed); err != nil {
			return nil, err
		}
		out = append(out, a)
	}
	return out, rows.Err()
}

// EndAdmission ends one session of the officer; false when he has none of the name.
func (t *Tx) EndAdmission(o officer.ID, ref [16]byte) (bool, error) {
	n, err := t.c.exec(t.ctx, "DELETE FROM admission WHERE officer = ? AND ref = ?", o.Bytes(), ref[:])
	return n > 0, err
}

// EndAdmissions ends every session of the officer but one; the zero name spares none.
func (t *Tx) EndAdmissions(o officer.ID, but [16]byte) error {
	_, err := t.c.exec(t.ctx, "DELETE FROM admission WHERE officer = ? AND ref <> ?", o.Bytes(), but[:])
	return err
}

// Tried writes down that somebody tried to sign in and, in the same commit, what that changes of the account's secret: a
// code that was used, a wrong one that was counted. change gives the new secret (nil for none) and whether he is let in;
// it decides in the writer's line, so that of many at once one sees a code unused, and it may run more than once. The
// zero officer is a name that does not exist: his entry names nobody and takes as long. False without an error means
// that he is not let in.
func (s *Store) Tried(ctx context.Context, o officer.Officer, e Entry, change func(secret []byte) ([]byte, bool, error)) (bool, error) {
	in := false
	said := &job{o: o, machine: o.ID.IsZero(), entry: &e}
	work := &job{plain: func(c *conn, ctx context.Context) error {
		in, said.outcome = false, audit.Refused
		t := &Tx{s: s, c: c, ctx: ctx, o: o, today: s.Today()}
		if _, err := t.open(); err != nil {
			return err
		}
		a, err := t.Account(o.ID)
		if err != nil {
			return err
		}
		secret, ok, err := change(a.Secret)
		if err != nil {
			return err
		}
		if secret != nil {
			if err := t.SetSecret(o.ID, secret); err != nil {
				return err
			}
		}
		if in = ok; ok {
			said.outcome = audit.Done
		}
		return nil
	}}
	errs := s.writer.doAll(ctx, []*job{work, said})
	if errors.Is(errs[0], ErrOfficer) {
		return false, errs[1]
	}
	if err := errors.Join(errs...); err != nil {
		return false, err
	}
	return in, nil
}

// Named reads an open account by its id before anybody signed in, as Stranger does by name.
func (s *Store) Named(ctx context.Context, o officer.ID) (Account, error) {
	var a Account
	err := s.snapshot(ctx, func(c *conn) (err error) {
		a, err = readAccount(ctx, s, c, "SELECT id, name, rights, rights_version, secret FROM officer WHERE id = ?", o.Bytes())
		return err
	})
	if errors.Is(err, sql.ErrNoRows) || (err == nil && a.Rights.Closed) {
		return Account{}, ErrOfficer
	}
	return a, err
}

// Binding is a subject of a provider that an administrator bound to an account.
type Binding struct {
	Officer officer.ID `json:"-"`
	Issuer  string     `json:"issuer"`
	Subject string     `json:"subject"`
}

// bindingMAC stands for issuer and subject in the table: who reads it cannot look a person of the provider up in it.
func (s *Store) bindingMAC(issuer, subject string) []byte {
	m := hmac.New(sha256.New, s.cfg.Keys.Term[:])
	fmt.Fprintf(m, "binding\x00%d\x00%s%s", len(issuer), issuer, subject)
	return m.Sum(nil)
}

func bindingAAD(mac []byte) []byte { return append([]byte("binding\x00body\x001\x00"), mac...) }

// Bind lets a subject of a provider sign in to an account. ErrConflict when the subject is bound already.
func (t *Tx) Bind(b Binding) error {
	mac := t.s.bindingMAC(b.Issuer, b.Subject)
	body, err := json.Marshal(b)
	if err != nil {
		return err
	}
	n, err := t.c.exec(t.ctx, "INSERT INTO binding (mac, officer, body) VALUES (?, ?, ?) ON CONFLICT (mac) DO NOTHING", mac, b.Officer.Bytes(), t.s.cfg.Keys.Body.Seal(nil, body, bindingAAD(mac)))
	if err == nil && n == 0 {
		err = ErrConflict
	}
	return err
}

// Unbind takes every binding of an account away and says how many there were.
func (t *Tx) Unbind(o officer.ID) (int64, error) {
	return t.c.exec(t.ctx, "DELETE FROM binding WHERE officer = ?", o.Bytes())
}

// Bindings lists what is bound, of all accounts.
func (t *Tx) Bindings() ([]Binding, error) {
	rows, err := t.c.query(t.ctx, "SELECT mac, officer, body FROM binding ORDER BY officer, mac")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Binding
	for rows.Next() {
		var mac, who, sealed []byte
		if err := rows.Scan(&mac, &who, &sealed); err != nil {
			return nil, err
		}
		plain, err := t.s.cfg.Keys.Body.Open(nil, sealed, bindingAAD(mac))
		if err != nil {
			return nil, ErrDamaged
		}
		b := Binding{Officer: officer.ID(who)}
		if err := json.Unmarshal(plain, &b); err != nil {
			return nil, fmt.Errorf("store: binding: %w", err)
		}
		out = append(out, b)
	}
	return out, rows.Err()
}

// Bound finds the open account a subject of a provider is bound to: ErrOfficer when there is none.
func (s *Store) Bound(ctx context.Context, issuer, subject string) (Account, error) {
	var who []byte
	err := s.snapshot(ctx, func(c *conn) error {
		return c.one(ctx, "SELECT officer FROM binding WHERE mac = ?", []any{s.bindingMAC(issuer, subject)}, &who)
	})
	if errors.Is(err, sql.ErrNoRows) {
		return Account{}, ErrOfficer
	}
	if err != nil {
		return Account{}, err
	}
	return s.Named(ctx, officer.ID(who))
}
