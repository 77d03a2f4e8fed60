package promises

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"cutout/internal/authority"
	"cutout/internal/casework"
	"cutout/internal/compartment"
	"cutout/internal/contact"
	"cutout/internal/dissemination"
	"cutout/internal/id"
	"cutout/internal/identity"
	"cutout/internal/officer"
	"cutout/internal/report"
	"cutout/internal/requirement"
	"cutout/internal/source"
	"cutout/internal/store/storetest"
	"cutout/internal/vault"
)

var ctx = context.Background()

// unit is a unit at work, with all it writes: its folder, its log for the operator, its answers.
type unit struct {
	t     *testing.T
	d     *casework.Desk
	dir   string
	ring  string
	dsn   string
	key   vault.StoreKey
	who   map[string]officer.Officer
	desk  compartment.ID
	slog  lockedBuffer
	ids   []string
	items map[report.ID]report.ItemID
}

type lockedBuffer struct {
	mu sync.Mutex
	b  []byte
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.b = append(l.b, p...)
	return len(p), nil
}

// engines runs a test on both engines. A missing PostgreSQL is one printed line.
func engines(t *testing.T, fn func(t *testing.T, u *unit)) {
	t.Run("sqlite", func(t *testing.T) { fn(t, begin(t, "")) })
	t.Run("postgres", func(t *testing.T) { fn(t, begin(t, storetest.Schema(t))) })
}

func begin(t *testing.T, dsn string) *unit {
	t.Helper()
	u := &unit{t: t, dir: t.TempDir(), dsn: dsn, who: map[string]officer.Officer{}, items: map[report.ID]report.ItemID{}}
	u.must(os.Mkdir(filepath.Join(u.dir, "keys"), 0o700)) // as "cutout init" lays it out, so that the program can work on it
	var err error
	u.key, _, err = vault.OpenStoreKey(filepath.Join(u.dir, "keys", "store.key"))
	u.must(err)
	u.ring = filepath.Join(u.dir, "keys", "sources")
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	cfg := casework.Config{Key: u.key, DSN: dsn, Ring: u.ring, QuietWatch: true, Clock: func() time.Time { now = now.Add(time.Millisecond); return now },
		Logs: slog.New(slog.NewTextHandler(&u.slog, &slog.HandlerOptions{Level: slog.LevelDebug}))}
	if dsn == "" {
		cfg.Path = filepath.Join(u.dir, "cutout.db")
	}
	var mu sync.Mutex
	tick := cfg.Clock
	cfg.Clock = func() time.Time { mu.Lock(); defer mu.Unlock(); return tick() }
	if dsn != "" {
		u.must(os.WriteFile(filepath.Join(u.dir, "postgres.dsn"), []byte(dsn), 0o600))
	}
	u.d, u.who["root"], err = casework.Begin(ctx, cfg, casework.UnitDraft{Name: "Unit", Administrator: "root"}, pass("root"))
	u.must(err)
	t.Cleanup(func() { u.d.Close() })
	u.desk, err = u.d.OpenCompartment(ctx, u.who["root"], "Desk")
	u.must(err)
	for _, o := range []struct {
		name   string
		duties string
	}{{"registrar", "registrar"}, {"handler", "handler co-handler intake"}, {"controller", "controller"}, {"authorizer", "authorizing"}, {"analyst", "analyst collection-manager validator"},
		{"release", "release"}, {"second", "release"}, {"customer", "customer"}, {"inspector", "inspector"}, {"elsewhere", "analyst"}} {
		v, err := u.d.AddOfficer(ctx, u.who["root"], casework.OfficerDraft{Name: o.name, Clearance: "SECRET", Duties: strings.Fields(o.duties)}, pass(o.name))
		u.must(err)
		u.who[o.name] = v
		if o.name != "customer" && o.name != "inspector" && o.name != "elsewhere" {
			u.must(u.d.HandCompartment(ctx, u.who["root"], v.ID, u.desk, ""))
		}
		_, err = u.d.SignIn(ctx, o.name, pass(o.name))
		u.must(err)
	}
	return u
}

func pass(name string) []byte { return []byte(name + " passphrase") }

func (u *unit) must(err error) {
	u.t.Helper()
	if err != nil {
		u.t.Fatal(err)
	}
}

func had[I interface{ String() string }](u *unit, v I, err error) I {
	u.t.Helper()
	u.must(err)
	u.ids = append(u.ids, v.String())
	return v
}

func (u *unit) register(who identity.Draft) source.ID {
	u.t.Helper()
	s, err := u.d.RegisterSource(ctx, u.who["registrar"], casework.SourceDraft{Identity: &who, Draft: source.Draft{Category: "AGENT", Desk: u.desk.String(), State: "proposed",
		IdentityKind: "known", ServiceContact: "direct", LawfulOrigin: "walked in", Description: "somebody at the quay"}})
	had(u, s, err)
	for _, a := range [][2]string{{"handler", "handler"}, {"controller", "controller"}, {"authorizer", "authorizing"}} {
		u.must(u.d.Assign(ctx, u.who["registrar"], casework.AssignDraft{Source: s.String(), Officer: u.who[a[0]].ID.String(), Duty: a[1]}))
	}
	a, err := u.d.Grant(ctx, u.who["authorizer"], authority.Draft{Source: s.String(), Kind: "chis-written", Ground: u.d.Pack().Vocabulary("grounds")[0].Code, Necessity: "n", Proportionality: "p",
		Purpose: "x", Operation: "OP", Conduct: "watch", Topics: []string{"gate"}, Collateral: "c", Confidential: "none", Risk: "r", TargetRelation: "none"})
	had(u, a, err)
	return s
}

