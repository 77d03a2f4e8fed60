package watch

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"cutout/internal/day"
)

// The case files are read straight into a View, by the conventions of watch.md section 2 and nothing written for one file.

type fields map[string]any

func (f fields) text(k string) string {
	switch v := f[k].(type) {
	case string:
		return v
	case nil:
		return ""
	default:
		return fmt.Sprint(v)
	}
}

func (f fields) list(k string) (out []string) {
	l, _ := f[k].([]any)
	for _, x := range l {
		out = append(out, fmt.Sprint(x))
	}
	return out
}

func (f fields) each(k string) (out []fields) {
	l, _ := f[k].([]any)
	for _, x := range l {
		if m, ok := x.(fields); ok {
			out = append(out, m)
		} else if m, ok := x.(map[string]any); ok {
			out = append(out, m)
		}
	}
	return out
}

func (f fields) null(k string) bool { v, ok := f[k]; return ok && v == nil }

func (f fields) period(k string) day.Period {
	p, _ := day.ParsePeriod(f.text(k))
	return p
}

// starts is the last day the start of a date can mean.
func starts(text string) (day.Day, bool) {
	a, _, _ := strings.Cut(text, "/")
	p, err := day.ParsePeriod(a)
	return p.Last, err == nil && !p.IsZero()
}

// record gives id, date and first day; ok is false for the answer key.
func (f fields) record(dateKey string, floor day.Day) (Record, bool) {
	r := Record{ID: f.text("id"), Seen: floor, When: f.period(dateKey)}
	if d, ok := starts(f.text(dateKey)); ok {
		r.Seen = max(floor, d)
	}
	if k := f.text("known_from"); k == "never" {
		return r, false
	} else if d, ok := starts(k); ok {
		r.Seen = d
	}
	return r, true
}

func mark(s string) string {
	switch s {
	case "A", "B", "favourable":
		return "favorable"
	case "C":
		return "fair"
	case "D", "E", "doubtful":
		return "doubtful"
	case "F", "unknown":
		return "unjudged"
	}
	return ""
}

func contentMark(s string) string {
	switch s {
	case "1", "confirmed":
		return "confirmed"
	case "2":
		return "probable"
	case "3":
		return "possible"
	case "4", "5", "doubtful":
		return "doubtful"
	case "6", "unconfirmed":
		return "unconfirmed"
	}
	return ""
}

