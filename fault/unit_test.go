package fault

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"cutout/internal/audit"
	"cutout/internal/authority"
	"cutout/internal/casework"
	"cutout/internal/contact"
	"cutout/internal/identity"
	"cutout/internal/officer"
	"cutout/internal/report"
	"cutout/internal/requirement"
	"cutout/internal/source"
	"cutout/internal/store/storetest"
	"cutout/internal/vault"
	"cutout/sec/served"
)

var ctx = context.Background()

// long reports whether the long forms were asked for.
func long() bool { return os.Getenv("CUTOUT_LONG") != "" }

// pick is the short or the long amount.
func pick(short, wide int) int {
	if long() {
		return wide
	}
	return short
}

// rounds is pick, unless a number of rounds was asked for by hand.
func rounds(short, wide int) int {
	if n, err := strconv.Atoi(os.Getenv("CUTOUT_ROUNDS")); err == nil && n > 0 {
		return n
	}
	return pick(short, wide)
}

// unit is a small unit at work, in a directory as the program keeps it. Its exported part is what a child is told.
type unit struct {
	Dir     string
	DSN     string
	Layer   string // file layer, in this process only
	Worker  officer.Officer
	Admin   officer.Officer
	Eye     officer.Officer // the inspector
	Other   officer.Officer // who is given sources
	Desk    string
	Source  string
	Contact string
	// Approved are requests to open the identity of "Person Sealed" that two have approved.
	Approved []string

	d     *casework.Desk
	clock func() time.Time
}

func pass(name string) []byte { return []byte(name + " passphrase") }

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// engines runs a drill on both engines. A missing PostgreSQL is one printed line.
func engines(t *testing.T, fn func(t *testing.T, u *unit)) {
	t.Run("sqlite", func(t *testing.T) { fn(t, begin(t, &unit{})) })
	t.Run("postgres", func(t *testing.T) { fn(t, begin(t, &unit{DSN: storetest.Schema(t)})) })
}

// begin makes the unit: a worker who registers, handles and reports, one whom sources are given to, and an inspector.
func begin(t testing.TB, u *unit) *unit {
	t.Helper()
	if u.Dir == "" {
		u.Dir = filepath.Join(t.TempDir(), "unit")
	}
	must(t, os.MkdirAll(filepath.Join(u.Dir, "keys"), 0o700))
	cfg, err := u.config()
	must(t, err)
	if u.DSN != "" {
		must(t, os.WriteFile(filepath.Join(u.Dir, "postgres.dsn"), []byte(u.DSN+"\n"), 0o600))
	}
	d, root, err := casework.Begin(ctx, cfg, casework.UnitDraft{Name: "Unit", Administrator: "root"}, pass("root"))
	must(t, err)
	u.d, u.Admin = d, root
	desk, err := d.OpenCompartment(ctx, root, "Desk")
	must(t, err)
	u.Desk = desk.String()
	for _, o := range []struct {
		name, duties string
		into         *officer.Officer
	}{{"worker", "registrar handler intake collection-manager", &u.Worker}, {"other", "controller authorizing", &u.Other}, {"inspector", "inspector", &u.Eye}} {
		*o.into, err = d.AddOfficer(ctx, root, casework.OfficerDraft{Name: o.name, Clearance: "SECRET", Duties: strings.Fields(o.duties)}, pass(o.name))
		must(t, err)
		if o.name != "inspector" {
			must(t, d.HandCompartment(ctx, root, o.into.ID, desk, ""))
		}
	}
	u.signIn(t)
	s, err := u.register("Person Zero")
	must(t, err)
	u.Source = s.String()
	must(t, d.Assign(ctx, u.Worker, casework.AssignDraft{Source: u.Source, Officer: u.Worker.ID.String(), Duty: "handler"}))
	must(t, d.Assign(ctx, u.Worker, casework.AssignDraft{Source: u.Source, Officer: u.Other.ID.String(), Duty: "authorizing"}))
	_, err = d.Grant(ctx, u.Other, authority.Draft{Source: u.Source, Kind: "chis-written", Ground: d.Pack().Vocabulary("grounds")[0].Code, Necessity: "n", Proportionality: "p",
		Purpose: "x", Operation: "OP", Conduct: "watch", Topics: []string{"gate"}, Collateral: "c", Confidential: "none", Risk: "r", TargetRelation: "none"})
	must(t, err)
	c, err := u.meet()
	must(t, err)
	u.Contact = c.String()
	t.Cleanup(func() { u.close() })
	return u
}

