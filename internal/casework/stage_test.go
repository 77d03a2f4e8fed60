package casework

import (
	"context"
	"io"
	"path/filepath"
	"reflect"
	"slices"
	"testing"
	"time"

	"cutout/internal/assessment"
	"cutout/internal/audit"
	"cutout/internal/authority"
	"cutout/internal/compartment"
	"cutout/internal/contact"
	"cutout/internal/custody"
	"cutout/internal/day"
	"cutout/internal/dissemination"
	"cutout/internal/identity"
	"cutout/internal/network"
	"cutout/internal/officer"
	"cutout/internal/report"
	"cutout/internal/requirement"
	"cutout/internal/source"
	"cutout/internal/store"
	"cutout/internal/vault"
)

// stage is a unit with one record of every kind, and what methods are called with.
type stage struct {
	t       *testing.T
	d       *Desk
	admin   officer.Officer
	desk    compartment.ID
	held    []compartment.ID
	samples map[reflect.Type]reflect.Value
	source  source.ID
	log     officer.Officer
}

var ctx = context.Background()

func (s *stage) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *stage) officer(name string, held []compartment.ID, duties ...string) officer.Officer {
	s.t.Helper()
	o, err := s.d.AddOfficer(ctx, s.admin, OfficerDraft{Name: name, Clearance: s.d.pack.Levels[len(s.d.pack.Levels)-1].Code, Duties: duties}, []byte(name+" passphrase"))
	s.must(err)
	for _, c := range held {
		// Beside the desks also sources' own compartments, which nobody hands out but with a duty for the source.
		s.must(s.d.do(ctx, s.admin, actHand, "officer", o.ID.String(), func(w *work) error { return w.hand(o.ID, c, day.Never) }))
	}
	_, err = s.d.SignIn(ctx, name, []byte(name+" passphrase"))
	s.must(err)
	return o
}

func give[T any](s *stage, v T) { s.samples[reflect.TypeFor[T]()] = reflect.ValueOf(v) }

