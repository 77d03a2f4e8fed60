package casework_test

import (
	"slices"
	"testing"

	"cutout/internal/assessment"
	"cutout/internal/casework"
	"cutout/internal/contact"
	"cutout/internal/dissemination"
	"cutout/internal/network"
	"cutout/internal/report"
	"cutout/internal/source"
)

// A report is completed, never rewritten: what was filed keeps its words, basis and grade, and cannot be left out; what
// comes later is marked with its day; the version before stays readable.
func TestCompleteReport(t *testing.T) {
	engines(t, func(t *testing.T, u *unit) {
		c := u.meet(u.src, "2026-03-02")
		of, err := u.file(c, item("two trucks"))
		u.must(err)
		first, err := u.d.Report(u.ctx, u.in("analyst"), of, u.now)
		u.must(err)
		filed := first.Report.Value.Items[0]
		before := u.now
		u.now = u.now.AddDate(0, 0, 3)
		draft := func(items ...report.ItemDraft) casework.ReportDraft {
			return casework.ReportDraft{Draft: report.Draft{Contact: c.String(), Source: u.src.String(), Count: "12", Items: items}}
		}
		changed := item("three trucks")
		changed.ID, changed.Grade, changed.Scheme = filed.ID.String(), "A1", "admiralty"
		if err := u.d.CompleteReport(u.ctx, u.in("handler"), of, draft(item("only the new"))); !slices.Contains(faultsOf(err), "items report.item-left-out") {
			t.Errorf("an item left out: %v", err)
		}
		if err := u.d.CompleteReport(u.ctx, u.in("analyst"), of, draft(changed)); casework.KindOf(err) != casework.Refused {
			t.Errorf("by an analyst: %v", err)
		}
		u.must(u.d.CompleteReport(u.ctx, u.in("handler"), of, draft(changed, item("and a barge"))))
		p, err := u.d.Report(u.ctx, u.in("analyst"), of, u.now)
		u.must(err)
		v := p.Report.Value
		if len(v.Items) != 2 || v.Count != 12 || v.Items[0].Text != "two trucks" || v.Items[0].Grade != nil && filed.Grade == nil || !v.Items[0].Added.IsZero() {
			t.Errorf("after completion: %+v", v)
		}
		if v.Items[0].Grade != nil && *v.Items[0].Grade != *filed.Grade {
			t.Errorf("the grade moved to %s", v.Items[0].Grade)
		}
		if v.Items[1].Added.Text != "2026-03-05" {
			t.Errorf("the new item counts from %q", v.Items[1].Added.Text)
		}
		if old, err := u.d.Report(u.ctx, u.in("analyst"), of, before); err != nil || len(old.Report.Value.Items) != 1 {
			t.Errorf("as known before: %v, %d items", err, len(old.Report.Value.Items))
		}
		hits, err := u.d.Search(u.ctx, u.in("analyst"), "barge", "", false, "", 5)
		u.must(err)
		if len(hits.Hits) != 1 {
			t.Errorf("the new words are found %d times", len(hits.Hits))
		}
	})
}

// A report may come as a summary first.
func TestSummaryFirst(t *testing.T) {
	engines(t, func(t *testing.T, u *unit) {
		c := u.meet(u.src, "2026-03-02")
		of, err := u.d.FileReport(u.ctx, u.in("handler"), casework.ReportDraft{Draft: report.Draft{Contact: c.String(), Summary: "ships, items follow"}})
		u.must(err)
		u.must(u.d.CompleteReport(u.ctx, u.in("handler"), of, casework.ReportDraft{Draft: report.Draft{Contact: c.String(), Summary: "ships", Items: []report.ItemDraft{item("a ship")}}}))
	})
}

// A contact with no source of the unit is kept by the intake at a desk, and by nobody else.
func TestContactWithoutSource(t *testing.T) {
	engines(t, func(t *testing.T, u *unit) {
		n := contact.Draft{Type: "liaison-meeting", Desk: u.desk.String(), Record: &contact.RecordDraft{When: "2026-03-01", Summary: "lunch with the other service"}}
		if _, err := u.d.RecordContact(u.ctx, u.in("handler"), contact.ID{}, n); !slices.Contains(faultsOf(err), "source field.required") {
			t.Errorf("by a handler: %v", err)
		}
		of, err := u.d.RecordContact(u.ctx, u.in("intake"), contact.ID{}, n)
		u.must(err)
		p, err := u.d.Contact(u.ctx, u.in("analyst"), of)
		u.must(err)
		if !p.Source.ID.IsZero() || p.Handles || p.Contact.Value.Desk != u.desk {
			t.Errorf("page: %+v", p)
		}
		n.Record.Summary, n.Record.When = "lunch, and a walk", "2026-03-01/2026-03-02"
		u.must(u.d.CompleteContact(u.ctx, u.in("intake"), of, n))
		p, err = u.d.Contact(u.ctx, u.in("analyst"), of)
		u.must(err)
		if p.Contact.Value.Record.When.Text != "2026-03-01/2026-03-02" {
			t.Errorf("completed: %+v", p.Contact.Value.Record)
		}
	})
}

