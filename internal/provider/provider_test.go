package provider_test

import (
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"cutout/internal/provider"
	"cutout/internal/provider/providertest"
)

func client(t *testing.T, p *providertest.Provider) *provider.Client {
	t.Helper()
	c, err := provider.New(p.Config("http://localhost/signin/provider/back"))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// try signs somebody in and gives whom the client believes he is.
func try(t *testing.T, p *providertest.Provider, c *provider.Client) (provider.Subject, error) {
	t.Helper()
	to, f, err := c.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return c.Finish(t.Context(), f, p.SignIn(t, to, "subject-1").Get("code"))
}

// TestLies takes the truth and no lie.
func TestLies(t *testing.T) {
	p := providertest.New(t)
	c := client(t, p)
	if s, err := try(t, p, c); err != nil || s != (provider.Subject{Issuer: p.URL, ID: "subject-1"}) {
		t.Fatalf("the truth: %v %v", s, err)
	}
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	set := func(name string, v any) func(*providertest.Token) {
		return func(k *providertest.Token) { k.Claims[name] = v }
	}
	now := time.Now()
	for what, lie := range map[string]func(*providertest.Token){
		"another audience": set("aud", "another-client"), "an audience beside us": set("aud", []string{providertest.ClientID, "another-client"}), "no audience": set("aud", nil),
		"given to another": set("azp", "another-client"), "given to nobody": set("azp", ""), "another attempt": set("nonce", "x"), "no nonce": set("nonce", nil),
		"another issuer": set("iss", "https://evil.example"), "an issuer with a slash": set("iss", p.URL+"/"), "expired": set("exp", now.Add(-time.Minute).Unix()), "no end": set("exp", nil),
		"issued in an hour": set("iat", now.Add(time.Hour).Unix()), "issued yesterday": set("iat", now.Add(-24*time.Hour).Unix()), "no date": set("iat", nil), "not before tomorrow": set("nbf", now.Add(24*time.Hour).Unix()),
		"no subject": set("sub", nil), "an empty subject": set("sub", ""), "a long subject": set("sub", strings.Repeat("x", 1000)), "a subject that is a number": set("sub", 1),
		"unsigned": func(k *providertest.Token) { k.Alg = "none" }, "signed with the public key": func(k *providertest.Token) { k.Alg = "HS256" },
		"another key": func(k *providertest.Token) { k.Key = other },
	} {
		p.Lie(lie)
		if s, err := try(t, p, c); !errors.Is(err, provider.ErrRefused) || s != (provider.Subject{}) {
			t.Errorf("%s: believed %v (%v)", what, s, err)
		}
	}
	p.Lie(set("azp", providertest.ClientID))
	if _, err := try(t, p, c); err != nil {
		t.Errorf("given to us: %v", err)
	}
	p.Lie(nil)
	to, f, err := c.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	code := p.SignIn(t, to, "subject-1").Get("code")
	if _, err := c.Finish(t.Context(), provider.Flow{State: f.State, Nonce: f.Nonce, Verifier: strings.Repeat("x", 43)}, code); !errors.Is(err, provider.ErrRefused) {
		t.Errorf("another verifier: %v", err)
	}
	if _, err := c.Finish(t.Context(), f, code); err != nil {
		t.Errorf("the right verifier: %v", err)
	}
	if _, err := c.Finish(t.Context(), f, code); !errors.Is(err, provider.ErrRefused) {
		t.Errorf("the code again: %v", err)
	}
	if n := p.Been("/userinfo"); n != 0 {
		t.Errorf("the provider was asked for particulars %d times", n)
	}
}

// TestCallsNobodyElse follows no redirect and calls no host it was not given.
func TestCallsNobodyElse(t *testing.T) {
	var called atomic.Int64
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { called.Add(1) }))
	defer elsewhere.Close()
	p := providertest.New(t)
	c := client(t, p)
	if _, err := try(t, p, c); err != nil {
		t.Fatal(err)
	}
	p.SendElsewhere(elsewhere.URL)
	if _, err := try(t, p, c); !errors.Is(err, provider.ErrRefused) {
		t.Errorf("sent elsewhere: %v", err)
	}
	// A discovery that names endpoints elsewhere.
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Write([]byte(`{"issuer":"http://` + r.Host + `","authorization_endpoint":"http://` + r.Host + `/a","token_endpoint":"` + elsewhere.URL + `/token","jwks_uri":"` + elsewhere.URL + `/keys"}`))
	}))
	defer front.Close()
	c, err := provider.New(provider.Config{Issuer: front.URL, ClientID: "x", Redirect: "http://localhost/back"})
	if err != nil {
		t.Fatal(err)
	}
	_, f, err := c.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Finish(t.Context(), f, "code"); !errors.Is(err, provider.ErrRefused) {
		t.Errorf("endpoints elsewhere: %v", err)
	}
	if n := called.Load(); n != 0 {
		t.Errorf("%d calls went elsewhere", n)
	}
	for _, bad := range []provider.Config{{Issuer: "http://id.example", ClientID: "x", Redirect: "https://u/back"}, {Issuer: "https://id.example", Redirect: "https://u/back"},
		{Issuer: "https://id.example", ClientID: "x", Redirect: "http://u/back"}, {Issuer: "https://u@id.example", ClientID: "x", Redirect: "https://u/back"}, {Issuer: "https://id.example", ClientID: "x", Redirect: "https://u/back", Hosts: []string{"a?b"}}} {
		if _, err := provider.New(bad); err == nil {
			t.Errorf("%+v is taken", bad)
		}
	}
}
