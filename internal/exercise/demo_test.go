package exercise

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib"

	"cutout/internal/audit"
	"cutout/internal/casework"
	"cutout/internal/contact"
	"cutout/internal/day"
	"cutout/internal/dissemination"
	"cutout/internal/officer"
	"cutout/internal/report"
	"cutout/internal/requirement"
	"cutout/internal/source"
	"cutout/internal/vault"
)

// demo is the demonstration, built, with everybody signed in.
type demo struct {
	*testing.T
	desk *casework.Desk
	cfg  casework.Config
	as   map[string]officer.Officer
}

func newDemo(t *testing.T, dsn string) *demo {
	t.Helper()
	key, _, err := vault.OpenStoreKey(filepath.Join(t.TempDir(), "store.key"))
	if err != nil {
		t.Fatal(err)
	}
	x := &demo{T: t, as: map[string]officer.Officer{}, cfg: casework.Config{Key: key, DSN: dsn, QuietWatch: true}}
	if dsn == "" {
		x.cfg.Path = filepath.Join(t.TempDir(), "records.db")
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

func testPostgres(t *testing.T) string {
	addr := os.Getenv("CUTOUT_TEST_POSTGRES")
	if addr == "" {
		addr = "postgres://postgres@127.0.0.1:5432/postgres?sslmode=disable"
	}
	db, err := sql.Open("pgx", addr)
	if err == nil {
		err = db.Ping()
	}
	if err != nil {
		if os.Getenv("CUTOUT_REQUIRE_ALL") != "" {
			t.Fatalf("PostgreSQL is required here: %v", err)
		}
		t.Skip("no PostgreSQL: set CUTOUT_TEST_POSTGRES to run this test on it")
	}
	var b [6]byte
	rand.Read(b[:])
	schema := "cutout_demo_" + hex.EncodeToString(b[:])
	if _, err := db.Exec("CREATE SCHEMA " + schema); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := db.Exec("DROP SCHEMA " + schema + " CASCADE"); err != nil {
			t.Error(err)
		}
		db.Close()
	})
	u, err := url.Parse(addr)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Set("search_path", schema)
	u.RawQuery = q.Encode()
	return u.String()
}

func TestDemo(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { testDemo(t, newDemo(t, "")) })
	t.Run("postgres", func(t *testing.T) { testDemo(t, newDemo(t, testPostgres(t))) })
}

