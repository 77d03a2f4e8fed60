package attack

import (
	"net/http"
	"testing"
)

// TestRow27Disabled: an account that is closed is closed on every path: passphrase, passkey, provider, token, session and
// recovery code, by the next request.
func TestRow27Disabled(t *testing.T) {
	h := newHouse(t)
	h.bind("amal", "subject-1")
	blue := h.key()
	c := h.inside("amal")
	c.enrol(blue)
	seed, recovery := h.withCodes("amal")
	token, _ := h.caller().token("amal", "amal passphrase", h.clockCode(seed, 0))
	byKey, byProvider := h.caller(), h.caller()
	byKey.byKey(blue)
	byProvider.byProvider("subject-1")
	sessions := map[string]*caller{"passphrase": h.insideBy("amal", func(c *caller) reply { return c.login("amal", "amal passphrase", recovery[0]) }), "passkey": byKey, "provider": byProvider}
	for what, c := range sessions {
		if !c.in() {
			t.Fatalf("the session by %s was none", what)
		}
	}
	if a := c.sends("GET", "/session", token, nil); a.status != http.StatusOK {
		t.Fatalf("the token was none: %d", a.status)
	}
	question := c.post("/signin/passkey/question", nil).body
	flow := h.caller()
	answer := h.idp.SignIn(t, flow.get("/signin/provider").header.Get("Location"), "subject-1")
	ok(t, h.d.CloseOfficer(t.Context(), h.signedIn("root"), h.who["amal"].ID))
	wrong := h.caller().login("nobody", "a wrong passphrase", "")
	for what, c := range sessions {
		if a := c.get("/account"); a.status != http.StatusUnauthorized {
			t.Errorf("a session by %s: %d", what, a.status)
		}
	}
	if a := c.sends("GET", "/session", token, nil); a.status != http.StatusUnauthorized {
		t.Errorf("a token: %d", a.status)
	}
	for what, try := range map[string]func(*caller) reply{
		"passphrase":         func(c *caller) reply { return c.login("amal", "amal passphrase", h.clockCode(seed, 1)) },
		"recovery code":      func(c *caller) reply { return c.login("amal", "amal passphrase", recovery[1]) },
		"passkey":            func(c *caller) reply { return c.byKey(blue) },
		"provider":           func(c *caller) reply { return c.byProvider("subject-1") },
		"a flow from before": func(*caller) reply { return flow.get("/signin/provider/back?" + answer.Encode()) },
		"an answer to before": func(c *caller) reply {
			return c.post("/signin/passkey", map[string][]string{"answer": {blue.answer(t, question)}})
		},
	} {
		c := h.caller()
		if a := try(c); a.status != http.StatusUnauthorized || a.body != wrong.body || c.in() {
			t.Errorf("%s: %d, signed in %v", what, a.status, c.in())
		}
	}
	if _, a := h.caller().token("amal", "amal passphrase", recovery[2]); a.status != http.StatusUnauthorized {
		t.Errorf("a new token: %d", a.status)
	}
}