func (u *unit) config() (casework.Config, error) {
	key, _, err := vault.OpenStoreKey(filepath.Join(u.Dir, "keys", "store.key"))
	cfg := casework.Config{Key: key, DSN: u.DSN, Ring: filepath.Join(u.Dir, "keys", "sources"), FileLayer: u.Layer, QuietWatch: true, Clock: u.clock, Logs: slog.New(slog.DiscardHandler)}
	if u.DSN == "" {
		cfg.Path = filepath.Join(u.Dir, "cutout.db")
	}
	return cfg, err
}

// open opens the door again.
func (u *unit) open() error {
	cfg, err := u.config()
	if err == nil {
		u.d, err = casework.Open(ctx, cfg)
	}
	return err
}

func (u *unit) close() {
	if u.d != nil {
		u.d.Close()
		u.d = nil
	}
}

func (u *unit) signIn(t testing.TB) {
	t.Helper()
	o, err := u.d.SignIn(ctx, "worker", pass("worker"))
	must(t, err)
	u.Worker = o
}

func (u *unit) register(name string) (source.ID, error) {
	return u.d.RegisterSource(ctx, u.Worker, casework.SourceDraft{Identity: &identity.Draft{Names: []identity.NameDraft{{Full: name}}}, Draft: source.Draft{Category: "AGENT", Desk: u.Desk,
		State: "proposed", IdentityKind: "known", ServiceContact: "direct", LawfulOrigin: "walked in", Description: "somebody at the quay"}})
}

func (u *unit) meet() (contact.ID, error) {
	return u.d.RecordContact(ctx, u.Worker, contact.ID{}, contact.Draft{Source: u.Source, Type: "meeting", Record: &contact.RecordDraft{When: u.d.Now().Format(time.DateOnly), Place: "cafe",
		Participants: []string{u.Worker.ID.String()}, Summary: "met", Welfare: "fine", Security: "none"}})
}

func (u *unit) file(text string) (report.ID, error) {
	return u.d.FileReport(ctx, u.Worker, casework.ReportDraft{Draft: report.Draft{Contact: u.Contact, Title: "Gate",
		Items: []report.ItemDraft{{Text: text, Lang: "en", Basis: "direct", Scheme: "admiralty", Grade: "C3"}}}})
}

// identity opens a source's identity and gives his name.
func (u *unit) identity(s source.ID) (string, error) {
	p, err := u.d.OpenIdentity(ctx, u.Worker, s, "a drill")
	if err != nil {
		return "", err
	}
	who, err := p.Disclose()
	if err != nil {
		return "", err
	}
	defer who.Wipe()
	return strings.Clone(who.Names[0].Full), nil
}

func parse[T any, P interface {
	*T
	UnmarshalText([]byte) error
}](s string) (v T, err error) {
	return v, P(&v).UnmarshalText([]byte(s))
}

// act is one confirmed act, as a child prints it: what, which record, and what it must still say.
type act struct{ What, ID, Says string }

func (a act) String() string {
	b, _ := json.Marshal(a) // strings only
	return string(b)
}

