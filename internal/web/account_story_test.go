package web

import (
	"net"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"

	"cutout/internal/casework"
	"cutout/internal/identity"
	"cutout/internal/officer"
	"cutout/internal/source"
	"cutout/internal/vault"
)

// TestAccountStory is told at real pages in a real browser with an authenticator in it: an officer signs in by
// passphrase, adds a passkey, signs in by it alone, opens an identity with it, and is asked again when his presence is
// old, losing nothing he typed.
func TestAccountStory(t *testing.T) {
	u := browser(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	_, port, err := net.SplitHostPort(l.Addr().String())
	must(t, err)
	key, _, err := vault.OpenStoreKey(filepath.Join(t.TempDir(), "store.key"))
	must(t, err)
	s := &site{t: t, url: "http://localhost:" + port}
	u.site = s
	d, root, err := casework.Begin(t.Context(), casework.Config{Path: filepath.Join(t.TempDir(), "records.db"), Key: key, QuietWatch: true, Origin: s.url,
		Clock: func() time.Time { return time.Now().Add(time.Duration(s.late.Load()) * time.Second) }}, casework.UnitDraft{Name: "Unit North", Administrator: "root"}, []byte("root passphrase"))
	must(t, err)
	t.Cleanup(func() { d.Close() })
	desk := got(d.OpenCompartment(t.Context(), root, "Port desk"))(t)
	var registrar officer.Officer
	for _, name := range []string{"registrar", "handler"} {
		o := got(d.AddOfficer(t.Context(), root, casework.OfficerDraft{Name: name, Clearance: "SECRET", Duties: []string{name}}, []byte(name+" passphrase")))(t)
		must(t, d.HandCompartment(t.Context(), root, o.ID, desk, ""))
		if name == "registrar" {
			registrar = got(d.SignIn(t.Context(), name, []byte(name+" passphrase")))(t)
		}
	}
	src := got(d.RegisterSource(t.Context(), registrar, casework.SourceDraft{CodeName: "KESTREL", Draft: source.Draft{Category: "AGENT", Desk: desk.String(), State: "proposed", IdentityKind: "known",
		ServiceContact: "direct", LawfulOrigin: "walked in"}, Identity: &identity.Draft{Names: []identity.NameDraft{{Full: trueName}}}}))(t)
	server := httptest.NewUnstartedServer(New(d, Options{}))
	server.Listener.Close()
	server.Listener = l
	server.Start()
	t.Cleanup(server.Close)

	_, err = chromedp.Call(u.ctx, webauthn.Enable, webauthn.EnableParams{})
	must(t, err)
	_, err = chromedp.Call(u.ctx, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &webauthn.VirtualAuthenticatorOptions{Protocol: webauthn.AuthenticatorProtocolCtap2, Ctap2version: webauthn.Ctap2versionCtap21, Transport: webauthn.AuthenticatorTransportInternal,
		HasResidentKey: true, HasUserVerification: true, HasPrf: true, IsUserVerified: true, AutomaticPresenceSimulation: true}})
	must(t, err)

	u.open("/signin")
	u.shot("signin")
	u.signIn("registrar")
	u.open("/account")
	u.says("You have no passkey.")
	u.write("#name", "المفتاح الأزرق")
	u.follow(`form[action="/account/passkeys"] button`)
	u.says("The passkey is added.", "المفتاح الأزرق")
	if page, err := chromedp.Run(u.ctx, chromedp.Evaluate[string]("document.body.innerText")); err != nil || !strings.Contains(page, "it opens them") {
		u.follow(`td a[href^="/present"]`) // a browser that gives the secret only when the passkey is used
		u.follow(`form[data-passkey] button`)
	}
	u.says("it opens them")
	u.tour("account", "/account")
	u.open("/account/codes")
	u.says("<svg", "Or type this secret")
	u.shot("codes")
	u.tour("codes", "/account/codes")
	u.tour("present", "/present?next=/account")
	u.signOut()

	u.open("/signin")
	u.follow(`form[action="/signin/passkey"] button`)
	u.says("registrar")
	u.open("/sources/" + src.String() + "/identity")
	u.write("#reason", "to check his papers")
	u.follow(`button[value="finish"]`)
	u.says(trueName) // the passkey opened the keys
	s.late.Add(6 * 60)
	u.open("/sources/" + src.String() + "/identity")
	u.write("#reason", "to check his papers again")
	u.follow(`button[value="finish"]`)
	u.says("Show that it is you", "is kept on this page")
	u.shot("present")
	u.follow(`form[data-passkey] button`)
	u.says(trueName)
	s.late.Add(6 * 60)
	u.open("/sources/" + src.String() + "/identity")
	u.write("#reason", "once more")
	u.follow(`button[value="finish"]`)
	u.write("#passphrase", "not the passphrase")
	u.follow(`form[action="/present"]:not([data-passkey]) button`)
	u.says("That was not accepted", "is kept on this page")
	u.write("#passphrase", "registrar passphrase")
	u.follow(`form[action="/present"]:not([data-passkey]) button`)
	u.says(trueName)
	u.open("/account")
	u.follow(`form[action$="/remove"] button`)
	u.says("The passkey is removed.")
	u.signOut()

	u.signIn("root")
	u.open("/officers")
	u.says("handler", "not bound")
	u.shot("officers")
	u.tour("officers", "/officers")
	u.follow(`a[href$="/bind"]`)
	u.shot("bind")
	u.write("#issuer", "https://id.example")
	u.write("#subject", "8f1c")
	u.follow(`button[value="finish"]`)
	u.says("https://id.example · 8f1c")
	if strings.Contains(u.path(), "8f1c") {
		t.Error("a subject stands in an address")
	}
	u.signOut()
}
