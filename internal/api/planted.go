package api

import (
	"net/http"
	"strconv"
	"sync"
	"time"
)

// What the leaks planted in the interface keep for all callers together, where each ought to have his own. Package leak
// keeps them out of every ordinary build.
type together struct {
	mu      sync.Mutex
	calls   int
	changed time.Time
}

var planted sync.Map // *server to *together

func (s *server) together() *together {
	t, _ := planted.LoadOrStore(s, &together{})
	return t.(*together)
}

// spend is one allowance of calls for everybody.
func (t *together) spend(h http.Header) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.calls++
	h.Set("RateLimit-Remaining", strconv.Itoa(1_000_000-t.calls))
}

// modified tells when anybody last wrote anything; a sign-in writes nothing.
func (t *together) modified(h http.Header, r *http.Request, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if r.Method != http.MethodGet && r.URL.Path != Prefix+"/session" {
		t.changed = now
	}
	h.Set("Last-Modified", t.changed.UTC().Format(http.TimeFormat))
}
