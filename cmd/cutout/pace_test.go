package main

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// deadlined is an answer whose connection notes its deadlines.
type deadlined struct {
	*httptest.ResponseRecorder
	set []time.Time
}

func (d *deadlined) SetReadDeadline(t time.Time) error { d.set = append(d.set, t); return nil }

// pieces gives its pieces one at a time.
type pieces struct{ left []string }

func (p *pieces) Read(b []byte) (int, error) {
	if len(p.left) == 0 {
		return 0, io.EOF
	}
	n := copy(b, p.left[0])
	p.left = p.left[1:]
	return n, nil
}
func (p *pieces) Close() error { return nil }

// TestPace holds that a body gets more time only as it comes, and that once it is whole nothing ends the act.
func TestPace(t *testing.T) {
	ask := func(body io.ReadCloser, read bool) []time.Time {
		w := &deadlined{ResponseRecorder: httptest.NewRecorder()}
		r := httptest.NewRequest("POST", "/", nil)
		r.Body = body
		paced(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			if read {
				if _, err := io.ReadAll(r.Body); err != nil {
					t.Error(err)
				}
			}
		})).ServeHTTP(w, r)
		return w.set
	}
	trickle := &pieces{}
	for range 1000 {
		trickle.left = append(trickle.left, "x")
	}
	if set := ask(trickle, true); len(set) != 3 || set[0].IsZero() || set[1].IsZero() || !set[2].IsZero() {
		t.Errorf("a thousand single bytes moved the deadline %d times: %v", len(set), set)
	}
	whole := &pieces{}
	for range 64 {
		whole.left = append(whole.left, strings.Repeat("x", 512)) // what one read takes
	}
	if set := ask(whole, true); len(set) < 4 || !set[len(set)-1].IsZero() {
		t.Errorf("32 KiB moved the deadline %d times: %v", len(set), set)
	}
	if set := ask(&pieces{left: []string{"x"}}, false); len(set) != 1 || set[0].IsZero() {
		t.Errorf("a body nobody reads has no end: %v", set)
	}
	if set := ask(http.NoBody, true); len(set) != 0 {
		t.Errorf("a request without a body has deadlines: %v", set)
	}
}

// noted is a connection that notes the last moment until which it was to be read.
type noted struct {
	net.Conn
	until time.Time
}

func (n *noted) SetReadDeadline(t time.Time) error { n.until = t; return nil }

// TestApart holds that clients who are slow together are let go one after another: none before his time, none later than
// a quarter of it, and that "at once" and "never" stay what they are.
func TestApart(t *testing.T) {
	n := &noted{}
	c := pacedConn{n}
	at := time.Now().Add(time.Hour)
	least, most := time.Hour, time.Duration(0)
	for range 200 {
		if err := c.SetReadDeadline(at); err != nil {
			t.Fatal(err)
		}
		late := n.until.Sub(at)
		least, most = min(least, late), max(most, late)
	}
	if least < 0 || most > 15*time.Minute || most-least < 10*time.Minute {
		t.Errorf("of an hour, two hundred clients get from %v to %v more", least, most)
	}
	for _, as := range []time.Time{{}, time.Unix(1, 0)} {
		if _ = c.SetReadDeadline(as); !n.until.Equal(as) {
			t.Errorf("%v becomes %v", as, n.until)
		}
	}
}