func newStage(t *testing.T) *stage {
	key, _, err := vault.OpenStoreKey(filepath.Join(t.TempDir(), "store.key"))
	if err != nil {
		t.Fatal(err)
	}
	s := &stage{t: t, samples: map[reflect.Type]reflect.Value{}}
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	s.d, s.admin, err = Begin(ctx, Config{Path: filepath.Join(t.TempDir(), "records.db"), Key: key, QuietWatch: true, Clock: func() time.Time { return now }}, UnitDraft{Name: "Unit", Administrator: "root"}, []byte("root passphrase"))
	s.must(err)
	t.Cleanup(func() { s.d.Close() })
	d := s.d
	s.desk, err = d.OpenCompartment(ctx, s.admin, "Desk")
	s.must(err)
	on := []compartment.ID{s.desk}
	h := s.officer("h", on, "registrar", "handler", "intake")
	a := s.officer("a", on, "authorizing", "analyst", "collection-manager", "release", "validator")
	r := s.officer("r", on, "release")
	c := s.officer("c", nil, "customer")
	dummy := s.officer("dummy", nil, "customer")
	s.log = s.officer("log", nil, "inspector")
	desk := s.desk.String()
	src, err := d.RegisterSource(ctx, h, SourceDraft{Draft: source.Draft{Category: "AGENT", Desk: desk, State: "proposed", IdentityKind: "known", ServiceContact: "direct", LawfulOrigin: "walked in"}})
	s.must(err)
	s.source = src
	for who, duty := range map[officer.ID]string{h.ID: "handler", a.ID: "authorizing"} {
		s.must(d.Assign(ctx, h, AssignDraft{Source: src.String(), Officer: who.String(), Duty: duty}))
	}
	grant := authority.Draft{Source: src.String(), Kind: "chis-written", Ground: d.pack.Vocabulary("grounds")[0].Code, Necessity: "n", Proportionality: "p", Purpose: "x", Operation: "OP", Conduct: "watch",
		Topics: []string{"gate"}, Collateral: "c", Confidential: "none", Risk: "r", TargetRelation: "none"}
	aut, err := d.Grant(ctx, a, grant)
	s.must(err)
	q := RequirementDraft{Desk: desk, Draft: requirement.Draft{Kind: "PIR", Number: "1", Text: "what passes", Topic: "gate"}}
	req, err := d.StateRequirement(ctx, a, q)
	s.must(err)
	met := contact.Draft{Source: src.String(), Type: "meeting", Record: &contact.RecordDraft{When: "2026-03-02", Place: "cafe", Participants: []string{h.ID.String()}, Summary: "met", Welfare: "fine", Security: "none"},
		Plan: &contact.PlanDraft{When: "2026-03-05", Place: "cafe", Safety: "watched", Fallback: "the next day", Participants: []string{h.ID.String()}}}
	con, err := d.RecordContact(ctx, h, contact.ID{}, met)
	s.must(err)
	filed := ReportDraft{Draft: report.Draft{Contact: con.String(), Title: "Gate", Items: []report.ItemDraft{{Text: "a container left", Lang: "en", Basis: "direct", Scheme: "admiralty", Grade: "C3"}}}}
	rep, err := d.FileReport(ctx, h, filed)
	s.must(err)
	page, err := d.Report(ctx, h, rep, time.Time{})
	s.must(err)
	it := page.Report.Value.Items[0].ID
	rel := ReleaseDraft{Draft: dissemination.Draft{Title: "Gate", Marking: []string{"TLP:AMBER"}, Officers: []string{c.ID.String()}, Items: []dissemination.ItemDraft{{From: []string{it.String()}, Text: "A container left."}}}}
	dra, err := d.WriteRelease(ctx, a, rel)
	s.must(err)
	sent, err := d.WriteRelease(ctx, a, rel)
	s.must(err)
	s.must(d.ApproveRelease(ctx, r, sent))
	iss, err := d.SendRelease(ctx, r, sent)
	s.must(err)
	product := ProductDraft{ProductDraft: dissemination.ProductDraft{Title: "Estimate", Cites: []string{iss.String()}, Text: "x"}}
	prd, err := d.WriteProduct(ctx, c, product)
	s.must(err)
	party := PartyDraft{Desk: desk, PartyDraft: network.PartyDraft{Kind: "person", Name: "Somebody"}}
	pty, err := d.AddParty(ctx, a, party)
	s.must(err)
	view := AssessmentDraft{Draft: assessment.Draft{About: rep.String(), View: "likely"}}
	asm, err := d.Assess(ctx, a, view)
	s.must(err)
	used := dissemination.UseDraft{Report: rep.String(), To: "a ministry", On: "2026-03-02"}
	use, err := d.RecordUse(ctx, a, used)
	s.must(err)
	role := source.RoleDraft{Source: src.String(), Person: pty.String(), Role: "recruiter", From: "2026-03-01"}
	rol, err := d.RecordRole(ctx, h, role)
	s.must(err)
	told := NoticeDraft{NoticeDraft: dissemination.NoticeDraft{Kind: "fabrication-notice", About: rep.String(), Text: "made up"}}
	ntc, err := d.IssueNotice(ctx, a, told)
	s.must(err)
	reach, err := d.Notice(ctx, a, ntc)
	s.must(err)
	file, err := d.Source(ctx, h, src, time.Time{})
	s.must(err)
	copied, err := d.Copy(ctx, c, iss)
	s.must(err)
	written, err := d.Product(ctx, c, prd)
	s.must(err)
	s.held = slices.Concat(on, []compartment.ID{file.Source.Value.Own}, copied.Copy.Label.Compartments, written.Product.Label.Compartments)

	hold := HoldersDraft{Reason: "founding"}
	for _, n := range []string{"v1", "v2", "v3"} {
		hold.Officers = append(hold.Officers, s.officer(n, nil, "validator").ID.String())
	}
	pro, err := d.ProposeApprovers(ctx, h, hold)
	s.must(err)
	s.must(d.Confirm(ctx, a, pro))
	person := identity.Draft{Names: []identity.NameDraft{{Full: "Some Body"}}}
	known, err := d.RegisterSource(ctx, h, SourceDraft{Draft: source.Draft{Category: "AGENT", Desk: desk, State: "proposed", IdentityKind: "known", ServiceContact: "direct", LawfulOrigin: "walked in"}, Identity: &person})
	s.must(err)
	opn, err := d.RequestOpening(ctx, h, OpeningDraft{Source: known.String(), Purpose: "a court order"})
	s.must(err)

	give(s, hold)
	give(s, pro)
	give(s, opn)
	give(s, person)
	give(s, OpeningDraft{Source: src.String(), Purpose: "a court order"})
	give(s, custody.Approval{})
	give(s, src)
	give(s, aut)
	give(s, grant)
	give(s, req)
	give(s, q)
	give(s, q.Draft)
	give(s, con)
	give(s, met)
	give(s, rep)
	give(s, filed)
	give(s, []ReportDraft{filed})
	give(s, it)
	give(s, dra)
	give(s, rel)
	give(s, iss)
	give(s, prd)
	give(s, product)
	give(s, pty)
	give(s, party)
	give(s, party.PartyDraft)
	give(s, asm)
	give(s, view)
	give(s, use)
	give(s, used)
	give(s, rol)
	give(s, role)
	give(s, ntc)
	give(s, told)
	give(s, reach.Marked[0].ID)
	give(s, dummy.ID)
	give(s, s.desk)
	give(s, SourceDraft{Draft: source.Draft{Category: "AGENT", Desk: desk, State: "proposed", IdentityKind: "known", ServiceContact: "direct", LawfulOrigin: "walked in"}})
	give(s, source.Draft{Category: "AGENT", State: "proposed", IdentityKind: "known", ServiceContact: "direct", LawfulOrigin: "walked in"})
	give(s, AssignDraft{Source: src.String(), Officer: a.ID.String(), Duty: "validator"})
	give(s, BindDraft{Issuer: "https://id.example", Subject: "0001"})
	give(s, OfficerDraft{Name: "newcomer", Clearance: d.pack.Levels[0].Code, Duties: []string{"analyst"}})
	give(s, source.LifeEventDraft{Source: src.String(), Kind: "reviewed", When: "2026-03-02", Text: "seen elsewhere"})
	give(s, requirement.TaskDraft{Requirement: req.String(), Source: src.String(), Type: "ask", Topic: "gate", Text: "ask him", Criminal: "no"})
	give(s, report.OutcomeDraft{Item: it.String(), Result: "true", On: "2026-03-02", Basis: "checked"})
	give(s, report.RegradeDraft{Item: it.String(), Scheme: "admiralty", Grade: "B2", Reason: "later"})
	give(s, authority.ReviewDraft{Text: "reviewed"})
	give(s, authority.CancelDraft{Note: "ended", Debrief: "held"})
	give(s, network.KnowsDraft{Subject: src.String(), KnowerText: "a driver", Tie: "face"})
	give(s, assessment.CreditDraft{Source: src.String(), By: a.ID.String(), What: "a seizure", On: "2026-03-02"})
	give(s, dissemination.NoticeResponseDraft{Of: ntc.String(), Response: "noted"})
	give(s, dissemination.RecallDraft{Reports: []string{rep.String()}, Reason: "made up"})
	give(s, dissemination.FeedbackDraft{Value: "3", Truth: "true"})
	give(s, store.LogQuery{})
	give(s, []byte("a passphrase of some length"))
	give(s, []string{rep.String()})
	give(s, time.Time{})
	give(s, 10)
	give(s, int64(0))
	give(s, func(context.Context, audit.Request) ([]byte, error) { return nil, &audit.OldSize{Size: 1 << 30} })
	s.samples[reflect.TypeFor[io.Writer]()] = reflect.ValueOf(io.Discard)
	return s
}
