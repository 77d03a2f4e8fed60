package promises

import (
	"errors"
	"strings"
	"testing"
	"time"

	"cutout/internal/casework"
	"cutout/internal/identity"
	"cutout/internal/officer"
	"cutout/internal/source"
	"cutout/internal/vault"
)

// five names five approvers for the unit and registers a source that opens for its registrar and any two of them.
func (u *unit) five() (source.ID, []string) {
	u.t.Helper()
	var names, ids []string
	for _, n := range []string{"ap1", "ap2", "ap3", "ap4", "ap5"} {
		u.add(n, "validator")
		names, ids = append(names, n), append(ids, u.who[n].ID.String())
	}
	u.add("naming", "authorizing")
	p, err := u.d.ProposeApprovers(ctx, u.in("registrar"), casework.HoldersDraft{Officers: ids, Reason: "founding"})
	u.must(err)
	u.must(u.d.Confirm(ctx, u.in("naming"), p))
	s, err := u.d.RegisterSource(ctx, u.in("registrar"), casework.SourceDraft{Draft: source.Draft{Category: "AGENT", State: "proposed", IdentityKind: "known", ServiceContact: "direct",
		LawfulOrigin: "walked in"}, Identity: &identity.Draft{Names: []identity.NameDraft{{Full: "Hortensia Quillfeather"}}}})
	u.must(err)
	return s, names
}

// add opens an account.
func (u *unit) add(name string, duties ...string) {
	u.t.Helper()
	o, err := u.d.AddOfficer(ctx, u.who["root"], casework.OfficerDraft{Name: name, Clearance: "SECRET", Duties: duties}, pass(name))
	u.must(err)
	u.who[name] = o
	u.in(name)
}

// in gives an officer whose keys are open.
func (u *unit) in(name string) officer.Officer {
	u.t.Helper()
	if o := u.who[name]; u.d.Unlocked(o) && u.d.Present(o) {
		return o
	}
	o, err := u.d.SignIn(ctx, name, pass(name))
	u.must(err)
	return o
}

// own is an officer's key as his own machine opens it.
func (u *unit) own(name string) vault.PrivateKey {
	u.t.Helper()
	f, err := u.d.KeyFile(ctx, u.in(name))
	u.must(err)
	k, err := vault.OpenPrivate(f.Private, pass(name))
	u.must(err)
	return k
}

// P2 and P3: with all of the server's keys and one approver's, an identity stays closed; with any two approvers' it opens.
func TestP02P03EveryPairAndNoOne(t *testing.T) {
	engines(t, func(t *testing.T, u *unit) {
		s, names := u.five()
		env, at := u.envelopeOf(s)
		keys := map[string]vault.PrivateKey{}
		var ids []vault.KeyID
		for _, n := range names {
			keys[n] = u.own(n)
			ids = append(ids, keys[n].Public().ID())
		}
		request := []byte("a request")
		for i, a := range names {
			if _, err := vault.Open(env, at, keys[a]); !errors.Is(err, vault.ErrClosed) {
				t.Errorf("%s opens alone: %v", a, err)
			}
			// All halves one approver can make, in every combination, and with a half he makes up.
			var halves []vault.Half
			for j := range names {
				if h, err := vault.Share(env, at, keys[a], ids[j]); err == nil {
					halves = append(halves, h)
				}
			}
			if len(halves) != len(names)-1 {
				t.Errorf("%s makes %d halves", a, len(halves))
			}
			for _, x := range halves {
				for _, y := range halves {
					if _, err := vault.Combine(env, at, x, y); !errors.Is(err, vault.ErrClosed) {
						t.Errorf("%s opens with two halves of his own: %v", a, err)
					}
				}
			}
			for j := i + 1; j < len(names); j++ {
				x, err := vault.Share(env, at, keys[a], ids[j])
				u.must(err)
				y, err := vault.Share(env, at, keys[names[j]], ids[i])
				u.must(err)
				opened, err := vault.Combine(env, at, x, y)
				if err != nil {
					t.Errorf("%s and %s do not open together: %v", a, names[j], err)
					continue
				}
				u.must(opened.Use(func(b []byte) error {
					if !strings.Contains(string(b), "Quillfeather") {
						t.Errorf("%s and %s open somebody else", a, names[j])
					}
					return nil
				}))
				// A half given to one requester for one request is of no use to another, nor for another request.
				sealed, err := x.SealTo(keys[names[j]].Public(), request)
				u.must(err)
				if _, err := vault.OpenHalf(sealed, []byte("another request"), keys[names[j]]); !errors.Is(err, vault.ErrClosed) {
					t.Errorf("a half opens for another request: %v", err)
				}
				if _, err := vault.OpenHalf(sealed, request, keys[a]); !errors.Is(err, vault.ErrClosed) {
					t.Errorf("a half opens for another officer: %v", err)
				}
			}
		}
	})
}

