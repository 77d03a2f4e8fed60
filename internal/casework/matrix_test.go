package casework

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"cutout/internal/audit"
	"cutout/internal/officer"
	"cutout/internal/store"
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
	{method: "AskWitness", act: actWitness, free: true, texts: []string{"inspectorate.example+632f7ace+BFycKq51VFJdF9vEIDGbMG4DyiotJPObtO5hdruU4o7h"}},
	{method: "Assess", act: actAssess}, {method: "Assign", act: actAssign}, {method: "Authority", act: actAuthority}, {method: "Bundle", act: actBundle, free: true},
	{method: "Cancel", act: actCancel}, {method: "ChangePassphrase", act: actPassphrase, free: true}, {method: "Checkpoint", act: actCheckpoint, free: true},
	{method: "CloseOfficer", act: actCloseOfficer, free: true}, {method: "Colleagues", act: actColleagues, free: true},
	{method: "Compartments", act: actDesks, free: true}, {method: "Compartments", act: actAllDesks, free: true, all: true},
	{method: "CompleteContact", act: actCompleteContact}, {method: "CompleteReport", act: actCompleteReport}, {method: "CompleteUse", act: actCompleteUse},
	{method: "ConfirmRecall", act: actConfirm}, {method: "Contact", act: actContact}, {method: "Contacts", act: actContacts, free: true},
	{method: "Copy", act: actIssued}, {method: "Coverage", act: actRequirements, free: true}, {method: "Examine", act: actExamine, free: true},
	{method: "Extends", act: actExtends, free: true}, {method: "Feedback", act: actFeedback}, {method: "FileReport", act: actFile}, {method: "GiveCredit", act: actCredit}, {method: "GiveTask", act: actTask},
	{method: "ExamineSeals", act: actSeals, free: true},
	{method: "DestroyEpoch", act: actDestroyEpoch, free: true, texts: []string{"2026-11", "a reason"}}, {method: "KeysOut", act: actKeysOut, free: true},
	{method: "Grant", act: actAuthorize}, {method: "GrantDuty", act: actGrant, free: true, texts: []string{"analyst"}},
	{method: "HandCompartment", act: actHand, free: true}, {method: "ImportReports", act: actFile}, {method: "Inbox", act: actInbox, free: true},
	{method: "IssueNotice", act: actNotice}, {method: "KeepDraft", act: unlogged, free: true, texts: []string{"report"}}, {method: "KeptCheckpoint", act: actKept, free: true}, {method: "KeptDrafts", act: unlogged, free: true},
	{method: "LinkItems", act: actLink}, {method: "Log", act: actLog, free: true}, {method: "Notice", act: actReach}, {method: "Notices", act: actNotices, free: true},
	{method: "OfficerNamed", act: actNamed, free: true, texts: []string{"dummy"}}, {method: "Officers", act: actOfficers, free: true},
	{method: "OpenCompartment", act: actOpenDesk, free: true, texts: []string{"Annex"}}, {method: "OpenIdentity", act: actOpenID, texts: []string{"a reason"}},
	{method: "Oversight", act: actLog, free: true},
	{method: "Parties", act: actParties, free: true}, {method: "PlanContact", act: actPlan}, {method: "Product", act: actProductLook}, {method: "Products", act: actProducts, free: true},
	{method: "ProveEntry", act: actProve, free: true}, {method: "ProveGrowth", act: actProveTo, free: true}, {method: "Recall", act: actRecall}, {method: "Recipients", act: actRecipients, free: true},
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
	{method: "Witnessed", act: actWitnessed, free: true}, {method: "WriteProduct", act: actProduct}, {method: "WriteRelease", act: actWrite},

	{method: "ApproveOpening", act: actApproveOpening}, {method: "Approved", act: actApproveOpening}, {method: "AskedOf", act: actAskedOf},
	{method: "Confirm", act: actConfirmProposal}, {method: "DestroyIdentity", act: actDestroy}, {method: "EndOpening", act: actEndOpening, texts: []string{"not shown"}},
	{method: "EndProposal", act: actEndProposal}, {method: "GiveShare", act: actGiveShare}, {method: "KeyFile", act: actKeyFile, free: true},
	{method: "KeyHolders", act: actHolders, free: true}, {method: "Known", act: actKnown, free: true}, {method: "OpenApproved", act: actOpenApproved},
	{method: "Opening", act: actOpening}, {method: "Openings", act: actOpenings, free: true}, {method: "Proposal", act: actProposal}, {method: "Proposals", act: actProposals, free: true},
	{method: "ProposeApprovers", act: actProposeApprovers, free: true}, {method: "ProposeDestruction", act: actProposeEnd, texts: []string{"he asked"}},
	{method: "ProposeKey", act: actProposeKey, free: true, texts: []string{"lost"}}, {method: "ProposeRecovery", act: actProposeRecovery, free: true, texts: []string{"lost"}},
	{method: "ProposeTrustees", act: actProposeTrustees, free: true}, {method: "ProveShare", act: actProveShare, free: true}, {method: "Recover", act: actRecover},
	{method: "RequestOpening", act: actAskOpening}, {method: "Reseal", act: actReseal}, {method: "SealedIdentity", act: actOpenID, texts: []string{"a reason"}},
	{method: "Sealings", act: actSealing, free: true}, {method: "TakeApproved", act: actOpenApproved},
	{method: "Account", act: actAccount, free: true}, {method: "AddCodes", act: actCodes, free: true, texts: []string{"seed", "000000"}},
	{method: "AddPasskey", act: actPasskey, free: true, texts: []string{"telephone"}}, {method: "AskNewPasskey", act: actPasskey, free: true},
	{method: "BindOfficer", act: actBind, free: true}, {method: "Doors", act: actDoors, free: true}, {method: "EndOtherSessions", act: actEndOthers, free: true},
	{method: "EndSession", act: actEndOne, free: true, texts: []string{"00"}}, {method: "EndSessionsOf", act: actEndAll, free: true},
	{method: "ForgetFactors", act: actForget, free: true}, {method: "Prove", act: unlogged, free: true, texts: []string{"000000"}},
	{method: "ProveByPasskey", act: unlogged, free: true}, {method: "RemoveCodes", act: actNoCodes, free: true},
	{method: "RemovePasskey", act: actDropPasskey, free: true, texts: []string{"ref"}}, {method: "RenewRecovery", act: actRecovery, free: true},
	{method: "SessionsOf", act: actSignIns, free: true}, {method: "UnbindOfficer", act: actUnbind, free: true},
}

