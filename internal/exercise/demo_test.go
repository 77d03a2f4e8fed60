package exercise

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"cutout/internal/casework"
	"cutout/internal/officer"
	"cutout/internal/source"
	"cutout/internal/store/storetest"
	"cutout/internal/vault"
)

// demo is the demonstration, built, with everybody signed in.
type demo struct {
	*testing.T
	desk *casework.Desk
	cfg  casework.Config
	as   map[string]officer.Officer
}

func newDemo(t *testing.T, dsn string, on ...time.Time) *demo {
	t.Helper()
	key, _, err := vault.OpenStoreKey(filepath.Join(t.TempDir(), "store.key"))
	if err != nil {
		t.Fatal(err)
	}
	x := &demo{T: t, as: map[string]officer.Officer{}, cfg: casework.Config{Key: key, DSN: dsn, Ring: filepath.Join(t.TempDir(), "sources"), QuietWatch: true}}
	if dsn == "" {
		x.cfg.Path = filepath.Join(t.TempDir(), "records.db")
	}
	for _, day := range on {
		x.cfg.Clock = func() time.Time { return day }
	}
	last, total := 0, 0
	d, cards, err := Demo(t.Context(), x.cfg, func(done, of int) {
		if done != last+1 || (total != 0 && of != total) {
			t.Errorf("progress went from %d to %d of %d", last, done, of)
		}
		last, total = done, of
	})
	if err != nil {
		t.Fatal(err)
	}
	if last != total || total == 0 {
		t.Errorf("progress ended at %d of %d", last, total)
	}
	t.Cleanup(func() { d.Close() })
	x.desk = d
	for _, c := range cards {
		o, err := d.SignIn(t.Context(), c.Name, []byte(c.Passphrase))
		if err != nil {
			t.Fatalf("%s cannot sign in as his card says: %v", c.Name, err)
		}
		if c.What == "" || c.Duties == "" {
			t.Errorf("the card of %s says too little", c.Name)
		}
		x.as[c.Name] = o
	}
	return x
}

func (x *demo) must(err error) {
	x.Helper()
	if err != nil {
		x.Fatal(err)
	}
}

// holders names the officers with a duty.
func (x *demo) holders(d officer.Duty) []officer.Officer {
	x.Helper()
	var out []officer.Officer
	for _, l := range x.officers() {
		if slices.Contains(l.Duties, d) {
			out = append(out, x.as[l.Name])
		}
	}
	if len(out) == 0 {
		x.Fatalf("nobody is %s", d)
	}
	return out
}

func (x *demo) officers() []casework.OfficerLine {
	x.Helper()
	for _, o := range x.as {
		if ls, err := x.desk.Officers(x.Context(), o); err == nil && ls[0].Duties != nil {
			return ls
		}
	}
	x.Fatal("nobody may list the officers")
	return nil
}

func TestDemo(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { testDemo(t, newDemo(t, "")) })
	t.Run("postgres", func(t *testing.T) { testDemo(t, newDemo(t, storetest.Schema(t))) })
}

func testDemo(t *testing.T, x *demo) {
	for name, fn := range map[string]func(*demo){"people": demoPeople, "custody": demoCustody, "register": demoRegister, "reporting": demoReporting, "outside": demoOutside,
		"watch": demoWatch, "need to know": demoNeedToKnow, "clocks": demoClocks, "log": demoLog, "coverage": demoCoverage} {
		t.Run(name, func(t *testing.T) { y := *x; y.T = t; fn(&y) })
	}
	// The canary last: it takes every look there is.
	t.Run("canary", func(t *testing.T) { y := *x; y.T = t; demoCanary(&y) })
}

func demoPeople(x *demo) {
	held := map[officer.Duty]int{}
	for _, l := range x.officers() {
		for i, d := range l.Duties {
			held[d]++
			for _, e := range l.Duties[i+1:] {
				if officer.Conflict(d, e) {
					x.Errorf("%s holds %s and %s, which check each other", l.Name, d, e)
				}
			}
		}
	}
	for _, d := range officer.Duties() {
		if held[d] == 0 {
			x.Errorf("nobody is %s", d)
		}
	}
	for d, n := range map[officer.Duty]int{officer.Handler: 2, officer.Analyst: 2, officer.ReleaseOfficer: 2, officer.Customer: 2, officer.Trustee: 2} {
		if held[d] < n {
			x.Errorf("%d are %s, want %d", held[d], d, n)
		}
	}
}

// register is every source that a registrar sees.
func (x *demo) register() map[source.ID]casework.SourceRecord {
	x.Helper()
	out := map[source.ID]casework.SourceRecord{}
	for _, o := range x.holders(officer.Registrar) {
		for cursor := ""; ; {
			p, err := x.desk.Sources(x.Context(), o, cursor, 20)
			x.must(err)
			for _, s := range p.Sources {
				out[s.ID] = s.SourceRecord
			}
			if cursor = p.Next; cursor == "" {
				break
			}
		}
	}
	return out
}

