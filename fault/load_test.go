package fault

import (
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"cutout/internal/casework"
	"cutout/internal/officer"
	"cutout/internal/requirement"
)

// load is what a crowd of clients met.
type load struct {
	mu       sync.Mutex
	took     []time.Duration
	statuses map[int]int
	errors   map[string]int
}

func (l *load) add(status int, err error, took time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.statuses[status]++
	if err != nil {
		l.errors[err.Error()]++
	}
	l.took = append(l.took, took)
}

// at is the time under which the part of the answers came.
func (l *load) at(part float64) time.Duration {
	slices.Sort(l.took)
	return l.took[min(len(l.took)-1, int(part*float64(len(l.took))))].Round(time.Millisecond)
}

// crowd sends, from each client at once over a connection it keeps, so many requests: nine looks to an act. A client
// told to wait (429, 503) waits.
func crowd(clients []*client, each int, seen, desk string) *load {
	l := &load{statuses: map[int]int{}, errors: map[string]int{}}
	var wg sync.WaitGroup
	for n, c := range clients {
		wg.Go(func() {
			for i := range each {
				method, path, body := "GET", "/requirements/"+seen, any(nil)
				switch (n + i) % 10 {
				case 0:
					number := fmt.Sprintf("%d-%d", n, i)
					method, path, body = "POST", "/requirements", casework.RequirementDraft{Desk: desk, Draft: requirement.Draft{Kind: "PIR", Number: number, Text: "what passes " + number, Topic: "gate"}}
				case 1, 2, 3:
					method, path, body = "POST", "/search", map[string]string{"words": "passes"}
				}
				began := time.Now()
				status, err := c.do(method, path, body, nil)
				l.add(status, err, time.Since(began))
				if status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable {
					time.Sleep(100 * time.Millisecond)
				}
			}
		})
	}
	wg.Wait()
	return l
}

// check allows what is answered by design, and nothing else.
func (l *load) check(t *testing.T, what string) {
	t.Helper()
	for status, n := range l.statuses {
		if status != http.StatusOK && status != http.StatusCreated && status != http.StatusTooManyRequests && status != http.StatusServiceUnavailable {
			t.Errorf("%s: %d answers of %d %v", what, n, status, l.errors)
		}
	}
	t.Logf("%s: %d requests %v, p50 %v, p99 %v, most %v", what, len(l.took), l.statuses, l.at(0.5), l.at(0.99), l.at(1))
}

// officers opens accounts that may look and file, and signs each in; clients share them evenly.
func (u *unit) officers(t *testing.T, many int) []string {
	t.Helper()
	cs, err := u.d.Compartments(ctx, u.Admin, true)
	must(t, err)
	var names []string
	for n := range many {
		name := fmt.Sprintf("officer%d", n)
		var o officer.Officer
		o, err = u.d.AddOfficer(ctx, u.Admin, casework.OfficerDraft{Name: name, Clearance: "SECRET", Duties: []string{"analyst", "collection-manager"}}, pass(name))
		must(t, err)
		for _, c := range cs {
			if c.ID.String() == u.Desk {
				must(t, u.d.HandCompartment(ctx, u.Admin, o.ID, c.ID, ""))
			}
		}
		names = append(names, name)
	}
	return names
}

func (u *unit) crowdOf(t *testing.T, s *running, names []string, clients int) []*client {
	t.Helper()
	tokens := map[string]string{}
	for _, name := range names {
		c := newClient(s.base, 5*time.Minute)
		must(t, c.signIn(name))
		tokens[name] = c.token
		c.http.CloseIdleConnections()
	}
	out := make([]*client, clients)
	for n := range out {
		out[n] = newClient(s.base, 5*time.Minute)
		out[n].token = tokens[names[n%len(names)]]
	}
	return out
}

// TestF10Crowd has many clients at once, each over a connection of its own.
func TestF10Crowd(t *testing.T) {
	u := begin(t, &unit{})
	seen, err := u.light(1, "the one looked at")
	must(t, err)
	names := u.officers(t, pick(4, 20))
	u.close()
	s := u.serve(t, nil)
	clients := u.crowdOf(t, s, names, pick(200, 9000)) // of 20,000 descriptors this process and the server have each
	l := crowd(clients, pick(2, 5), seen.ID, u.Desk)
	l.check(t, fmt.Sprintf("%d clients", len(clients)))
	peak := s.peak(t)
	if most := pick(600, 3000); peak > most {
		t.Errorf("the server took %d MiB for %d clients, at most %d were to be", peak, len(clients), most)
	}
	t.Logf("the server took %d MiB at most", peak)
	s.kill()
	must(t, u.open())
	u.whole(t, nil, false, true)
}