func (u *unit) report(s source.ID, text string) report.ID {
	u.t.Helper()
	h := u.who["handler"]
	c, err := u.d.RecordContact(ctx, h, contact.ID{}, contact.Draft{Source: s.String(), Type: "meeting", Record: &contact.RecordDraft{When: "2026-03-02", Place: "cafe", Participants: []string{h.ID.String()}, Summary: "met", Welfare: "fine", Security: "none"}})
	had(u, c, err)
	r, err := u.d.FileReport(ctx, h, casework.ReportDraft{Draft: report.Draft{Contact: c.String(), Title: "Gate", Items: []report.ItemDraft{{Text: text, Lang: "en", Basis: "direct", Scheme: "admiralty", Grade: "C3"}}}})
	had(u, r, err)
	p, err := u.d.Report(ctx, h, r, time.Time{})
	u.must(err)
	u.items[r] = p.Report.Value.Items[0].ID
	return r
}

func (u *unit) release(r report.ID, text string) casework.IssuedID {
	u.t.Helper()
	v, err := u.d.WriteRelease(ctx, u.who["release"], casework.ReleaseDraft{Draft: dissemination.Draft{Title: "Gate", Marking: []string{"TLP:AMBER"}, Officers: []string{u.who["customer"].ID.String()},
		Items: []dissemination.ItemDraft{{From: []string{u.items[r].String()}, Text: text}}}})
	had(u, v, err)
	u.must(u.d.ApproveRelease(ctx, u.who["second"], v))
	i, err := u.d.SendRelease(ctx, u.who["release"], v)
	return had(u, i, err)
}

// job is the rest of the main job around a report.
func (u *unit) job(r report.ID) {
	u.t.Helper()
	q, err := u.d.StateRequirement(ctx, u.who["analyst"], casework.RequirementDraft{Desk: u.desk.String(), Draft: requirement.Draft{Kind: "PIR", Number: "1", Text: "what passes", Topic: "gate"}})
	had(u, q, err)
	i := u.release(r, "Two left the place.")
	p, err := u.d.WriteProduct(ctx, u.who["customer"], casework.ProductDraft{ProductDraft: dissemination.ProductDraft{Title: "Estimate", Cites: []string{i.String()}, Text: "x"}})
	had(u, p, err)
	n, err := u.d.IssueNotice(ctx, u.who["analyst"], casework.NoticeDraft{NoticeDraft: dissemination.NoticeDraft{Kind: "fabrication-notice", About: r.String(), Text: "made up"}})
	had(u, n, err)
	u.must(u.d.Settle(ctx))
}

// everything calls every look of the door that takes ids, texts and numbers, with every id, and hands over each answer.
// Methods with drafts write; they are not called.
func (u *unit) everything(o officer.Officer, texts []string, each func(method, given string, answers []any)) {
	d := reflect.ValueOf(u.d)
	for i := range d.NumMethod() {
		m := d.Type().Method(i)
		in := m.Type.NumIn()
		if in < 3 || m.Type.In(2) != reflect.TypeFor[officer.Officer]() || slices.Contains(writers, m.Name) {
			continue
		}
		given := append(slices.Clone(u.ids), texts...)
		for n, s := range given {
			args := []reflect.Value{reflect.ValueOf(ctx), reflect.ValueOf(o)}
			raw, _ := id.Raw(s)
			takes, other := false, false
			for k := 3; k < in; k++ {
				t := m.Type.In(k)
				v := reflect.New(t).Elem()
				switch {
				case t.Kind() == reflect.String && !takes:
					v.SetString(s)
					takes = true
				case t.Kind() == reflect.Array && t.Len() == len(raw):
					v.Set(reflect.ValueOf(raw).Convert(t))
					takes = true
					other = s != "" && fmt.Sprint(v) != s // an id of another noun
				case t == reflect.TypeFor[int](): // a page size
					v.SetInt(200)
				}
				args = append(args, v)
			}
			if n > 0 && !takes {
				break
			}
			if other {
				continue
			}
			if m.Name == "OpenIdentity" {
				args[3] = reflect.ValueOf("a reason")
			}
			var out []reflect.Value
			if m.Type.IsVariadic() {
				out = d.Method(i).CallSlice(args)
			} else {
				out = d.Method(i).Call(args)
			}
			var answers []any
			for _, v := range out {
				answers = append(answers, v.Interface())
			}
			each(m.Name, s, answers)
		}
	}
}

// writers are the methods that write or that take a writer; the census of sec/ni and the duty matrix know them all.
var writers = strings.Fields(`Acknowledge AddKnows AddOfficer AddParty AddRole AnswerFinding AnswerNotice ApproveRelease AskWitness Assess Assign Bundle Cancel ChangePassphrase CloseOfficer
	CompleteContact CompleteReport CompleteUse ConfirmRecall DestroyEpoch Feedback FileReport GiveCredit GiveTask Grant GrantDuty HandCompartment ImportReports IssueNotice KeepDraft KeysOut LinkItems
	OpenCompartment PlanContact Recall RecordContact RecordCredit RecordLife RecordOutcome RecordRole RecordUse RegisterSource Regrade RelateNotice Relieve RestateRequirement Review
	ReviseParty ReviseRole ReviseSource RevokeDuty RewriteRelease SendRelease StateRequirement TakeBackCompartment WeighLater WriteProduct WriteRelease
	AddCodes AddPasskey AskNewPasskey BindOfficer EndOtherSessions EndSession EndSessionsOf ForgetFactors Prove ProveByPasskey RemoveCodes RemovePasskey RenewRecovery UnbindOfficer`)
