// Package provider asks a provider of identities who somebody is (OpenID Connect, code flow with PKCE, state and nonce),
// and believes it two things only: the issuer and the subject of a token it signed for us, now, for this attempt. It
// knows nothing of the field. It is the one place of the program that calls out, only to the hosts it was given.
//
// See docs/decisions/0014-sign-in.md.
package provider

import (
	"context"
	"crypto/hmac"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// Config says which provider and who we are to it.
type Config struct {
	Issuer       string // as the provider writes it in its tokens, to the letter
	ClientID     string
	ClientSecret string
	Redirect     string   // our address it sends browsers back to
	Hosts        []string // beside the issuer's own, the hosts ("host" or "host:port") that may be called
	Clock        func() time.Time
}

// Subject is a person as the provider knows him.
type Subject struct{ Issuer, ID string }

// Flow is one attempt: what has to come back with it. It is used once.
type Flow struct{ State, Nonce, Verifier string }

// ErrRefused is every way in which a token or a code is not believed. What it wraps is for the operator.
var ErrRefused = errors.New("provider: not believed")

// algorithms are the signatures we take, whatever the provider says it can do: none that needs a secret we share, and
// not none.
var algorithms = []string{oidc.RS256, oidc.RS384, oidc.RS512, oidc.PS256, oidc.PS384, oidc.PS512, oidc.ES256, oidc.ES384, oidc.ES512, oidc.EdDSA}

const (
	callTime  = 10 * time.Second
	callBytes = 1 << 20
	maxClaim  = 512
)

// Client is one provider. It is asked for its keys when it is first needed, so that the unit starts without it.
type Client struct {
	cfg      Config
	http     *http.Client
	mu       sync.Mutex
	provider *oidc.Provider
}

// New checks the addresses. Nothing is called yet.
func New(cfg Config) (*Client, error) {
	if cfg.Clock == nil {
		cfg.Clock = time.Now
	}
	allowed := map[string]bool{}
	for i, h := range append([]string{cfg.Issuer}, cfg.Hosts...) {
		if i > 0 {
			h = "https://" + h
		}
		u, err := url.Parse(h)
		if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
			return nil, fmt.Errorf("provider: %q is no address of a provider", h)
		}
		if !secure(u) {
			return nil, fmt.Errorf("provider: %q has to be https", h)
		}
		allowed[hostPort(u)] = true
	}
	if u, err := url.Parse(cfg.Redirect); err != nil || u.Host == "" || !secure(u) {
		return nil, fmt.Errorf("provider: %q is no address to come back to", cfg.Redirect)
	}
	if cfg.ClientID == "" {
		return nil, errors.New("provider: no client id")
	}
	c := &Client{cfg: cfg}
	dial := net.Dialer{Timeout: callTime}
	c.http = &http.Client{Timeout: callTime, Transport: bounded{&http.Transport{
		Proxy: nil, DisableKeepAlives: true, TLSHandshakeTimeout: callTime, ResponseHeaderTimeout: callTime,
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			if !allowed[strings.ToLower(address)] {
				return nil, fmt.Errorf("%w: %s is no host of the provider", ErrRefused, address)
			}
			return dial.DialContext(ctx, network, address)
		}}},
		CheckRedirect: func(*http.Request, []*http.Request) error {
			return fmt.Errorf("%w: the provider sends us elsewhere", ErrRefused)
		}}
	return c, nil
}

// secure is https, or http that does not leave the machine.
func secure(u *url.URL) bool {
	ip := net.ParseIP(u.Hostname())
	return u.Scheme == "https" || u.Scheme == "http" && (u.Hostname() == "localhost" || ip != nil && ip.IsLoopback())
}

func hostPort(u *url.URL) string {
	port := u.Port()
	if port == "" {
		if port = "443"; u.Scheme == "http" {
			port = "80"
		}
	}
	return strings.ToLower(net.JoinHostPort(u.Hostname(), port))
}

// bounded cuts what a provider answers: it is not trusted with our memory.
type bounded struct{ *http.Transport }

func (b bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	a, err := b.Transport.RoundTrip(r)
	if err == nil {
		a.Body = struct {
			io.Reader
			io.Closer
		}{io.LimitReader(a.Body, callBytes), a.Body}
	}
	return a, err
}

