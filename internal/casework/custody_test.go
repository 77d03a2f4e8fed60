package casework_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"cutout/internal/casework"
	"cutout/internal/custody"
	"cutout/internal/identity"
	"cutout/internal/officer"
	"cutout/internal/source"
	"cutout/internal/vault"
)

const trueName = "Zephyrine Quackenbush"

func why(err error) string {
	var e *casework.Error
	if errors.As(err, &e) {
		if e.Code == "invalid" && len(e.Faults) > 0 {
			return e.Faults[0].Code
		}
		return e.Code
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

func (u *unit) want(what string, err error, want string) {
	u.t.Helper()
	if got := why(err); got != want {
		u.t.Errorf("%s: %q, want %q", what, got, want)
	}
}

func (u *unit) ids(names ...string) []string {
	var out []string
	for _, n := range names {
		out = append(out, u.who[n].ID.String())
	}
	return out
}

// approvers names four and lets an authorizing officer confirm, as the first time.
func (u *unit) approvers() {
	u.t.Helper()
	u.add("deputy", false, "registrar")
	p, err := u.d.ProposeApprovers(u.ctx, u.in("registrar"), casework.HoldersDraft{Officers: u.ids("authorizer", "validator", "controller", "deputy"), Reason: "first naming"})
	u.must(err)
	u.must(u.d.Confirm(u.ctx, u.in("authorizer"), p))
}

// trustees names five, three of whom restore.
func (u *unit) trustees() {
	u.t.Helper()
	var names []string
	for _, n := range []string{"t1", "t2", "t3", "t4", "t5"} {
		u.add(n, false, "trustee")
		names = append(names, n)
	}
	p, err := u.d.ProposeTrustees(u.ctx, u.in("registrar"), casework.HoldersDraft{Officers: u.ids(names...), Reason: "founding"})
	u.must(err)
	u.must(u.d.Confirm(u.ctx, u.in("validator"), p))
	u.must(u.d.Confirm(u.ctx, u.in("authorizer"), p))
}

func (u *unit) opens(who string, s source.ID) error {
	u.t.Helper()
	p, err := u.d.OpenIdentity(u.ctx, u.in(who), s, "a test")
	if err != nil {
		return err
	}
	got, err := p.Disclose()
	u.must(err)
	if len(got.Names) == 0 || !strings.Contains(got.Names[0].Full, "Quackenbush") {
		u.t.Errorf("%s opened somebody else", who)
	}
	return nil
}

func (u *unit) ask(who string, s source.ID) custody.RequestID {
	u.t.Helper()
	r, err := u.d.RequestOpening(u.ctx, u.in(who), casework.OpeningDraft{Source: s.String(), Purpose: "court order 7 of 2026"})
	u.must(err)
	return r
}

// Two approvers open together what neither opens alone, once, for whoever asked, in time.
func TestTwoOpenTogether(t *testing.T) {
	engines(t, func(t *testing.T, u *unit) {
		_, err := u.d.RequestOpening(u.ctx, u.in("authorizer"), casework.OpeningDraft{Source: u.src.String(), Purpose: "court order"})
		u.want("before approvers are named", err, "refused.no-approvers")
		u.approvers()
		src := u.register("registrar", identity.NameDraft{Full: trueName})
		u.assign(src, "handler", "handler")
		u.assign(src, "authorizer", "authorizing")
		u.want("the authorizing officer opens alone", u.opens("authorizer", src), "refused.duty")
		u.want("the handler opens his own", u.opens("handler", src), "")

		req := u.ask("authorizer", src) // himself an approver
		open := func(who string) error {
			p, err := u.d.OpenApproved(u.ctx, u.in(who), req)
			if err == nil {
				got, err := p.Disclose()
				u.must(err)
				if got.Names[0].Full != trueName {
					t.Errorf("opened %q", got.Names[0].Full)
				}
			}
			return err
		}
		u.want("nobody has approved", open("authorizer"), "refused.not-approved")
		u.want("his own request", u.d.ApproveOpening(u.ctx, u.in("authorizer"), req), "refused.own-request")
		u.want("somebody who is no approver", u.d.ApproveOpening(u.ctx, u.in("registrar"), req), "notfound")
		u.must(u.d.ApproveOpening(u.ctx, u.in("validator"), req)) // who does not see the source
		u.want("one approver", open("authorizer"), "refused.not-approved")
		u.want("the same again", u.d.ApproveOpening(u.ctx, u.in("validator"), req), "refused.said-already")
		u.must(u.d.ApproveOpening(u.ctx, u.in("deputy"), req))
		u.want("an approver takes what another asked for", open("validator"), "refused.not-requester")
		u.want("two approvers", open("authorizer"), "")
		u.want("twice", open("authorizer"), "refused.not-waiting")
		u.want("a third approval afterwards", u.d.ApproveOpening(u.ctx, u.in("controller"), req), "refused.not-waiting")

		late := u.ask("authorizer", src)
		u.must(u.d.ApproveOpening(u.ctx, u.in("validator"), late))
		u.must(u.d.ApproveOpening(u.ctx, u.in("deputy"), late))
		u.now = u.now.Add(25 * time.Hour)
		_, err = u.d.OpenApproved(u.ctx, u.in("authorizer"), late)
		u.want("a day later", err, "refused.not-waiting")
		u.now = u.now.Add(-26 * time.Hour)
		_, err = u.d.OpenApproved(u.ctx, u.in("authorizer"), late)
		u.want("with the clock set back", err, "refused.not-waiting")
		u.now = u.now.Add(26 * time.Hour)

		refused := u.ask("authorizer", src)
		u.want("no reason", u.d.EndOpening(u.ctx, u.in("validator"), refused, ""), "field.required")
		u.must(u.d.EndOpening(u.ctx, u.in("validator"), refused, "no order was shown"))
		u.want("after a refusal", u.d.ApproveOpening(u.ctx, u.in("deputy"), refused), "refused.not-waiting")

		turned := u.ask("authorizer", src)
		u.must(u.d.ApproveOpening(u.ctx, u.in("validator"), turned))
		u.must(u.d.ApproveOpening(u.ctx, u.in("deputy"), turned))
		u.must(u.d.Reseal(u.ctx, u.in("handler"), src))
		_, err = u.d.OpenApproved(u.ctx, u.in("authorizer"), turned)
		u.want("after a rotation", err, "refused.identity-changed")

		// Who asks and is an approver gets no half that his own would complete.
		mine := u.ask("authorizer", src)
		a, err := u.d.AskedOf(u.ctx, u.in("validator"), mine)
		u.must(err)
		if slices.Contains(a.With, a.Request.Key) {
			t.Error("an approver is offered to open with the requester")
		}
		if len(a.With) != 2 {
			t.Errorf("he may open with %d colleagues", len(a.With))
		}
		_, err = u.d.RequestOpening(u.ctx, u.in("registrar"), casework.OpeningDraft{Source: src.String(), Purpose: "about Quackenbush"})
		u.want("a purpose that names him", err, "report.names-source")
	})
}

// An approval is void when anything it was signed over is not as it was.
func TestApprovalsStandForOneRequest(t *testing.T) {
	engines(t, func(t *testing.T, u *unit) {
		u.approvers()
		src := u.register("registrar", identity.NameDraft{Full: trueName})
		u.assign(src, "authorizer", "authorizing")
		one, two := u.ask("authorizer", src), u.ask("authorizer", src)
		key := u.privateKey("validator")
		a, err := u.d.AskedOf(u.ctx, u.in("validator"), one)
		u.must(err)
		good, err := a.Approve(u.who["validator"].ID, key, u.d.Now())
		u.must(err)
		u.want("for another request", u.d.Approved(u.ctx, u.in("validator"), two, good), "refused.approval-void")
		u.want("by another officer", u.d.Approved(u.ctx, u.in("deputy"), one, good), "refused.approval-void")
		for what, change := range map[string]func(*custody.Approval){
			"another time":    func(a *custody.Approval) { a.At = a.At.Add(time.Second) },
			"a half more":     func(a *custody.Approval) { a.Halves = append(slices.Clone(a.Halves), a.Halves[0]) },
			"a half less":     func(a *custody.Approval) { a.Halves = a.Halves[1:] },
			"another key":     func(a *custody.Approval) { a.Key[0] ^= 1 },
			"another officer": func(a *custody.Approval) { a.Approver = u.who["deputy"].ID },
			"no signature":    func(a *custody.Approval) { a.Signature = nil },
		} {
			bad := good
			change(&bad)
			u.want(what, u.d.Approved(u.ctx, u.in("validator"), one, bad), "refused.approval-void")
		}
		u.now = u.now.Add(10 * time.Minute)
		u.want("ten minutes later", u.d.Approved(u.ctx, u.in("validator"), one, good), "refused.present-again")
		fresh, err := a.Approve(u.who["validator"].ID, key, u.d.Now())
		u.must(err)
		u.must(u.d.Approved(u.ctx, u.in("validator"), one, fresh))
	})
}

// privateKey is the officer's own key, as his own machine would open it.
func (u *unit) privateKey(who string) vault.PrivateKey {
	u.t.Helper()
	f, err := u.d.KeyFile(u.ctx, u.in(who))
	u.must(err)
	k, err := vault.OpenPrivate(f.Private, []byte(who+" passphrase"))
	u.must(err)
	return k
}

// A lost key loses no identity: a new one takes effect only when a second person said so, and opens nothing until a
// colleague seals the identity anew.
func TestALostKey(t *testing.T) {
	engines(t, func(t *testing.T, u *unit) {
		u.approvers()
		src := u.register("registrar", identity.NameDraft{Full: trueName})
		u.assign(src, "handler", "handler")
		handler := u.who["handler"]
		p, err := u.d.ProposeKey(u.ctx, u.admin2(), handler.ID, "forgot his passphrase", []byte("a new passphrase"))
		u.must(err)
		u.want("the administrator alone", u.d.Confirm(u.ctx, u.admin2(), p), "refused.duty")
		_, err = u.d.SignIn(u.ctx, "handler", []byte("a new passphrase"))
		u.want("before it is confirmed", err, "refused.sign-in")
		u.add("puppet", true, "registrar") // an account the administrator opens
		u.want("by an account that is no approver", u.d.Confirm(u.ctx, u.who["puppet"], p), "notfound")
		u.must(u.d.Confirm(u.ctx, u.in("deputy"), p))
		_, err = u.d.SignIn(u.ctx, "handler", []byte("handler passphrase"))
		u.want("the old passphrase", err, "refused.sign-in")
		o, err := u.d.SignIn(u.ctx, "handler", []byte("a new passphrase"))
		u.must(err)
		_, err = u.d.OpenIdentity(u.ctx, o, src, "a test")
		u.want("with the new key", err, "refused.not-sealed-to-you")
		page, err := u.d.Sealings(u.ctx, u.in("registrar"), 50, "")
		u.must(err)
		i := slices.IndexFunc(page.Due, func(s casework.Sealing) bool { return s.Source == src })
		if i < 0 || !slices.Contains(page.Due[i].Missing, "handler") || page.Due[i].Strange != 1 {
			t.Fatalf("what is due: %+v", page.Due)
		}
		u.must(u.d.Reseal(u.ctx, u.in("registrar"), src))
		_, err = u.d.OpenIdentity(u.ctx, o, src, "a test")
		u.want("sealed anew", err, "")
	})
}

func (u *unit) admin2() officer.Officer {
	u.t.Helper()
	o, err := u.d.SignIn(u.ctx, "root", []byte("root passphrase"))
	u.must(err)
	return o
}

// Whoever leaves opens nothing that is sealed after; approvers change only by approvers, and closing their accounts does
// not let an administrator name others.
func TestLeaving(t *testing.T) {
	engines(t, func(t *testing.T, u *unit) {
		u.approvers()
		src := u.register("registrar", identity.NameDraft{Full: trueName})
		u.assign(src, "handler", "handler")
		u.assign(src, "authorizer", "authorizing")
		gone := u.privateKey("handler")
		copied, err := u.d.SealedIdentity(u.ctx, u.in("handler"), src, "a test")
		u.must(err)
		u.must(u.d.Relieve(u.ctx, u.in("registrar"), casework.AssignDraft{Source: src.String(), Officer: u.who["handler"].ID.String(), Duty: "handler"}))
		u.must(u.d.Reseal(u.ctx, u.in("registrar"), src))
		s, err := u.d.SealedIdentity(u.ctx, u.in("registrar"), src, "a test")
		u.must(err)
		_, err = s.Open(gone)
		u.want("the new envelope with the key of who left", err, "refused.not-sealed-to-you")
		if _, err := copied.Open(gone); err != nil {
			t.Errorf("what he copied stays his: %v", err)
		}
		page, err := u.d.Sealings(u.ctx, u.in("registrar"), 50, "")
		u.must(err)
		for _, l := range page.Due {
			if l.Source == src {
				t.Errorf("still due: %+v", l)
			}
		}

		puppets := []string{"p1", "p2", "p3"}
		for _, n := range puppets {
			u.add(n, true, "registrar", "authorizing")
		}
		for _, n := range []string{"validator", "controller", "deputy"} {
			u.must(u.d.CloseOfficer(u.ctx, u.admin2(), u.who[n].ID))
		}
		p, err := u.d.ProposeApprovers(u.ctx, u.in("p1"), casework.HoldersDraft{Officers: u.ids(puppets...), Reason: "take over"})
		u.must(err)
		for _, n := range []string{"p2", "p3"} {
			if err := u.d.Confirm(u.ctx, u.in(n), p); why(err) != "notfound" && why(err) != "refused.not-decider" {
				t.Errorf("%s confirms: %v", n, err)
			}
		}
		k, err := u.d.KeyHolders(u.ctx, u.in("registrar"))
		u.must(err)
		for _, h := range k.Approvers {
			if slices.Contains(puppets, h.Name) {
				t.Errorf("%s is an approver", h.Name)
			}
		}
	})
}

// Three of five trustees restore what every other key is lost for; two do not.
func TestTrusteesRestore(t *testing.T) {
	engines(t, func(t *testing.T, u *unit) {
		u.approvers()
		u.trustees()
		src := u.register("registrar", identity.NameDraft{Full: trueName})
		u.must(u.d.ProveShare(u.ctx, u.in("t1")))
		k, err := u.d.KeyHolders(u.ctx, u.in("registrar"))
		u.must(err)
		if k.Ready != 1 || k.Need != 3 || len(k.Trustees) != 5 {
			t.Errorf("after one drill: %d ready, %d of %d needed", k.Ready, k.Need, len(k.Trustees))
		}
		// The registrar, the only officer at the source, loses his key.
		p, err := u.d.ProposeKey(u.ctx, u.admin2(), u.who["registrar"].ID, "lost", []byte("registrar passphrase"))
		u.must(err)
		u.must(u.d.Confirm(u.ctx, u.in("deputy"), p))
		u.want("with his new key", u.opens("registrar", src), "refused.not-sealed-to-you")
		rec, err := u.d.ProposeRecovery(u.ctx, u.in("registrar"), "the only key was lost")
		u.must(err)
		restore := func() error { _, err := u.d.Recover(u.ctx, u.in("registrar"), rec); return err }
		for _, n := range []string{"t5", "t2"} {
			u.want("with too few", restore(), "refused.not-approved")
			u.must(u.d.GiveShare(u.ctx, u.in(n), rec))
			u.want("twice", u.d.GiveShare(u.ctx, u.in(n), rec), "refused.said-already")
		}
		u.want("with two", restore(), "refused.not-approved")
		u.must(u.d.GiveShare(u.ctx, u.in("t3"), rec))
		u.want("by another", func() error { _, err := u.d.Recover(u.ctx, u.in("deputy"), rec); return err }(), "notfound")
		got, err := u.d.Recover(u.ctx, u.in("registrar"), rec)
		u.must(err)
		if got.Resealed != 1 || got.Failed != 1 { // the fixture's source is older than the recovery key
			t.Errorf("%+v", got)
		}
		u.want("restored", u.opens("registrar", src), "")
		u.want("again", restore(), "refused.not-waiting")

		// A source whose every officer left comes back into hands with a recovery.
		u.must(u.d.CloseOfficer(u.ctx, u.admin2(), u.who["registrar"].ID))
		rec, err = u.d.ProposeRecovery(u.ctx, u.in("deputy"), "nobody holds it any more")
		u.must(err)
		for _, n := range []string{"t1", "t2", "t4"} {
			u.must(u.d.GiveShare(u.ctx, u.in(n), rec))
		}
		got, err = u.d.Recover(u.ctx, u.in("deputy"), rec)
		u.must(err)
		if got.Adopted == 0 {
			t.Errorf("%+v", got)
		}
	})
}

// What is destroyed opens for nobody, from no copy, and a stranger can check that it was.
func TestDestruction(t *testing.T) {
	engines(t, func(t *testing.T, u *unit) {
		u.approvers()
		src := u.register("registrar", identity.NameDraft{Full: trueName})
		other := u.register("registrar", identity.NameDraft{Full: "Anselm Quackenbush"})
		u.assign(src, "authorizer", "authorizing")
		req := u.ask("authorizer", src)
		u.must(u.d.ApproveOpening(u.ctx, u.in("validator"), req))
		u.must(u.d.ApproveOpening(u.ctx, u.in("deputy"), req))
		p, err := u.d.ProposeDestruction(u.ctx, u.in("registrar"), src, "he asked for it; nothing holds it")
		u.must(err)
		_, err = u.d.DestroyIdentity(u.ctx, u.in("registrar"), p)
		u.want("alone", err, "refused.not-approved")
		u.want("he himself", u.d.Confirm(u.ctx, u.in("registrar"), p), "refused.not-decider")
		u.must(u.d.Confirm(u.ctx, u.in("validator"), p))
		cert, err := u.d.DestroyIdentity(u.ctx, u.in("registrar"), p)
		u.must(err)
		u.want("by its registrar", u.opens("registrar", src), "refused.no-identity")
		_, err = u.d.OpenApproved(u.ctx, u.in("authorizer"), req)
		u.want("by two who approved before", err, "refused.identity-destroyed")
		u.want("the other source", u.opens("registrar", other), "")
		_, err = u.d.DestroyIdentity(u.ctx, u.in("registrar"), p)
		u.want("twice", err, "refused.not-waiting")
		c, err := casework.CheckCertificate(cert, u.d.Unit().LogPublic)
		u.must(err)
		if c.Source != src || c.Proposed != "registrar" || !slices.Equal(c.Confirmed, []string{"validator"}) || c.LogSize == 0 {
			t.Errorf("%+v", c)
		}
		cert.Certificate = []byte(strings.Replace(string(cert.Certificate), "registrar", "validator", 1))
		if _, err := casework.CheckCertificate(cert, u.d.Unit().LogPublic); err == nil {
			t.Error("an altered certificate is good")
		}
		known, err := u.d.Known(u.ctx, u.in("registrar"), identity.Draft{Names: []identity.NameDraft{{Full: trueName}}})
		u.must(err)
		if len(known) != 1 { // the fixture's own source has the same name
			t.Errorf("known after destruction: %+v", known)
		}
	})
}

// A hit tells how sure and whom to ask, whoever may see the source; asking is limited, over restarts too.
func TestKnown(t *testing.T) {
	engines(t, func(t *testing.T, u *unit) {
		u.register("registrar", identity.NameDraft{Full: "Khalid ibn Yusuf al-Masri"})
		s, err := u.d.RegisterSource(u.ctx, u.in("registrar"), casework.SourceDraft{Draft: source.Draft{Category: "AGENT", Desk: u.desk.String(), State: "proposed", IdentityKind: "known",
			ServiceContact: "direct", LawfulOrigin: "walked in"}, Identity: &identity.Draft{Names: []identity.NameDraft{{Full: "Samir Haddad"}}, Born: "1970-05",
			Documents: []identity.DocumentDraft{{Kind: "passport", Number: "AB 12 34 567"}}}})
		u.must(err)
		u.assign(s, "controller", "controller")
		ask := func(n identity.Draft) string {
			t.Helper()
			got, err := u.d.Known(u.ctx, u.in("intake"), n)
			u.must(err)
			var out []string
			for _, k := range got {
				out = append(out, string(k.Sureness)+" "+k.Ask)
			}
			return strings.Join(out, ", ")
		}
		named := func(full, born string) identity.Draft {
			return identity.Draft{Names: []identity.NameDraft{{Full: full}}, Born: born}
		}
		for i, c := range []struct {
			n    identity.Draft
			want string
		}{
			{named("Sameer el Hadad", "1971"), "likely controller"},
			{named("سمير حداد", "1970"), "likely controller"},
			{named("Samir Haddad", ""), "possible controller"},
			{named("Samir Haddad", "1950"), ""},
			{named("Khaled Youssef", "1980"), "possible registrar"},
			{named("Nobody Whatever", "1970"), ""},
			{identity.Draft{Names: []identity.NameDraft{{Full: "Another Person"}}, Documents: []identity.DocumentDraft{{Kind: "id", Number: "ab1234567"}}}, "paper controller"},
		} {
			if got := ask(c.n); got != c.want {
				t.Errorf("%d: %q, want %q", i, got, c.want)
			}
		}
		for range 3 {
			ask(named("Samir Haddad", ""))
		}
		_, err = u.d.Known(u.ctx, u.in("intake"), named("Samir Haddad", ""))
		u.want("the eleventh time in an hour", err, "refused.asked-too-often")
		u.now = u.now.Add(2 * time.Hour)
		if got := ask(named("Samir Haddad", "")); got != "possible controller" {
			t.Errorf("later: %q", got)
		}
		u.want("an analyst", func() error {
			_, err := u.d.Known(u.ctx, u.in("analyst"), named("Samir Haddad", ""))
			return err
		}(), "refused.duty")
	})
}