func caseView(f fields) *View {
	v := &View{}
	meta, _ := f["metadata"].(fields)
	registers := meta.list("complete_registers")
	for _, o := range f.each("organisations") {
		v.Parties = append(v.Parties, Party{ID: o.text("id"), Kind: o.text("kind"), RivalOf: o.list("rival_of")})
	}
	for _, p := range f.each("persons") {
		v.Parties = append(v.Parties, Party{ID: p.text("id"), Kind: "person", Org: p.text("organisation"), Staff: p["staff"] == true})
	}
	born := map[string]day.Day{}
	for _, s := range f.each("sources") {
		rec, ok := s.record("from", Always)
		if !ok {
			continue
		}
		born[rec.ID] = rec.Seen
		x := Source{Record: rec, Person: s.text("person"), Parent: s.text("parent"), Holder: s.text("holder"), IntroducedBy: s.list("introduced_by"),
			Channel: s.text("channel"), ServiceContact: s.text("service_contact"), Identity: s.text("identity"), Identified: s.period("identity_known_on"),
			Category: s.text("category_code"), Subject: s.text("category_code") == "SUBJECT", Access: s.text("access"), AccessVerified: s.text("access_verified")}
		for _, e := range s.each("lifecycle") {
			if r, ok := e.record("date", Always); ok {
				x.Lifecycle = append(x.Lifecycle, Event{e.text("kind"), r.Seen, r.When})
			}
		}
		v.Sources = append(v.Sources, x)
	}
	for range v.Sources { // a sub-source is not known before his parent
		for i := range v.Sources {
			s := &v.Sources[i]
			s.Seen = max(s.Seen, born[s.Parent], Always)
			if s.Parent == "" {
				s.Seen = born[s.ID]
			}
			born[s.ID] = s.Seen
		}
	}
	for _, r := range f.each("roles") {
		if rec, ok := r.record("from", Always); ok {
			v.Roles = append(v.Roles, Role{Record: rec, Person: r.text("person"), Source: r.text("source"), Role: r.text("role"), Ended: r.period("to"), ApprovedBy: r.text("approved_by")})
		}
	}
	for _, c := range f.each("contacts") {
		if rec, ok := c.record("date", Always); ok {
			v.Contacts = append(v.Contacts, Contact{Record: rec, Source: c.text("source"), Type: c.text("type"), Area: c.text("area"), Participants: c.list("participants"),
				Authentication: c.text("authentication"), Security: c.text("security"), Account: c.text("account"), Opponent: c.text("side") == "opponent"})
		}
	}
	claimSeen := map[string]day.Day{}
	for _, r := range f.each("reports") {
		rec, ok := r.record("date", Always)
		if !ok {
			continue
		}
		n := 0
		fmt.Sscan(r.text("count"), &n)
		rep := Report{Record: rec, Source: r.text("source"), SubSource: r.text("sub_source"), Originator: r.text("originator"), Series: r.text("series"), Volume: r.text("volume"),
			Count: n, Counted: max(rec.Seen, rec.When.Last), BuiltFrom: r.list("built_from"), Discipline: r.text("discipline"), Enclosure: r.text("enclosure")}
		if a := r.text("assigned"); a != "" && a != "none" {
			rep.Assigned = rec.When
		}
		v.Reports = append(v.Reports, rep)
		for _, c := range r.each("claims") {
			key := "received_at"
			if c.text(key) == "" {
				c["received_at"] = r["date"]
			}
			floor := rec.Seen
			if c.text("received_at") != r.text("date") {
				floor = Always
			}
			cr, ok := c.record(key, floor)
			if !ok {
				continue
			}
			claimSeen[cr.ID] = cr.Seen
			verifiable := map[any]string{true: "yes", false: "no"}[c["verifiable"]]
			v.Claims = append(v.Claims, Claim{Record: cr, Report: rec.ID, SubSource: c.text("sub_source"), About: c.text("subject"), Basis: c.text("basis"), Topic: c.text("topic"),
				Area: c.text("area"), Importance: c.text("importance"), Verifiable: verifiable, Checked: c.period("checked_on"), Unchecked: c.null("checked_on"),
				BonaFides: c["bona_fides"] == true, ValidAt: c.period("valid_at"), UsefulUntil: c.period("useful_until"), PredictionDue: c.period("prediction_due"),
				Supports: c.list("supports"), Contradicts: c.list("contradicts"), Names: c.list("names"), Adverse: c["adverse"] == true, ThreatTo: c.text("threat_to"),
				Hypothesis: c["hypothesis"] == true, Discriminator: c.text("discriminator")})
			if g, ok := c["grade"].(fields); ok {
				v.Grades = append(v.Grades, Grade{Record: Record{ID: cr.ID + "-G", Seen: cr.Seen, When: cr.When}, Claim: cr.ID, Source: mark(g.text("source")), Content: contentMark(g.text("content"))})
			}
			if o := c.text("later_outcome"); o != "" && o != "unknown" && c.text("outcome_date") != "" {
				or := Record{ID: cr.ID + "-O", When: c.period("outcome_date")}
				or.Seen, _ = starts(c.text("outcome_date"))
				or.Seen = max(or.Seen, cr.Seen)
				v.Outcomes = append(v.Outcomes, Outcome{Record: or, Claim: cr.ID, Result: o})
			}
		}
	}
	for _, w := range f.each("warnings") {
		if rec, ok := w.record("date", Always); ok {
			v.Notices = append(v.Notices, Notice{Record: rec, Kind: w.text("kind"), Issuer: w.text("issuer"), About: w.text("about"), Relates: w.list("relates_to"),
				Response: w.text("response"), Owner: w.text("owner"), Due: w.period("due"), ReasonsBy: w.text("reasons_by"), ThreatTo: w.text("threat_to")})
		}
	}
	for _, a := range f.each("assessments") {
		if rec, ok := a.record("date", Always); ok {
			v.Assessments = append(v.Assessments, Assessment{Record: rec, About: a.text("about"), By: a.text("by"), Hypotheses: a.list("hypotheses"), Weighs: a.list("weighs"), Resolves: a.list("resolves")})
		}
	}
	for _, b := range f.each("credits") {
		if rec, ok := b.record("date", Always); ok {
			_, r := b["report"]
			_, a := b["assessor"]
			v.Credits = append(v.Credits, Credit{Record: rec, Source: b.text("source"), Report: b.text("report"), Assessor: b.text("assessor"), ReportUnknown: !r, AssessorUnknown: !a})
		}
	}
	for i, k := range f.each("who_knew") {
		if rec, ok := k.record("from", Always); ok {
			rec.ID = fmt.Sprint("KN-", i)
			v.Knows = append(v.Knows, Knows{Record: rec, Knower: k.text("knower"), Subject: k.text("subject")})
		}
	}
	for _, d := range f.each("disseminations") {
		rec, ok := d.record("date", Always)
		if !ok {
			continue
		}
		x := Dissemination{Record: rec, Report: d.text("report"), Product: d.text("product"), To: d.text("to"), Confidence: d.text("confidence"), Disposition: d.text("disposition")}
		for _, r := range d.each("restated") {
			x.Restated = append(x.Restated, Restated{r.text("claim"), r.text("basis")})
		}
		if ack := d.text("acknowledged"); ack != "" {
			at, _ := starts(ack)
			v.Receipts = append(v.Receipts, Receipt{Record: Record{ID: rec.ID + "-R", Seen: max(rec.Seen, at)}, By: rec.ID})
		} else {
			x.ReceiptUnknown = !d.null("acknowledged") && !slices.Contains(registers, "acknowledgements")
		}
		v.Disseminations = append(v.Disseminations, x)
	}
	return v
}

