package casework

import (
	"context"
	"errors"
	"io"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"cutout/internal/assessment"
	"cutout/internal/audit"
	"cutout/internal/authority"
	"cutout/internal/compartment"
	"cutout/internal/contact"
	"cutout/internal/dissemination"
	"cutout/internal/network"
	"cutout/internal/officer"
	"cutout/internal/report"
	"cutout/internal/requirement"
	"cutout/internal/source"
	"cutout/internal/store"
	"cutout/internal/vault"
)

// cell is one method of the door in the duty matrix: the act that says who may try it, the texts it is called with (in
// the order of its string parameters), and whether it concerns a record that a stranger does not see.
type cell struct {
	method string
	act    act
	free   bool // about no record, or about what the officer himself holds
	all    bool // its bool parameters
	texts  []string
}

// unlogged stands for methods that are no act on a record: every officer with an open account has them.
var unlogged = act{"", anyone}

var matrix = []cell{
	{method: "Acknowledge", act: actReceipt}, {method: "AddKnows", act: actKnows}, {method: "AddOfficer", act: actAddOfficer, free: true},
	{method: "AddParty", act: actParty}, {method: "AddRole", act: actRole}, {method: "AnswerFinding", act: actFindings, texts: []string{"rule", "key", "acknowledge", ""}},
	{method: "AnswerNotice", act: actAnswer}, {method: "ApproveRelease", act: actApprove}, {method: "Around", act: actFrame, free: true},
	{method: "Assess", act: actAssess}, {method: "Assign", act: actAssign}, {method: "Authority", act: actAuthority}, {method: "Bundle", act: actBundle, free: true},
	{method: "Cancel", act: actCancel}, {method: "ChangePassphrase", act: actPassphrase, free: true}, {method: "Checkpoint", act: actCheckpoint, free: true},
	{method: "CloseOfficer", act: actCloseOfficer, free: true}, {method: "Colleagues", act: actColleagues, free: true},
	{method: "Compartments", act: actDesks, free: true}, {method: "Compartments", act: actAllDesks, free: true, all: true},
	{method: "CompleteContact", act: actCompleteContact}, {method: "CompleteReport", act: actCompleteReport}, {method: "CompleteUse", act: actCompleteUse},
	{method: "ConfirmRecall", act: actConfirm}, {method: "Contact", act: actContact}, {method: "Contacts", act: actContacts, free: true},
	{method: "Copy", act: actIssued}, {method: "Coverage", act: actRequirements, free: true}, {method: "Examine", act: actExamine, free: true},
	{method: "Feedback", act: actFeedback}, {method: "FileReport", act: actFile}, {method: "GiveCredit", act: actCredit}, {method: "GiveTask", act: actTask},
	{method: "Grant", act: actAuthorize}, {method: "GrantDuty", act: actGrant, free: true, texts: []string{"analyst"}},
	{method: "HandCompartment", act: actHand, free: true}, {method: "ImportReports", act: actFile}, {method: "Inbox", act: actInbox, free: true},
	{method: "IssueNotice", act: actNotice}, {method: "KeepDraft", act: unlogged, free: true, texts: []string{"report"}}, {method: "KeptDrafts", act: unlogged, free: true},
	{method: "LinkItems", act: actLink}, {method: "Log", act: actLog, free: true}, {method: "Notice", act: actReach}, {method: "Notices", act: actNotices, free: true},
	{method: "OfficerNamed", act: actNamed, free: true, texts: []string{"dummy"}}, {method: "Officers", act: actOfficers, free: true},
	{method: "OpenCompartment", act: actOpenDesk, free: true, texts: []string{"Annex"}}, {method: "OpenIdentity", act: actOpenID, texts: []string{"a reason"}},
	{method: "Parties", act: actParties, free: true}, {method: "PlanContact", act: actPlan}, {method: "Product", act: actProductLook}, {method: "Products", act: actProducts, free: true},
	{method: "ProveEntry", act: actProve, free: true}, {method: "Recall", act: actRecall}, {method: "Recipients", act: actRecipients, free: true},
	{method: "RecordContact", act: actRecord}, {method: "RecordCredit", act: actCredit}, {method: "RecordLife", act: actLife},
	{method: "RecordLog", act: actLogMine, texts: []string{"of the source"}}, {method: "RecordOutcome", act: actOutcome}, {method: "RecordRole", act: actRole}, {method: "RecordUse", act: actUse},
	{method: "RegisterSource", act: actRegister}, {method: "Regrade", act: actRegrade}, {method: "RelateNotice", act: actRelateNotice}, {method: "Release", act: actRelease},
	{method: "Releases", act: actReleases, free: true}, {method: "Relieve", act: actRelieve}, {method: "Report", act: actReport}, {method: "Reports", act: actReports, free: true},
	{method: "Requirement", act: actRequirement}, {method: "RestateRequirement", act: actRestate}, {method: "Review", act: actReview},
	{method: "ReviseParty", act: actReviseParty}, {method: "ReviseRole", act: actReviseRole}, {method: "ReviseSource", act: actRevise},
	{method: "RevokeDuty", act: actRevoke, free: true, texts: []string{"analyst"}}, {method: "RewriteRelease", act: actRewrite},
	{method: "Search", act: actSearch, free: true, texts: []string{"container"}}, {method: "SendRelease", act: actSend}, {method: "Source", act: actSource},
	{method: "Sources", act: actSources, free: true}, {method: "StateRequirement", act: actState}, {method: "TakeBackCompartment", act: actTakeBack, free: true},
	{method: "VerifyLog", act: actVerify, free: true}, {method: "Watch", act: actWatch, free: true}, {method: "WeighLater", act: actWeighLater},
	{method: "WriteProduct", act: actProduct}, {method: "WriteRelease", act: actWrite},
}

