package main

import (
	"io"
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
