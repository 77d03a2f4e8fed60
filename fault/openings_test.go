package fault

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"cutout/internal/api"
	"cutout/internal/casework"
	"cutout/internal/custody"
	"cutout/internal/officer"
	"cutout/internal/source"
)

var approverNames = []string{"approver1", "approver2", "approver3"}

// approvers names three who open identities two together, and gives a source whose identity is sealed to them.
func (u *unit) approvers(t testing.TB) (three []officer.Officer, sealed source.ID) {
	t.Helper()
	var ids []string
	for _, name := range approverNames {
		o, err := u.d.AddOfficer(ctx, u.Admin, casework.OfficerDraft{Name: name, Clearance: "SECRET", Duties: []string{"registrar"}}, pass(name))
		must(t, err)
		o, err = u.d.SignIn(ctx, name, pass(name))
		must(t, err)
		three, ids = append(three, o), append(ids, o.ID.String())
	}
	p, err := u.d.ProposeApprovers(ctx, u.Worker, casework.HoldersDraft{Officers: ids, Reason: "first naming"})
	must(t, err)
	other, err := u.d.SignIn(ctx, "other", pass("other"))
	must(t, err)
	must(t, u.d.Confirm(ctx, other, p))
	sealed, err = u.register("Person Sealed")
	must(t, err)
	return three, sealed
}

// approved makes requests that two have approved and the worker has not used.
func (u *unit) approved(t testing.TB, many int) {
	t.Helper()
	by, sealed := u.approvers(t)
	for range many {
		of, err := u.d.RequestOpening(ctx, u.Worker, casework.OpeningDraft{Source: sealed.String(), Purpose: "court order 7"})
		must(t, err)
		for _, o := range by[:2] {
			must(t, u.d.ApproveOpening(ctx, o, of))
		}
		u.Approved = append(u.Approved, of.String())
	}
}

// opensOnce opens a request that was approved and not used, and finds it used up.
func (u *unit) opensOnce(t testing.TB, of custody.RequestID) {
	t.Helper()
	p, err := u.d.OpenApproved(ctx, u.Worker, of)
	if err != nil {
		t.Errorf("approved and not used: %v: %v", err, errors.Unwrap(err))
		return
	}
	who, err := p.Disclose()
	if err != nil || who.Names[0].Full != "Person Sealed" {
		t.Errorf("an approved opening shows %v, %v", who.Names, err)
	}
	who.Wipe()
	if p, err := u.d.OpenApproved(ctx, u.Worker, of); casework.KindOf(err) != casework.Refused || !p.IsZero() {
		t.Errorf("opened twice: %v", err)
	}
	if n := len(u.entries(t, casework.LogQuery{Object: of.String(), Act: "identity.open-approved"}, true)); n != 1 {
		t.Errorf("opened once, and %d openings are on the log", n)
	}
}

// ask is what is done about one request to open an identity; by is the approver, in order.
type ask struct {
	of, kind string // approve, refuse, withdraw, take, look
	by       int
}

func (a ask) about() string { return a.of }

// told is the answer: done, not done and said so, or never heard; and the state, to a look.
type told struct {
	done, unknown bool
	state         custody.State
}

// asked is a request as the model has it.
type asked struct {
	yes   [3]bool
	ended custody.State
}

func (q asked) state() custody.State {
	n := 0
	for _, y := range q.yes {
		if y {
			n++
		}
	}
	switch {
	case q.ended != "":
		return q.ended
	case n >= custody.Needed:
		return custody.Approved
	}
	return custody.Waiting
}

