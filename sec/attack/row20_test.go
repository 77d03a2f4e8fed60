package attack

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"cutout/internal/api"
	"cutout/internal/web"
)

// TestRow20Enumeration: whether an account exists cannot be learned from a failed sign-in, from a lockout, from a
// passkey's answer, or from a list; and there is no reset and no invitation to ask.
func TestRow20Enumeration(t *testing.T) {
	h := newHouse(t)
	h.withCodes("amal")
	names := []string{"amal", "bea", "nobody", "gone"}
	for _, x := range []struct {
		what string
		try  func(name string) reply
	}{
		{"pages", func(name string) reply { return h.caller().login(name, "a wrong passphrase", "") }},
		{"pages with a code", func(name string) reply { return h.caller().login(name, "a wrong passphrase", "123456") }},
		{"interface", func(name string) reply { _, a := h.caller().token(name, "a wrong passphrase", ""); return a }},
		{"closed or with no code", func(name string) reply {
			return h.caller().login(map[string]string{"bea": "nobody"}[name]+name, name+" passphrase", "")
		}},
	} {
		var first reply
		for i, name := range names {
			a := x.try(name)
			if a.status != http.StatusUnauthorized {
				t.Errorf("%s: %s is answered %d", x.what, name, a.status)
			}
			if i > 0 && a.body != first.body {
				t.Errorf("%s: %s and %s are answered differently", x.what, names[0], name)
			}
			first = a
		}
		h.later(11 * time.Minute)
	}
	for _, name := range names { // locked out alike
		c := h.caller()
		for range 10 {
			c.login(name, "a wrong passphrase", "")
		}
		if a := c.login(name, name+" passphrase", ""); a.status != http.StatusTooManyRequests || strings.Contains(a.body, name) {
			t.Errorf("%s after ten attempts: %d", name, a.status)
		}
	}
	h.later(11 * time.Minute)
	reset := regexp.MustCompile(`reset|forgot(ten)?$|recover|invite|register$|signup|exists|available`)
	for _, r := range web.Routes() {
		if r.Public && reset.MatchString(r.Pattern) {
			t.Errorf("a stranger may ask %s", r.Pattern)
		}
	}
	for _, r := range api.Routes() {
		if r.Public && r.Path != "/session" {
			t.Errorf("a stranger may ask %s", r.Path)
		}
	}
	// Whom one may name: those one shares a desk with.
	token, _ := h.caller().token("bea", "bea passphrase", "")
	if a := h.caller().sends("GET", "/colleagues", token, nil); a.status != 200 || !strings.Contains(a.body, `"amal"`) || strings.Contains(a.body, `"dora"`) || strings.Contains(a.body, `"root"`) {
		t.Errorf("colleagues: %d %s", a.status, a.body)
	}
	if a := h.caller().sends("GET", "/officers", token, nil); a.status != http.StatusForbidden {
		t.Errorf("all officers: %d", a.status)
	}
}
