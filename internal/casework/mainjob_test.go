package casework_test

import (
	"testing"

	"cutout/internal/casework"
	"cutout/internal/report"
	"cutout/internal/requirement"
)

// The main job, from a requirement to what a customer reads, in Arabic where people speak it.
func TestMainJob(t *testing.T) {
	engines(t, func(t *testing.T, u *unit) {
		q, err := u.d.StateRequirement(u.ctx, u.in("manager"), casework.RequirementDraft{Desk: u.desk.String(),
			Draft: requirement.Draft{Kind: "PIR", Number: "1", Text: "What leaves gate 4 without being weighed?", Topic: "gate"}})
		u.must(err)
		_, err = u.d.GiveTask(u.ctx, u.in("handler"), requirement.TaskDraft{Requirement: q.String(), Source: u.src.String(), Type: "report", Topic: "gate", Text: "watch the weighbridge"})
		if casework.KindOf(err) == casework.Invalid {
			t.Logf("task types: %v", err)
			_, err = u.d.GiveTask(u.ctx, u.in("handler"), requirement.TaskDraft{Requirement: q.String(), Source: u.src.String(), Type: string(requirement.TaskTypes()[0]), Topic: "gate", Text: "watch the weighbridge"})
		}
		u.must(err)

		p, err := u.d.OpenIdentity(u.ctx, u.in("handler"), u.src, "planning a safe meeting")
		u.must(err)
		who, err := p.Disclose()
		u.must(err)
		if who.Names[0].Full != "Zephyrine Quackenbush" {
			t.Errorf("the handler opened %q", who.Names[0].Full)
		}
		if _, err := u.d.OpenIdentity(u.ctx, u.in("authorizer"), u.src, "curious"); casework.KindOf(err) != casework.Refused {
			t.Errorf("an officer it is not sealed to: %v", err)
		}

		c := u.meet(u.src, "2026-03-02")
		r, err := u.d.FileReport(u.ctx, u.in("handler"), casework.ReportDraft{Draft: report.Draft{Contact: c.String(), Requirements: []string{q.String()}, Title: "البوابة ٤",
			Items: []report.ItemDraft{{Text: "غادرت حاويتان البوابة ٤ دون وزن", Lang: "ar", Basis: "direct", Scheme: "admiralty", Grade: "C3"}}}})
		u.must(err)
		for _, words := range []string{"حاويتان", "البوّابة", "\"دون وزن\"", "بوابه 4"} {
			s, err := u.d.Search(u.ctx, u.in("analyst"), words, "", false, "", 10)
			u.must(err)
			if len(s.Hits) != 1 || s.Hits[0].ID != r.String() {
				t.Errorf("%s finds %d", words, len(s.Hits))
			}
		}
		page, err := u.d.Report(u.ctx, u.in("analyst"), r, u.now)
		u.must(err)
		if page.Source != nil {
			t.Error("the analyst, who does not hold the source, sees him")
		}
		cov, err := u.d.Coverage(u.ctx, u.in("manager"))
		u.must(err)
		if len(cov.Rows) != 1 || cov.Rows[0].Answers != 1 || !cov.Rows[0].SingleOrigin {
			t.Errorf("coverage %+v", cov.Rows)
		}

		it := page.Report.Value.Items[0].ID
		rel, err := u.d.WriteRelease(u.ctx, u.in("releaser"), u.releaseDraft(it, "Two containers left gate 4 unweighed."))
		u.must(err)
		u.must(u.d.ApproveRelease(u.ctx, u.in("second"), rel))
		sent, err := u.d.SendRelease(u.ctx, u.in("releaser"), rel)
		u.must(err)
		box, err := u.d.Inbox(u.ctx, u.in("customer"), "", 10)
		u.must(err)
		if len(box.Copies) != 1 || box.Copies[0].ID != sent {
			t.Fatalf("inbox %+v", box.Copies)
		}
		if _, err := u.d.Copy(u.ctx, u.in("minister"), sent); casework.KindOf(err) != casework.NotFound {
			t.Errorf("a customer it was not sent to: %v", err)
		}
		u.must(u.d.Acknowledge(u.ctx, u.in("customer"), sent))
		rp, err := u.d.Release(u.ctx, u.in("releaser"), rel)
		u.must(err)
		if len(rp.Readers) != 1 || !rp.Readers[0].Acknowledged {
			t.Errorf("readers %+v", rp.Readers)
		}
	})
}