// work does the n-th act of a mixed day and gives what was confirmed.
func (u *unit) work(n int, unique string) (act, error) {
	switch n % 6 {
	case 0:
		name := "Person " + unique
		s, err := u.register(name)
		return act{"source", s.String(), name}, err
	case 1, 2:
		text := "container " + unique + " left the place"
		r, err := u.file(text)
		return act{"report", r.String(), text}, err
	case 3:
		s, err := parse[source.ID](u.Source)
		if err != nil {
			return act{}, err
		}
		name, err := u.identity(s)
		return act{"opened", u.Source, name}, err
	case 4:
		s, err := u.register("Given " + unique)
		if err != nil {
			return act{}, err
		}
		err = u.d.Assign(ctx, u.Worker, casework.AssignDraft{Source: s.String(), Officer: u.Other.ID.String(), Duty: "controller"})
		return act{"given", s.String(), "Given " + unique}, err
	}
	b, err := u.d.Checkpoint(ctx, u.Eye)
	return act{"checkpoint", "", base64.StdEncoding.EncodeToString(b)}, err
}

// light does the n-th act of those that need no officer's key, and so no passphrase.
func (u *unit) light(n int, unique string) (act, error) {
	switch n % 4 {
	case 0:
		c, err := u.d.OpenCompartment(ctx, u.Admin, "Desk "+unique)
		return act{"desk", c.String(), "Desk " + unique}, err
	case 1:
		text := "what passes " + unique
		q, err := u.d.StateRequirement(ctx, u.Worker, casework.RequirementDraft{Desk: u.Desk, Draft: requirement.Draft{Kind: "PIR", Number: "1", Text: text, Topic: "gate"}})
		return act{"requirement", q.String(), text}, err
	case 2:
		s, err := parse[source.ID](u.Source)
		if err == nil {
			_, err = u.d.Source(ctx, u.Worker, s, time.Time{})
		}
		return act{"seen", u.Source, ""}, err
	}
	b, err := u.d.Checkpoint(ctx, u.Eye)
	return act{"checkpoint", "", base64.StdEncoding.EncodeToString(b)}, err
}

// whole asks of an opened unit that everything confirmed is there as it was said, that its files and its log are whole and
// continue every checkpoint taken, and that no source, and so no identity, is without the entry of its registration.
// signedIn says that identities can be opened.
func (u *unit) whole(t testing.TB, confirmed []act, signedIn, everything bool) {
	t.Helper()
	var points [][]byte
	opened, desks := map[string]int{}, map[string]string{}
	for _, a := range confirmed {
		switch a.What {
		case "source", "given":
			s, err := parse[source.ID](a.ID)
			must(t, err)
			if _, err := u.d.Source(ctx, u.Worker, s, time.Time{}); err != nil {
				t.Errorf("confirmed source %s: %v", a.ID, err)
			}
			if a.What == "given" {
				if _, err := u.d.Source(ctx, u.Other, s, time.Time{}); err != nil {
					t.Errorf("source %s was given away, and its new controller gets %v", a.ID, err)
				}
			}
			if signedIn {
				if name, err := u.identity(s); err != nil || name != a.Says {
					t.Errorf("identity of %s: %q, %v", a.ID, name, err)
				}
			}
		case "report":
			r, err := parse[report.ID](a.ID)
			must(t, err)
			p, err := u.d.Report(ctx, u.Worker, r, time.Time{})
			if err != nil || p.Report.Value.Items[0].Text != a.Says {
				t.Errorf("confirmed report %s: %v", a.ID, err)
			}
		case "requirement":
			q, err := parse[requirement.ID](a.ID)
			must(t, err)
			if p, err := u.d.Requirement(ctx, u.Worker, q); err != nil || p.Requirement.Value.Text != a.Says {
				t.Errorf("confirmed requirement %s: %v", a.ID, err)
			}
		case "desk":
			desks[a.ID] = a.Says
		case "opened":
			opened[a.ID]++
		case "checkpoint":
			b, err := base64.StdEncoding.DecodeString(a.Says)
			must(t, err)
			points = append(points, b)
		}
	}
	if len(desks) > 0 {
		cs, err := u.d.Compartments(ctx, u.Admin, true)
		must(t, err)
		for _, c := range cs {
			if desks[c.ID.String()] == c.Name {
				delete(desks, c.ID.String())
			}
		}
		if len(desks) > 0 {
			t.Errorf("confirmed desks that are not there: %v", desks)
		}
	}
	if len(points) > 20 {
		points = points[len(points)-20:]
	}
	r, err := u.d.VerifyLog(ctx, u.Eye, points...)
	if err != nil || r.Finding != audit.Sound || r.Held != len(points) {
		t.Errorf("the log: %+v, %v (%d checkpoints)", r, err, len(points))
	}
	x, err := u.d.Examine(ctx, u.Eye)
	if err != nil || len(x.Damage) > 0 || x.Log.Finding != audit.Sound {
		t.Errorf("examined: %+v, %v", x, err)
	}
	for of, least := range opened {
		if n := len(u.entries(t, casework.LogQuery{Object: of, Act: "identity.open"}, everything)); n < min(least, 200) {
			t.Errorf("%d openings of %s were shown, %d are on the log", least, of, n)
		}
	}
	if !everything {
		return
	}
	listed := map[string]bool{}
	for cursor := ""; ; {
		p, err := u.d.Sources(ctx, u.Worker, cursor, 200)
		must(t, err)
		for _, s := range p.Sources {
			listed[s.ID.String()] = true
		}
		if cursor = p.Next; cursor == "" {
			break
		}
	}
	logged := map[string]bool{}
	for _, e := range u.entries(t, casework.LogQuery{Act: "source.register"}, true) {
		logged[e.Object] = true
	}
	if !maps.Equal(listed, logged) {
		t.Errorf("%d sources, %d registrations on the log", len(listed), len(logged))
	}
}

