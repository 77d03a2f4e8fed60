package attack

import (
	"bytes"
	"crypto/sha1"
	"encoding/base32"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"crypto/hmac"
	"encoding/binary"

	"github.com/descope/virtualwebauthn"

	"cutout/internal/api"
	"cutout/internal/audit"
	"cutout/internal/casework"
	"cutout/internal/officer"
	"cutout/internal/provider"
	"cutout/internal/provider/providertest"
	"cutout/internal/store"
	"cutout/internal/vault"
	"cutout/internal/web"
)

// house is a served unit whose doors are tried: pages and interface on one address, a provider of identities beside it.
type house struct {
	t       testing.TB
	d       *casework.Desk
	url     string
	handler http.Handler
	late    atomic.Int64 // seconds its clock is ahead
	idp     *providertest.Provider
	root    officer.Officer
	who     map[string]officer.Officer
}

func newHouse(t testing.TB) *house {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ok(t, err)
	_, port, err := net.SplitHostPort(l.Addr().String())
	ok(t, err)
	h := &house{t: t, url: "http://localhost:" + port, idp: providertest.New(t), who: map[string]officer.Officer{}}
	h.idp.Now = h.now
	c, err := provider.New(h.idp.Config(h.url + "/signin/provider/back"))
	ok(t, err)
	key, _, err := vault.OpenStoreKey(filepath.Join(t.TempDir(), "store.key"))
	ok(t, err)
	quiet := slog.New(slog.DiscardHandler)
	h.d, h.root, err = casework.Begin(t.Context(), casework.Config{Path: filepath.Join(t.TempDir(), "records.db"), Key: key, QuietWatch: true, Origin: h.url, Provider: c, Logs: quiet, Clock: h.now},
		casework.UnitDraft{Name: "Unit", Administrator: "root"}, []byte("root passphrase"))
	ok(t, err)
	t.Cleanup(func() { h.d.Close() })
	h.signedIn("root")
	desk, err := h.d.OpenCompartment(t.Context(), h.root, "Port desk")
	ok(t, err)
	other, err := h.d.OpenCompartment(t.Context(), h.root, "Hill desk")
	ok(t, err)
	for name, duty := range map[string]string{"amal": "analyst", "bea": "analyst", "cleo": "inspector", "dora": "analyst", "gone": "analyst"} {
		o, err := h.d.AddOfficer(t.Context(), h.root, casework.OfficerDraft{Name: name, Clearance: "SECRET", Duties: []string{duty}}, []byte(name+" passphrase"))
		ok(t, err)
		switch name {
		case "dora":
			ok(t, h.d.HandCompartment(t.Context(), h.root, o.ID, other, ""))
		case "amal", "bea":
			ok(t, h.d.HandCompartment(t.Context(), h.root, o.ID, desk, ""))
		}
		h.who[name] = o
	}
	ok(t, h.d.CloseOfficer(t.Context(), h.root, h.who["gone"].ID))
	mux := http.NewServeMux()
	mux.Handle(api.Prefix+"/", api.New(h.d, api.Options{Logs: quiet}))
	mux.Handle("/", web.New(h.d, web.Options{Logs: quiet}))
	h.handler = mux
	s := httptest.NewUnstartedServer(mux)
	s.Listener.Close()
	s.Listener = l
	s.Start()
	t.Cleanup(s.Close)
	return h
}

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (h *house) now() time.Time { return time.Now().Add(time.Duration(h.late.Load()) * time.Second) }

// later moves the unit's clock on, past any limit of attempts.
func (h *house) later(d time.Duration) { h.late.Add(int64(d / time.Second)) }

// signedIn opens an officer's keys at the seat of the test itself, to prepare things with.
func (h *house) signedIn(name string) officer.Officer {
	h.t.Helper()
	o, err := h.d.SignIn(h.t.Context(), name, []byte(name+" passphrase"))
	ok(h.t, err)
	return o
}

// caller is somebody with a browser, or a program.
type caller struct {
	h *house
	c *http.Client
}

