package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"cutout/internal/compartment"
	"cutout/internal/leak"
	"cutout/internal/officer"
)

// Account is an officer as the administrator knows him. Secret is what sign-in needs, sealed by the caller as he sees fit;
// the store seals it once more at rest.
type Account struct {
	ID      officer.ID
	Name    string
	Rights  Rights
	Secret  []byte
	version int64
}

// accounts reads every account without its secret.
func (t *Tx) accounts() ([]Account, error) {
	rows, err := t.c.query(t.ctx, "SELECT id, name, rights, rights_version FROM officer ORDER BY name")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Account
	for rows.Next() {
		var a Account
		var id, body []byte
		if err := rows.Scan(&id, &a.Name, &body, &a.version); err != nil {
			return nil, err
		}
		copy(a.ID[:], id)
		if a.Rights, err = t.s.rights.parse(a.ID, a.version, body); err != nil {
			return nil, err
		}
		out = append(out, a)
	}
	return out, rows.Err()
}

// Accounts lists all officers. That an account exists is no secret between those who may ask; the door decides who may.
func (t *Tx) Accounts() ([]Account, error) { return t.accounts() }

// Account reads one officer's account with its secret.
func (t *Tx) Account(o officer.ID) (Account, error) {
	return t.account("SELECT id, name, rights, rights_version, secret FROM officer WHERE id = ?", o.Bytes())
}

func (t *Tx) account(q string, key any) (Account, error) {
	a, err := readAccount(t.ctx, t.s, t.c, q, key)
	if errors.Is(err, sql.ErrNoRows) {
		return a, ErrNotFound
	}
	return a, err
}

func secretAAD(o officer.ID) []byte {
	return append([]byte("officer\x00secret\x001\x00"), o.Bytes()...)
}

func readAccount(ctx context.Context, s *Store, c *conn, q string, key any) (Account, error) {
	var a Account
	var id, body, sealed []byte
	if err := c.one(ctx, q, []any{key}, &id, &a.Name, &body, &a.version, &sealed); err != nil {
		return a, err
	}
	copy(a.ID[:], id)
	var err error
	if a.Rights, err = s.rights.parse(a.ID, a.version, body); err != nil {
		return a, err
	}
	if a.Secret, err = s.cfg.Keys.Body.Open(nil, sealed, secretAAD(a.ID)); err != nil {
		return a, ErrDamaged
	}
	return a, nil
}

// AddAccount opens an account. The name is taken when ErrConflict.
func (t *Tx) AddAccount(a Account) error {
	body, err := json.Marshal(a.Rights)
	if err != nil {
		return err
	}
	n, err := t.c.exec(t.ctx, "INSERT INTO officer (id, name, rights, rights_version, reach_until, secret) VALUES (?, ?, ?, 1, 0, ?) ON CONFLICT (name) DO NOTHING",
		a.ID.Bytes(), a.Name, body, t.s.cfg.Keys.Body.Seal(nil, a.Secret, secretAAD(a.ID)))
	if err != nil {
		return err
	}
	if n == 0 {
		return ErrConflict
	}
	return t.refreshReach(a.ID, a.Rights)
}

// SetRights changes what an officer was given. It holds for every transaction that begins after this one committed.
func (t *Tx) SetRights(o officer.ID, change func(*Rights)) error {
	a, err := t.Account(o)
	if err != nil {
		return err
	}
	body, err := json.Marshal(a.Rights) // a copy: cached rights are shared
	if err != nil {
		return err
	}
	var r Rights
	if err := json.Unmarshal(body, &r); err != nil {
		return err
	}
	change(&r)
	if body, err = json.Marshal(r); err != nil {
		return err
	}
	n, err := t.c.exec(t.ctx, "UPDATE officer SET rights = ?, rights_version = ? WHERE id = ? AND rights_version = ?", body, a.version+1, o.Bytes(), a.version)
	if err != nil {
		return err
	}
	if n == 0 {
		return ErrConflict
	}
	if o == t.o.ID {
		t.rights, t.scope = r, r.Scope(t.today)
	}
	if leak.On("stale_reach") && len(r.Holdings) <= len(a.Rights.Holdings) {
		return nil
	}
	return t.refreshReach(o, r)
}

