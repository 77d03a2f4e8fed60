package attack

import (
	"testing"
	"time"

	"cutout/internal/casework"
	"cutout/internal/custody"
)

// Row 52, approval addresses that anybody reaches (Kargo CVE-2026-27111, OpenBao CVE-2025-52894, Vault CVE-2026-5807): nobody
// approves or confirms his own, an account that is not named an approver is none whoever holds it, a token is no presence,
// and neither strangers nor nobody end what others asked for.
func TestRow52ApprovalsOfOthers(t *testing.T) {
	u, src := founded(t, "")
	var req custody.RequestID
	var prp custody.ProposalID
	steps(t, func() {
		req = u.asks(src)
		u.hire("validator.2", "validator registrar", false, true) // a second account of the same person
		u.in("validator.2")
		prp = must(u.d.ProposeDestruction(ctx, u.who["keeper"], src, "he asked"))
	})
	refusal(t, "his own request", u.d.ApproveOpening(ctx, u.who["authorizer"], req), "refused.own-request")
	refusal(t, "his own proposal", u.d.Confirm(ctx, u.who["keeper"], prp), "refused.not-decider", "notfound")
	for _, name := range []string{"validator.2", "stranger", "keeper", "root", "inspector"} {
		o := u.in(name)
		refusal(t, name+" approves", u.d.ApproveOpening(ctx, o, req), "notfound", "refused.duty")
		refusal(t, name+" refuses", u.d.EndOpening(ctx, o, req, "no"), "notfound", "refused.duty")
		refusal(t, name+" takes", func() error { _, err := u.d.TakeApproved(ctx, o, req); return err }(), "notfound", "refused.duty")
		if name == "keeper" {
			continue // who proposed
		}
		refusal(t, name+" confirms", u.d.Confirm(ctx, o, prp), "notfound", "refused.duty")
		refusal(t, name+" ends", u.d.EndProposal(ctx, o, prp), "notfound", "refused.duty")
		refusal(t, name+" destroys", func() error { _, err := u.d.DestroyIdentity(ctx, o, prp); return err }(), "notfound", "refused.duty")
	}
	// Through the porches: nobody at all, then a token and a cookie whose owner has been away.
	acts := map[bool][]string{true: {"/openings/" + req.String() + "/approve", "/openings/" + req.String() + "/refuse", "/openings/" + req.String() + "/withdraw", "/openings/" + req.String() + "/open",
		"/custody/" + prp.String() + "/confirm", "/custody/" + prp.String() + "/end", "/custody/" + prp.String() + "/destroy"},
		false: {"/openings/" + req.String() + "/approval", "/openings/" + req.String() + "/end", "/openings/" + req.String() + "/sealed-identity", "/proposals/" + prp.String() + "/confirmation",
			"/proposals/" + prp.String() + "/end", "/proposals/" + prp.String() + "/destruction"}}
	bodies := map[bool]string{true: "reason=no", false: ""}
	for _, p := range u.both(t, "validator") {
		nobody := &port{u: u, name: "nobody", html: p.html, h: p.h}
		for _, path := range acts[p.html] {
			if a := nobody.send("POST", path, bodies[p.html]); a.status != 401 && (!p.html || a.status != 303) {
				t.Errorf("nobody at %s: %d", path, a.status)
			}
		}
	}
	u.pass(casework.FreshFor + time.Minute)
	for _, p := range u.both(t, "validator") {
		for _, path := range []string{acts[p.html][0], map[bool]string{true: acts[true][4], false: acts[false][3]}[p.html]} {
			if a := p.send("POST", path, ""); a.status < 400 {
				t.Errorf("%s without showing again who he is: %s: %d", p, path, a.status)
			}
		}
	}
	steps(t, func() {
		if l := must(u.d.Opening(ctx, u.in("authorizer"), req)); l.State != custody.Waiting || len(l.Approved) > 0 {
			t.Errorf("the request is %s with %d approvals", l.State, len(l.Approved))
		}
		if l := must(u.d.Proposal(ctx, u.in("keeper"), prp)); l.State != custody.Waiting {
			t.Errorf("the proposal is %s", l.State)
		}
		// What was refused to them is done by those whose it is.
		check(u.d.ApproveOpening(ctx, u.in("validator"), req))
		check(u.d.Confirm(ctx, u.who["validator"], prp))
	})
}
