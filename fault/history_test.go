package fault

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"cutout/internal/casework"
	"cutout/internal/officer"
	"cutout/internal/requirement"
)

// subject is implemented by what clients do: the one thing it is about. Subjects are independent of each other.
type subject interface{ about() string }

// op is what is done about a desk, which a reader holds or does not.
type op struct {
	subject string // the reader
	kind    string // give, take, look
}

func (o op) about() string { return o.subject }

// answer of an op; unknown is an op whose end the client never heard.
type answer struct{ seen, unknown bool }

// step is the model: a look shows what the last act before it left. An act of unknown end may have been done at any later
// time, or never, which the checker tries by putting it last.
func step(state, input, output any) (bool, any) {
	held, o, a := state.(bool), input.(op), output.(answer)
	switch o.kind {
	case "give":
		return true, true
	case "take":
		return true, false
	}
	return a.seen == held, held
}

var model = porcupine.Model{Init: func() any { return false }, Step: step, Partition: bySubject}

func bySubject(history []porcupine.Operation) (out [][]porcupine.Operation) {
	by := map[string][]porcupine.Operation{}
	for _, o := range history {
		s := o.Input.(subject).about()
		by[s] = append(by[s], o)
	}
	for _, h := range by {
		out = append(out, h)
	}
	return out
}

// history is what all clients did, on one clock.
type history struct {
	mu   sync.Mutex
	from time.Time
	ops  []porcupine.Operation
	acts map[string]string // number of a requirement to its id: confirmed, or "" when nobody knows
}

func (h *history) now() int64 { return time.Since(h.from).Nanoseconds() }

const forever = int64(1) << 62

func (h *history) add(client int, o subject, called int64, a any, unknown bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	returned := h.now()
	if unknown {
		returned = forever
	}
	h.ops = append(h.ops, porcupine.Operation{ClientId: client, Input: o, Call: called, Output: a, Return: returned})
}

func (h *history) len() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.ops)
}

// check looks for one order of everything that explains every answer.
func (h *history) check(t *testing.T, m porcupine.Model) {
	t.Helper()
	switch result := porcupine.CheckOperationsTimeout(m, h.ops, 2*time.Minute); result {
	case porcupine.Ok:
	case porcupine.Unknown:
		t.Logf("%d acts and looks: the checker found no order in two minutes, and no proof that there is none", len(h.ops))
	default:
		t.Errorf("%d acts and looks: no order of them explains what was seen", len(h.ops))
	}
}

// server is the one under test, whichever process it is at the moment.
type server struct {
	mu sync.RWMutex
	s  *running
}

func (s *server) base() string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.s.base
}

// crew is clients at work on a server that is killed now and then.
type crew struct {
	u    *unit
	sv   *server
	h    *history
	stop chan struct{}
	wg   sync.WaitGroup
}

func (u *unit) crew(t testing.TB) *crew {
	t.Helper()
	return &crew{u: u, sv: &server{s: u.serve(t, nil)}, h: &history{from: time.Now(), acts: map[string]string{}}, stop: make(chan struct{})}
}

// hand works as an officer until the drill is over, and signs in again wherever the server is after a kill.
func (w *crew) hand(name string, one func(c *client, round int)) {
	w.wg.Go(func() {
		var c *client
		for round := 0; ; round++ {
			select {
			case <-w.stop:
				return
			default:
			}
			if c == nil || c.base != w.sv.base() || c.token == "" {
				c = newClient(w.sv.base(), 10*time.Second)
				if c.signIn(name) != nil {
					c = nil
					time.Sleep(20 * time.Millisecond)
					continue
				}
			}
			one(c, round)
		}
	})
}

// lives lets the hands work through one life of the server more than it is killed, each at least as long as its part of
// the whole and until all kinds of hands are at work.
func (w *crew) lives(t testing.TB, kills int, whole time.Duration) {
	t.Helper()
	for life := 0; ; life++ {
		from, began := w.h.len(), time.Now()
		for done := false; !done; {
			time.Sleep(50 * time.Millisecond)
			done = time.Since(began) > whole/time.Duration(kills+1) && w.h.len() > from+40 || time.Since(began) > time.Minute
		}
		if life == kills {
			break
		}
		w.sv.mu.RLock()
		w.sv.s.kill()
		w.sv.mu.RUnlock()
		fresh := w.u.serve(t, nil)
		w.sv.mu.Lock()
		w.sv.s = fresh
		w.sv.mu.Unlock()
	}
	close(w.stop)
	w.wg.Wait()
	w.sv.s.kill()
}

