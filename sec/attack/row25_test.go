package attack

import (
	"net/http"
	"testing"

	"cutout/internal/provider/providertest"
)

// TestRow25Takeover: a provider's word on mail and names links nobody. Only the issuer and the subject that an
// administrator bound sign in, and every other subject is answered like a wrong passphrase.
func TestRow25Takeover(t *testing.T) {
	h := newHouse(t)
	h.bind("amal", "subject-1")
	c := h.caller()
	if a := c.byProvider("subject-1"); a.status != http.StatusOK || !c.in() {
		t.Fatalf("the bound subject: %d %s", a.status, a.body)
	}
	wrong := h.caller().login("amal", "a wrong passphrase", "")
	before := h.refusals()
	tries := 0
	for what, claims := range map[string]map[string]any{
		"nothing more": {}, "verified": {"email": "amal", "email_verified": true}, "verified, a text": {"email": "amal@unit.example", "email_verified": "true"}, "verified, a number": {"email": "amal", "email_verified": 1},
		"not verified": {"email": "amal", "email_verified": false}, "says nothing of it": {"email": "amal"}, "names": {"name": "amal", "preferred_username": "amal", "nickname": "amal", "upn": "amal"},
		"ids": {"oid": "subject-1", "user_id": "subject-1", "uid": h.who["amal"].ID.String(), "officer": h.who["amal"].ID.String(), "groups": []string{"administrator"}, "roles": []string{"administrator"}},
	} {
		h.idp.Lie(func(k *providertest.Token) {
			for name, v := range claims {
				k.Claims[name] = v
			}
		})
		for _, subject := range []string{"subject-2", "amal", "Subject-1", "subject-1 ", "subject-1\x00", h.who["amal"].ID.String()} {
			c := h.caller()
			a := c.byProvider(subject)
			tries++
			if a.status != http.StatusUnauthorized || c.in() || a.body != wrong.body {
				t.Errorf("%s as %q: %d, signed in %v", what, subject, a.status, c.in())
			}
		}
	}
	if n := h.refusals() - before; n != tries {
		t.Errorf("%d tries left %d entries", tries, n)
	}
	h.idp.Lie(nil)
	ok(t, h.d.UnbindOfficer(t.Context(), h.signedIn("root"), h.who["amal"].ID))
	if c.in() {
		t.Error("an unbound officer's session lives on")
	}
	if a := h.caller().byProvider("subject-1"); a.status != http.StatusUnauthorized {
		t.Errorf("after unbinding: %d", a.status)
	}
	if n := h.idp.Been("/userinfo"); n != 0 {
		t.Errorf("the provider was asked for particulars %d times", n)
	}
}
