package attack

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"cutout/internal/api"
	"cutout/internal/id"
)

// unloggedReads are the addresses that show nothing of the records, with the reason.
var unloggedReads = map[string]string{
	"GET /api/v1/session": "who one is signed in as",
	"GET /api/v1/unit":    "the unit's name and rules, which stand on the sign-in too",
}

// TestRow51EveryReadIsLogged asks every address that shows something, with a record one sees, one that is hidden and one
// that never was, and holds that each question left an entry of the one who asked.
func TestRow51EveryReadIsLogged(t *testing.T) {
	u := newLogUnit(t)
	pages, machine := logRoutes(t)
	asked := 0
	for _, who := range []string{"worker", "elsewhere", "inspector"} {
		for _, porch := range []struct {
			r      logReader
			routes []logRoute
		}{{u.atPages(who), pages}, {u.atInterface(who), machine}} {
			for _, route := range porch.routes {
				if route.method != "GET" || unloggedReads["GET "+route.path] != "" {
					continue
				}
				for _, of := range []string{u.src.String(), id.Long("src", [16]byte{9, 7})} {
					path := route.with(of)
					before := u.newest(u.who[who])
					rec := porch.r.do(httptest.NewRequest("GET", path, nil))
					after := u.newest(u.who[who])
					asked++
					shown := rec.Code == http.StatusOK
					if who == "inspector" { // his own look at the log, by which this test counts, is an entry too
						before++
					}
					if shown && after <= before {
						t.Errorf("%s read %s and the log does not say so", who, path)
					}
					if strings.Contains(route.path, "{") && strings.Contains(route.path, "sources/") && !shown && rec.Code == http.StatusNotFound && after <= before {
						t.Errorf("%s asked for %s, was told there is none, and the log does not say so", who, path)
					}
					if !strings.Contains(route.path, "{") {
						break
					}
				}
			}
		}
	}
	if asked < 200 {
		t.Errorf("only %d questions", asked)
	}
}

// TestRow51LogIsForInspectors tries the log as officers who are none, and the log of a record as one who may not see it.
func TestRow51LogIsForInspectors(t *testing.T) {
	u := newLogUnit(t)
	_, err := u.d.Source(t.Context(), u.who["worker"], u.src, time.Time{})
	u.ok(err)
	for _, who := range []string{"worker", "elsewhere", "root"} {
		r := u.atInterface(who)
		for _, q := range []*http.Request{httptest.NewRequest("GET", api.Prefix+"/log", nil), httptest.NewRequest("GET", api.Prefix+"/log?object="+u.src.String(), nil),
			httptest.NewRequest("GET", api.Prefix+"/log-proofs/1", nil), httptest.NewRequest("POST", api.Prefix+"/log-verification", strings.NewReader("{}")),
			httptest.NewRequest("POST", api.Prefix+"/log-growth", strings.NewReader(`{"from":1}`))} {
			q.Header.Set("Content-Type", "application/json")
			if rec := r.do(q); rec.Code != http.StatusForbidden {
				t.Errorf("%s, %s: %d", who, q.URL.Path, rec.Code)
			}
		}
		p := u.atPages(who)
		for _, q := range []*http.Request{httptest.NewRequest("GET", "/oversight", nil), httptest.NewRequest("POST", "/oversight/bundle", nil), httptest.NewRequest("POST", "/oversight/verify", nil)} {
			if rec := p.do(q); rec.Code != http.StatusForbidden {
				t.Errorf("%s, page %s: %d", who, q.URL.Path, rec.Code)
			}
		}
	}
	log := func(who, of string) *httptest.ResponseRecorder {
		return u.atInterface(who).do(httptest.NewRequest("GET", api.Prefix+"/log/"+of, nil))
	}
	hidden, never := log("elsewhere", u.src.String()), log("elsewhere", id.Long("src", [16]byte{9, 7}))
	if hidden.Code != http.StatusNotFound || hidden.Body.String() != never.Body.String() {
		t.Errorf("the log of a hidden record: %d %s, of none: %d %s", hidden.Code, hidden.Body, never.Code, never.Body)
	}
	var mine struct {
		Entries []map[string]any
	}
	u.ok(json.Unmarshal(log("worker", u.src.String()).Body.Bytes(), &mine))
	if len(mine.Entries) < 2 {
		t.Fatalf("the log of one's own record: %v", mine.Entries)
	}
	for _, e := range mine.Entries {
		if e["seq"] != nil || e["object"] != u.src.String() {
			t.Errorf("the log of a record shows a place in the whole log, or another record: %v", e)
		}
	}
}
