package casework_test

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"github.com/descope/virtualwebauthn"

	"cutout/internal/casework"
	"cutout/internal/officer"
)

// origin is where browsers reach the unit.
const origin = "https://unit.example"

// device is an authenticator. Its secret stands for the output of its pseudo-random function.
type device struct {
	u      *unit
	rp     virtualwebauthn.RelyingParty
	auth   virtualwebauthn.Authenticator
	cred   virtualwebauthn.Credential
	secret []byte
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

func (u *unit) device(secret string) *device {
	v := &device{u: u, rp: virtualwebauthn.RelyingParty{Name: "unit.example", ID: "unit.example", Origin: origin}, auth: virtualwebauthn.NewAuthenticator(), cred: newCredential()}
	if secret != "" {
		v.secret = bytes.Repeat([]byte(secret), 32)[:32]
	}
	return v
}

func (v *device) prf() []byte { return bytes.Clone(v.secret) }

// make answers the question for a new passkey.
func (v *device) make(question []byte) []byte {
	v.u.t.Helper()
	q, err := virtualwebauthn.ParseAttestationOptions(string(question))
	v.u.must(err)
	v.auth.Options.UserHandle = []byte(q.UserID)
	return []byte(virtualwebauthn.CreateAttestationResponse(v.rp, v.auth, v.cred, *q))
}

// answer signs a question; every answer counts.
func (v *device) answer(question []byte) []byte {
	v.u.t.Helper()
	q, err := virtualwebauthn.ParseAssertionOptions(string(question))
	v.u.must(err)
	v.cred.Counter++
	return []byte(virtualwebauthn.CreateAssertionResponse(v.rp, v.auth, v.cred, *q))
}

func (v *device) enrol(o officer.Officer, name string) error {
	v.u.t.Helper()
	q, err := v.u.d.AskNewPasskey(v.u.ctx, o)
	if err != nil {
		return err
	}
	return v.u.d.AddPasskey(v.u.ctx, o, name, v.make(q), v.prf())
}

func (v *device) asked() []byte {
	v.u.t.Helper()
	q, err := v.u.d.AskPasskey()
	v.u.must(err)
	return v.answer(q)
}

func (v *device) enter() (casework.Session, error) {
	v.u.t.Helper()
	return v.u.d.EnterByPasskey(v.u.ctx, "web", v.asked(), v.prf())
}

// TestPasskeys signs in by passkeys that open keys and by one that does not.
func TestPasskeys(t *testing.T) {
	engines(t, func(t *testing.T, u *unit) {
		o := u.entered("handler").Officer
		blue, plain := u.device("b"), u.device("")
		u.must(blue.enrol(o, "blue"))
		u.must(plain.enrol(o, "plain"))
		s, err := blue.enter()
		u.must(err)
		if s.Officer.ID != o.ID || s.How != casework.ByPasskey {
			t.Errorf("signed in: %+v", s)
		}
		p, err := u.d.OpenIdentity(u.ctx, s.Officer, u.src, "for the meeting")
		u.must(err)
		if p.IsZero() {
			t.Error("the passkey's keys open nothing")
		}
		s, err = plain.enter()
		u.must(err)
		if _, err := u.d.OpenIdentity(u.ctx, s.Officer, u.src, "x"); code(err) != "refused.locked" {
			t.Errorf("a passkey with no secret opens keys: %v", err)
		}
		u.must(u.d.Prove(u.ctx, s.Officer, []byte("handler passphrase"), ""))
		_, err = u.d.OpenIdentity(u.ctx, s.Officer, u.src, "for the meeting")
		u.must(err)
		// given a secret later, with the keys open, it opens them from then on
		plain.secret = bytes.Repeat([]byte("p"), 32)
		u.must(u.d.ProveByPasskey(u.ctx, s.Officer, plain.asked(), plain.prf()))
		s, err = plain.enter()
		u.must(err)
		if !u.d.Unlocked(s.Officer) {
			t.Error("a passkey that gave its secret later opens no keys")
		}
		a, err := u.d.Account(u.ctx, s.Officer)
		u.must(err)
		if len(a.Passkeys) != 2 || a.Passkeys[0].Name != "blue" || !a.Passkeys[0].Opens || !a.Passkeys[1].Opens || a.Passkeys[1].Used.IsZero() {
			t.Errorf("the account shows %+v", a.Passkeys)
		}
		// the wrong secret signs in and opens nothing
		blue.secret = bytes.Repeat([]byte("x"), 32)
		s, err = blue.enter()
		u.must(err)
		if u.d.Unlocked(s.Officer) {
			t.Error("another secret opens the keys")
		}
		// a new passphrase changes nothing for passkeys: the key is the same
		blue.secret = bytes.Repeat([]byte("b"), 32)
		u.must(u.d.ChangePassphrase(u.ctx, s.Officer, []byte("handler passphrase"), []byte("another passphrase")))
		if s, err = blue.enter(); err != nil || !u.d.Unlocked(s.Officer) {
			t.Errorf("after a new passphrase: %v", err)
		}
		u.must(u.d.RemovePasskey(u.ctx, s.Officer, a.Passkeys[0].Ref))
		if _, err := blue.enter(); code(err) != "refused.sign-in" {
			t.Errorf("a passkey that was removed: %v", err)
		}
		u.must(u.d.ForgetFactors(u.ctx, u.in("root"), o.ID))
		if _, err := plain.enter(); code(err) != "refused.sign-in" {
			t.Errorf("a passkey that was forgotten: %v", err)
		}
	})
}

// TestPasskeysRefused tries answers that must not be taken. All of them have one answer.
func TestPasskeysRefused(t *testing.T) {
	engines(t, func(t *testing.T, u *unit) {
		o, other := u.entered("handler").Officer, u.entered("analyst").Officer
		blue := u.device("b")
		u.must(blue.enrol(o, "blue"))
		no := func(what string, answer []byte) {
			t.Helper()
			if _, err := u.d.EnterByPasskey(u.ctx, "web", answer, blue.prf()); code(err) != "refused.sign-in" {
				t.Errorf("%s: %v", what, err)
			}
		}
		asked := func() []byte {
			q, err := u.d.AskPasskey()
			u.must(err)
			return q
		}
		good := blue.asked()
		_, err := u.d.EnterByPasskey(u.ctx, "web", good, nil)
		u.must(err)
		no("the same answer again", good)
		old := blue.asked()
		u.now = u.now.Add(6 * time.Minute)
		no("an answer after its time", old)
		changed := func(what string, change func(*device)) {
			t.Helper()
			v := *blue
			change(&v)
			no(what, v.answer(asked()))
		}
		changed("another origin", func(v *device) { v.rp.Origin = "https://evil.example" })
		changed("another origin of the same name", func(v *device) { v.rp.Origin = "http://unit.example" })
		changed("another relying party", func(v *device) { v.rp.ID = "evil.example" })
		changed("no user verification", func(v *device) { v.auth.Options.UserNotVerified = true })
		changed("no user presence", func(v *device) { v.auth.Options.UserNotPresent = true })
		changed("a colleague's handle", func(v *device) { v.auth.Options.UserHandle = other.ID.Bytes() })
		changed("nobody's handle", func(v *device) { v.auth.Options.UserHandle = officer.ID{1}.Bytes() })
		changed("no handle", func(v *device) { v.auth.Options.UserHandle = nil })
		changed("another key", func(v *device) {
			id := v.cred.ID
			v.cred = newCredential()
			v.cred.ID, v.cred.Counter = id, 100
		})
		no("no answer", nil)
		no("no JSON", []byte("x"))
		// a copy of the authenticator falls behind in its count
		blue.cred.Counter = 50
		if _, err := blue.enter(); err != nil {
			t.Errorf("it counts on: %v", err)
		}
		blue.cred.Counter = 10
		no("a count that goes back", blue.asked())
		blue.cred.Counter = 60
		// presence is proved by one's own passkey only
		mine := u.device("")
		u.must(mine.enrol(u.entered("analyst").Officer, "mine"))
		if err := u.d.ProveByPasskey(u.ctx, u.entered("analyst").Officer, blue.asked(), nil); code(err) != "refused.sign-in" {
			t.Errorf("a colleague's passkey proves presence: %v", err)
		}
		// enrolment: fresh, for oneself, once
		here := u.entered("handler").Officer
		q, err := u.d.AskNewPasskey(u.ctx, here)
		u.must(err)
		green := u.device("g")
		if err := u.d.AddPasskey(u.ctx, u.entered("analyst").Officer, "green", green.make(q), nil); code(err) != "invalid" {
			t.Errorf("a colleague takes the enrolment over: %v", err)
		}
		if err := u.d.AddPasskey(u.ctx, here, "green", green.make(q), nil); code(err) != "invalid" {
			t.Errorf("a question is answered twice: %v", err)
		}
		if err := u.device("g").enrol(here, ""); code(err) != "invalid" {
			t.Errorf("a passkey without a name: %v", err)
		}
		if err := u.device("g").enrol(here, "a\u202eb"); code(err) != "invalid" {
			t.Errorf("a name with a bidi control: %v", err)
		}
		if err := blue.enrol(here, "blue again"); code(err) != "invalid" {
			t.Errorf("the same passkey twice: %v", err)
		}
		a, err := u.d.Account(u.ctx, here)
		u.must(err)
		if err := u.d.RemovePasskey(u.ctx, u.entered("analyst").Officer, a.Passkeys[0].Ref); casework.KindOf(err) != casework.NotFound {
			t.Errorf("a colleague removes it: %v", err)
		}
		u.now = u.now.Add(6 * time.Minute)
		if _, err := u.d.AskNewPasskey(u.ctx, here); code(err) != "refused.present-again" {
			t.Errorf("enrolled with no presence: %v", err)
		}
		if err := u.d.RemovePasskey(u.ctx, here, a.Passkeys[0].Ref); code(err) != "refused.present-again" {
			t.Errorf("removed with no presence: %v", err)
		}
		u.must(u.d.ProveByPasskey(u.ctx, here, blue.asked(), nil))
		u.must(u.d.CloseOfficer(u.ctx, u.in("root"), here.ID))
		no("a closed account", blue.asked())
	})
}

// TestNamesStayHome holds that an authenticator, and whoever keeps its copies, is told the account's name and the
// address, and nothing else of the unit.
func TestNamesStayHome(t *testing.T) {
	u := begin(t, "")
	q, err := u.d.AskNewPasskey(u.ctx, u.entered("handler").Officer)
	u.must(err)
	var told struct {
		PublicKey struct {
			RP   struct{ Name, ID string }
			User struct{ Name, DisplayName string }
		}
	}
	u.must(json.Unmarshal(q, &told))
	if p := told.PublicKey; p.RP.Name != "unit.example" || p.RP.ID != "unit.example" || p.User.Name != "handler" || p.User.DisplayName != "handler" || bytes.Contains(q, []byte("Test unit")) {
		t.Errorf("an authenticator is told %s", q)
	}
}
