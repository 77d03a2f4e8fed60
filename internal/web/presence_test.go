package web

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

var kept = regexp.MustCompile(`name="again_(path|body)" value="([^"]*)"`)

// TestPresence asks again who sits there before a sealed act, carries the act along, and does it after the proof.
func TestPresence(t *testing.T) {
	s := newSite(t)
	b, at := s.as("registrar"), "/sources/"+s.source.String()+"/identity"
	form := url.Values{"reason": {"to check <his> papers & more"}, "do": {"finish"}}
	b.post(at, form).want(t, "right after the sign-in", http.StatusOK, trueName)
	s.late.Store(6 * 60)
	a := b.post(at, form).want(t, "six minutes later", http.StatusForbidden, "Show that it is you", "is kept on this page")
	if strings.Contains(a.body, trueName) {
		t.Fatal("the identity is shown before the proof")
	}
	carried := func(a answered) url.Values {
		again := url.Values{"next": {"/"}}
		for _, m := range kept.FindAllStringSubmatch(a.body, -1) {
			again.Set("again_"+m[1], html.UnescapeString(m[2]))
		}
		if again.Get("again_path") != at || again.Get("again_body") != form.Encode() {
			t.Fatalf("what is carried along: %v", again)
		}
		return again
	}
	again := carried(a)
	again.Set("passphrase", "not the passphrase")
	a = b.post("/present", again).want(t, "a wrong proof", http.StatusForbidden, "That was not accepted")
	carried(a)
	if strings.Contains(a.body, "not the passphrase") {
		t.Error("a passphrase comes back")
	}
	again.Set("passphrase", "registrar passphrase")
	b.post("/present", again).want(t, "the right proof", http.StatusOK, trueName)
	b.post(at, form).want(t, "with presence proved", http.StatusOK, trueName)
	b.get("/present?next=/sources").want(t, "the page by itself", http.StatusOK, `value="/sources"`)
	if a := b.post("/present", url.Values{"passphrase": {"registrar passphrase"}, "next": {"//evil.example"}}); a.header.Get("Location") != "/" {
		t.Errorf("it leads to %q", a.header.Get("Location"))
	}
	// another session of the same officer proves nothing for this one
	s.late.Store(12 * 60)
	other := s.stranger()
	other.post("/signin", url.Values{"name": {"registrar"}, "passphrase": {"registrar passphrase"}})
	other.post(at, form).want(t, "the other session", http.StatusOK, trueName)
	b.post(at, form).want(t, "this one", http.StatusForbidden, "Show that it is you")
}
