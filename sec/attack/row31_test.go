package attack

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// TestRow31Tokens: a token is good at its own porch, in its own header, and nowhere else; none is turned into a cookie,
// and a cookie is no token.
func TestRow31Tokens(t *testing.T) {
	h := newHouse(t)
	token, _ := h.caller().token("amal", "amal passphrase", "")
	c := h.inside("amal")
	at, err := url.Parse(h.url)
	ok(t, err)
	var cookie string
	for _, k := range c.c.Jar.Cookies(at) {
		cookie = k.Value
	}
	stranger := h.caller()
	refused := stranger.sends("GET", "/reports", "", nil)
	for what, x := range map[string][]string{
		"Basic":            {"Authorization", "Basic " + token},
		"Basic, as a name": {"Authorization", "Basic " + "YW1hbDo=" + token},
		"twice":            {"Authorization", "Bearer " + token, "Authorization", "Bearer " + token},
		"another header":   {"X-Auth-Token", token},
		"an API key":       {"X-Api-Key", token},
		"a cookie":         {"Cookie", "cutout=" + token},
		"a session cookie": {"Cookie", "session=" + token},
		"cut":              {"Authorization", "Bearer " + token[:len(token)-1]},
		"longer":           {"Authorization", "Bearer " + token + "A"},
		"in quotes":        {"Authorization", `Bearer "` + token + `"`},
		"the page's":       {"Authorization", "Bearer " + cookie},
	} {
		a := stranger.do("GET", "/api/v1/reports", "", "", x...)
		if a.status != http.StatusUnauthorized || a.body != refused.body {
			t.Errorf("the interface with %s: %d", what, a.status)
		}
		if a := h.caller().do("GET", "/reports", "", "", x...); a.status != http.StatusUnauthorized && what != "the page's" {
			t.Errorf("the pages with %s: %d", what, a.status)
		}
	}
	for _, q := range []string{"?token=", "?access_token=", "?session=", "?key="} {
		if a := stranger.get("/api/v1/reports" + q + token); a.status != http.StatusUnauthorized {
			t.Errorf("the interface with %s: %d", q, a.status)
		}
		if a := stranger.get("/reports" + q + token); a.status != http.StatusUnauthorized {
			t.Errorf("the pages with %s: %d", q, a.status)
		}
	}
	// With the token, at every address of both porches: no cookie is minted, and the pages do not know it.
	for _, path := range []string{"/", "/account", "/reports", "/signin", "/assets/x"} {
		a := h.caller().get(path, "Authorization", "Bearer "+token)
		if a.status == http.StatusOK && path != "/signin" || strings.Contains(a.header.Get("Set-Cookie"), "cutout") {
			t.Errorf("%s with a token: %d, %q", path, a.status, a.header.Get("Set-Cookie"))
		}
	}
	for _, path := range []string{"/session", "/sessions", "/reports", "/nothing"} {
		if a := h.caller().sends("GET", path, token, nil); len(a.header["Set-Cookie"]) > 0 {
			t.Errorf("%s sets a cookie", path)
		}
	}
	if _, a := h.caller().token("amal", "amal passphrase", ""); len(a.header["Set-Cookie"]) > 0 {
		t.Error("a token comes with a cookie")
	}
	if a := stranger.sends("GET", "/reports", token, nil); a.status != http.StatusOK {
		t.Errorf("and the token itself: %d", a.status)
	}
}