// TestF12History has eight clients give and take a desk, look through it, and file, while the server is killed.
// Every look fits one order of the acts: in particular, nothing is seen after a confirmed taking. Every confirmed filing
// is there once, every one of unknown end at most once.
func TestF12History(t *testing.T) {
	u := begin(t, &unit{})
	readers := map[string]officer.Officer{}
	for _, name := range []string{"reader1", "reader2"} {
		o, err := u.d.AddOfficer(ctx, u.Admin, casework.OfficerDraft{Name: name, Clearance: "SECRET", Duties: []string{"analyst"}}, pass(name))
		must(t, err)
		readers[name] = o
	}
	seen, err := u.light(1, "the one looked at")
	must(t, err)
	u.close()
	w := u.crew(t)
	h := w.h
	who := []string{"reader1", "reader2"}
	for n := range 2 {
		w.hand("root", func(c *client, round int) {
			r := who[rand.IntN(2)]
			o := op{subject: r, kind: "give"}
			method, path, body := "POST", "/officers/"+readers[r].ID.String()+"/compartments", any(map[string]string{"compartment": u.Desk})
			if rand.IntN(2) == 0 {
				o.kind = "take"
				method, path, body = "DELETE", path+"/"+u.Desk, nil
			}
			called := h.now()
			switch status, err := c.do(method, path, body, nil); {
			case err != nil || status >= 500:
				h.add(n, o, called, answer{unknown: true}, true)
				time.Sleep(50 * time.Millisecond)
			case status < 300:
				h.add(n, o, called, answer{}, false)
			case status == http.StatusUnauthorized:
				c.token = ""
			default:
				t.Errorf("%s: %d", o.kind, status)
			}
			time.Sleep(time.Duration(rand.IntN(20)) * time.Millisecond)
		})
	}
	for n := range 4 {
		r := who[n%2]
		w.hand(r, func(c *client, round int) {
			called := h.now()
			status, err := c.do("GET", "/requirements/"+seen.ID, nil, nil)
			switch {
			case err != nil || status >= 500: // a look that failed showed nothing
				time.Sleep(50 * time.Millisecond)
			case status == http.StatusOK, status == http.StatusNotFound:
				h.add(2+n, op{r, "look"}, called, answer{seen: status == http.StatusOK}, false)
			case status == http.StatusUnauthorized:
				c.token = ""
			default:
				t.Errorf("look: %d", status)
			}
			time.Sleep(time.Duration(rand.IntN(10)) * time.Millisecond)
		})
	}
	for n := range 2 {
		w.hand("worker", func(c *client, round int) {
			number := fmt.Sprintf("%d-%d", n, round)
			var made struct{ ID string }
			status, err := c.do("POST", "/requirements", casework.RequirementDraft{Desk: u.Desk, Draft: requirement.Draft{Kind: "PIR", Number: number, Text: "what passes " + number, Topic: "gate"}}, &made)
			if err == nil && status == http.StatusUnauthorized {
				c.token = ""
				return
			}
			if err != nil {
				defer time.Sleep(50 * time.Millisecond)
			}
			h.mu.Lock()
			h.acts[number] = made.ID
			h.mu.Unlock()
			if err == nil && status != http.StatusCreated && status < 500 {
				t.Errorf("filing: %d", status)
			}
			time.Sleep(time.Duration(rand.IntN(10)) * time.Millisecond)
		})
	}
	kills := pick(2, 5)
	w.lives(t, kills, time.Duration(pick(3, 60))*time.Second)

	if len(h.ops) < 100 || len(h.acts) < 5 {
		t.Fatalf("%d acts and looks, %d filings: the drill drilled nothing", len(h.ops), len(h.acts))
	}
	h.check(t, model)

	must(t, u.open())
	u.whole(t, nil, false, true)
	there := map[string][]string{}
	p, err := u.d.Coverage(ctx, u.Worker)
	must(t, err)
	for _, r := range p.Requirements {
		there[r.Value.Number] = append(there[r.Value.Number], r.ID.String())
	}
	confirmed := 0
	for number, id := range h.acts {
		got := there[number]
		if id != "" {
			confirmed++
		}
		if len(got) > 1 || id != "" && (len(got) != 1 || got[0] != id) {
			t.Errorf("filing %s, confirmed as %q, is there as %v", number, id, got)
		}
	}
	t.Logf("%d acts and looks in one order over %d kills; %d filings confirmed, each there once; %d of unknown end", len(h.ops), kills, confirmed, len(h.acts)-confirmed)
}

// TestF12Model: the checker refuses a look after a confirmed taking, and accepts one beside it.
func TestF12Model(t *testing.T) {
	at := func(kind string, call, ret int64, a answer) porcupine.Operation {
		return porcupine.Operation{Input: op{"r", kind}, Call: call, Return: ret, Output: a}
	}
	give, take := at("give", 0, 1, answer{}), at("take", 4, 6, answer{})
	for _, c := range []struct {
		name string
		ops  []porcupine.Operation
		ok   bool
	}{
		{"seen while held", []porcupine.Operation{give, take, at("look", 2, 3, answer{seen: true})}, true},
		{"seen after the taking", []porcupine.Operation{give, take, at("look", 7, 8, answer{seen: true})}, false},
		{"seen beside the taking", []porcupine.Operation{give, take, at("look", 5, 8, answer{seen: true})}, true},
		{"not seen while held", []porcupine.Operation{give, take, at("look", 2, 3, answer{})}, false},
		{"seen, then not, while a taking is unknown", []porcupine.Operation{give, at("take", 4, forever, answer{unknown: true}), at("look", 7, 8, answer{seen: true}), at("look", 9, 10, answer{})}, true},
		{"seen again after it was gone", []porcupine.Operation{give, at("take", 4, forever, answer{unknown: true}), at("look", 7, 8, answer{}), at("look", 9, 10, answer{seen: true})}, false},
	} {
		if got := porcupine.CheckOperations(model, c.ops); got != c.ok {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}
