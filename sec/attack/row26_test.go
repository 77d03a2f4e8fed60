package attack

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"cutout/internal/provider/providertest"
)

// TestRow26Tokens: every way in which a provider's token or code can be wrong is 401 and one entry of the log. With a
// provider that keeps none of the rules, the checks on this side hold alone.
func TestRow26Tokens(t *testing.T) {
	h := newHouse(t)
	h.bind("amal", "subject-1")
	refused := func(what string, try func(c *caller) reply) {
		t.Helper()
		before, c := h.refusals(), h.caller()
		a := try(c)
		if a.status != http.StatusUnauthorized || c.in() {
			t.Errorf("%s: %d, signed in %v", what, a.status, c.in())
		}
		if n := h.refusals() - before; n != 1 {
			t.Errorf("%s left %d entries", what, n)
		}
	}
	set := func(name string, v any) func(*providertest.Token) {
		return func(k *providertest.Token) { k.Claims[name] = v }
	}
	for what, lie := range map[string]func(*providertest.Token){
		"aud": set("aud", "another"), "aud beside us": set("aud", []any{providertest.ClientID, "another"}), "azp": set("azp", "another"), "nonce": set("nonce", "another"), "no nonce": set("nonce", nil),
		"iss": set("iss", "https://evil.example"), "exp": set("exp", h.now().Add(-time.Minute).Unix()), "no exp": set("exp", nil), "iat": set("iat", h.now().Add(-time.Hour).Unix()),
		"alg none": func(k *providertest.Token) { k.Alg = "none" }, "HS256 with the public key": func(k *providertest.Token) { k.Alg = "HS256" },
	} {
		h.idp.Lie(lie)
		refused(what, func(c *caller) reply { return c.byProvider("subject-1") })
	}
	h.idp.Lie(nil)
	back := func(q url.Values) string { return "/signin/provider/back?" + q.Encode() }
	begin := func(c *caller) url.Values {
		t.Helper()
		return h.idp.SignIn(t, c.get("/signin/provider").header.Get("Location"), "subject-1")
	}
	for _, lax := range []bool{false, true} {
		h.idp.Lax(lax)
		first := h.caller()
		used := begin(first)
		if a := first.get(back(used)); a.status != http.StatusOK || !first.in() {
			t.Fatalf("the right answer: %d", a.status)
		}
		refused("the answer again", func(*caller) reply { return h.caller().get(back(used)) })
		refused("its code in another attempt", func(c *caller) reply { q := begin(c); q.Set("code", used.Get("code")); return c.get(back(q)) })
		refused("an answer in another browser", func(c *caller) reply { begin(c); return c.get(back(begin(h.caller()))) })
		refused("an answer in a browser that asked nothing", func(c *caller) reply { return c.get(back(begin(h.caller()))) })
		// Somebody else's code is put into this browser's attempt: the verifier, and where the provider asks for none the
		// nonce, are of another attempt.
		refused("another's code", func(c *caller) reply {
			q, other := begin(c), begin(h.caller())
			q.Set("code", other.Get("code"))
			return c.get(back(q))
		})
		for name, v := range map[string]string{"state": "x", "code": "x", "iss": "https://evil.example"} {
			refused("another "+name, func(c *caller) reply { q := begin(c); q.Set(name, v); return c.get(back(q)) })
		}
		refused("no code", func(c *caller) reply { q := begin(c); q.Del("code"); return c.get(back(q)) })
		refused("an answer after its time", func(c *caller) reply { q := begin(c); h.later(11 * time.Minute); return c.get(back(q)) })
	}
	// What came in by a provider alone has no keys, and has proved no presence.
	c := h.caller()
	c.byProvider("subject-1")
	if a := c.post("/account/passkeys/question", nil); a.status != http.StatusForbidden {
		t.Errorf("a provider's word is taken for presence: %d", a.status)
	}
}