// stepAsked is the model. Two yeses open, once; a request that was used, withdrawn or refused stays so. An act of unknown
// end was done if it could be at the time the checker puts it at.
func stepAsked(state, input, output any) (bool, any) {
	q, a, got := state.(asked), input.(ask), output.(told)
	var may bool
	next := q
	switch at := q.state(); a.kind {
	case "look":
		return got.state == at, q
	case "approve":
		may = at == custody.Waiting && !q.yes[a.by]
		next.yes[a.by] = true
	case "take":
		may = at == custody.Approved
		next.ended = custody.Used
	case "withdraw", "refuse":
		may = at == custody.Waiting || at == custody.Approved
		next.ended = map[string]custody.State{"withdraw": custody.Withdrawn, "refuse": custody.Refused}[a.kind]
	}
	if !may {
		next = q
	}
	return got.unknown || got.done == may, next
}

var askedModel = porcupine.Model{Init: func() any { return asked{} }, Step: stepAsked, Partition: bySubject}

// TestF12Openings has two who ask for an identity, withdraw and take it, and three approvers who say yes and no to the same
// requests, while the server is killed. Every answer fits one order: an opening is used at most once, never with fewer
// than two yeses, and never after a confirmed withdrawal or refusal; the log has each use once.
func TestF12Openings(t *testing.T) {
	u := begin(t, &unit{})
	_, sealed := u.approvers(t)
	u.close()
	w := u.crew(t)
	h := w.h
	var mu sync.Mutex
	var all []string
	uses := map[string]int{}
	// recent is one of the requests that hands meet over.
	recent := func() string {
		mu.Lock()
		defer mu.Unlock()
		if len(all) == 0 {
			return ""
		}
		return all[max(0, len(all)-1-rand.IntN(3))]
	}
	act := func(n int, c *client, a ask, method, path string, body, into any) {
		called := h.now()
		switch status, err := c.do(method, path, body, into); {
		case err != nil || status >= 500:
			if a.kind != "look" { // a look that failed showed nothing
				h.add(n, a, called, told{unknown: true}, true)
			}
			time.Sleep(50 * time.Millisecond)
		case status == http.StatusUnauthorized:
			c.token = ""
		case status == http.StatusTooManyRequests:
			time.Sleep(100 * time.Millisecond)
		case a.kind == "look" && status == http.StatusOK:
			h.add(n, a, called, told{state: custody.State(into.(*api.Opening).State)}, false)
		case a.kind != "look" && status < 300:
			if a.kind == "take" {
				mu.Lock()
				uses[a.of]++
				mu.Unlock()
			}
			h.add(n, a, called, told{done: true}, false)
		case a.kind != "look" && status == http.StatusForbidden:
			h.add(n, a, called, told{}, false)
		default:
			t.Errorf("%s: %d", a.kind, status)
		}
		time.Sleep(time.Duration(rand.IntN(10)) * time.Millisecond)
	}
	for n := range 2 {
		w.hand("worker", func(c *client, round int) {
			of := recent()
			path := "/openings/" + of
			switch k := rand.IntN(20); {
			case of == "" || k < 4:
				var made struct{ ID string }
				if status, err := c.do("POST", "/openings", casework.OpeningDraft{Source: sealed.String(), Purpose: "court order 7"}, &made); err == nil && status == http.StatusCreated {
					mu.Lock()
					all = append(all, made.ID)
					mu.Unlock()
				} else if err == nil && status == http.StatusUnauthorized {
					c.token = ""
				}
			case k < 14:
				act(n, c, ask{of: of, kind: "take"}, "POST", path+"/sealed-identity", nil, nil)
			case k < 15:
				act(n, c, ask{of: of, kind: "withdraw"}, "POST", path+"/end", api.ReasonDraft{}, nil)
			default:
				act(n, c, ask{of: of, kind: "look"}, "GET", path, nil, &api.Opening{})
			}
		})
	}
	for n, name := range approverNames {
		w.hand(name, func(c *client, round int) {
			of := recent()
			path := "/openings/" + of
			switch k := rand.IntN(20); {
			case of == "":
				time.Sleep(20 * time.Millisecond)
			case k < 12:
				act(2+n, c, ask{of: of, kind: "approve", by: n}, "POST", path+"/approval", nil, nil)
			case k < 13:
				act(2+n, c, ask{of: of, kind: "refuse", by: n}, "POST", path+"/end", api.ReasonDraft{Reason: "no order was shown"}, nil)
			default:
				act(2+n, c, ask{of: of, kind: "look"}, "GET", path, nil, &api.Opening{})
			}
		})
	}
	kills := pick(2, 8)
	w.lives(t, kills, time.Duration(pick(3, 60))*time.Second)

	must(t, u.open())
	u.whole(t, nil, false, true)
	logged := map[string]int{}
	for _, e := range u.entries(t, casework.LogQuery{Act: "identity.open-approved"}, true) {
		logged[e.Object]++
	}
	ends := map[custody.State]int{}
	for _, of := range all {
		id, err := parse[custody.RequestID](of)
		must(t, err)
		called := h.now()
		p, err := u.d.Opening(ctx, u.Worker, id)
		must(t, err)
		h.add(9, ask{of: of, kind: "look"}, called, told{state: p.State}, false)
		if ends[p.State]++; logged[of] < uses[of] || logged[of] > 1 || (logged[of] == 1) != (p.State == custody.Used) {
			t.Errorf("%s is %s, was handed out %d times, and its use is on the log %d times", of, p.State, uses[of], logged[of])
		}
	}
	h.check(t, askedModel)
	if ends[custody.Used] == 0 || ends[custody.Withdrawn]+ends[custody.Refused] == 0 {
		t.Errorf("%v: the drill drilled nothing", ends)
	}
	lost := 0
	for _, o := range h.ops {
		if o.Output.(told).unknown {
			lost++
		}
	}
	t.Logf("%d acts and looks in one order over %d kills, %d of unknown end; %d requests: %v", len(h.ops), kills, lost, len(all), ends)
}