func demoRegister(x *demo) {
	categories, states, desks := map[string]int{}, map[source.State]int{}, map[string]int{}
	parents, nameless, collective := 0, 0, 0
	sources := x.register()
	for _, s := range sources {
		categories[s.Value.Category]++
		states[s.Value.State]++
		desks[s.Value.Desk.String()]++
		if !s.Value.Parent.IsZero() {
			parents++
		}
		switch s.Value.IdentityKind {
		case source.Unknown:
			nameless++
		case source.Collective:
			collective++
		}
	}
	if len(sources) < 30 || len(categories) < 10 || len(states) < 5 || len(desks) < 2 || parents < 2 || nameless == 0 || collective == 0 {
		x.Errorf("%d sources in %v, states %v, %d desks, %d sub-sources, %d nameless, %d collective", len(sources), categories, states, len(desks), parents, nameless, collective)
	}
	sealed, granted, refused, oral, cancelled, reviewed, renewed := 0, 0, 0, 0, 0, 0, 0
	for _, o := range x.holders(officer.Registrar) {
		for id := range sources {
			p, err := x.desk.Source(x.Context(), o, id, timeZero)
			if casework.KindOf(err) == casework.NotFound && err != nil {
				continue
			}
			x.must(err)
			if p.Seal.Exists && len(p.Seal.Openers) > 1 {
				sealed++
			}
			for _, a := range p.Authorities {
				granted++
				if a.Value.Refused {
					refused++
				}
				if a.Value.Oral {
					oral++
				}
				if a.Value.Cancelled != nil {
					cancelled++
				}
				if !a.Value.Renews.IsZero() {
					renewed++
				}
				reviewed += len(a.Value.Reviews)
			}
		}
	}
	if sealed < 20 || granted < 10 || refused == 0 || oral == 0 || cancelled == 0 || renewed == 0 || reviewed < 3 {
		x.Errorf("%d seals, %d authorities: %d refused, %d oral, %d cancelled, %d renewed, %d reviews", sealed, granted, refused, oral, cancelled, renewed, reviewed)
	}
}

// TestDemoTwice builds the demonstration on several days: the same findings for the same officers, whatever the day.
func TestDemoTwice(t *testing.T) {
	if os.Getenv("CUTOUT_LONG") == "" {
		t.Skip("two demonstrations are built at night: set CUTOUT_LONG")
	}
	var was map[string][]string
	for _, on := range []time.Time{time.Now(), time.Date(2028, 2, 29, 0, 5, 0, 0, time.UTC)} {
		x := newDemo(t, "", on)
		found := x.raised()
		for _, who := range found {
			slices.Sort(who)
		}
		if was == nil {
			was = found
			continue
		}
		for rule, who := range found {
			if !slices.Equal(who, was[rule]) {
				t.Errorf("%s: %v, then %v", rule, was[rule], who)
			}
		}
		if len(was) != len(found) {
			t.Errorf("%d rules, then %d", len(was), len(found))
		}
	}
}

// TestDemoRefusals: a used store is refused, and a canceled context ends the building.
func TestDemoRefusals(t *testing.T) {
	key, _, err := vault.OpenStoreKey(filepath.Join(t.TempDir(), "store.key"))
	if err != nil {
		t.Fatal(err)
	}
	cfg := casework.Config{Key: key, Path: filepath.Join(t.TempDir(), "records.db"), QuietWatch: true}
	ctx, cancel := context.WithCancel(t.Context())
	if _, _, err := Demo(ctx, cfg, func(done, _ int) {
		if done == 20 {
			cancel()
		}
	}); err == nil || ctx.Err() == nil {
		t.Fatal("the building went on without its caller")
	}
	if _, _, err := Demo(t.Context(), cfg, nil); err == nil {
		t.Error("a store with a unit was taken for a new one")
	}
}

// demoCustody: there is something to decide for a second approver, and the unit could restore.
func demoCustody(x *demo) {
	k, err := x.desk.KeyHolders(x.Context(), x.as["yusra"])
	x.must(err)
	if len(k.Approvers) != 3 || len(k.Trustees) != 3 || k.Ready != 2 || k.Need != 2 {
		x.Errorf("%d approvers, %d trustees, %d of %d ready", len(k.Approvers), len(k.Trustees), k.Ready, k.Need)
	}
	p, err := x.desk.Openings(x.Context(), x.as["yusra"], 10, "")
	x.must(err)
	if len(p.Openings) != 1 || !p.Openings[0].MayApprove || len(p.Openings[0].Approved) != 1 {
		x.Errorf("what waits for yusra: %+v", p.Openings)
	}
}
