package casework

import (
	"context"
	"path/filepath"
	"testing"

	"cutout/internal/authority"
	"cutout/internal/contact"
	"cutout/internal/dissemination"
	"cutout/internal/identity"
	"cutout/internal/report"
	"cutout/internal/source"
	"cutout/internal/vault"
)

func TestMainJob(t *testing.T) {
	ctx := context.Background()
	key, _, err := vault.OpenStoreKey(filepath.Join(t.TempDir(), "store.key"))
	if err != nil {
		t.Fatal(err)
	}
	d, admin, err := Begin(ctx, Config{Path: filepath.Join(t.TempDir(), "r.db"), Key: key, QuietWatch: true}, UnitDraft{Name: "Port unit", Administrator: "root"}, []byte("root passphrase"))
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	desk, err := d.OpenCompartment(ctx, admin, "Port desk")
	must(err)
	add := func(name string, duties ...string) officerT {
		o, err := d.AddOfficer(ctx, admin, OfficerDraft{Name: name, Clearance: "SECRET", Duties: duties}, []byte(name+" passphrase"))
		must(err)
		if duties[0] != "customer" {
			must(d.HandCompartment(ctx, admin, o.ID, desk, ""))
		}
		o, err = d.SignIn(ctx, name, []byte(name+" passphrase"))
		must(err)
		return o
	}
	reg, han, con := add("registrar", "registrar"), add("handler", "handler"), add("controller", "controller")
	ao, cm, an, rel, rel2, cust := add("authorizer", "authorizing"), add("manager", "collection-manager"), add("analyst", "analyst"), add("release", "release"), add("release2", "release"), add("customer", "customer")
	src, err := d.RegisterSource(ctx, reg, SourceDraft{Draft: source.Draft{Category: "AGENT", Desk: desk.String(), State: "proposed", IdentityKind: "known", ServiceContact: "direct", LawfulOrigin: "walked in",
		Access: []source.AccessDraft{{Topic: "gate", Kind: "direct", Verified: "verified"}}, Description: "a port worker"},
		Identity: &identity.Draft{Names: []identity.NameDraft{{Full: "Zephyrine Quackenbush"}, {Full: "زفيرين كواكنبوش"}}}})
	must(err)
	for who, duty := range map[officerT]string{han: "handler", con: "controller", ao: "authorizing"} {
		must(d.Assign(ctx, reg, AssignDraft{Source: src.String(), Officer: who.ID.String(), Duty: duty}))
	}
	p, err := d.OpenIdentity(ctx, han, src, "safety check")
	must(err)
	who, err := p.Disclose()
	must(err)
	if who.Names[0].Full != "Zephyrine Quackenbush" {
		t.Error(who)
	}
	_, err = d.Grant(ctx, ao, authority.Draft{Source: src.String(), Kind: "chis-written", Ground: d.Pack().Vocabulary("grounds")[0].Code, Necessity: "n", Proportionality: "p", Purpose: "x", Operation: "OP", Conduct: "watch the gate",
		Topics: []string{"gate"}, Collateral: "c", Confidential: "none", Risk: "r", TargetRelation: "none"})
	must(err)
	q, err := d.StateRequirement(ctx, cm, RequirementDraft{Draft: requirementDraft("PIR", "1", "What passes gate 4?", "gate"), Desk: desk.String()})
	must(err)
	c, err := d.RecordContact(ctx, han, contact.ID{}, contact.Draft{Source: src.String(), Type: "meeting", Record: &contact.RecordDraft{When: d.store.Today().String(), Place: "cafe", Participants: []string{han.ID.String()}, Summary: "met", Welfare: "fine", Security: "none"}})
	must(err)
	r, err := d.FileReport(ctx, han, ReportDraft{Draft: report.Draft{Contact: c.String(), Source: src.String(), Requirements: []string{q.String()}, Title: "Gate 4",
		Items: []report.ItemDraft{{Text: "غادرت حاويتان البوابة ٤ دون وزن", Lang: "ar", Basis: "direct", Scheme: "admiralty", Grade: "C3"}}}})
	must(err)
	if _, err := d.FileReport(ctx, han, ReportDraft{Draft: report.Draft{Contact: c.String(), Source: src.String(), Items: []report.ItemDraft{{Text: "Quackenbush said so", Lang: "en", Basis: "direct"}}}}); KindOf(err) != Invalid {
		t.Errorf("naming: %v", err)
	}
	sp, err := d.Search(ctx, an, "حاويتان", "", false, "", 10)
	must(err)
	if len(sp.Hits) != 1 || sp.Hits[0].ID != r.String() {
		t.Errorf("search: %+v", sp.Hits)
	}
	rp, err := d.Report(ctx, an, r, zero)
	must(err)
	if rp.Source != nil {
		t.Error("the analyst sees the source")
	}
	it := rp.Report.Value.Items[0].ID
	bad := ReleaseDraft{Draft: dissemination.Draft{Title: "Gate", Marking: []string{"TLP:AMBER"}, Officers: []string{cust.ID.String()}, Items: []dissemination.ItemDraft{{From: []string{it.String()}, Text: "Two containers left, said Zephyrine"}}}}
	if _, err := d.WriteRelease(ctx, rel, bad); KindOf(err) != Invalid {
		t.Errorf("release names: %v", err)
	} else {
		t.Log(err)
	}
	bad.Items[0].Text = "Two containers left gate 4 unweighed."
	rl, err := d.WriteRelease(ctx, rel, bad)
	must(err)
	must(d.ApproveRelease(ctx, rel2, rl))
	iss, err := d.SendRelease(ctx, rel, rl)
	must(err)
	prod, err := d.WriteProduct(ctx, cust, ProductDraft{ProductDraft: dissemination.ProductDraft{Title: "Estimate", Cites: []string{iss.String()}, Confidence: "high", Text: "x"}})
	must(err)
	prod2, err := d.WriteProduct(ctx, cust, ProductDraft{ProductDraft: dissemination.ProductDraft{Title: "Speech", Cites: []string{prod.String()}, Text: "x"}})
	must(err)
	n, err := d.Recall(ctx, rel, dissemination.RecallDraft{Reports: []string{r.String()}, Reason: "fabricated"})
	must(err)
	cp, err := d.Copy(ctx, cust, iss)
	must(err)
	pp, err := d.Product(ctx, cust, prod2)
	must(err)
	if len(cp.Recalls) != 1 || len(pp.Recalls) != 1 {
		t.Errorf("recalls: %d %d", len(cp.Recalls), len(pp.Recalls))
	}
	np, err := d.Notice(ctx, rel, n)
	must(err)
	t.Logf("%+v", np.Readers)
	must(d.ConfirmRecall(ctx, cust, pp.Recalls[0].ID))
	must(d.Settle(ctx))
	wp, err := d.Watch(ctx, rel, false)
	must(err)
	for _, f := range wp.Findings {
		t.Log(f.Rule, f.Raised, f.Subjects, f.Reason)
	}
}