// What is learned later about uses, notices, assessments, roles and parties is added to them and shows in the watch's view.
func TestLearnedLater(t *testing.T) {
	engines(t, func(t *testing.T, u *unit) {
		reg, an := u.in("registrar"), u.in("analyst")
		of, err := u.file(u.meet(u.src, "2026-03-02"), item("two trucks"))
		u.must(err)
		org, err := u.d.AddParty(u.ctx, reg, casework.PartyDraft{PartyDraft: network.PartyDraft{Kind: "organization", Name: "Salt works", OrgKind: "employer"}, Desk: u.desk.String()})
		u.must(err)
		rival, err := u.d.AddParty(u.ctx, reg, casework.PartyDraft{PartyDraft: network.PartyDraft{Kind: "organization", Name: "Tar works", OrgKind: "employer", RivalOf: []string{org.String()}}, Desk: u.desk.String()})
		u.must(err)
		u.must(u.d.ReviseParty(u.ctx, reg, org, network.PartyDraft{Kind: "organization", Name: "Salt works", OrgKind: "employer", RivalOf: []string{rival.String()}}))
		role, err := u.d.RecordRole(u.ctx, reg, source.RoleDraft{Source: u.src.String(), Person: org.String(), Role: "courier", From: "2026-01"})
		u.must(err)
		u.must(u.d.ReviseRole(u.ctx, reg, role, source.RoleDraft{Source: u.src.String(), Person: rival.String(), Role: "handler", From: "2026-01", To: "2026-02"}))
		sp, err := u.d.Source(u.ctx, reg, u.src, u.now)
		u.must(err)
		i := slices.IndexFunc(sp.Roles, func(r casework.RoleRecord) bool { return r.ID == role })
		if i < 0 || sp.Roles[i].Value.To.Text != "2026-02" || sp.Roles[i].Value.Person != org.String() || sp.Roles[i].Value.Role != "courier" {
			t.Errorf("role: %+v", sp.Roles)
		}
		use, err := u.d.RecordUse(u.ctx, an, dissemination.UseDraft{Report: of.String(), To: "ministry", ReceiptAsked: "yes"})
		u.must(err)
		first, err := u.d.IssueNotice(u.ctx, an, casework.NoticeDraft{NoticeDraft: dissemination.NoticeDraft{Kind: "recall", About: of.String(), Text: "wrong"}})
		u.must(err)
		said := func(rule string) bool {
			t.Helper()
			u.must(u.d.Settle(u.ctx))
			p, err := u.d.Watch(u.ctx, u.in("releaser"), false)
			u.must(err)
			return slices.ContainsFunc(p.Findings, func(f casework.FindingLine) bool { return f.Rule == rule })
		}
		if !said("recall-unacknowledged") {
			t.Error("an unacknowledged use raises nothing")
		}
		u.must(u.d.CompleteUse(u.ctx, an, use, dissemination.UseDraft{Report: of.String(), To: "ministry", ReceiptAsked: "yes", Acknowledged: "2026-03-02"}))
		if said("recall-unacknowledged") {
			t.Error("it was acknowledged, and the finding stays")
		}
		u.must(u.d.RelateNotice(u.ctx, an, first, use.String()))
		if err := u.d.RelateNotice(u.ctx, an, first, "a barge"); !slices.Contains(faultsOf(err), "relates_to reference.unknown") {
			t.Errorf("related to words: %v", err)
		}
		np, err := u.d.Notice(u.ctx, an, first)
		u.must(err)
		if !slices.Equal(np.Notice.Value.RelatesTo, []string{use.String()}) {
			t.Errorf("relates to %v", np.Notice.Value.RelatesTo)
		}
		as, err := u.d.Assess(u.ctx, an, casework.AssessmentDraft{Draft: assessment.Draft{About: of.String(), View: "doubtful"}})
		u.must(err)
		u.must(u.d.WeighLater(u.ctx, an, as, use.String()))
		if err := u.d.WeighLater(u.ctx, an, as, report.ID{9}.String()); !slices.Contains(faultsOf(err), "weighs reference.unknown") {
			t.Errorf("weighed what is not there: %v", err)
		}
	})
}
