package served

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cutout/internal/audit"
	"cutout/internal/authority"
	"cutout/internal/casework"
	"cutout/internal/contact"
	"cutout/internal/identity"
	"cutout/internal/officer"
	"cutout/internal/report"
	"cutout/internal/source"
	"cutout/internal/vault"
)

// Unit is a small unit on disk: five officers, one source whose identity is sealed, reports.
type Unit struct {
	Dir     string
	Source  source.ID
	Contact contact.ID
	Reports []report.ID
	Who     map[string]officer.Officer
}

// Begin makes a unit in a fresh directory, laid out as "cutout init" does, with one source of the given identity and some
// reports.
func Begin(t testing.TB, who identity.Draft, reports int) *Unit {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	ctx := context.Background()
	u := &Unit{Dir: filepath.Join(t.TempDir(), "unit"), Who: map[string]officer.Officer{}}
	must(os.MkdirAll(filepath.Join(u.Dir, "keys"), 0o700))
	key, _, err := vault.OpenStoreKey(filepath.Join(u.Dir, "keys", "store.key"))
	must(err)
	d, root, err := casework.Begin(ctx, casework.Config{Key: key, Path: filepath.Join(u.Dir, "cutout.db"), QuietWatch: true},
		casework.UnitDraft{Name: "Unit", Administrator: "root"}, []byte(Pass("root")))
	must(err)
	u.Who["root"] = root
	desk, err := d.OpenCompartment(ctx, root, "Desk")
	must(err)
	for _, o := range [][2]string{{"registrar", "registrar"}, {"handler", "handler"}, {"controller", "controller"}, {"authorizer", "authorizing"}, {"inspector", "inspector"}} {
		v, err := d.AddOfficer(ctx, root, casework.OfficerDraft{Name: o[0], Clearance: "SECRET", Duties: strings.Fields(o[1])}, []byte(Pass(o[0])))
		must(err)
		u.Who[o[0]] = v
		if o[0] != "inspector" {
			must(d.HandCompartment(ctx, root, v.ID, desk, ""))
		}
		_, err = d.SignIn(ctx, o[0], []byte(Pass(o[0])))
		must(err)
	}
	u.Source, err = d.RegisterSource(ctx, u.Who["registrar"], casework.SourceDraft{Identity: &who, Draft: source.Draft{Category: "AGENT", Desk: desk.String(), State: "proposed",
		IdentityKind: "known", ServiceContact: "direct", LawfulOrigin: "walked in", Description: "somebody at the quay"}})
	must(err)
	for _, a := range [][2]string{{"handler", "handler"}, {"controller", "controller"}, {"authorizer", "authorizing"}} {
		must(d.Assign(ctx, u.Who["registrar"], casework.AssignDraft{Source: u.Source.String(), Officer: u.Who[a[0]].ID.String(), Duty: a[1]}))
	}
	_, err = d.Grant(ctx, u.Who["authorizer"], authority.Draft{Source: u.Source.String(), Kind: "chis-written", Ground: d.Pack().Vocabulary("grounds")[0].Code, Necessity: "n",
		Proportionality: "p", Purpose: "x", Operation: "OP", Conduct: "watch", Topics: []string{"gate"}, Collateral: "c", Confidential: "none", Risk: "r", TargetRelation: "none"})
	must(err)
	h := u.Who["handler"]
	u.Contact, err = d.RecordContact(ctx, h, contact.ID{}, contact.Draft{Source: u.Source.String(), Type: "meeting", Record: &contact.RecordDraft{When: d.Now().Format("2006-01-02"),
		Place: "cafe", Participants: []string{h.ID.String()}, Summary: "met", Welfare: "fine", Security: "none"}})
	must(err)
	for range reports {
		r, err := d.FileReport(ctx, h, casework.ReportDraft{Draft: report.Draft{Contact: u.Contact.String(), Title: "Gate",
			Items: []report.ItemDraft{{Text: "two containers left unweighed", Lang: "en", Basis: "direct", Scheme: "admiralty", Grade: "C3"}}}})
		must(err)
		u.Reports = append(u.Reports, r)
	}
	must(d.Close())
	must(os.Chmod(filepath.Join(u.Dir, "cutout.db"), 0o600)) // this process is no "cutout", whose umask does that
	return u
}

// Log is every entry of the unit's log, newest first. The unit must not be served meanwhile.
func (u *Unit) Log(t testing.TB) []audit.Entry {
	t.Helper()
	key, _, err := vault.OpenStoreKey(filepath.Join(u.Dir, "keys", "store.key"))
	if err != nil {
		t.Fatal(err)
	}
	d, err := casework.Open(context.Background(), casework.Config{Key: key, Path: filepath.Join(u.Dir, "cutout.db"), QuietWatch: true})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if _, err := d.SignIn(context.Background(), "inspector", []byte(Pass("inspector"))); err != nil {
		t.Fatal(err)
	}
	var out []audit.Entry
	for before := int64(0); ; {
		p, err := d.Oversight(context.Background(), u.Who["inspector"], casework.LogQuery{Limit: 100, Before: before})
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, p.Entries...)
		if before = p.Before; before == 0 || len(p.Entries) == 0 {
			return out
		}
	}
}
