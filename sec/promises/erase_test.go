package promises

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cutout/internal/casework"
	"cutout/internal/custody"
	"cutout/internal/source"
	"cutout/internal/vault"
)

// sealedOf is the sealed identity of a source as whoever has the records, the store key and the ring finds it.
func (u *unit) sealedOf(s source.ID) custody.Sealed {
	u.t.Helper()
	ring, err := vault.OpenRing(u.ring, u.key)
	u.must(err)
	rows, err := u.database().Query("SELECT id, version, body FROM record WHERE kind = 'identity'")
	u.must(err)
	defer rows.Close()
	for rows.Next() {
		var rid, sealed []byte
		var version int64
		u.must(rows.Scan(&rid, &version, &sealed))
		var outer custody.Sealed
		u.must(json.Unmarshal(u.body(sealed, recordPlace(rid, version)), &outer))
		if _, err := ring.Open(outer.Key, vault.Place{Table: "identity", Record: s.String(), Field: "person", Epoch: outer.Epoch}, outer.Bytes); err == nil {
			return outer
		}
	}
	u.t.Fatal("no sealed identity opens for this source")
	return custody.Sealed{}
}

// copyRing copies a ring as it is now.
func (u *unit) copyRing() string {
	u.t.Helper()
	to := filepath.Join(u.t.TempDir(), "sources")
	u.must(os.CopyFS(to, os.DirFS(u.ring)))
	return to
}

// TestP12DestroyedIdentity destroys one identity of two. Its key and its envelope are gone from the live unit, and a backup
// made before, with every officer's passphrase and two approvers' yes in it, opens the other and not this one: what is
// missing is the key that no backup holds, for with a copy of the ring made before it does open.
func TestP12DestroyedIdentity(t *testing.T) {
	engines(t, func(t *testing.T, u *unit) {
		s, names := u.five()
		other := u.register(canaries(1)[0].draft)
		req, err := u.d.RequestOpening(ctx, u.in("registrar"), casework.OpeningDraft{Source: s.String(), Purpose: "a court order"})
		u.must(err)
		for _, n := range names[:2] {
			u.must(u.d.ApproveOpening(ctx, u.in(n), req))
		}
		sealed := u.sealedOf(s)
		file, key := u.backup(t.TempDir())
		before := u.copyRing()

		p, err := u.d.ProposeDestruction(ctx, u.in("registrar"), s, "he asked for it")
		u.must(err)
		if _, err := u.d.DestroyIdentity(ctx, u.in("registrar"), p); casework.KindOf(err) != casework.Refused {
			t.Errorf("one destroys alone: %v", err)
		}
		u.must(u.d.Confirm(ctx, u.in(names[2]), p))
		cert, err := u.d.DestroyIdentity(ctx, u.in("registrar"), p)
		u.must(err)

		c, err := casework.CheckCertificate(cert, u.d.Unit().LogPublic)
		u.must(err)
		if c.Source != s || c.SourceKey != sealed.Key || c.Proposed != "registrar" || len(c.Confirmed) != 1 || c.Confirmed[0] != names[2] || c.LogSize == 0 || len(c.Remains) == 0 {
			t.Errorf("the certificate says %+v", c)
		}
		lied := cert
		lied.Certificate = bytes.Replace(cert.Certificate, []byte(names[2]), []byte(names[3]), 1)
		if _, err := casework.CheckCertificate(lied, u.d.Unit().LogPublic); err == nil {
			t.Error("an altered certificate is taken for good")
		}

		// The live unit: neither key nor envelope is there.
		if _, err := os.Stat(filepath.Join(u.ring, vault.KeyName(sealed.Key).String())); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("the key's file: %v", err)
		}
		if rows := u.plain(); bytes.Contains(rows, sealed.Bytes[:40]) || !bytes.Contains(rows, []byte("somebody at the quay")) {
			t.Error("the envelope is still in the records, or the records were not read")
		}
		if _, err := u.d.OpenIdentity(ctx, u.in("registrar"), s, "a drill"); err == nil {
			t.Error("it opens in the live unit")
		}

		for _, engine := range []string{"sqlite", "postgres"} {
			for ring, opens := range map[string]bool{u.copyRing(): false, before: true} {
				cfg := u.elsewhere(engine)
				cfg.Ring = ring
				_, err := casework.Restore(ctx, cfg, bytes.NewReader(file), key, true, nil)
				u.must(err)
				d, err := casework.Open(ctx, cfg)
				u.must(err)
				for _, n := range append(strings.Fields("registrar handler controller authorizer"), names...) {
					o, err := d.SignIn(ctx, n, pass(n))
					u.must(err)
					if _, err := d.OpenIdentity(ctx, o, s, "a drill"); err == nil != (opens && n == "registrar") {
						t.Errorf("on %s %s opens it: %v", engine, n, err)
					}
					if n == "registrar" {
						if _, err := d.OpenApproved(ctx, o, req); err == nil != opens {
							t.Errorf("on %s two approvers' yes opens it: %v", engine, err)
						}
						_, err := d.OpenIdentity(ctx, o, other, "a drill")
						u.must(err)
					}
				}
				u.must(d.Close())
			}
		}
	})
}
