package main

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"cutout/internal/authority"
	"cutout/internal/casework"
	"cutout/internal/contact"
	"cutout/internal/identity"
	"cutout/internal/officer"
	"cutout/internal/source"
	"cutout/internal/vault"

	_ "github.com/jackc/pgx/v5/stdlib" // the server whose tables the search is measured on
)

// unit is a fresh unit with its administrator signed in.
type unit struct {
	*casework.Desk
	admin officer.Officer
	ctx   context.Context
}

// begin makes a unit in a fresh encrypted file, or in a schema of its own on a server.
func (r *run) begin(dsn string, watch bool) (*unit, error) {
	dir, err := os.MkdirTemp(r.dir, "unit-")
	if err != nil {
		return nil, err
	}
	key, _, err := vault.OpenStoreKey(filepath.Join(dir, "store.key"))
	if err != nil {
		return nil, err
	}
	cfg := casework.Config{Key: key, QuietWatch: !watch, Logs: slog.New(slog.NewTextHandler(os.Stderr, nil))}
	if dsn != "" {
		cfg.DSN = dsn
	} else {
		cfg.Path = filepath.Join(dir, "records.db")
	}
	d, admin, err := casework.Begin(r.ctx, cfg, casework.UnitDraft{Name: "Measured unit", Administrator: "root"}, []byte("root passphrase"))
	if err != nil {
		return nil, err
	}
	return &unit{d, admin, r.ctx}, nil
}

// add opens an account and signs it in.
func (u *unit) add(name, duty string) (officer.Officer, error) {
	if _, err := u.AddOfficer(u.ctx, u.admin, casework.OfficerDraft{Name: name, Clearance: "SECRET", Duties: []string{duty}}, []byte(name+" passphrase")); err != nil {
		return officer.Officer{}, err
	}
	return u.SignIn(u.ctx, name, []byte(name+" passphrase"))
}

// line is a desk with a source under authority, its handler, and contacts to report from.
type sourceLine struct {
	handler  officer.Officer
	source   source.ID
	contacts []contact.ID
}

// sources opens a desk with n handlers, each with a source of his own whose name every report is checked against.
func (u *unit) sources(n, contacts int) ([]sourceLine, error) {
	desk, err := u.OpenCompartment(u.ctx, u.admin, "Port desk")
	if err != nil {
		return nil, err
	}
	reg, err := u.add("registrar", "registrar")
	if err != nil {
		return nil, err
	}
	auth, err := u.add("authorizer", "authorizing")
	if err != nil {
		return nil, err
	}
	if err := u.HandCompartment(u.ctx, u.admin, reg.ID, desk, ""); err != nil {
		return nil, err
	}
	var out []sourceLine
	for i := range n {
		var l sourceLine
		if l.handler, err = u.add(fmt.Sprintf("handler%d", i), "handler"); err != nil {
			return nil, err
		}
		if err := u.HandCompartment(u.ctx, u.admin, l.handler.ID, desk, ""); err != nil {
			return nil, err
		}
		if l.source, err = u.RegisterSource(u.ctx, reg, casework.SourceDraft{CodeName: fmt.Sprintf("QXZW%d", i), Draft: source.Draft{Category: "AGENT", Desk: desk.String(), State: "proposed", IdentityKind: "known",
			ServiceContact: "direct", LawfulOrigin: "walked in", Access: []source.AccessDraft{{Topic: "gate", Kind: "direct", Verified: "verified"}}, Description: "a port worker"},
			Identity: &identity.Draft{Names: []identity.NameDraft{{Full: fmt.Sprintf("Zephyrine Quackenbush%d", i)}, {Full: "زفيرين كواكنبوش"}}}}); err != nil {
			return nil, err
		}
		for who, duty := range map[officer.ID]string{l.handler.ID: "handler", auth.ID: "authorizing"} {
			if err := u.Assign(u.ctx, reg, casework.AssignDraft{Source: l.source.String(), Officer: who.String(), Duty: duty}); err != nil {
				return nil, err
			}
		}
		if _, err := u.Grant(u.ctx, auth, authority.Draft{Source: l.source.String(), Kind: "chis-written", Ground: u.Pack().Vocabulary("grounds")[0].Code, Necessity: "n", Proportionality: "p",
			Purpose: "x", Operation: "OP", Conduct: "watch the gate", Topics: []string{"gate"}, Collateral: "c", Confidential: "none", Risk: "r", TargetRelation: "none"}); err != nil {
			return nil, err
		}
		for range contacts {
			c, err := u.RecordContact(u.ctx, l.handler, contact.ID{}, contact.Draft{Source: l.source.String(), Type: "meeting", Record: &contact.RecordDraft{
				When: u.Now().Format(time.DateOnly), Place: "cafe", Participants: []string{l.handler.ID.String()}, Summary: "met", Welfare: "fine", Security: "none"}})
			if err != nil {
				return nil, err
			}
			l.contacts = append(l.contacts, c)
		}
		out = append(out, l)
	}
	return out, nil
}

// server gives the address of a fresh schema on the PostgreSQL server, and drops it; ok is false when there is none.
func (r *run) server() (dsn string, drop func(), ok bool) {
	db, err := sql.Open("pgx", r.postgres)
	if err == nil {
		err = db.PingContext(r.ctx)
	}
	if err != nil {
		return "", nil, false
	}
	var n [6]byte
	rand.Read(n[:])
	schema := "cutout_bench_" + hex.EncodeToString(n[:])
	u, err := url.Parse(r.postgres)
	if err == nil {
		_, err = db.ExecContext(r.ctx, "CREATE SCHEMA "+schema)
	}
	if err != nil {
		db.Close()
		return "", nil, false
	}
	q := u.Query()
	q.Set("search_path", schema)
	u.RawQuery = q.Encode()
	return u.String(), func() {
		db.Exec("DROP SCHEMA " + schema + " CASCADE")
		db.Close()
	}, true
}

// analyze lets the server learn what its tables hold, as it does by itself within minutes.
func analyze(ctx context.Context, dsn string) error {
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		return err
	}
	defer db.Close()
	_, err = db.ExecContext(ctx, "ANALYZE")
	return err
}