// noOfficer are the methods that take no officer, with the reason.
var noOfficer = map[string]string{
	"Close": "ends the door", "SignIn": "makes an officer of a stranger", "Lock": "closes keys, never opens any", "Settle": "runs the watch with its readers' own eyes",
	"Unit": "the unit's name and rules", "Pack": "the rule pack", "Now": "the clock", "Engine": "names the database", "Sessions": "where a porch keeps its tokens",
	"Unlocked": "whether keys are open", "Present": "notes that somebody is at work", "IdleLock": "a constant",
}

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
		s.must(s.d.HandCompartment(ctx, s.admin, o.ID, c, ""))
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
	s.samples[reflect.TypeFor[io.Writer]()] = reflect.ValueOf(io.Discard)
	return s
}

// call tries a method as an officer and gives the error it ended with.
func (s *stage) call(c cell, o officer.Officer) error {
	s.t.Helper()
	m, ok := reflect.TypeFor[*Desk]().MethodByName(c.method)
	if !ok {
		s.t.Fatalf("no method %s", c.method)
	}
	in := []reflect.Value{reflect.ValueOf(s.d), reflect.ValueOf(ctx), reflect.ValueOf(o)}
	texts := slices.Clone(c.texts)
	for i := 3; i < m.Type.NumIn(); i++ {
		t := m.Type.In(i)
		v := reflect.New(t).Elem()
		switch sample, ok := s.samples[t]; {
		case ok:
			v.Set(sample)
		case t.Kind() == reflect.String && len(texts) > 0:
			if texts[0] == "of the source" {
				texts[0] = s.source.String()
			}
			v.SetString(texts[0])
			texts = texts[1:]
		case t.Kind() == reflect.Bool:
			v.SetBool(c.all)
		case t.Kind() != reflect.String && t.Kind() != reflect.Func && t.Kind() != reflect.Slice:
			s.t.Fatalf("%s: no sample of a %v; add one to newStage", c.method, t)
		}
		in = append(in, v)
	}
	var out []reflect.Value
	if m.Type.IsVariadic() {
		out = m.Func.CallSlice(in)
	} else {
		out = m.Func.Call(in)
	}
	for _, v := range out {
		if bad, ok := v.Interface().([]Rejected); ok && len(bad) > 0 {
			return bad[0].Error
		}
	}
	err, _ := out[len(out)-1].Interface().(error)
	return err
}