// TestF10ThousandOfficers signs a thousand officers in and has them all work at once: no errors, and the ninety-ninth
// part in a hundred beside the median.
func TestF10ThousandOfficers(t *testing.T) {
	if !long() {
		t.Skip("only in the long form: a thousand passphrases are stretched twice")
	}
	u := begin(t, &unit{})
	seen, err := u.light(1, "the one looked at")
	must(t, err)
	names := u.officers(t, 1000)
	u.close()
	s := u.serve(t, nil)
	clients := u.crowdOf(t, s, names, len(names))
	l := crowd(clients, 10, seen.ID, u.Desk)
	l.check(t, "1,000 officers, each one request after another")
	if l.statuses[http.StatusOK]+l.statuses[http.StatusCreated] != len(l.took) {
		t.Errorf("%v", l.statuses)
	}
	t.Logf("the server took %d MiB at most", s.peak(t))
}

// TestF05Limits serves with few descriptors and little memory. It sheds what it cannot take and lives: when the crowd has
// left, it works as before.
func TestF05Limits(t *testing.T) {
	u := begin(t, &unit{})
	u.close()
	s := u.serve(t, []string{"GOMEMLIMIT=64MiB", "GOMAXPROCS=1"}, "prlimit", "--nofile=64")
	c := newClient(s.base, time.Minute)
	must(t, c.signIn("worker"))
	status, err := c.do("GET", "/sources", nil, nil)
	if err != nil || status != http.StatusOK {
		t.Fatalf("before: %d %v", status, err)
	}
	host := strings.TrimPrefix(s.base, "http://")
	var held []net.Conn
	for range pick(200, 2000) {
		conn, err := net.DialTimeout("tcp", host, 2*time.Second)
		if err != nil {
			break // the line before the server is full as well
		}
		_, _ = conn.Write([]byte("GET /api/v1/sources HTTP/1.1\r\nHost: x\r\n")) // and no more
		held = append(held, conn)
	}
	if len(held) < 64 {
		t.Fatalf("only %d connections: the drill drilled nothing", len(held))
	}
	var wg sync.WaitGroup
	var mu sync.Mutex
	served := 0
	for range 20 { // signed-in work in the crowd: answered, or not, but never wrong
		wg.Go(func() {
			x := newClient(s.base, 3*time.Second)
			x.token = c.token
			status, err := x.do("GET", "/sources", nil, nil)
			mu.Lock()
			defer mu.Unlock()
			if err == nil && status == http.StatusOK {
				served++
			} else if err == nil && status < 500 {
				t.Errorf("in the crowd: %d", status)
			}
		})
	}
	wg.Wait()
	for _, conn := range held {
		conn.Close()
	}
	if err := eventually(func() error {
		status, err := c.do("GET", "/sources", nil, nil)
		if err == nil && status != http.StatusOK {
			err = fmt.Errorf("%d", status)
		}
		return err
	}); err != nil {
		t.Fatalf("when the crowd has left: %v\n%s", err, s.said)
	}
	// Passphrases are stretched two at a time: forty sign-ins at once do not take forty times the memory.
	for range pick(10, 40) {
		wg.Go(func() { _ = newClient(s.base, time.Minute).signIn("worker") })
	}
	wg.Wait()
	peak := s.peak(t)
	if peak > 400 {
		t.Errorf("the server took %d MiB", peak)
	}
	must(t, c.signIn("worker"))
	if status, err = c.do("GET", "/sources", nil, nil); err != nil || status != http.StatusOK {
		t.Errorf("after: %d %v", status, err)
	}
	s.kill()
	if strings.Contains(s.said.String(), "panic") {
		t.Errorf("%s", s.said)
	}
	t.Logf("%d connections on 64 descriptors, %d of 20 requests answered among them; %d MiB at most", len(held), served, peak)
}