// noOfficer are the methods that take no officer, with the reason.
var noOfficer = map[string]string{
	"Close": "ends the door", "SignIn": "makes an officer of a stranger", "Lock": "closes keys, never opens any", "Settle": "runs the watch with its readers' own eyes",
	"Unit": "the unit's name and rules", "Pack": "the rule pack", "Now": "the clock", "Engine": "names the database", "Sessions": "where a porch keeps its tokens",
	"HourCheckpoint": "what every officer is shown at sign-in, for who stands at the machine", "OpenKept": "reads a checkpoint, not the records",
	"RolledBack": "whether the records were put back", "AcceptRollback": "the operator's at the machine, on the log as the machine's",
	"Backup": "an act of the machine: what it writes is sealed", "Epoch": "the month",
	"Unlocked": "whether keys are open", "Present": "notes that somebody is at work", "IdleLock": "a constant", "LockIdle": "closes keys nobody uses",
	"SignInWith": "makes an officer of a stranger", "Enter": "makes an officer of a stranger", "EnterByPasskey": "makes an officer of a stranger", "EnterByProvider": "makes an officer of a stranger",
	"AskPasskey": "a question to any authenticator", "AskProvider": "the way to the provider", "Passkeys": "whether there are any", "Provider": "whether there is one",
	"AsksCode": "for a program that holds the unit's key", "Session": "finds who a token is", "Leave": "ends a token", "NewCoder": "draws a secret and keeps nothing",
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
