package attack

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"
)

// TestRow24Enrolment: nobody enrols, removes or uses a second factor of another officer, and nobody changes his own
// without having just shown that it is he.
func TestRow24Enrolment(t *testing.T) {
	h := newHouse(t)
	amal := h.inside("amal")
	beas := h.who["bea"].ID.String()
	blue := h.key()
	amal.enrol(blue)
	// Addresses and fields that name another officer: there is no such address, and the fields change nothing.
	for _, path := range []string{"/account/" + beas, "/officers/" + beas + "/passkeys", "/account/codes/" + beas, "/account/passkeys/" + beas} {
		if a, none := amal.post(path, url.Values{"name": {"x"}}), amal.post("/nothing", url.Values{"name": {"x"}}); a.status != http.StatusNotFound || a.body != none.body {
			t.Errorf("%s: %d", path, a.status)
		}
	}
	m := seedOn.FindStringSubmatch(amal.get("/account/codes?officer=" + beas + "&user=bea").body)
	if m == nil {
		t.Fatal("no secret")
	}
	a := amal.post("/account/codes?officer="+beas, url.Values{"seed": {m[1]}, "code": {h.clockCode(m[1], 0)}, "officer": {beas}, "user": {"bea"}, "id": {beas}})
	recovery := codeOn.FindAllStringSubmatch(a.body, -1)
	if len(recovery) != 10 {
		t.Fatalf("codes: %d", a.status)
	}
	if a := h.caller().login("bea", "bea passphrase", ""); a.status != http.StatusSeeOther {
		t.Errorf("codes were set up for another: %d", a.status)
	}
	if a := h.caller().login("amal", "amal passphrase", ""); a.status != http.StatusUnauthorized {
		t.Errorf("codes were not set up for oneself: %d", a.status)
	}
	seed, _ := h.withCodes("bea")
	if a := h.caller().login("bea", "bea passphrase", recovery[0][1]); a.status != http.StatusUnauthorized {
		t.Errorf("another's recovery code: %d", a.status)
	}
	h.later(11 * time.Minute)
	// Another's passkey and another's session are answered like ones that never were.
	bea := h.insideBy("bea", func(c *caller) reply {
		return c.login("bea", "bea passphrase", h.clockCode(seed, 0))
	})
	amal = h.insideBy("amal", func(c *caller) reply { return c.byKey(blue) })
	page := amal.get("/account").body
	for _, x := range []*regexp.Regexp{regexp.MustCompile(`/account/passkeys/([0-9a-f]+)/remove`), regexp.MustCompile(`/account/sessions/([0-9a-f]{32})/end`)} {
		mine := x.FindStringSubmatch(page)
		if mine == nil {
			t.Fatalf("the page has no %v", x)
		}
		theirs, never := bea.post(mine[0], nil), bea.post(strings.Replace(mine[0], mine[1], strings.Repeat("0", len(mine[1])), 1), nil)
		if theirs.status != http.StatusNotFound || theirs.body != never.body {
			t.Errorf("%s by another: %d, and %d for one that never was", mine[0], theirs.status, never.status)
		}
	}
	// One's own, without presence: asked for it first, and nothing is done.
	h.later(6 * time.Minute)
	for path, form := range map[string]url.Values{"/account/codes/remove": {}, "/account/codes/recovery": {}, "/account/passkeys/0/remove": {}, "/account/passkeys": {"name": {"x"}, "answer": {"{}"}}, "/account/codes": {"seed": {m[1]}, "code": {h.clockCode(m[1], 0)}}, "/account/passkeys/question": {}} {
		if a := amal.post(path, form); a.status != http.StatusForbidden {
			t.Errorf("%s with no presence: %d", path, a.status)
		}
	}
	if a := amal.post("/present", url.Values{"passphrase": {"bea passphrase"}}); a.status != http.StatusForbidden {
		t.Errorf("another's passphrase proves presence: %d", a.status)
	}
	// After the proof the act goes on by itself, as it was sent; an act that is none is answered like nothing.
	q := amal.post("/signin/passkey/question", nil)
	a = amal.post("/present", url.Values{"answer": {blue.answer(t, q.body)}, "again_path": {"/account/codes/remove"}, "next": {"/account"}})
	if a.status != http.StatusSeeOther || h.caller().login("amal", "amal passphrase", "").status != http.StatusSeeOther {
		t.Errorf("the act after the proof: %d", a.status)
	}
	for _, path := range []string{"/signout", "/present", "/signin", "https://evil.example/x", "//evil.example/x", "/nothing", "/account"} {
		q := amal.post("/signin/passkey/question", nil)
		a := amal.post("/present", url.Values{"answer": {blue.answer(t, q.body)}, "again_path": {path}, "next": {"//evil.example"}})
		if to := a.header.Get("Location"); to != "" && to != "/" || !amal.in() {
			t.Errorf("%s done again: %d to %q", path, a.status, to)
		}
	}
}