func codeOf(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

// tail reads the entries an officer left since the log had a size.
func (s *stage) tail(o officer.Officer, since int64) (out []audit.Entry, size int64) {
	s.t.Helper()
	p, err := s.d.Log(ctx, s.log, store.LogQuery{Officer: o.ID, Limit: 20})
	s.must(err)
	for _, e := range p.Entries {
		if e.Seq >= since && !strings.HasPrefix(e.Act, "name-key.") {
			out = append(out, e)
		}
	}
	return out, p.Size
}

// TestDutyMatrix tries every act and look of the door with every duty. Who lacks the duty is refused for that and nothing
// else; who has it is not; who has it and may not see the record is told what he would be told of one that never was, and
// the log holds one entry of it.
func TestDutyMatrix(t *testing.T) {
	desk := reflect.TypeFor[*Desk]()
	known := map[string]bool{}
	for _, c := range matrix {
		known[c.method] = true
	}
	for i := range desk.NumMethod() {
		m := desk.Method(i)
		takes := m.Type.NumIn() > 2 && m.Type.In(1) == reflect.TypeFor[context.Context]() && m.Type.In(2) == reflect.TypeFor[officer.Officer]()
		if takes != known[m.Name] || takes == (noOfficer[m.Name] != "") {
			t.Errorf("Desk.%s: a method that takes (context, officer) belongs in the duty matrix; any other in the list of exceptions with its reason", m.Name)
		}
	}
	s := newStage(t)
	blinds, all := map[officer.Duty]officer.Officer{}, map[officer.Duty]officer.Officer{}
	for _, duty := range officer.Duties() {
		blinds[duty] = s.officer("blind-"+string(duty), nil, string(duty))
		all[duty] = s.officer("seeing-"+string(duty), s.held, string(duty))
	}
	_, err := s.d.SignIn(ctx, "h", []byte("h passphrase")) // seals the name key to those who came since
	s.must(err)
	for _, duty := range officer.Duties() {
		blind, seeing := blinds[duty], all[duty]
		for _, c := range matrix {
			may := slices.Contains(c.act.duties, duty)
			for _, o := range []officer.Officer{blind, seeing} {
				stranger := c.act.word != "" && o == blind && !c.free && may
				var since int64
				if stranger {
					_, since = s.tail(o, 0)
				}
				err := s.call(c, o)
				if refused := codeOf(err) == "refused.duty"; refused == may {
					t.Errorf("%s %v as %s: %v, and may is %v", c.method, c.all, o.Name, err, may)
				}
				if KindOf(err) == Internal && err != nil {
					t.Errorf("%s as %s: %v: %v", c.method, o.Name, err, errors.Unwrap(err))
				}
				if !stranger {
					continue
				}
				var e *Error
				unknown := errors.As(err, &e) && len(e.Faults) > 0
				for _, f := range faultsOf(e) {
					unknown = unknown && f == "reference.unknown"
				}
				want := audit.NotFound
				switch {
				case unknown:
					want = audit.Invalid
				case KindOf(err) != NotFound || err == nil:
					t.Errorf("%s as %s, who sees nothing: %v", c.method, o.Name, err)
					continue
				}
				entries, _ := s.tail(o, since)
				if len(entries) != 1 || entries[0].Outcome != want || entries[0].Act != c.act.word {
					t.Errorf("%s as %s left %+v on the log, want one entry of %s, %s", c.method, o.Name, entries, c.act.word, want)
				}
			}
		}
	}
}

func faultsOf(e *Error) (codes []string) {
	if e != nil {
		for _, f := range e.Faults {
			codes = append(codes, f.Code)
		}
	}
	return codes
}

// TestClosedAccounts closes an account of many duties and rights and tries everything with it.
func TestClosedAccounts(t *testing.T) {
	s := newStage(t)
	for _, duties := range [][]string{{"registrar", "handler", "co-handler", "intake", "collection-manager", "analyst", "release", "authorizing", "validator", "customer", "controller"},
		{"administrator"}, {"inspector", "trustee"}} {
		o := s.officer("closed-"+duties[0], s.held, duties...)
		s.must(s.d.CloseOfficer(ctx, s.admin, o.ID))
		for _, c := range matrix {
			if err := s.call(c, o); KindOf(err) != Refused || err == nil {
				t.Errorf("%s by a closed account: %v", c.method, err)
			}
		}
		if _, err := s.d.SignIn(ctx, o.Name, []byte(o.Name+" passphrase")); codeOf(err) != "refused.sign-in" {
			t.Errorf("a closed account signs in: %v", err)
		}
	}
	nobody := officer.Officer{ID: officer.ID{1, 2, 3}, Name: "nobody"}
	for _, c := range matrix {
		if err := s.call(c, nobody); KindOf(err) != Refused || err == nil {
			t.Errorf("%s by nobody: %v", c.method, err)
		}
	}
}
