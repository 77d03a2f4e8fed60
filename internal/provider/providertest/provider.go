// Package providertest is a provider of identities for tests: it keeps to OpenID Connect, and lies where it is told to.
// Only tests import it.
package providertest

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"cutout/internal/provider"
)

// The name and the secret of the one client.
const (
	ClientID     = "cutout-client"
	ClientSecret = "a secret shared with the provider"
)

// Token is what is about to be signed. A lie changes it.
type Token struct {
	Claims map[string]any
	Alg    string // "RS256"; "none" for no signature; "HS256" to sign with the public key as if it were a secret
	Key    *rsa.PrivateKey
}

// Provider is a provider on this machine.
type Provider struct {
	URL  string
	Now  func() time.Time
	key  *rsa.PrivateKey
	mu   sync.Mutex
	lie  func(*Token)
	lax  bool // takes codes again and asks for no verifier
	moon string
	been map[string]int
	code map[string]grant
}

type grant struct {
	subject, nonce, challenge, redirect string
	used                                bool
}

// New starts a provider.
func New(t testing.TB) *Provider {
	t.Helper()
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	p := &Provider{key: k, Now: time.Now, been: map[string]int{}, code: map[string]grant{}}
	s := httptest.NewServer(p)
	t.Cleanup(s.Close)
	p.URL = s.URL
	return p
}

// Config is that of a client of it.
func (p *Provider) Config(redirect string) provider.Config {
	return provider.Config{Issuer: p.URL, ClientID: ClientID, ClientSecret: ClientSecret, Redirect: redirect, Clock: func() time.Time { return p.Now() }}
}

// Lie changes every token from now on; nil is the truth again.
func (p *Provider) Lie(lie func(*Token)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lie = lie
}

// Lax makes it take codes again and ask for no verifier.
func (p *Provider) Lax(lax bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lax = lax
}

// SendElsewhere answers questions for tokens with a redirect.
func (p *Provider) SendElsewhere(to string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.moon = to
}

// Been is how often a path was asked for.
func (p *Provider) Been(path string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.been[path]
}

// SignIn is a person signing in there with a browser that was sent to an address. It gives what the browser brings back.
func (p *Provider) SignIn(t testing.TB, address, subject string) url.Values {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	if q.Get("response_type") != "code" || q.Get("code_challenge_method") != "S256" || len(q.Get("code_challenge")) < 43 || q.Get("nonce") == "" || q.Get("state") == "" || q.Get("client_id") != ClientID || q.Get("scope") != "openid" {
		t.Fatalf("not a question of the code flow with PKCE, state and nonce: %s", address)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	code := rand.Text()
	p.code[code] = grant{subject: subject, nonce: q.Get("nonce"), challenge: q.Get("code_challenge"), redirect: q.Get("redirect_uri")}
	return url.Values{"state": {q.Get("state")}, "code": {code}, "iss": {p.URL}}
}

// ServeHTTP answers discovery, keys and tokens.
func (p *Provider) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.been[r.URL.Path]++
	w.Header().Set("Content-Type", "application/json")
	switch r.URL.Path {
	case "/.well-known/openid-configuration":
		_ = json.NewEncoder(w).Encode(map[string]any{"issuer": p.URL, "authorization_endpoint": p.URL + "/authorize", "token_endpoint": p.URL + "/token", "jwks_uri": p.URL + "/keys",
			"userinfo_endpoint": p.URL + "/userinfo", "id_token_signing_alg_values_supported": []string{"RS256", "HS256", "none"}})
	case "/keys":
		_ = json.NewEncoder(w).Encode(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: p.key.Public(), KeyID: "1", Algorithm: "RS256", Use: "sig"}}})
	case "/token":
		p.token(w, r)
	default:
		http.NotFound(w, r)
	}
}

func (p *Provider) token(w http.ResponseWriter, r *http.Request) {
	if p.moon != "" {
		http.Redirect(w, r, p.moon, http.StatusTemporaryRedirect)
		return
	}
	id, secret, ok := r.BasicAuth()
	if !ok {
		id, secret = r.PostFormValue("client_id"), r.PostFormValue("client_secret")
	}
	id, _ = url.QueryUnescape(id)
	secret, _ = url.QueryUnescape(secret)
	g, known := p.code[r.PostFormValue("code")]
	sum := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
	proved := base64.RawURLEncoding.EncodeToString(sum[:]) == g.challenge
	if id != ClientID || secret != ClientSecret || !known || g.redirect != r.PostFormValue("redirect_uri") || !p.lax && (g.used || !proved) {
		w.WriteHeader(http.StatusBadRequest)
		_ = json.NewEncoder(w).Encode(map[string]string{"error": "invalid_grant"})
		return
	}
	g.used = true
	p.code[r.PostFormValue("code")] = g
	now := p.Now()
	k := Token{Alg: "RS256", Key: p.key, Claims: map[string]any{"iss": p.URL, "sub": g.subject, "aud": ClientID, "nonce": g.nonce, "iat": now.Unix(), "exp": now.Add(5 * time.Minute).Unix()}}
	if p.lie != nil {
		p.lie(&k)
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"access_token": rand.Text(), "token_type": "Bearer", "expires_in": 300, "id_token": p.sign(k)})
}

// sign makes the token. What a lie left out of the claims is left out.
func (p *Provider) sign(k Token) string {
	maps.DeleteFunc(k.Claims, func(_ string, v any) bool { return v == nil })
	body, err := json.Marshal(k.Claims)
	if err != nil {
		panic(err)
	}
	if k.Alg == "none" {
		return base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none","typ":"JWT"}`)) + "." + base64.RawURLEncoding.EncodeToString(body) + "."
	}
	var key any = k.Key
	if k.Alg == "HS256" { // whoever takes the algorithm from the token checks it with the public key he has
		der, err := x509.MarshalPKIXPublicKey(p.key.Public())
		if err != nil {
			panic(err)
		}
		key = pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
	}
	s, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.SignatureAlgorithm(k.Alg), Key: key}, (&jose.SignerOptions{}).WithHeader("kid", "1").WithType("JWT"))
	if err != nil {
		panic(err)
	}
	signed, err := s.Sign(body)
	if err != nil {
		panic(err)
	}
	out, err := signed.CompactSerialize()
	if err != nil {
		panic(err)
	}
	return out
}