func testDemo(t *testing.T, x *demo) {
	for name, fn := range map[string]func(*demo){"people": demoPeople, "register": demoRegister, "reporting": demoReporting, "outside": demoOutside,
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

func demoReporting(x *demo) {
	reports, items := map[report.ID]bool{}, 0
	langs, schemes, bases, series := map[string]int{}, map[string]int{}, map[report.Basis]int{}, map[string]int{}
	supports, contradicts, predictions := 0, 0, 0
	contacts, types, money := map[contact.ID]bool{}, map[contact.Type]int{}, 0
	for _, duty := range []officer.Duty{officer.Registrar, officer.Controller} {
		for _, o := range x.holders(duty) {
			for cursor := ""; ; {
				p, err := x.desk.Reports(x.Context(), o, source.ID{}, cursor, 50)
				x.must(err)
				for _, r := range p.Reports {
					if reports[r.ID] {
						continue
					}
					reports[r.ID] = true
					series[r.Value.Series]++
					for _, it := range r.Value.Items {
						items++
						langs[it.Lang]++
						bases[it.Basis]++
						if it.Grade != nil {
							schemes[string(it.Grade.Scheme())]++
						}
						if c := it.Claim; c != nil {
							supports += len(c.Supports)
							contradicts += len(c.Contradicts)
							if !c.PredictionDue.IsZero() {
								predictions++
							}
						}
						if !slices.Contains([]string{"en", "ar"}, it.Lang) && it.Gist == "" {
							x.Errorf("an item in %s has no gist", it.Lang)
						}
					}
				}
				if cursor = p.Next; cursor == "" {
					break
				}
			}
			for cursor := ""; ; {
				p, err := x.desk.Contacts(x.Context(), o, source.ID{}, cursor, 50)
				x.must(err)
				for _, c := range p.Contacts {
					if contacts[c.ID] {
						continue
					}
					contacts[c.ID] = true
					types[c.Value.Type]++
					if c.Value.Record != nil {
						money += len(c.Value.Record.Money)
						if c.Value.Type.InPerson() && c.Value.Record.Welfare == "" && c.Value.Record.Side != "opponent" {
							x.Errorf("%s has no word on welfare", c.ID.Ref())
						}
					}
				}
				if cursor = p.Next; cursor == "" {
					break
				}
			}
		}
	}
	if len(reports) < 115 || items < 215 || langs["ar"] < 30 || langs["fr"] == 0 || langs["fa"] == 0 || len(schemes) < 2 || len(bases) < 6 || len(series) < 3 {
		x.Errorf("%d reports, %d items, %v, %v, %v, %v", len(reports), items, langs, schemes, bases, series)
	}
	if supports < 8 || contradicts < 4 || predictions < 4 {
		x.Errorf("%d supports, %d contradictions, %d predictions", supports, contradicts, predictions)
	}
	if len(contacts) < 60 || len(types) < 7 || money < 10 {
		x.Errorf("%d contacts, %v, %d entries of money", len(contacts), types, money)
	}
	decided := map[report.Result]int{}
	for _, o := range x.holders(officer.Analyst) {
		for id := range reports {
			p, err := x.desk.Report(x.Context(), o, id, timeZero)
			if err != nil {
				continue
			}
			for _, outs := range p.Outcomes {
				for _, v := range outs {
					decided[v.Value.Result]++
				}
			}
		}
	}
	if decided[report.True] < 20 || decided[report.False] < 8 || decided[report.Partly] == 0 {
		x.Errorf("outcomes %v", decided)
	}
}

func demoOutside(x *demo) {
	sent, drafts, approved, recalled, heard := 0, 0, 0, 0, 0
	seen := map[dissemination.ID]bool{}
	for _, o := range x.holders(officer.ReleaseOfficer) {
		p, err := x.desk.Releases(x.Context(), o, "", 100)
		x.must(err)
		for _, r := range p.Releases {
			if seen[r.ID] {
				continue
			}
			seen[r.ID] = true
			switch r.Value.State {
			case dissemination.Drafted:
				drafts++
			case dissemination.Approved:
				approved++
			default:
				sent++
			}
			if p.Recalled[r.ID] {
				recalled++
			}
			f, err := x.desk.Release(x.Context(), o, r.ID)
			x.must(err)
			heard += len(f.Feedback)
		}
	}
	if sent < 20 || drafts == 0 || approved == 0 || recalled < 2 || heard < 8 {
		x.Errorf("%d sent, %d drafts, %d approved, %d recalled, %d answers", sent, drafts, approved, recalled, heard)
	}
	copies, products, hops := 0, 0, 0
	for _, o := range x.holders(officer.Customer) {
		in, err := x.desk.Inbox(x.Context(), o, "", 100)
		x.must(err)
		mine := 0
		for _, c := range in.Copies {
			if in.Recalled[c.ID] {
				mine++
			}
		}
		if mine == 0 {
			x.Errorf("%s sees no recall among %d copies", o.Name, len(in.Copies))
		}
		copies += mine
		ps, err := x.desk.Products(x.Context(), o, "", 100)
		x.must(err)
		for _, p := range ps.Products {
			if ps.Recalled[p.ID] {
				products++
			}
			page, err := x.desk.Product(x.Context(), o, p.ID)
			x.must(err)
			for _, m := range page.Recalls {
				hops = max(hops, m.Value.Hops)
			}
		}
	}
	if products < 2 || hops < 4 {
		x.Errorf("the recall reached %d products and %d steps", products, hops)
	}
	yes, no := 0, 0
	for _, o := range x.holders(officer.ReleaseOfficer) {
		ns, err := x.desk.Notices(x.Context(), o, "", 100)
		x.must(err)
		for _, n := range ns.Notices {
			p, err := x.desk.Notice(x.Context(), o, n.ID)
			x.must(err)
			for _, r := range p.Readers {
				if r.Acknowledged {
					yes++
				} else {
					no++
				}
			}
		}
	}
	if yes == 0 || no == 0 {
		x.Errorf("%d readers acknowledged, %d did not", yes, no)
	}
}

// raised is every open finding by rule and officer.
func (x *demo) raised() map[string][]string {
	x.Helper()
	out := map[string][]string{}
	for name, o := range x.as {
		p, err := x.desk.Watch(x.Context(), o, false)
		x.must(err)
		for _, f := range p.Findings {
			out[f.Rule] = append(out[f.Rule], name)
		}
	}
	return out
}

func demoWatch(x *demo) {
	found := x.raised()
	if len(found) < 10 {
		x.Errorf("only %d rules have findings: %v", len(found), found)
	}
	for rule, who := range found {
		slices.Sort(who)
		x.Logf("%s: %s", rule, strings.Join(who, " "))
	}
	for _, rule := range []string{"doubt-unanswered", "recall-unacknowledged", "text-likeness", "same-origin-series", "one-origin-share"} {
		if len(found[rule]) == 0 {
			x.Errorf("no finding of %s", rule)
		}
	}
	acts := 0
	for _, o := range x.as {
		p, err := x.desk.Watch(x.Context(), o, false)
		x.must(err)
		for _, f := range p.Findings {
			acts += len(f.Acts)
			if f.Raised > day.Of(x.desk.Now()) {
				x.Errorf("%s is raised in the future", f.Rule)
			}
		}
	}
	if acts == 0 {
		x.Error("nobody answered a finding")
	}
}

func demoNeedToKnow(x *demo) {
	analysts := []officer.Officer{x.as["salwa"], x.as["idris"]}
	var seen [2]map[report.ID]bool
	for i, o := range analysts {
		seen[i] = map[report.ID]bool{}
		for cursor := ""; ; {
			p, err := x.desk.Reports(x.Context(), o, source.ID{}, cursor, 50)
			x.must(err)
			for _, r := range p.Reports {
				seen[i][r.ID] = true
			}
			if cursor = p.Next; cursor == "" {
				break
			}
		}
	}
	if len(seen[0]) < 30 || len(seen[1]) < 30 {
		x.Errorf("the analysts see %d and %d reports", len(seen[0]), len(seen[1]))
	}
	for id := range seen[0] {
		if seen[1][id] {
			x.Errorf("both analysts see %s", id.Ref())
		}
		if _, err := x.desk.Report(x.Context(), analysts[1], id, timeZero); casework.KindOf(err) != casework.NotFound {
			x.Errorf("a report of the other desk answers %v", err)
		}
	}
	for i, words := range []string{"شاحنات", "lorries"} {
		a, err := x.desk.Search(x.Context(), analysts[0], words, "", false, "", 50)
		x.must(err)
		b, err := x.desk.Search(x.Context(), analysts[1], words, "", false, "", 50)
		x.must(err)
		if len(a.Hits) == 0 || len(b.Hits) == 0 {
			x.Errorf("search %d found %d and %d", i, len(a.Hits), len(b.Hits))
		}
		for _, h := range a.Hits {
			if slices.ContainsFunc(b.Hits, func(k casework.Hit) bool { return k.ID == h.ID }) {
				x.Errorf("both analysts find %s", h.Ref)
			}
		}
	}
}

func demoClocks(x *demo) {
	lapsed, blocked := 0, 0
	now := x.desk.Now()
	for id, s := range x.register() {
		for _, o := range x.holders(officer.Controller) {
			p, err := x.desk.Source(x.Context(), o, id, timeZero)
			if err != nil || p.InForce != nil || len(p.Authorities) == 0 || s.Value.State.Ended() {
				continue
			}
			a := p.Authorities[0].Value
			if ago := now.Sub(a.Until).Hours() / 24; a.Refused || a.Cancelled != nil || ago < 0 || ago > 14 {
				continue
			}
			lapsed++
			for _, h := range x.holders(officer.Handler) {
				_, err := x.desk.PlanContact(x.Context(), h, contact.Draft{Source: id.String(), Type: "telephone", Plan: &contact.PlanDraft{
					When: day.Of(now).Add(2).String(), Safety: "A second officer within call.", Fallback: "The next day."}})
				var no *casework.Error
				if err == nil {
					x.Errorf("%s plans a contact without an authority", h.Name)
				} else if no, _ = err.(*casework.Error); no != nil && no.Code == "refused.authority.lapsed" {
					blocked++
				}
			}
		}
	}
	if lapsed != 1 || blocked != 1 {
		x.Errorf("%d authorities lapsed in the last days, %d plans refused for it", lapsed, blocked)
	}
}

func demoCoverage(x *demo) {
	gap, single := 0, 0
	for _, o := range x.holders(officer.CollectionManager) {
		p, err := x.desk.Coverage(x.Context(), o)
		x.must(err)
		kinds := map[requirement.Kind]int{}
		for i, r := range p.Rows {
			kinds[p.Requirements[i].Value.Kind]++
			if r.Gap {
				gap++
			}
			if r.SingleOrigin {
				single++
			}
		}
		if len(p.Rows) > 0 && (kinds["PIR"] < 2 || kinds["EEI"] < 3 || kinds["SIR"] < 5) {
			x.Errorf("requirements %v", kinds)
		}
	}
	if gap == 0 || single == 0 {
		x.Errorf("%d requirements nobody covers, %d rest on one source", gap, single)
	}
}

func demoLog(x *demo) {
	o := x.holders(officer.Inspector)[0]
	c, err := x.desk.Checkpoint(x.Context(), o)
	x.must(err)
	r, err := x.desk.VerifyLog(x.Context(), o, c)
	x.must(err)
	if r.Finding != audit.Sound || r.Size < 500 || r.Held == 0 {
		x.Errorf("the log: %+v", r)
	}
}

// TestDemoTwice builds the demonstration twice: the same findings for the same officers.
func TestDemoTwice(t *testing.T) {
	var was map[string][]string
	for range 2 {
		x := newDemo(t, "")
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
