package casework_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"cutout/internal/authority"
	"cutout/internal/casework"
	"cutout/internal/compartment"
	"cutout/internal/contact"
	"cutout/internal/identity"
	"cutout/internal/officer"
	"cutout/internal/report"
	"cutout/internal/source"
	"cutout/internal/store/storetest"
	"cutout/internal/vault"
)

// unit is a small unit at work: one desk, one source in hand, an officer for every duty that the main job needs.
type unit struct {
	t     testing.TB
	ctx   context.Context
	d     *casework.Desk
	now   time.Time
	admin officer.Officer
	desk  compartment.ID
	who   map[string]officer.Officer
	src   source.ID
	auth  authority.ID
	cfg   casework.Config
}

// engines runs a test on every engine. A missing PostgreSQL is one printed line for a user and a failure where
// CUTOUT_REQUIRE_ALL is set.
func engines(t *testing.T, fn func(t *testing.T, u *unit)) {
	t.Run("sqlite", func(t *testing.T) { fn(t, begin(t, "")) })
	t.Run("postgres", func(t *testing.T) { fn(t, begin(t, storetest.Schema(t))) })
}

func begin(t testing.TB, dsn string) *unit {
	t.Helper()
	key, _, err := vault.OpenStoreKey(filepath.Join(t.TempDir(), "store.key"))
	if err != nil {
		t.Fatal(err)
	}
	u := &unit{t: t, ctx: context.Background(), now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC), who: map[string]officer.Officer{}}
	cfg := casework.Config{Key: key, DSN: dsn, Ring: filepath.Join(t.TempDir(), "sources"), QuietWatch: true, Origin: origin, Clock: func() time.Time { u.now = u.now.Add(time.Millisecond); return u.now }}
	if dsn == "" {
		cfg.Path = filepath.Join(t.TempDir(), "records.db")
	}
	u.cfg = cfg
	u.d, u.admin, err = casework.Begin(u.ctx, cfg, casework.UnitDraft{Name: "Test unit", Administrator: "root"}, []byte("root passphrase"))
	u.must(err)
	t.Cleanup(func() { u.d.Close() })
	u.desk, err = u.d.OpenCompartment(u.ctx, u.admin, "Harbor")
	u.must(err)
	for name, duties := range map[string][]string{"registrar": {"registrar"}, "handler": {"handler"}, "controller": {"controller"}, "authorizer": {"authorizing"},
		"manager": {"collection-manager"}, "analyst": {"analyst"}, "releaser": {"release"}, "second": {"release"}, "validator": {"validator"},
		"intake": {"intake"}, "customer": {"customer"}, "minister": {"customer"}, "inspector": {"inspector"}} {
		u.add(name, name != "customer" && name != "minister" && name != "inspector", duties...)
	}
	u.src = u.register("registrar", identity.NameDraft{Full: "Zephyrine Quackenbush"})
	u.assign(u.src, "handler", "handler")
	u.assign(u.src, "controller", "controller")
	u.assign(u.src, "authorizer", "authorizing")
	u.auth, err = u.d.Grant(u.ctx, u.who["authorizer"], authorityDraft(u.d, u.src))
	u.must(err)
	return u
}

// again opens the unit once more, as a second process would.
func (u *unit) again() *casework.Desk {
	u.t.Helper()
	d, err := casework.Open(u.ctx, u.cfg)
	u.must(err)
	return d
}

func (u *unit) must(err error) {
	u.t.Helper()
	if err != nil {
		u.t.Fatal(err)
	}
}

func (u *unit) add(name string, harbor bool, duties ...string) officer.Officer {
	u.t.Helper()
	o, err := u.d.AddOfficer(u.ctx, u.admin, casework.OfficerDraft{Name: name, Clearance: "SECRET", Duties: duties}, []byte(name+" passphrase"))
	u.must(err)
	if harbor {
		u.must(u.d.HandCompartment(u.ctx, u.admin, o.ID, u.desk, ""))
	}
	o, err = u.d.SignIn(u.ctx, name, []byte(name+" passphrase"))
	u.must(err)
	u.who[name] = o
	return o
}

// in signs the officer in again when his keys have been idle, as a person would.
func (u *unit) in(name string) officer.Officer {
	u.t.Helper()
	if o := u.who[name]; u.d.Unlocked(o) && u.d.Present(o) {
		return o
	}
	o, err := u.d.SignIn(u.ctx, name, []byte(name+" passphrase"))
	u.must(err)
	return o
}

func (u *unit) register(by string, names ...identity.NameDraft) source.ID {
	u.t.Helper()
	s, err := u.d.RegisterSource(u.ctx, u.in(by), casework.SourceDraft{Draft: source.Draft{Category: "AGENT", Desk: u.desk.String(), State: "proposed", IdentityKind: "known",
		ServiceContact: "direct", LawfulOrigin: "walked in", Access: []source.AccessDraft{{Topic: "gate", Kind: "direct", Verified: "verified"}},
		Description: "a person who works at the harbor"}, Identity: &identity.Draft{Names: names}})
	u.must(err)
	return s
}

func (u *unit) assign(s source.ID, who, duty string) {
	u.t.Helper()
	u.must(u.d.Assign(u.ctx, u.in("registrar"), casework.AssignDraft{Source: s.String(), Officer: u.who[who].ID.String(), Duty: duty}))
}

func authorityDraft(d *casework.Desk, s source.ID) authority.Draft {
	return authority.Draft{Source: s.String(), Kind: "chis-written", Ground: d.Pack().Vocabulary("grounds")[0].Code, Necessity: "needed to know what leaves gate 4",
		Proportionality: "nothing less intrusive sees it", Purpose: "smuggling", Operation: "HARBOR LIGHT", Conduct: "to watch and tell", Topics: []string{"gate"},
		Collateral: "colleagues; nothing is kept of them", Confidential: "none likely", Risk: "low; reviewed monthly", TargetRelation: "none"}
}

func (u *unit) meet(s source.ID, on string) contact.ID {
	u.t.Helper()
	c, err := u.d.RecordContact(u.ctx, u.in("handler"), contact.ID{}, contact.Draft{Source: s.String(), Type: "meeting", Record: &contact.RecordDraft{When: on, Place: "a café in town",
		Participants: []string{u.who["handler"].ID.String()}, Summary: "met as planned", Welfare: "well", Security: "none"}})
	u.must(err)
	return c
}

func item(text string) report.ItemDraft {
	return report.ItemDraft{Text: text, Lang: "en", Basis: "direct", Scheme: "admiralty", Grade: "C3"}
}

func (u *unit) file(c contact.ID, items ...report.ItemDraft) (report.ID, error) {
	return u.d.FileReport(u.ctx, u.in("handler"), casework.ReportDraft{Draft: report.Draft{Contact: c.String(), Title: "Gate 4", Items: items}})
}

func (u *unit) filed(text string) (report.ID, report.ItemID) {
	u.t.Helper()
	r, err := u.file(u.meet(u.src, u.now.Format(time.DateOnly)), item(text))
	u.must(err)
	p, err := u.d.Report(u.ctx, u.in("analyst"), r, time.Time{})
	u.must(err)
	return r, p.Report.Value.Items[0].ID
}
