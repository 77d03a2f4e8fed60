package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestSignInSaysOneThing(t *testing.T) {
	s := newSite(t)
	var first string
	for _, form := range []url.Values{{"name": {"handler"}, "passphrase": {"wrong passphrase"}}, {"name": {"nobody"}, "passphrase": {"handler passphrase"}}, {}} {
		a := s.stranger().post("/signin", form).want(t, "sign-in", http.StatusUnauthorized)
		if first == "" {
			first = a.body
		}
		if a.body != first {
			t.Errorf("%v is answered differently", form)
		}
	}
	b := s.stranger()
	for range 12 {
		b.post("/signin", url.Values{"name": {"Handler "}, "passphrase": {"wrong"}})
	}
	b.post("/signin", url.Values{"name": {"handler"}, "passphrase": {"handler passphrase"}}).want(t, "after too many", http.StatusTooManyRequests)
}

func TestEveryPageAsksForSignIn(t *testing.T) {
	s := newSite(t)
	b := s.stranger()
	for _, r := range Routes() {
		path := strings.NewReplacer("{id}", s.source.String(), "{name...}", "sources/new", "{$}", "").Replace(r.Pattern)
		a := b.send(r.Method, path, url.Values{})
		if r.Public == (a.status == http.StatusUnauthorized) && !strings.HasPrefix(r.Name, "signin") {
			t.Errorf("%s %s: %d to a stranger", r.Method, path, a.status)
		}
		if strings.Contains(a.body, "KESTREL") {
			t.Errorf("%s %s tells a stranger a code name", r.Method, path)
		}
		for _, h := range []string{"X-Webauth-User", "X-Forwarded-User", "Remote-User", "X-Original-Url"} {
			req, _ := http.NewRequest("GET", s.url+"/sources", nil)
			req.Header.Set(h, "handler")
			if a, err := b.c.Do(req); err != nil || a.StatusCode != http.StatusUnauthorized {
				t.Fatalf("%s opens the door", h)
			}
		}
	}
}

func TestSessionEnds(t *testing.T) {
	s := newSite(t)
	b := s.stranger()
	b.get("/signin")
	b.post("/signin", url.Values{"name": {"handler"}, "passphrase": {"handler passphrase"}})
	u, _ := url.Parse(s.url)
	old := b.c.Jar.Cookies(u)
	b.post("/signin", url.Values{"name": {"handler"}, "passphrase": {"handler passphrase"}})
	stale := s.stranger()
	stale.c.Jar.SetCookies(u, old)
	stale.get("/").want(t, "a token from before the sign-in", http.StatusUnauthorized)
	b.get("/").want(t, "signed in", http.StatusOK)
	if a := b.get("/signout"); a.status == http.StatusSeeOther {
		t.Error("a GET signs out")
	}
	b.get("/").want(t, "still signed in", http.StatusOK)
	now := b.c.Jar.Cookies(u)
	b.post("/signout", url.Values{}).want(t, "sign-out", http.StatusSeeOther)
	stale.c.Jar.SetCookies(u, now)
	stale.get("/").want(t, "a token from before the sign-out", http.StatusUnauthorized)
}

// TestPassphraseChange ends the officer's sign-ins elsewhere; the wrong old one changes nothing.
func TestPassphraseChange(t *testing.T) {
	s := newSite(t)
	b, elsewhere := s.as("handler"), s.stranger()
	elsewhere.post("/signin", url.Values{"name": {"handler"}, "passphrase": {"handler passphrase"}})
	form := url.Values{"old_passphrase": {"not the one"}, "passphrase": {"a new and longer one"}, "passphrase_again": {"a new and longer one"}}
	if a := b.post("/passphrase", form).want(t, "wrong old one", http.StatusForbidden); strings.Contains(a.body, "a new and longer one") {
		t.Error("a passphrase comes back")
	}
	form.Set("old_passphrase", "handler passphrase")
	form.Set("passphrase_again", "another")
	b.post("/passphrase", form).want(t, "two that differ", http.StatusUnprocessableEntity, `id="passphrase_again.fault"`)
	form.Set("passphrase_again", "a new and longer one")
	b.post("/passphrase", form).want(t, "changed", http.StatusSeeOther)
	b.get("/").want(t, "still here", http.StatusOK, "Your passphrase is changed")
	elsewhere.get("/").want(t, "elsewhere", http.StatusUnauthorized)
	s.stranger().post("/signin", url.Values{"name": {"handler"}, "passphrase": {"handler passphrase"}}).want(t, "the old one", http.StatusUnauthorized)
}