// days are the days on which something can change: when records begin to count, and a threshold's days later.
func (v *View) days() []day.Day {
	var out []day.Day
	v.stamps(func(d day.Day) {
		for _, n := range []int{0, 30, 365} {
			if d > Always/2 && d < day.Never-366 {
				out = append(out, d.Add(n))
			}
		}
	})
	slices.Sort(out)
	return slices.Compact(out)
}

// played is the first raising of every finding over the days of a View.
func played(v *View) (out []Finding) {
	have := map[string]bool{}
	for _, d := range v.days() {
		for _, f := range Sweep(v, d, Defaults()) {
			if k := f.Rule + " " + f.Key + " " + f.Raised.String(); !have[k] {
				have[k] = true
				out = append(out, f)
			}
		}
	}
	return out
}

func TestCasebook(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join("..", "..", "..", "shared", "casebook", "*.yaml"))
	if len(files) == 0 {
		t.Skip("the casebook does not stand beside the repository; nothing to play")
	}
	mine := map[string]bool{}
	for _, r := range Rules() {
		mine[r.ID] = true
	}
	found, wanted := 0, 0
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var f fields
		if err := yaml.Unmarshal(raw, &f); err != nil {
			t.Fatal(err)
		}
		fs := played(caseView(f))
		expected := map[string]bool{}
		for _, e := range f.each("expected") {
			rule := e.text("watch")
			expected[rule] = true
			if !mine[rule] {
				continue
			}
			wanted++
			limit, line := e.period("as_of").Last, "MISSED"
			for _, x := range fs {
				if x.Rule == rule && x.Raised <= limit && slices.ContainsFunc(x.Subjects, func(s string) bool { return slices.Contains(e.list("triggers"), s) }) {
					line = x.Raised.String() + " " + x.Key
					found++
					break
				}
			}
			t.Logf("%-18s %-5s %-26s by %s: %s", f.text("case"), e.text("id"), rule, limit, line)
		}
		noise := 0
		for _, x := range fs {
			if !expected[x.Rule] {
				noise++
				t.Logf("%-18s noise %-26s %s %s %v", f.text("case"), x.Rule, x.Raised, x.Key, x.Subjects)
			}
		}
		t.Logf("%-18s %d findings, %d of rules not expected", f.text("case"), len(fs), noise)
		if noise > 6 {
			t.Errorf("%s: %d findings of rules the case does not expect", f.text("case"), noise)
		}
	}
	t.Logf("found %d of %d expected", found, wanted)
	if 10*found < 9*wanted {
		t.Errorf("found %d of %d expected", found, wanted)
	}
}