// envelopeOf is the envelope as whoever holds the store, the store key and the ring takes it.
func (u *unit) envelopeOf(s source.ID) ([]byte, vault.Place) {
	u.t.Helper()
	var copied casework.SealedCopy
	copied, err := u.d.SealedIdentity(ctx, u.in("registrar"), s, "a test")
	u.must(err)
	return copied.Envelope, copied.Place
}

// P2: whoever runs the machine, with every duty an administrator can give and accounts of his own making, is shown no
// name and makes no approver of himself.
func TestP02AnAdministratorsPuppets(t *testing.T) {
	engines(t, func(t *testing.T, u *unit) {
		s, _ := u.five()
		var puppets []string
		for _, n := range []string{"pup1", "pup2", "pup3"} {
			u.add(n, "registrar", "authorizing", "handler", "controller", "validator")
			puppets = append(puppets, u.who[n].ID.String())
		}
		p, err := u.d.ProposeApprovers(ctx, u.in("pup1"), casework.HoldersDraft{Officers: puppets, Reason: "a new start"})
		u.must(err)
		for _, n := range []string{"pup2", "pup3"} {
			if err := u.d.Confirm(ctx, u.in(n), p); casework.KindOf(err) != casework.NotFound {
				t.Errorf("%s confirms: %v", n, err)
			}
		}
		file, err := u.d.Source(ctx, u.in("registrar"), s, time.Time{})
		if err == nil {
			if err := u.d.HandCompartment(ctx, u.in("root"), u.who["pup1"].ID, file.Source.Value.Own, ""); casework.KindOf(err) != casework.Invalid {
				t.Errorf("the administrator hands out a source's own compartment: %v", err)
			}
		} else {
			t.Fatal(err)
		}
		for _, n := range []string{"pup1", "pup2", "pup3"} {
			if _, err := u.d.OpenIdentity(ctx, u.in(n), s, "a reason"); casework.KindOf(err) != casework.NotFound {
				t.Errorf("%s opens it: %v", n, err)
			}
			if _, err := u.d.RequestOpening(ctx, u.in(n), casework.OpeningDraft{Source: s.String(), Purpose: "to see him"}); casework.KindOf(err) != casework.Invalid {
				t.Errorf("%s asks for it: %v", n, err)
			}
		}
		key, err := u.d.ProposeKey(ctx, u.in("root"), u.who["registrar"].ID, "he lost it", []byte("a puppet's passphrase"))
		u.must(err)
		for _, n := range []string{"pup1", "pup2", "pup3"} {
			if err := u.d.Confirm(ctx, u.in(n), key); casework.KindOf(err) != casework.NotFound {
				t.Errorf("%s replaces the registrar's key: %v", n, err)
			}
		}
		if _, err := u.d.SignIn(ctx, "registrar", []byte("a puppet's passphrase")); err == nil {
			t.Error("the administrator took the registrar's account over")
		}
	})
}

// P3 without a single check: the build with the tag nopolicy asks nobody for a duty, a scope of an act, an approval's
// count, its time or its use; what is missing then is key material.
func TestP03OneApproverWithoutPolicy(t *testing.T) {
	engines(t, func(t *testing.T, u *unit) {
		s, names := u.five()
		alone := u.who[names[0]]
		if _, err := u.d.OpenIdentity(ctx, u.in(names[0]), s, "a reason"); err == nil {
			t.Error("an approver opens it by himself")
		}
		req, err := u.d.RequestOpening(ctx, u.in("registrar"), casework.OpeningDraft{Source: s.String(), Purpose: "a court order"})
		u.must(err)
		u.must(u.d.ApproveOpening(ctx, u.in(names[0]), req))
		if err := u.d.ApproveOpening(ctx, u.in(names[0]), req); err == nil && policyHolds {
			t.Error("one approves twice")
		}
		for _, o := range []officer.Officer{u.in("registrar"), alone} {
			if p, err := u.d.OpenApproved(ctx, o, req); err == nil {
				who, _ := p.Disclose()
				t.Errorf("%s opens with one approver's yes: %v", o.Name, len(who.Names) > 0)
			}
		}
		u.must(u.d.ApproveOpening(ctx, u.in(names[3]), req))
		if _, err := u.d.OpenApproved(ctx, u.in("registrar"), req); err != nil {
			t.Errorf("two do not open it: %v", err)
		}
	})
}