// TestF12OpeningsModel: the checker refuses what must not be, and accepts what an act of unknown end may have done.
func TestF12OpeningsModel(t *testing.T) {
	at := int64(0)
	next := func(kind string, by int, a told) porcupine.Operation {
		at += 2
		o := porcupine.Operation{Input: ask{"q", kind, by}, Call: at, Return: at + 1, Output: a}
		if a.unknown {
			o.Return = forever
		}
		return o
	}
	done, unknown := told{done: true}, told{unknown: true}
	both := []porcupine.Operation{next("approve", 0, done), next("approve", 1, done)}
	for _, c := range []struct {
		name string
		ops  []porcupine.Operation
		ok   bool
	}{
		{"taken once", []porcupine.Operation{next("take", 0, done), next("take", 0, told{})}, true},
		{"taken twice", []porcupine.Operation{next("take", 0, done), next("take", 0, done)}, false},
		{"taken after a withdrawal", []porcupine.Operation{next("withdraw", 0, done), next("take", 0, done)}, false},
		{"taken after a refusal", []porcupine.Operation{next("refuse", 2, done), next("take", 0, done)}, false},
		{"taken after a withdrawal of unknown end", []porcupine.Operation{next("withdraw", 0, unknown), next("take", 0, done)}, true},
		{"taken after that withdrawal was seen", []porcupine.Operation{next("withdraw", 0, unknown), next("look", 0, told{state: custody.Withdrawn}), next("take", 0, done)}, false},
		{"taken again after a use of unknown end", []porcupine.Operation{next("take", 0, unknown), next("take", 0, done)}, true},
		{"taken again after that use was seen", []porcupine.Operation{next("take", 0, unknown), next("look", 0, told{state: custody.Used}), next("take", 0, done)}, false},
		{"refused without a cause", []porcupine.Operation{next("take", 0, told{})}, false},
	} {
		if got := porcupine.CheckOperations(askedModel, slices.Concat(both, c.ops)); got != c.ok {
			t.Errorf("%s: %v", c.name, got)
		}
	}
	if one := both[:1]; porcupine.CheckOperations(askedModel, append(slices.Clone(one), next("take", 0, done))) {
		t.Error(fmt.Sprint("taken with one yes: ", one))
	}
}
