package attack

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"
	"time"
)

// TestRow22Limits: ten attempts in ten minutes under one account, however its name is typed, wherever they say they come
// from, and whichever door they try.
func TestRow22Limits(t *testing.T) {
	h := newHouse(t)
	forms := []string{"amal", "Amal", " amal", "AMAL ", "ａｍａｌ", "am\u00adal", "a\u200bmal", "amal\t", "ᵃmal", "Ａmal"}
	for name, next := range map[string]func(i int) []string{
		"headers": func(i int) []string {
			at := fmt.Sprintf("198.51.100.%d", i)
			return []string{"X-Forwarded-For", at, "Forwarded", "for=" + at, "X-Real-Ip", at, "True-Client-Ip", at, "Cf-Connecting-Ip", at, "X-Client-Ip", at, "User-Agent", at}
		},
		"none": func(int) []string { return nil },
	} {
		for i := range 10 {
			var a reply
			switch c := h.caller(); i % 2 {
			case 0:
				a = c.login(forms[i], "a wrong passphrase", "", next(i)...)
			default:
				_, a = c.token(forms[i], "a wrong passphrase", "", next(i)...)
			}
			if a.status != http.StatusUnauthorized {
				t.Errorf("%s: attempt %d as %q: %d", name, i+1, forms[i], a.status)
			}
		}
		for i, f := range forms {
			if a := h.caller().login(f, "amal passphrase", "", next(100+i)...); a.status != http.StatusTooManyRequests {
				t.Errorf("%s: after ten attempts, as %q: %d", name, f, a.status)
			}
			if _, a := h.caller().token(f, "amal passphrase", "", next(100+i)...); a.status != http.StatusTooManyRequests {
				t.Errorf("%s: after ten attempts, at the interface as %q: %d", name, f, a.status)
			}
		}
		if a := h.caller().login("bea", "bea passphrase", ""); a.status != http.StatusSeeOther {
			t.Errorf("%s: another account waits with it: %d", name, a.status)
		}
		h.later(11 * time.Minute)
		if a := h.caller().login("amal", "amal passphrase", ""); a.status != http.StatusSeeOther {
			t.Errorf("%s: after the wait: %d", name, a.status)
		}
	}
	// A session that was taken over cannot be used to guess the passphrase.
	c := h.inside("amal")
	last := 0
	for range 11 {
		last = c.post("/present", url.Values{"passphrase": {"a wrong passphrase"}}).status
	}
	if last != http.StatusTooManyRequests {
		t.Errorf("the eleventh guess at one's presence: %d", last)
	}
	c = h.inside("bea")
	for range 11 {
		c.post("/passphrase", url.Values{"old_passphrase": {"a wrong passphrase"}, "passphrase": {"a longer passphrase"}, "passphrase_again": {"a longer passphrase"}})
	}
	if a := h.caller().login("bea", "bea passphrase", ""); a.status != http.StatusTooManyRequests {
		t.Errorf("guesses at the old passphrase are not counted: %d", a.status)
	}
}
