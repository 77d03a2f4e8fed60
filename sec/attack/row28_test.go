package attack

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// TestRow28Sessions: a session known before the sign-in is worth nothing after it, one that ended stays ended wherever it
// is kept, and nobody is signed out, or in, by following a link.
func TestRow28Sessions(t *testing.T) {
	h := newHouse(t)
	at, err := url.Parse(h.url)
	ok(t, err)
	cookie := func(c *caller) string {
		for _, k := range c.c.Jar.Cookies(at) {
			if k.Name == "cutout" {
				return k.Value
			}
		}
		return ""
	}
	with := func(value string) *caller {
		c := h.caller()
		c.c.Jar.SetCookies(at, []*http.Cookie{{Name: "cutout", Value: value, Path: "/"}})
		return c
	}
	// A cookie somebody else set before: the browser signs in, and he does not.
	victim := with(strings.Repeat("A", 43))
	victim.login("amal", "amal passphrase", "")
	if !victim.in() || with(strings.Repeat("A", 43)).in() || cookie(victim) == strings.Repeat("A", 43) {
		t.Error("a cookie set before the sign-in is signed in")
	}
	// Signed in again in the same browser: the session before is ended.
	old := cookie(victim)
	victim.login("amal", "amal passphrase", "")
	if now := cookie(victim); now == old || with(old).in() || !with(now).in() {
		t.Error("the token did not change at the sign-in")
	}
	// GET changes nothing; another site's POST neither.
	for _, path := range []string{"/signout", "/account/sessions/end-others", "/account/codes/remove"} {
		if a := victim.get(path); a.status < 400 || !victim.in() {
			t.Errorf("GET %s: %d", path, a.status)
		}
	}
	for _, origin := range [][]string{{"Origin", "https://evil.example"}, {"Origin", "null"}, {"Sec-Fetch-Site", "cross-site"}} {
		for _, path := range []string{"/signout", "/signin", "/present", "/account/sessions/end-others", "/signin/passkey"} {
			a := victim.do("POST", path, "", "name=bea&passphrase=bea+passphrase", append([]string{"Content-Type", "application/x-www-form-urlencoded"}, origin...)...)
			if a.status != http.StatusForbidden || !victim.in() {
				t.Errorf("POST %s with %v: %d", path, origin, a.status)
			}
		}
	}
	// Ended is ended, on every copy: by sign-out, by a new passphrase, from the list, by the administrator.
	ends := map[string]func(c *caller){
		"sign-out":   func(c *caller) { c.post("/signout", nil) },
		"end others": func(*caller) { h.inside("amal").post("/account/sessions/end-others", nil) },
		"ended for":  func(*caller) { ok(t, h.d.EndSessionsOf(t.Context(), h.signedIn("root"), h.who["amal"].ID)) },
		"a new phrase": func(*caller) {
			p := h.inside("amal")
			for _, x := range [][2]string{{"amal passphrase", "another passphrase"}, {"another passphrase", "amal passphrase"}} {
				if a := p.post("/passphrase", url.Values{"old_passphrase": {x[0]}, "passphrase": {x[1]}, "passphrase_again": {x[1]}}); a.status != http.StatusSeeOther {
					t.Fatalf("the passphrase is not changed: %d", a.status)
				}
			}
			if !p.in() {
				t.Error("who changes his passphrase is signed out")
			}
		},
	}
	for what, end := range ends {
		c := h.inside("amal")
		copied := cookie(c)
		token, _ := h.caller().token("amal", "amal passphrase", "")
		end(c)
		if with(copied).in() || c.in() {
			t.Errorf("%s: the session lives on", what)
		}
		if a := h.caller().sends("GET", "/session", token, nil); (a.status == http.StatusOK) != (what == "sign-out") {
			t.Errorf("%s: the token of another session: %d", what, a.status)
		}
	}
	for _, path := range []string{"/", "/signin", "/account"} { // nothing is told to the next one at this machine
		if c := h.inside("amal").get(path).header.Get("Cache-Control"); c != "no-store" {
			t.Errorf("%s may be kept: %q", path, c)
		}
	}
}
