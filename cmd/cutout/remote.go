package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"time"

	"cutout/internal/api"
)

// remote is a unit's server as an officer's own machine speaks to it: the one client of the network in the program. It
// speaks https, or http to this very machine; it follows no redirect and uses no proxy, so that what the officer typed is
// where his passphrase goes.
type remote struct {
	s     *session
	base  string
	c     *http.Client
	token string
}

// The limits of a call.
const (
	callTime   = 2 * time.Minute
	mostAnswer = 32 << 20 // bytes
)

var errNotLocal = errors.New("plain http is spoken to this machine only")

// remote opens the way to a server and signs the officer in there.
func (s *session) remote(server string) (*remote, error) {
	if s.Officer == "" {
		return nil, usage("cli.no-officer")
	}
	u, err := url.Parse(server)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || strings.Trim(u.Path, "/") != "" || u.Scheme != "https" && u.Scheme != "http" {
		return nil, usage("cli.bad-server", "Server", server)
	}
	dialer := &net.Dialer{Timeout: headTime * 2}
	if u.Scheme == "http" {
		dialer.Control = onlyHere
	}
	r := &remote{s: s, base: u.Scheme + "://" + u.Host + api.Prefix, c: &http.Client{Timeout: callTime,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{Proxy: nil, DialContext: dialer.DialContext, TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS13}, ForceAttemptHTTP2: true,
			MaxResponseHeaderBytes: headBytes, DisableCompression: true}}}
	p, err := s.passphrase(s.PassphraseFile, "cli.ask-passphrase", "Officer", s.Officer)
	if err != nil {
		return nil, err
	}
	defer clear(p)
	var code []byte
	if s.CodeFile != "" { // a server tells no stranger whether an account needs one
		if code, err = s.secretFile(s.CodeFile); err != nil {
			return nil, err
		}
		defer clear(code)
	}
	var in api.Session
	if err := r.call(http.MethodPost, "/session", api.SessionDraft{Name: s.Officer, Passphrase: string(p), Code: string(code)}, &in); err != nil {
		return nil, err
	}
	r.token = in.Token
	return r, nil
}

// onlyHere lets a connection begin only when the address that a name was resolved to is this machine's own.
func onlyHere(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil || !at.Addr().Unmap().IsLoopback() {
		return errNotLocal
	}
	return nil
}

// close signs out: a token left behind is a way in.
func (r *remote) close() error {
	r.s.ctx = context.WithoutCancel(r.s.ctx)
	err := r.call(http.MethodDelete, "/session", nil, nil)
	r.c.CloseIdleConnections()
	return err
}

// call makes one request and reads its answer.
func (r *remote) call(method, path string, in, out any) error {
	var body io.Reader
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			return err
		}
		defer clear(b)
		body = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(r.s.ctx, method, r.base+path, body)
	if err != nil {
		return machine(err)
	}
	req.Header.Set("Accept-Language", r.s.words.Lang())
	if in != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if r.token != "" {
		req.Header.Set("Authorization", "Bearer "+r.token)
	}
	a, err := r.c.Do(req)
	if errors.Is(err, errNotLocal) {
		return usage("cli.bad-server", "Server", r.base)
	}
	if err != nil {
		return machine(err)
	}
	defer a.Body.Close()
	b, err := io.ReadAll(io.LimitReader(a.Body, mostAnswer))
	if err != nil {
		return machine(err)
	}
	if a.StatusCode >= 300 {
		var p api.Problem
		if json.Unmarshal(b, &p) != nil || p.Title == "" {
			return usage("cli.no-unit-there", "Server", r.base, "Status", a.StatusCode)
		}
		return &answered{p}
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(b, out); err != nil {
		return machine(err)
	}
	return nil
}

// answered is a problem as a server worded it.
type answered struct{ api.Problem }

func (a *answered) Error() string { return a.Code }

// answeredExits are exit codes by the status of an answer.
var answeredExits = map[int]int{http.StatusNotFound: exitNotFound, http.StatusForbidden: exitRefused, http.StatusUnauthorized: exitRefused, http.StatusTooManyRequests: exitRefused,
	http.StatusUnprocessableEntity: exitInvalid, http.StatusConflict: exitConflict}

// failure is what is said of it here; a server's words could act on a terminal.
func (a *answered) failure() (failure, int) {
	f := failure{Kind: "server", Code: clean(a.Code), Title: clean(a.Title), Detail: clean(a.Detail)}
	for _, x := range a.Errors {
		f.Faults = append(f.Faults, failedField{Field: clean(x.Pointer), Code: clean(x.Code), Detail: clean(x.Detail)})
	}
	if exit, ok := answeredExits[a.Status]; ok {
		return f, exit
	}
	return f, exitInternal
}
