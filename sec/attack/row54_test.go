package attack

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"cutout/internal/audit"
	"cutout/internal/custody"
	"cutout/internal/officer"
	"cutout/internal/source"
	"cutout/internal/store"
)

// Row 54, races (NetBird GHSA-rxmp-8h9v-56cx, Grafana CVE-2022-39328): a hundred at once approve, refuse, withdraw and
// take, then confirm, withdraw and destroy. Each request ends once and each officer's yes counts once, and the log tells
// them in an order in which they could have been done one after another.
func TestRow54Races(t *testing.T) {
	bothEngines(t, func(t *testing.T, u *unit, src source.ID) {
		var req custody.RequestID
		steps(t, func() { req = u.asks(src) })
		who := map[string]officer.Officer{}
		for k, v := range u.who {
			who[k] = v
		}
		take := func(name string) func() error {
			return func() error { _, err := u.d.TakeApproved(ctx, who[name], req); return err }
		}
		approve := func(name string) func() error { return func() error { return u.d.ApproveOpening(ctx, who[name], req) } }
		won := race(map[string]func() error{"approve validator": approve("validator"), "approve deputy": approve("deputy"), "take": take("authorizer"), "take else": take("validator"),
			"approve own": approve("authorizer"), "withdraw": func() error { return u.d.EndOpening(ctx, who["authorizer"], req, "") },
			"refuse": func() error { return u.d.EndOpening(ctx, who["controller"], req, "no") }}, 100)
		l, err := u.d.Opening(ctx, who["authorizer"], req)
		if err != nil {
			t.Fatal(err)
		}
		if won["take else"]+won["approve own"] > 0 || won["approve validator"] > 1 || won["approve deputy"] > 1 || won["take"]+won["withdraw"]+won["refuse"] != 1 {
			t.Errorf("what was done: %v", won)
		}
		if want := map[custody.State]int{custody.Used: won["take"], custody.Withdrawn: won["withdraw"], custody.Refused: won["refuse"]}; want[l.State] != 1 || len(l.Approved) != won["approve validator"]+won["approve deputy"] {
			t.Errorf("the request is %s with %d approvals after %v", l.State, len(l.Approved), won)
		}
		said := u.done(t, req.String(), "identity.approve", "identity.end-request", "identity.open-approved")
		if n := len(said); n != len(l.Approved)+1 || strings.Contains(strings.Join(said[:n-1], " "), "end-request") || won["take"] == 1 && (n != 3 || said[2] != "identity.open-approved") {
			t.Errorf("the log says %q; done were %v", said, won)
		}

		var prp custody.ProposalID
		steps(t, func() { prp = must(u.d.ProposeDestruction(ctx, u.in("keeper"), src, "he asked")) })
		who["keeper"] = u.who["keeper"]
		confirm := func(name string) func() error { return func() error { return u.d.Confirm(ctx, who[name], prp) } }
		won = race(map[string]func() error{"confirm validator": confirm("validator"), "confirm deputy": confirm("deputy"), "confirm own": confirm("keeper"),
			"withdraw": func() error { return u.d.EndProposal(ctx, who["keeper"], prp) }, "destroy": func() error { _, err := u.d.DestroyIdentity(ctx, who["keeper"], prp); return err }}, 100)
		if won["confirm own"] > 0 || won["confirm validator"]+won["confirm deputy"] > 1 || won["withdraw"]+won["destroy"] != 1 {
			t.Errorf("what was done: %v", won)
		}
		_, err = u.d.OpenIdentity(ctx, who["keeper"], src, "a test")
		if opens := err == nil; opens == (won["destroy"] == 1) {
			t.Errorf("after %v the identity opens: %v", won, err)
		}
	})
}

// race does all of these at once, n times altogether, and counts what was done.
func race(acts map[string]func() error, n int) map[string]int {
	var wg sync.WaitGroup
	var mu sync.Mutex
	won, start := map[string]int{}, make(chan struct{})
	for left := n; left > 0; {
		for name, act := range acts {
			if left--; left < 0 {
				break
			}
			wg.Go(func() {
				<-start
				if act() == nil {
					mu.Lock()
					won[name]++
					mu.Unlock()
				}
			})
		}
	}
	close(start)
	wg.Wait()
	return won
}

// done are the acts on one object that the log says were done, oldest first.
func (u *unit) done(t testing.TB, object string, acts ...string) (out []string) {
	t.Helper()
	p, err := u.d.Log(ctx, u.in("inspector"), store.LogQuery{Object: object, Limit: 200})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range slices.Backward(p.Entries) {
		if e.Outcome == audit.Done && slices.Contains(acts, e.Act) {
			out = append(out, e.Act)
		}
	}
	return out
}