// entries reads the entries of done acts, newest first; the newest two hundred unless all are asked for.
func (u *unit) entries(t testing.TB, q casework.LogQuery, all bool) (out []audit.Entry) {
	t.Helper()
	for q.Limit = 200; ; {
		p, err := u.d.Log(ctx, u.Eye, q)
		must(t, err)
		out = append(out, slices.DeleteFunc(slices.Clone(p.Entries), func(e audit.Entry) bool { return e.Outcome != audit.Done })...)
		if len(p.Entries) == 0 || p.Before == 0 || !all {
			return out
		}
		q.Before = p.Before
	}
}

// told is the unit as a child is told it.
func (u *unit) told() string {
	b, _ := json.Marshal(u) // names, ids and places only
	return string(b)
}

// acts reads what a child printed. The last line may be torn: it was not confirmed.
func parseActs(printed []byte) (out []act) {
	for line := range bytes.Lines(printed) {
		var a act
		if bytes.HasSuffix(line, []byte("\n")) && json.Unmarshal(line, &a) == nil {
			out = append(out, a)
		}
	}
	return out
}

// child is what the test binary does as the second process of a drill.
func child(told string) error {
	var u unit
	if err := json.Unmarshal([]byte(told), &u); err != nil {
		return err
	}
	switch job := os.Getenv("CUTOUT_FAULT_JOB"); job {
	case "fill":
		return u.fillUp(os.Getenv("CUTOUT_FAULT_DISK"))
	case "fill-postgres":
		return fillPostgres(os.Getenv("CUTOUT_FAULT_DISK"))
	case "work":
		return u.workOn()
	default:
		return fmt.Errorf("no such job: %q", job)
	}
}

func TestMain(m *testing.M) {
	if told := os.Getenv("CUTOUT_FAULT_CHILD"); told != "" {
		if err := child(told); err != nil {
			fmt.Fprintln(os.Stderr, "child:", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(served.Run(m))
}

func asError(err error, into **casework.Error) bool { return errors.As(err, into) }