// TestNothingIsLost lets the sign-in run out while a form is being written.
func TestNothingIsLost(t *testing.T) {
	s := newSite(t)
	h := s.as("registrar")
	h.get("/sources/new").want(t, "the form", http.StatusOK)
	s.late.Store(16 * 60)
	form := url.Values{"description": {"a keeper of the lighthouse"}, "identity.names.0.full": {trueName}, "do": {"finish"}}
	if a := h.post("/drafts/sources/new", form); a.status != http.StatusUnauthorized {
		t.Errorf("an idle reader keeps a draft: %d", a.status)
	}
	a := h.post("/sources/new", form).want(t, "after a quarter of an hour", http.StatusUnauthorized, `name="next" value="/sources/new"`)
	if strings.Contains(a.body, "lighthouse") {
		t.Error("the sign-in page shows what was typed")
	}
	h.post("/signin", url.Values{"name": {"registrar"}, "passphrase": {"registrar passphrase"}})
	a = h.get("/sources/new").want(t, "signed in again", http.StatusOK, "a keeper of the lighthouse")
	if strings.Contains(a.body, "Quackenbush") {
		t.Error("a true name was kept in a draft")
	}
	if strings.Contains(s.as("handler").get("/sources/new").body, "lighthouse") {
		t.Error("a colleague reads the draft")
	}
	h.get("/").want(t, "the watch", http.StatusOK, `href="/sources/new"`, "Register a source", "Draft kept at")
	h.post("/drafts/sources/new", url.Values{"description": {"a keeper by the sea"}}).want(t, "kept", http.StatusNoContent)
	h.get("/sources/new").want(t, "kept", http.StatusOK, "a keeper by the sea", "Draft kept at")
	h.post("/drafts/sources/new", url.Values{"do": {"discard"}}).want(t, "thrown away", http.StatusSeeOther)
	if strings.Contains(h.get("/sources/new").body, "by the sea") {
		t.Error("a draft that was thrown away is back")
	}
	h.post("/drafts/no/page", url.Values{"a": {"b"}}).want(t, "a draft of nothing", http.StatusNotFound)
}

func TestRedirectsStayHere(t *testing.T) {
	for to, want := range map[string]string{"/sources": "/sources", "/sources?known=2026-01-01": "/sources?known=2026-01-01", "//evil": "/", "/\\evil": "/", "https://evil/": "/", "": "/", "evil": "/", "/%5Cevil": "/%5Cevil",
		"/\tevil": "/", "///evil": "/", "javascript:alert(1)": "/"} {
		if got := local(to); got != want {
			t.Errorf("local(%q) = %q, want %q", to, got, want)
		}
	}
}

func TestOtherSitesMayNotAct(t *testing.T) {
	s := newSite(t)
	b := s.as("handler")
	for _, r := range Routes() {
		if r.Method == "GET" {
			continue
		}
		path := strings.NewReplacer("{id}", s.source.String(), "{name...}", "sources/new").Replace(r.Pattern)
		for header, values := range map[string][]string{"Origin": {"https://evil.example", "null"}, "Sec-Fetch-Site": {"cross-site", "same-site"}} {
			for _, v := range values {
				req, _ := http.NewRequest(r.Method, s.url+path, strings.NewReader("a=b"))
				req.Header.Set(header, v)
				req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
				a, err := b.c.Do(req)
				must(t, err)
				a.Body.Close()
				if a.StatusCode != http.StatusForbidden {
					t.Errorf("%s %s with %s: %s is answered %d", r.Method, path, header, v, a.StatusCode)
				}
			}
		}
	}
	b.get("/").want(t, "still signed in", http.StatusOK)
}