func (h *house) caller() *caller {
	jar, err := cookiejar.New(nil)
	ok(h.t, err)
	return &caller{h, &http.Client{Jar: jar, Timeout: time.Minute, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// reply is what came back.
type reply struct {
	status int
	body   string
	header http.Header
}

func (c *caller) do(method, path, kind, body string, header ...string) reply {
	c.h.t.Helper()
	to := path
	if strings.HasPrefix(path, "/") {
		to = c.h.url + path
	}
	r, err := http.NewRequest(method, to, strings.NewReader(body))
	ok(c.h.t, err)
	if kind != "" {
		r.Header.Set("Content-Type", kind)
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	a, err := c.c.Do(r)
	if err != nil {
		c.h.t.Errorf("%s %s: %v", method, path, err)
		return reply{}
	}
	defer a.Body.Close()
	b, err := io.ReadAll(a.Body)
	ok(c.h.t, err)
	return reply{a.StatusCode, string(b), a.Header}
}

func (c *caller) get(path string, header ...string) reply {
	return c.do("GET", path, "", "", header...)
}

func (c *caller) post(path string, form url.Values, header ...string) reply {
	return c.do("POST", path, "application/x-www-form-urlencoded", form.Encode(), header...)
}

// sends is a request of a program; token "" is none.
func (c *caller) sends(method, path, token string, body any, header ...string) reply {
	c.h.t.Helper()
	kind, text := "", ""
	if body != nil {
		b, err := json.Marshal(body)
		ok(c.h.t, err)
		kind, text = "application/json", string(b)
	}
	if token != "" {
		header = append(header, "Authorization", "Bearer "+token)
	}
	return c.do(method, api.Prefix+path, kind, text, header...)
}

// login tries the pages; token tries the interface.
func (c *caller) login(name, passphrase, code string, header ...string) reply {
	return c.post("/signin", url.Values{"name": {name}, "passphrase": {passphrase}, "code": {code}}, header...)
}

func (c *caller) token(name, passphrase, code string, header ...string) (string, reply) {
	a := c.sends("POST", "/session", "", map[string]string{"name": name, "passphrase": passphrase, "code": code}, header...)
	var out struct {
		Token string `json:"token"`
	}
	_ = json.Unmarshal([]byte(a.body), &out)
	return out.Token, a
}

// inside is a browser in which somebody has signed in.
func (h *house) inside(name string) *caller {
	h.t.Helper()
	c := h.caller()
	if a := c.login(name, name+" passphrase", ""); a.status != http.StatusSeeOther {
		h.t.Fatalf("%s does not sign in: %d", name, a.status)
	}
	return c
}

// insideBy is a browser in which somebody has signed in otherwise.
func (h *house) insideBy(name string, by func(*caller) reply) *caller {
	h.t.Helper()
	c := h.caller()
	if a := by(c); a.status != http.StatusSeeOther && a.status != http.StatusOK || !c.in() {
		h.t.Fatalf("%s does not sign in: %d", name, a.status)
	}
	return c
}

// in reports whether the browser is signed in.
func (c *caller) in() bool { return c.get("/account").status == http.StatusOK }

// refusals counts the refused sign-ins on the log.
func (h *house) refusals() int {
	h.t.Helper()
	o, n := h.signedIn("cleo"), 0
	for before := int64(0); ; {
		p, err := h.d.Log(h.t.Context(), o, store.LogQuery{Act: "session.sign-in", Before: before, Limit: 200})
		ok(h.t, err)
		for _, e := range p.Entries {
			if e.Outcome == audit.Refused {
				n++
			}
		}
		if p.Before == 0 || len(p.Entries) == 0 {
			return n
		}
		before = p.Before
	}
}

// clockCode is RFC 6238 by hand: the test's own authenticator.
func (h *house) clockCode(seed string, step int64) string {
	h.t.Helper()
	key, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(seed)
	ok(h.t, err)
	m := hmac.New(sha1.New, key)
	ok(h.t, binary.Write(m, binary.BigEndian, h.now().Unix()/30+step))
	s := m.Sum(nil)
	at := s[len(s)-1] & 15
	return fmt.Sprintf("%06d", binary.BigEndian.Uint32(s[at:])&0x7fffffff%1000000)
}

var (
	seedOn = regexp.MustCompile(`name="seed" value="([A-Z2-7]+)"`)
	codeOn = regexp.MustCompile(`<code>([0-9A-Z-]{19})</code>`)
)

// withCodes sets codes up at the pages, and waits for the next step.
func (h *house) withCodes(name string) (seed string, recovery []string) {
	h.t.Helper()
	c := h.inside(name)
	m := seedOn.FindStringSubmatch(c.get("/account/codes").body)
	if m == nil {
		h.t.Fatal("the page shows no secret")
	}
	a := c.post("/account/codes", url.Values{"seed": {m[1]}, "code": {h.clockCode(m[1], 0)}})
	for _, x := range codeOn.FindAllStringSubmatch(a.body, -1) {
		recovery = append(recovery, x[1])
	}
	if len(recovery) != 10 {
		h.t.Fatalf("%d recovery codes: %d %s", len(recovery), a.status, a.body)
	}
	h.later(time.Minute)
	return m[1], recovery
}

// key is an authenticator of an officer.
type key struct {
	rp   virtualwebauthn.RelyingParty
	auth virtualwebauthn.Authenticator
	cred virtualwebauthn.Credential
}

// newCredential makes a credential whose public key has two whole coordinates: the library drops their leading zero bytes,
// and one key in a hundred and twenty-eight is then no key.
func newCredential() virtualwebauthn.Credential {
	const whole = 77 // bytes of a COSE key on P-256
	for {
		if c := virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeEC2); len(c.Key.AttestationData()) == whole {
			return c
		}
	}
}

func (h *house) key() *key {
	return &key{virtualwebauthn.RelyingParty{ID: "localhost", Name: "localhost", Origin: h.url}, virtualwebauthn.NewAuthenticator(), newCredential()}
}

func (k *key) make(t testing.TB, question string) string {
	t.Helper()
	q, err := virtualwebauthn.ParseAttestationOptions(question)
	ok(t, err)
	k.auth.Options.UserHandle = []byte(q.UserID)
	return virtualwebauthn.CreateAttestationResponse(k.rp, k.auth, k.cred, *q)
}

func (k *key) answer(t testing.TB, question string) string {
	t.Helper()
	q, err := virtualwebauthn.ParseAssertionOptions(question)
	ok(t, err)
	k.cred.Counter++
	return virtualwebauthn.CreateAssertionResponse(k.rp, k.auth, k.cred, *q)
}

// enrol makes a passkey at the pages.
func (c *caller) enrol(k *key) {
	c.h.t.Helper()
	q := c.post("/account/passkeys/question", nil)
	if q.status != http.StatusOK {
		c.h.t.Fatalf("no question for a passkey: %d", q.status)
	}
	prf := base64.RawURLEncoding.EncodeToString(bytes.Repeat([]byte{7}, 32))
	if a := c.post("/account/passkeys", url.Values{"name": {"blue"}, "answer": {k.make(c.h.t, q.body)}, "prf": {prf}}); a.status != http.StatusSeeOther {
		c.h.t.Fatalf("the passkey is not taken: %d %s", a.status, a.body)
	}
}

// byKey signs in by a passkey.
func (c *caller) byKey(k *key) reply {
	c.h.t.Helper()
	q := c.post("/signin/passkey/question", nil)
	return c.post("/signin/passkey", url.Values{"answer": {k.answer(c.h.t, q.body)}})
}

// byProvider signs in as a subject of the provider.
func (c *caller) byProvider(subject string) reply {
	c.h.t.Helper()
	a := c.get("/signin/provider")
	if a.status != http.StatusSeeOther {
		c.h.t.Fatalf("no way to the provider: %d %s", a.status, a.body)
	}
	return c.get("/signin/provider/back?" + c.h.idp.SignIn(c.h.t, a.header.Get("Location"), subject).Encode())
}

// bind lets a subject sign in as an officer.
func (h *house) bind(name, subject string) {
	h.t.Helper()
	ok(h.t, h.d.BindOfficer(h.t.Context(), h.signedIn("root"), h.who[name].ID, casework.BindDraft{Issuer: h.idp.URL, Subject: subject}))
}