// SetSecret replaces what sign-in needs.
func (t *Tx) SetSecret(o officer.ID, secret []byte) error {
	_, err := t.c.exec(t.ctx, "UPDATE officer SET secret = ? WHERE id = ?", t.s.cfg.Keys.Body.Seal(nil, secret, secretAAD(o)), o.Bytes())
	return err
}

// Stranger reads an account by name before anybody signed in. ErrOfficer when there is none: the caller must take as long
// and answer the same as for a wrong passphrase. It shows nothing of the records.
func (s *Store) Stranger(ctx context.Context, name string) (Account, error) {
	var a Account
	err := s.snapshot(ctx, func(c *conn) (err error) {
		a, err = readAccount(ctx, s, c, "SELECT id, name, rights, rights_version, secret FROM officer WHERE name = ?", name)
		return err
	})
	if errors.Is(err, sql.ErrNoRows) || (err == nil && a.Rights.Closed) {
		return Account{}, ErrOfficer
	}
	return a, err
}

// Begin opens a new, empty store for its unit: the first account is made without an officer, since there is none yet. It
// is refused on a store that has one.
func (s *Store) Begin(ctx context.Context, first Account, unit any, e Entry) error {
	j := &job{o: officer.Officer{}, entry: &e, founding: true, fn: func(t *Tx) error {
		var n int
		if err := t.c.one(t.ctx, "SELECT count(*) FROM officer", nil, &n); err != nil {
			return err
		}
		if n > 0 {
			return ErrConflict
		}
		if err := t.SetUnit(unit); err != nil {
			return err
		}
		return t.AddAccount(first)
	}}
	return s.writer.do(ctx, j)
}

// SetUnit keeps the unit's own settings: its name, its profile pack, its calendar. They are sealed at rest.
func (t *Tx) SetUnit(unit any) error {
	body, err := json.Marshal(unit)
	if err != nil {
		return err
	}
	_, err = t.c.exec(t.ctx, "UPDATE head SET unit = ? WHERE one = 1", t.s.cfg.Keys.Body.Seal(nil, body, []byte("head\x00unit\x001")))
	return err
}

// Unit reads the unit's settings; false when the store is new.
func (s *Store) Unit(ctx context.Context, into any) (bool, error) {
	var sealed []byte
	if err := s.snapshot(ctx, func(c *conn) error {
		return c.one(ctx, "SELECT unit FROM head WHERE one = 1", nil, &sealed)
	}); err != nil {
		return false, err
	}
	if len(sealed) == 0 {
		return false, nil
	}
	body, err := s.cfg.Keys.Body.Open(nil, sealed, []byte("head\x00unit\x001"))
	if err != nil {
		return false, ErrDamaged
	}
	return true, json.Unmarshal(body, into)
}

// Compartment is a compartment as those who hold it know it.
type Compartment struct {
	ID   compartment.ID
	Kind string // "desk" or "source"
	Name string // of a desk; a source's own compartment has none
}

func compartmentAAD(c compartment.ID) []byte {
	return append([]byte("compartment\x00body\x001\x00"), c.Bytes()...)
}

// AddCompartment opens a compartment. Nobody holds it yet.
func (t *Tx) AddCompartment(c Compartment) error {
	body, err := json.Marshal(c.Name)
	if err != nil {
		return err
	}
	_, err = t.c.exec(t.ctx, "INSERT INTO compartment (id, kind, body) VALUES (?, ?, ?)", c.ID.Bytes(), c.Kind, t.s.cfg.Keys.Body.Seal(nil, body, compartmentAAD(c.ID)))
	return err
}

// Compartments lists the compartments the officer holds now, or all of them for the one who hands them out (all).
func (t *Tx) Compartments(all bool) ([]Compartment, error) {
	rows, err := t.c.query(t.ctx, "SELECT id, kind, body FROM compartment ORDER BY id")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Compartment
	for rows.Next() {
		var c Compartment
		var id, sealed []byte
		if err := rows.Scan(&id, &c.Kind, &sealed); err != nil {
			return nil, err
		}
		copy(c.ID[:], id)
		if !all && !t.scope.Holds(c.ID) && !leak.On("desks_all") {
			continue
		}
		body, err := t.s.cfg.Keys.Body.Open(nil, sealed, compartmentAAD(c.ID))
		if err != nil {
			return nil, ErrDamaged
		}
		if err := json.Unmarshal(body, &c.Name); err != nil {
			return nil, fmt.Errorf("store: compartment: %w", err)
		}
		out = append(out, c)
	}
	return out, rows.Err()
}