// Issuer is the provider's own name.
func (c *Client) Issuer() string { return c.cfg.Issuer }

func (c *Client) discovered(ctx context.Context) (*oidc.Provider, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.provider != nil {
		return c.provider, nil
	}
	// The keys are asked for later with the client of this context, after the request that made it has ended.
	p, err := oidc.NewProvider(oidc.ClientContext(context.WithoutCancel(ctx), c.http), c.cfg.Issuer)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRefused, err)
	}
	c.provider = p
	return p, nil
}

func (c *Client) oauth(p *oidc.Provider) *oauth2.Config {
	// "openid" alone: no name, no mail, no picture is asked for.
	return &oauth2.Config{ClientID: c.cfg.ClientID, ClientSecret: c.cfg.ClientSecret, Endpoint: p.Endpoint(), RedirectURL: c.cfg.Redirect, Scopes: []string{oidc.ScopeOpenID}}
}

// Begin gives the address of the provider to which a browser is sent, and what has to come back.
func (c *Client) Begin(ctx context.Context) (string, Flow, error) {
	p, err := c.discovered(ctx)
	if err != nil {
		return "", Flow{}, err
	}
	f := Flow{oauth2.GenerateVerifier(), oauth2.GenerateVerifier(), oauth2.GenerateVerifier()}
	// prompt=login asks that the person signs in there now; what we believe does not depend on it.
	return c.oauth(p).AuthCodeURL(f.State, oidc.Nonce(f.Nonce), oauth2.S256ChallengeOption(f.Verifier), oauth2.SetAuthURLParam("prompt", "login")), f, nil
}

// Finish takes the code of an attempt to the provider and checks the token it gives for it.
func (c *Client) Finish(ctx context.Context, f Flow, code string) (Subject, error) {
	p, err := c.discovered(ctx)
	if err != nil {
		return Subject{}, err
	}
	ctx, stop := context.WithTimeout(oidc.ClientContext(ctx, c.http), callTime)
	defer stop()
	t, err := c.oauth(p).Exchange(ctx, code, oauth2.VerifierOption(f.Verifier))
	if err != nil {
		return Subject{}, fmt.Errorf("%w: %w", ErrRefused, err)
	}
	raw, ok := t.Extra("id_token").(string)
	if !ok {
		return Subject{}, fmt.Errorf("%w: no id token", ErrRefused)
	}
	return c.believe(ctx, p, f, raw)
}

// believe checks an id token. Every check stands alone: none relies on the provider having made another.
func (c *Client) believe(ctx context.Context, p *oidc.Provider, f Flow, raw string) (Subject, error) {
	id, err := p.VerifierContext(ctx, &oidc.Config{ClientID: c.cfg.ClientID, SupportedSigningAlgs: algorithms, Now: c.cfg.Clock}).Verify(ctx, raw)
	if err != nil {
		return Subject{}, fmt.Errorf("%w: %w", ErrRefused, err)
	}
	var more struct {
		AZP *string `json:"azp"`
	}
	if err := id.Claims(&more); err != nil {
		return Subject{}, fmt.Errorf("%w: %w", ErrRefused, err)
	}
	now := c.cfg.Clock()
	for _, x := range []struct {
		wrong bool
		what  string
	}{
		{id.Issuer != c.cfg.Issuer, "another issuer"},
		{!slices.Equal(id.Audience, []string{c.cfg.ClientID}), "other readers beside us"},
		{more.AZP != nil && *more.AZP != c.cfg.ClientID, "given to another party"},
		{!hmac.Equal([]byte(id.Nonce), []byte(f.Nonce)) || f.Nonce == "", "of another attempt"},
		{id.IssuedAt.IsZero() || id.IssuedAt.After(now.Add(time.Minute)) || id.IssuedAt.Before(now.Add(-10*time.Minute)), "not of now"},
		{id.Subject == "" || len(id.Subject) > maxClaim, "no subject"},
	} {
		if x.wrong {
			return Subject{}, fmt.Errorf("%w: %s", ErrRefused, x.what)
		}
	}
	return Subject{id.Issuer, id.Subject}, nil
}
