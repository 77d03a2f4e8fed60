package ni

import (
	"context"

	"cutout/internal/assessment"
	"cutout/internal/authority"
	"cutout/internal/casework"
	"cutout/internal/contact"
	"cutout/internal/dissemination"
	"cutout/internal/id"
	"cutout/internal/network"
	"cutout/internal/officer"
	"cutout/internal/report"
	"cutout/internal/requirement"
	"cutout/internal/source"
)

// acts are what the low officer tries to write, naming records he may not see and names that are taken elsewhere. They
// come last: what they write must not differ either.
func acts(add func(string, string, func(context.Context, *casework.Desk, officer.Officer) (any, error)), of map[string][]string) {
	act := func(method, what string, do func(c context.Context, d *casework.Desk, o officer.Officer) error) {
		add(method, what, func(c context.Context, d *casework.Desk, o officer.Officer) (any, error) { return nil, do(c, d, o) })
	}
	for _, s := range of["src"] {
		x, _ := id.Raw(s)
		act("Assign", s, func(c context.Context, d *casework.Desk, o officer.Officer) error {
			return d.Assign(c, o, casework.AssignDraft{Source: s, Officer: o.ID.String(), Duty: "analyst"})
		})
		act("Relieve", s, func(c context.Context, d *casework.Desk, o officer.Officer) error {
			return d.Relieve(c, o, casework.AssignDraft{Source: s, Officer: o.ID.String(), Duty: "validator"})
		})
		act("AddRole", s, func(c context.Context, d *casework.Desk, o officer.Officer) error {
			return d.AddRole(c, o, source.RoleDraft{Source: s, Person: o.ID.String(), Role: "recruiter", From: "2026-03-01"})
		})
		act("RecordLife", s, func(c context.Context, d *casework.Desk, o officer.Officer) error {
			return d.RecordLife(c, o, source.LifeEventDraft{Source: s, Kind: "reviewed", When: "2026-03-08", Text: "well"})
		})
		act("ReviseSource", s, func(c context.Context, d *casework.Desk, o officer.Officer) error {
			return d.ReviseSource(c, o, source.ID(x), source.Draft{Category: "AGENT", State: "proposed", IdentityKind: "known", ServiceContact: "direct", LawfulOrigin: "walked in"})
		})
		act("Grant", s, func(c context.Context, d *casework.Desk, o officer.Officer) error {
			_, err := d.Grant(c, o, authority.Draft{Source: s, Kind: "chis-written"})
			return err
		})
		act("GiveTask", s, func(c context.Context, d *casework.Desk, o officer.Officer) error {
			_, err := d.GiveTask(c, o, requirement.TaskDraft{Source: s, Requirement: of["req"][0], Type: "ask", Text: "ask him", Criminal: "no"})
			return err
		})
		act("PlanContact", s, func(c context.Context, d *casework.Desk, o officer.Officer) error {
			_, err := d.PlanContact(c, o, contact.Draft{Source: s, Type: "meeting", Plan: &contact.PlanDraft{When: "2026-03-12", Place: "quay", Safety: "watched", Fallback: "the next day", Participants: []string{o.ID.String()}}})
			return err
		})
		act("GiveCredit", s, func(c context.Context, d *casework.Desk, o officer.Officer) error {
			return d.GiveCredit(c, o, assessment.CreditDraft{Source: s, By: o.ID.String(), What: "a seizure"})
		})
		act("AddKnows", s, func(c context.Context, d *casework.Desk, o officer.Officer) error {
			return d.AddKnows(c, o, network.KnowsDraft{Subject: s, KnowerText: "a driver", Tie: "face"})
		})
	}
	for _, s := range of["pty"] {
		x, _ := id.Raw(s)
		act("ReviseParty", s, func(c context.Context, d *casework.Desk, o officer.Officer) error {
			return d.ReviseParty(c, o, network.ID(x), network.PartyDraft{Kind: "person", Name: words[0]})
		})
	}
	for _, s := range of["rol"] {
		x, _ := id.Raw(s)
		act("ReviseRole", s, func(c context.Context, d *casework.Desk, o officer.Officer) error {
			return d.ReviseRole(c, o, source.RoleID(x), source.RoleDraft{Source: of["src"][0], Person: o.ID.String(), Role: "recruiter", From: "2026-03-01"})
		})
	}
	for _, s := range of["use"] {
		x, _ := id.Raw(s)
		act("CompleteUse", s, func(c context.Context, d *casework.Desk, o officer.Officer) error {
			return d.CompleteUse(c, o, dissemination.UseID(x), dissemination.UseDraft{Report: of["rep"][0], To: "a ministry", On: "2026-03-08"})
		})
	}
	for _, s := range of["con"] {
		x, _ := id.Raw(s)
		act("CompleteContact", s, func(c context.Context, d *casework.Desk, o officer.Officer) error {
			return d.CompleteContact(c, o, contact.ID(x), contact.Draft{Source: of["src"][0], Type: "meeting", Record: &contact.RecordDraft{When: "2026-03-08", Place: "quay", Summary: "met", Welfare: "fine", Security: "none", Participants: []string{o.ID.String()}}})
		})
		act("RecordContact", s, func(c context.Context, d *casework.Desk, o officer.Officer) error {
			_, err := d.RecordContact(c, o, contact.ID(x), contact.Draft{Source: of["src"][0], Type: "meeting", Record: &contact.RecordDraft{When: "2026-03-08", Place: "quay", Summary: "met", Welfare: "fine", Security: "none", Participants: []string{o.ID.String()}}})
			return err
		})
		act("FileReport", s, func(c context.Context, d *casework.Desk, o officer.Officer) error {
			_, err := d.FileReport(c, o, casework.ReportDraft{Draft: report.Draft{Contact: s, Items: []report.ItemDraft{{Text: "seen at the quay", Lang: "en", Basis: "direct"}}}})
			return err
		})
	}
	for _, s := range of["itm"] {
		x, _ := id.Raw(s)
		y, _ := id.Raw(of["itm"][0])
		act("LinkItems", s, func(c context.Context, d *casework.Desk, o officer.Officer) error {
			return d.LinkItems(c, o, report.ItemID(x), report.ItemID(y), false)
		})
		act("RecordOutcome", s, func(c context.Context, d *casework.Desk, o officer.Officer) error {
			_, err := d.RecordOutcome(c, o, report.OutcomeDraft{Item: s, Result: "true", On: "2026-03-08", Basis: "checked"})
			return err
		})
		act("Regrade", s, func(c context.Context, d *casework.Desk, o officer.Officer) error {
			return d.Regrade(c, o, report.RegradeDraft{Item: s, Scheme: "admiralty", Grade: "C3", Reason: "later"})
		})
		act("WriteRelease", s, func(c context.Context, d *casework.Desk, o officer.Officer) error {
			_, err := d.WriteRelease(c, o, casework.ReleaseDraft{Draft: dissemination.Draft{Title: "t", Marking: []string{"TLP:AMBER"}, Officers: []string{o.ID.String()}, Items: []dissemination.ItemDraft{{From: []string{s}, Text: "own words"}}}})
			return err
		})
	}
	for _, s := range of["rep"] {
		x, _ := id.Raw(s)
		act("CompleteReport", s, func(c context.Context, d *casework.Desk, o officer.Officer) error {
			return d.CompleteReport(c, o, report.ID(x), casework.ReportDraft{Draft: report.Draft{Items: []report.ItemDraft{{Text: "seen at the quay", Lang: "en", Basis: "direct"}}}})
		})
		act("Recall", s, func(c context.Context, d *casework.Desk, o officer.Officer) error {
			_, err := d.Recall(c, o, dissemination.RecallDraft{Reports: []string{s, id.Long("rep", [16]byte{9})}, Reason: "r"})
			return err
		})
		act("RecordUse", s, func(c context.Context, d *casework.Desk, o officer.Officer) error {
			_, err := d.RecordUse(c, o, dissemination.UseDraft{Report: s, To: "a ministry", On: "2026-03-08"})
			return err
		})
		act("IssueNotice", s, func(c context.Context, d *casework.Desk, o officer.Officer) error {
			_, err := d.IssueNotice(c, o, casework.NoticeDraft{NoticeDraft: dissemination.NoticeDraft{Kind: "doubt", About: s, Text: "doubtful"}})
			return err
		})
		act("Assess", s, func(c context.Context, d *casework.Desk, o officer.Officer) error {
			_, err := d.Assess(c, o, casework.AssessmentDraft{Draft: assessment.Draft{About: s, View: "likely"}})
			return err
		})
		act("WriteProduct", s, func(c context.Context, d *casework.Desk, o officer.Officer) error {
			_, err := d.WriteProduct(c, o, casework.ProductDraft{ProductDraft: dissemination.ProductDraft{Title: "t", Cites: []string{s}, Text: "x"}})
			return err
		})
	}
	for _, s := range of["ntc"] {
		act("AnswerNotice", s, func(c context.Context, d *casework.Desk, o officer.Officer) error {
			return d.AnswerNotice(c, o, dissemination.NoticeResponseDraft{Of: s, Response: "noted"})
		})
	}
	for _, s := range of["rel"] {
		x, _ := id.Raw(s)
		act("ApproveRelease", s, func(c context.Context, d *casework.Desk, o officer.Officer) error {
			return d.ApproveRelease(c, o, dissemination.ID(x))
		})
		act("SendRelease", s, func(c context.Context, d *casework.Desk, o officer.Officer) error {
			_, err := d.SendRelease(c, o, dissemination.ID(x))
			return err
		})
		act("RewriteRelease", s, func(c context.Context, d *casework.Desk, o officer.Officer) error {
			return d.RewriteRelease(c, o, dissemination.ID(x), casework.ReleaseDraft{Draft: dissemination.Draft{Title: "t", Marking: []string{"TLP:AMBER"}, Officers: []string{o.ID.String()}, Items: []dissemination.ItemDraft{{From: []string{of["itm"][0]}, Text: "own words"}}}})
		})
	}
	for _, s := range of["iss"] {
		x, _ := id.Raw(s)
		act("Acknowledge", s, func(c context.Context, d *casework.Desk, o officer.Officer) error {
			return d.Acknowledge(c, o, casework.IssuedID(x))
		})
		act("Feedback", s, func(c context.Context, d *casework.Desk, o officer.Officer) error {
			return d.Feedback(c, o, casework.IssuedID(x), dissemination.FeedbackDraft{Value: "3", Truth: "true"})
		})
		act("ConfirmRecall", s, func(c context.Context, d *casework.Desk, o officer.Officer) error {
			return d.ConfirmRecall(c, o, casework.RecallID(x))
		})
	}
	for _, s := range of["aut"] {
		x, _ := id.Raw(s)
		act("Review", s, func(c context.Context, d *casework.Desk, o officer.Officer) error {
			return d.Review(c, o, authority.ID(x), authority.ReviewDraft{Text: "well"})
		})
		act("Cancel", s, func(c context.Context, d *casework.Desk, o officer.Officer) error {
			return d.Cancel(c, o, authority.ID(x), authority.CancelDraft{Note: "ended", Debrief: "held"})
		})
	}
	for _, s := range of["req"] {
		x, _ := id.Raw(s)
		act("RestateRequirement", s, func(c context.Context, d *casework.Desk, o officer.Officer) error {
			return d.RestateRequirement(c, o, requirement.ID(x), requirement.Draft{Kind: "PIR", Number: "7", Text: "what now"})
		})
		act("StateRequirement", "under "+s, func(c context.Context, d *casework.Desk, o officer.Officer) error {
			_, err := d.StateRequirement(c, o, casework.RequirementDraft{Draft: requirement.Draft{Kind: "EEI", Parent: s, Number: "7", Text: "what now"}})
			return err
		})
	}
	act("RegisterSource", "with a taken code name", func(c context.Context, d *casework.Desk, o officer.Officer) error {
		_, err := d.RegisterSource(c, o, casework.SourceDraft{CodeName: freshCode, Draft: source.Draft{Category: "AGENT", State: "proposed", IdentityKind: "known", ServiceContact: "direct", LawfulOrigin: "walked in"}})
		return err
	})
	act("AddParty", "with a taken name", func(c context.Context, d *casework.Desk, o officer.Officer) error {
		_, err := d.AddParty(c, o, casework.PartyDraft{PartyDraft: network.PartyDraft{Kind: "person", Name: words[0]}})
		return err
	})
	act("AnswerFinding", "unknown", func(c context.Context, d *casework.Desk, o officer.Officer) error {
		return d.AnswerFinding(c, o, "rule", "key", "acknowledge", "")
	})
}
