package casework_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"

	"cutout/internal/audit"
	"cutout/internal/casework"
	"cutout/internal/officer"
	"cutout/internal/store"
	"cutout/internal/vault"
)

func code(err error) string {
	var e *casework.Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

func (u *unit) enter(name string, code string) (casework.Session, error) {
	return u.d.Enter(u.ctx, "web", casework.Proof{Name: name, Passphrase: []byte(name + " passphrase"), Code: code})
}

func (u *unit) entered(name string) casework.Session {
	u.t.Helper()
	s, err := u.enter(name, "")
	u.must(err)
	return s
}

// shows is the code an authenticator shows at the unit's time.
func (u *unit) shows(seed string) string {
	u.t.Helper()
	c, err := hotp.GenerateCodeCustom(seed, uint64(u.now.Unix()/30), hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
	u.must(err)
	return c
}

// coded sets codes up for an officer and gives their secret and the recovery codes.
func (u *unit) coded(name string) (seed string, recovery []string) {
	u.t.Helper()
	o := u.in(name)
	seed, address, err := u.d.NewCoder(o)
	u.must(err)
	if !strings.HasPrefix(address, "otpauth://totp/"+name+"?") || !strings.Contains(address, seed) {
		u.t.Errorf("the address for an authenticator: %s", address)
	}
	if _, err := u.d.AddCodes(u.ctx, o, seed, "000000"); code(err) != "invalid" {
		u.t.Errorf("codes are set up without proof: %v", err)
	}
	recovery, err = u.d.AddCodes(u.ctx, o, seed, u.shows(seed))
	u.must(err)
	if len(recovery) != 10 {
		u.t.Errorf("%d recovery codes", len(recovery))
	}
	u.now = u.now.Add(30 * time.Second)
	return seed, recovery
}

// TestCodes asks for a code once it is set up, takes each once, and none after five wrong ones.
func TestCodes(t *testing.T) {
	engines(t, func(t *testing.T, u *unit) {
		seed, recovery := u.coded("analyst")
		in := func(what, given string, want bool) {
			t.Helper()
			_, err := u.enter("analyst", given)
			if want != (err == nil) || err != nil && code(err) != "refused.sign-in" {
				t.Errorf("%s: %v", what, err)
			}
		}
		if !u.d.AsksCode(u.ctx, " Analyst") || u.d.AsksCode(u.ctx, "handler") || u.d.AsksCode(u.ctx, "nobody") {
			t.Error("who is asked for a code")
		}
		in("no code", "", false)
		now := u.shows(seed)
		in("the code", now[:3]+" "+now[3:], true)
		in("the code again", now, false)
		u.now = u.now.Add(time.Minute)
		before := u.shows(seed)
		u.now = u.now.Add(30 * time.Second)
		in("the code of the step before", before, true)
		u.now = u.now.Add(time.Minute)
		late := u.shows(seed)
		u.now = u.now.Add(2 * time.Minute)
		in("a code of two minutes ago", late, false)
		in("in Arabic figures", strings.NewReplacer("0", "٠", "1", "١", "2", "٢", "3", "٣", "4", "٤", "5", "٥", "6", "٦", "7", "٧", "8", "٨", "9", "٩").Replace(u.shows(seed)), true)
		in("a recovery code, written otherwise", strings.ToLower(strings.ReplaceAll(recovery[3], "-", " ")), true)
		in("it again", recovery[3], false)
		o := u.who["analyst"]
		a, err := u.d.Account(u.ctx, o)
		u.must(err)
		if !a.Codes || a.Recovery != 9 {
			t.Errorf("the account shows %+v", a)
		}
		// five wrong ones, and the right one is not taken; a passphrase that is wrong counts nothing here
		for range 4 {
			in("wrong", "000000", false)
		}
		u.now = u.now.Add(11 * time.Minute) // past the limit of attempts, not of codes
		in("the right one after rest", u.shows(seed), false)
		u.now = u.now.Add(16 * time.Minute)
		in("after the rest", u.shows(seed), true)
		o = u.who["analyst"]
		u.now = u.now.Add(6 * time.Minute)
		if err := u.d.RemoveCodes(u.ctx, o); code(err) != "refused.present-again" {
			t.Errorf("codes are removed with no proof of presence: %v", err)
		}
		if err := u.d.Prove(u.ctx, o, []byte("analyst passphrase"), ""); code(err) != "refused.sign-in" {
			t.Errorf("presence without the code: %v", err)
		}
		u.must(u.d.Prove(u.ctx, o, []byte("analyst passphrase"), u.shows(seed)))
		fresh, err := u.d.RenewRecovery(u.ctx, o)
		u.must(err)
		in("an old recovery code", recovery[0], false)
		in("a new one", fresh[0], true)
		u.must(u.d.RemoveCodes(u.ctx, o))
		in("without a code again", "", true)
	})
}

// TestCodeOnce hands one code in nine times at once, as often as the limit of attempts lets by: one is let in.
func TestCodeOnce(t *testing.T) {
	engines(t, func(t *testing.T, u *unit) {
		seed, recovery := u.coded("analyst")
		for what, shown := range map[string]func() string{"clock": func() string { return u.shows(seed) }, "recovery": func() string { return recovery[0] }} {
			c := shown()
			var mu sync.Mutex
			var all sync.WaitGroup
			in := 0
			for range 9 {
				all.Go(func() {
					_, err := u.enter("analyst", c)
					mu.Lock()
					defer mu.Unlock()
					if err == nil {
						in++
					}
				})
			}
			all.Wait()
			if in != 1 {
				t.Errorf("%s: one code let in %d", what, in)
			}
			u.now = u.now.Add(30 * time.Minute)
			seed2 := u.shows(seed)
			if _, err := u.enter("analyst", seed2); err != nil {
				t.Errorf("%s: the next code: %v", what, err)
			}
		}
	})
}

// TestSeats keeps the keys and the presence of one session out of another of the same officer.
func TestSeats(t *testing.T) {
	engines(t, func(t *testing.T, u *unit) {
		one, two := u.entered("handler"), u.entered("handler")
		if one.Token == two.Token || one.Officer.Seat == two.Officer.Seat {
			t.Fatal("two sessions are one")
		}
		_, err := u.d.OpenIdentity(u.ctx, one.Officer, u.src, "for the meeting")
		u.must(err)
		stolen := one.Officer
		stolen.Seat = officer.Seat{1}
		if _, err := u.d.OpenIdentity(u.ctx, stolen, u.src, "x"); code(err) != "refused.locked" {
			t.Errorf("another seat: %v", err)
		}
		u.must(u.d.Leave(u.ctx, "web", two.Token))
		if u.d.Unlocked(two.Officer) || !u.d.Unlocked(one.Officer) {
			t.Error("leaving one session closes another's keys, or not its own")
		}
		u.now = u.now.Add(casework.FreshFor + time.Second)
		if _, err := u.d.OpenIdentity(u.ctx, one.Officer, u.src, "x"); code(err) != "refused.present-again" {
			t.Errorf("a sealed act with no presence: %v", err)
		}
		if err := u.d.Prove(u.ctx, one.Officer, []byte("not the passphrase"), ""); code(err) != "refused.sign-in" {
			t.Errorf("a wrong proof: %v", err)
		}
		u.must(u.d.Prove(u.ctx, one.Officer, []byte("handler passphrase"), ""))
		_, err = u.d.OpenIdentity(u.ctx, one.Officer, u.src, "for the meeting")
		u.must(err)
		u.now = u.now.Add(16 * time.Minute)
		if _, err := u.d.OpenIdentity(u.ctx, one.Officer, u.src, "x"); code(err) != "refused.locked" {
			t.Errorf("after idling: %v", err)
		}
		if s, ok, err := u.d.Session(u.ctx, "web", one.Token); err != nil || !ok || !s.Idle {
			t.Errorf("an idle session: %+v %v %v", s, ok, err)
		}
		if s, _, _ := u.d.Session(u.ctx, "web", one.Token); !s.Idle {
			t.Error("an idle session comes back by being asked for")
		}
	})
}

// TestSessions lists and ends sessions, in every process that serves the unit.
func TestSessions(t *testing.T) {
	engines(t, func(t *testing.T, u *unit) {
		alive := func(d *casework.Desk, s casework.Session) bool {
			t.Helper()
			v, ok, err := d.Session(u.ctx, s.Porch, s.Token)
			u.must(err)
			return ok && !v.Idle
		}
		a, b, c := u.entered("analyst"), u.entered("analyst"), u.entered("analyst")
		colleague := u.entered("handler")
		if alive(u.d, casework.Session{Porch: "api", Token: a.Token}) || alive(u.d, casework.Session{Porch: "web", Token: "x"}) || alive(u.d, casework.Session{Porch: "web"}) {
			t.Error("a token of another porch, or none, is a session")
		}
		vs, err := u.d.SessionsOf(u.ctx, b.Officer)
		u.must(err)
		if len(vs) != 3 || slices.ContainsFunc(vs, func(s casework.Session) bool {
			return s.Mine != (s.Ref() == b.Ref()) || s.Token != "" || s.How != casework.ByPassphrase
		}) {
			t.Errorf("sessions: %+v", vs)
		}
		if err := u.d.EndSession(u.ctx, b.Officer, colleague.Ref()); casework.KindOf(err) != casework.NotFound {
			t.Errorf("a colleague's session: %v", err)
		}
		for _, bad := range []string{"", "x", strings.Repeat("0", 31), strings.Repeat("0", 32), strings.Repeat("0", 64)} {
			if err := u.d.EndSession(u.ctx, b.Officer, bad); casework.KindOf(err) != casework.NotFound {
				t.Errorf("session %q: %v", bad, err)
			}
		}
		u.must(u.d.EndSession(u.ctx, b.Officer, a.Ref()))
		if alive(u.d, a) || u.d.Unlocked(a.Officer) || !alive(u.d, b) {
			t.Error("the wrong session was ended")
		}
		u.must(u.d.EndOtherSessions(u.ctx, b.Officer))
		if alive(u.d, c) || !alive(u.d, b) || !alive(u.d, colleague) {
			t.Error("the wrong sessions were ended")
		}
		d := u.entered("analyst")
		u.must(u.d.ChangePassphrase(u.ctx, d.Officer, []byte("analyst passphrase"), []byte("another passphrase")))
		if alive(u.d, b) || !alive(u.d, d) {
			t.Error("a new passphrase ends the other sessions and not this one")
		}
		u.must(u.d.ChangePassphrase(u.ctx, d.Officer, []byte("another passphrase"), []byte("analyst passphrase")))
		if err := u.d.EndSessionsOf(u.ctx, d.Officer, colleague.Officer.ID); code(err) != "refused.duty" {
			t.Errorf("an analyst ends sessions of others: %v", err)
		}
		u.must(u.d.EndSessionsOf(u.ctx, u.in("root"), colleague.Officer.ID))
		if alive(u.d, colleague) {
			t.Error("the administrator did not end it")
		}
		// another process
		if u.d.Engine() == string(store.Postgres) {
			e := u.again()
			defer e.Close()
			if !alive(e, d) || e.Unlocked(d.Officer) {
				t.Error("another process does not know the session, or has its keys")
			}
			u.must(e.EndOtherSessions(u.ctx, officer.Officer{ID: d.Officer.ID, Name: d.Officer.Name}))
			if alive(u.d, d) {
				t.Error("a session ended in another process lives on")
			}
		}
		d = u.entered("analyst")
		for range 80 { // used all the time, it still ends
			u.now = u.now.Add(10*time.Minute + 15*time.Second)
			if !alive(u.d, d) {
				break
			}
		}
		if alive(u.d, d) || u.now.Sub(d.Began) > 13*time.Hour {
			t.Errorf("a session lives %v", u.now.Sub(d.Began))
		}
		d = u.entered("analyst")
		u.must(u.d.CloseOfficer(u.ctx, u.in("root"), d.Officer.ID))
		if alive(u.d, d) {
			t.Error("a closed account has a session")
		}
	})
}

// TestDearerHash seals anew when the unit asks for more work than a passphrase was sealed under.
func TestDearerHash(t *testing.T) {
	key, _, err := vault.OpenStoreKey(filepath.Join(t.TempDir(), "store.key"))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "r.db")
	cost := func(c vault.Cost) casework.Config {
		return casework.Config{Path: path, Key: key, QuietWatch: true, Cost: c}
	}
	low, high := vault.Cost{MemoryKiB: 19 * 1024, Passes: 2, Lanes: 1}, vault.Cost{MemoryKiB: 20 * 1024, Passes: 2, Lanes: 1}
	d, _, err := casework.Begin(t.Context(), cost(low), casework.UnitDraft{Name: "Unit", Administrator: "root"}, []byte("root passphrase"))
	if err != nil {
		t.Fatal(err)
	}
	d.Close()
	if d, err = casework.Open(t.Context(), cost(high)); err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	for i, want := range []uint64{2, 1} { // once to open and once to seal; then as usual
		before := vault.Stretched()
		if _, err := d.SignIn(t.Context(), "root", []byte("root passphrase")); err != nil {
			t.Fatal(err)
		}
		if n := vault.Stretched() - before; n != want {
			t.Errorf("sign-in %d took %d hashes, want %d", i+1, n, want)
		}
	}
}

// TestOneAccountManyForms counts attempts under one account however its name is typed, and logs what was tried.
func TestOneAccountManyForms(t *testing.T) {
	engines(t, func(t *testing.T, u *unit) {
		forms := []string{"analyst", "Analyst", " analyst ", "ANALYST\t", "ａｎａｌｙｓｔ", "ana\u200blyst", "a n a l y s t", "analyst\u00a0", "𝐚nalyst", "\u202aanalyst"}
		for i, f := range forms {
			if _, err := u.d.SignIn(u.ctx, f, []byte("a wrong passphrase")); code(err) != "refused.sign-in" {
				t.Errorf("form %d: %v", i, err)
			}
		}
		for name, try := range map[string]func() error{
			"sign-in":  func() error { _, err := u.enter("analyst", ""); return err },
			"command":  func() error { _, err := u.d.SignIn(u.ctx, "analyst", []byte("analyst passphrase")); return err },
			"presence": func() error { return u.d.Prove(u.ctx, u.who["analyst"], []byte("analyst passphrase"), "") },
			"change": func() error {
				return u.d.ChangePassphrase(u.ctx, u.who["analyst"], []byte("analyst passphrase"), []byte("another passphrase"))
			},
		} {
			if err := try(); code(err) != "refused.too-many" {
				t.Errorf("%s after ten attempts: %v", name, err)
			}
		}
		for i := range 11 {
			_, err := u.d.SignIn(u.ctx, "nobody", []byte("a wrong passphrase"))
			if want := map[bool]string{true: "refused.too-many", false: "refused.sign-in"}[i == 10]; code(err) != want {
				t.Errorf("attempt %d on nobody: %v", i+1, err)
			}
		}
		for i := range 40 { // other names forget nothing
			_, _ = u.d.SignIn(u.ctx, fmt.Sprint("name", i), []byte("x"))
		}
		if _, err := u.enter("analyst", ""); code(err) != "refused.too-many" {
			t.Errorf("other names made room: %v", err)
		}
		p, err := u.d.Log(u.ctx, u.in("inspector"), store.LogQuery{Act: "session.sign-in", Limit: 200})
		u.must(err)
		mine, nobodys := 0, 0
		for _, e := range p.Entries {
			switch {
			case e.Outcome == audit.Refused && e.Officer == u.who["analyst"].ID.String():
				mine++
			case e.Outcome == audit.Refused && e.Officer == "" && e.Object == "":
				nobodys++
			}
		}
		if mine != len(forms) || nobodys != 50 {
			t.Errorf("the log has %d and %d refused sign-ins, want %d and 50", mine, nobodys, len(forms))
		}
		u.now = u.now.Add(11 * time.Minute)
		if _, err := u.enter("Ａnalyst", ""); err == nil {
			t.Error("the passphrase of another spelling was taken") // enter makes the passphrase of the name as typed
		}
		if _, err := u.d.SignIn(u.ctx, "ＡNALYST ", []byte("analyst passphrase")); err != nil {
			t.Errorf("another form of the name: %v", err)
		}
	})
}
