package attack

import (
	"slices"
	"testing"
	"time"

	"cutout/internal/casework"
	"cutout/internal/custody"
	"cutout/internal/vault"
)

// Row 53, approvals that outlive what was approved (Gitea CVE-2026-58439, -58424). No address changes a request, so each
// thing it names is changed in what the approver signs, and in the world around it: the approval counts for nothing.
func TestRow53StaleApproval(t *testing.T) {
	u, src := founded(t, "")
	var one, two custody.RequestID
	var asking casework.Asking
	var key vault.PrivateKey
	steps(t, func() {
		other := u.sealed("Anselm Quackenbush")
		one, two = u.asks(src), u.asks(other)
		asking = must(u.d.AskedOf(ctx, u.who["validator"], one))
		f := must(u.d.KeyFile(ctx, u.who["validator"]))
		key = must(vault.OpenPrivate(f.Private, pass("validator")))
		for what, change := range map[string]func(*casework.Asking){
			"another source": func(a *casework.Asking) { a.Request.Source[0] ^= 1 }, "another purpose": func(a *casework.Asking) { a.Request.Purpose += "." },
			"another code name": func(a *casework.Asking) { a.Request.CodeName += "X" }, "another requester": func(a *casework.Asking) { a.Request.Requester = u.who["keeper"].ID },
			"a longer time": func(a *casework.Asking) { a.Request.Expires = a.Request.Expires.Add(time.Hour) }, "an earlier time": func(a *casework.Asking) { a.Request.Made = a.Request.Made.Add(-time.Hour) },
			"another unit": func(a *casework.Asking) { a.Request.Unit += "x" }, "another sealing": func(a *casework.Asking) { a.Request.Epoch++ }, "another lock": func(a *casework.Asking) { a.Request.Lock[0] ^= 1 },
			"another request": func(a *casework.Asking) { a.ID = two },
		} {
			a := asking
			change(&a)
			yes, err := a.Approve(u.who["validator"].ID, key, u.d.Now())
			if err == nil {
				refusal(t, what, u.d.Approved(ctx, u.who["validator"], one, yes), "refused.approval-void")
			} else if what != "another sealing" {
				t.Errorf("%s: %v", what, err)
			}
		}
		good := must(asking.Approve(u.who["validator"].ID, key, u.d.Now()))
		refusal(t, "for another request", u.d.Approved(ctx, u.who["validator"], two, good), "refused.approval-void")
		check(u.d.Approved(ctx, u.who["validator"], one, good))
	})
	take := func(r custody.RequestID) error { _, err := u.d.TakeApproved(ctx, u.in("authorizer"), r); return err }
	approved := func() custody.RequestID {
		r := u.asks(src)
		check(u.d.ApproveOpening(ctx, u.in("validator"), r))
		check(u.d.ApproveOpening(ctx, u.in("deputy"), r))
		return r
	}
	steps(t, func() {
		check(u.d.ApproveOpening(ctx, u.who["deputy"], one))
		check(u.d.Reseal(ctx, u.in("keeper"), src))
		refusal(t, "after the identity was sealed anew", take(one), "refused.identity-changed")

		r := approved() // a control that also shows what is used is used
		check(take(r))
		refusal(t, "a second time", take(r), "refused.not-waiting")

		r = approved()
		u.pass(25 * time.Hour)
		refusal(t, "when its time is over", take(r), "refused.not-waiting")

		r = approved()
		p := must(u.d.ProposeKey(ctx, u.in("root"), u.who["deputy"].ID, "lost", []byte("another passphrase")))
		check(u.d.Confirm(ctx, u.in("validator"), p))
		refusal(t, "after an approver's key was replaced", take(r), "refused.not-approved")

		r = u.asks(src)
		check(u.d.ApproveOpening(ctx, u.in("validator"), r))
		check(u.d.ApproveOpening(ctx, u.in("controller"), r))
		check(u.d.CloseOfficer(ctx, u.in("root"), u.who["controller"].ID))
		refusal(t, "after an approver's account was closed", take(r), "refused.not-approved")
	})
	// A proposal stands for what it was made for: its approver's yes does not carry over to the next one.
	steps(t, func() {
		p := must(u.d.ProposeDestruction(ctx, u.in("keeper"), src, "first"))
		check(u.d.Confirm(ctx, u.in("validator"), p))
		check(u.d.EndProposal(ctx, u.in("keeper"), p))
		next := must(u.d.ProposeDestruction(ctx, u.who["keeper"], src, "second"))
		for _, x := range []custody.ProposalID{p, next} {
			_, err := u.d.DestroyIdentity(ctx, u.in("keeper"), x)
			refusal(t, "a destruction", err, "refused.not-waiting", "refused.not-approved")
		}
	})
	for _, r := range slices.Concat(u.machineRoutes("/openings/"), u.machineRoutes("/proposals/")) {
		if r.method == "PATCH" || r.method == "PUT" && r.name != "approved-opening" {
			t.Errorf("%s %s changes what was asked: attack it here", r.method, r.pattern)
		}
	}
}

func (u *unit) machineRoutes(prefix string) (out []route) {
	for _, r := range (&port{u: u}).routes() {
		if len(r.pattern) > len(prefix) && r.pattern[:len(prefix)] == prefix {
			out = append(out, r)
		}
	}
	return out
}
