package attack

import (
	"time"

	"cutout/internal/assessment"
	"cutout/internal/authority"
	"cutout/internal/casework"
	"cutout/internal/contact"
	"cutout/internal/dissemination"
	"cutout/internal/identity"
	"cutout/internal/network"
	"cutout/internal/report"
	"cutout/internal/requirement"
	"cutout/internal/source"
)

// say gives the words of a field; usual is what stands there in an ordinary story, limit how many bytes the field takes.
type say func(field, usual string, limit int) string

func plain(_, usual string, _ int) string { return usual }

// play is the main job of a desk from a source's registration to a recall that reached a product, by the given handler.
func (u *unit) play(s *side, handler string, say say) {
	d, w := u.d, u.who
	u.ensure("root", "keeper", handler, "controller", "authorizer", "release", "second", "customer")
	s.ids = map[string]string{"cpt": s.desk.String(), "off": w[handler].ID.String()}
	put := func(name string, v interface{ String() string }, err error) string {
		check(err)
		u.pass(time.Second)
		s.ids[name] = v.String()
		return v.String()
	}
	short := func(field, usual string) string { return say(field, s.word+" "+usual, 160) }
	long := func(field, usual string) string { return say(field, s.word+" "+usual, 4000) }
	today := u.clock().Format(time.DateOnly)

	src, err := d.RegisterSource(ctx, w["keeper"], casework.SourceDraft{
		Identity: &identity.Draft{Names: []identity.NameDraft{{Full: "Zephyrine Quackenbush" + s.word}}},
		Draft: source.Draft{Category: "AGENT", Desk: s.desk.String(), State: "proposed", IdentityKind: "known", ServiceContact: "direct", LawfulOrigin: long("source.lawful_origin", "walked in"),
			Description: long("source.description", "somebody at the quay"), Access: []source.AccessDraft{{Topic: "gate", Kind: "direct", Verified: "verified"}}}})
	put("src", src, err)
	for who, duty := range map[string]string{handler: "handler", "controller": "controller", "authorizer": "authorizing"} {
		check(d.Assign(ctx, w["keeper"], casework.AssignDraft{Source: src.String(), Officer: w[who].ID.String(), Duty: duty}))
	}
	a, err := d.Grant(ctx, w["authorizer"], authority.Draft{Source: src.String(), Kind: "chis-written", Ground: d.Pack().Vocabulary("grounds")[0].Code, Necessity: long("authority.necessity", "n"),
		Proportionality: long("authority.proportionality", "p"), Purpose: long("authority.purpose", "x"), Operation: short("authority.operation", "OP"), Conduct: long("authority.conduct", "watch"),
		Topics: []string{"gate"}, Collateral: long("authority.collateral", "c"), Confidential: "none", Risk: long("authority.risk", "r"), TargetRelation: "none"})
	put("aut", a, err)
	check(d.RecordLife(ctx, w["controller"], source.LifeEventDraft{Source: src.String(), Kind: "reviewed", When: today, Text: long("life.text", "well")}))
	page, err := d.Source(ctx, w["keeper"], src, time.Time{})
	check(err)
	s.code = page.Source.Value.CodeName
	pty, err := d.AddParty(ctx, w["keeper"], casework.PartyDraft{Desk: s.desk.String(), PartyDraft: network.PartyDraft{Kind: "person", Name: short("party.name", "Ilyas"), Note: long("party.note", "n")}})
	put("pty", pty, err)
	role, err := d.RecordRole(ctx, w["keeper"], source.RoleDraft{Source: src.String(), Person: pty.String(), Role: "recruiter", From: today, Note: long("role.note", "n")})
	put("rol", role, err)
	req, err := d.StateRequirement(ctx, w["keeper"], casework.RequirementDraft{Desk: s.desk.String(), Draft: requirement.Draft{Kind: "PIR", Number: "1", Text: long("requirement.text", "what passes"), Topic: "gate"}})
	put("req", req, err)
	tsk, err := d.GiveTask(ctx, w["controller"], requirement.TaskDraft{Requirement: req.String(), Source: src.String(), Type: "observe", Topic: "gate", Text: long("task.text", "look")})
	put("tsk", tsk, err)
	plan, err := d.PlanContact(ctx, w[handler], contact.Draft{Source: src.String(), Type: "meeting", Plan: &contact.PlanDraft{When: today, Place: short("plan.place", "quay"), Safety: long("plan.safety", "s"),
		Cover: long("plan.cover", "c"), Fallback: long("plan.fallback", "f"), Recontact: long("plan.recontact", "r"), Participants: []string{w[handler].ID.String()}}})
	put("plan", plan, err)
	con, err := d.RecordContact(ctx, w[handler], contact.ID{}, contact.Draft{Source: src.String(), Type: "meeting", Record: &contact.RecordDraft{When: today, Place: short("record.place", "cafe"),
		Participants: []string{w[handler].ID.String()}, Summary: long("record.summary", "met"), Welfare: long("record.welfare", "fine"), Security: "none"}})
	put("con", con, err)
	rep := u.file(s, "rep", handler, short("report.title", "gate"), long("report.text", "two left"), say)
	rep2 := u.file(s, "rep2", handler, short("report.title", "gate again"), long("report.text", "two came back"), say)
	put("itm2", u.items[rep2], nil)
	item := u.items[rep]
	put("itm", item, nil)
	check(d.Regrade(ctx, w["keeper"], report.RegradeDraft{Item: item.String(), Scheme: "admiralty", Grade: "C3", Reason: long("regrade.reason", "later")}))
	out, err := d.RecordOutcome(ctx, w["keeper"], report.OutcomeDraft{Item: item.String(), Result: "true", On: today, Basis: long("outcome.basis", "seen")})
	put("out", out, err)
	asm, err := d.Assess(ctx, w["keeper"], casework.AssessmentDraft{Draft: assessment.Draft{About: rep.String(), View: long("assessment.view", "likely")}})
	put("asm", asm, err)
	use, err := d.RecordUse(ctx, w["release"], dissemination.UseDraft{Report: rep.String(), To: short("use.to", "a ministry"), On: today})
	put("use", use, err)
	u.publish(s, handler, item, say)
}

// file files a report of the desk's source.
func (u *unit) file(s *side, name, handler, title, text string, say say) report.ID {
	of, err := u.d.FileReport(ctx, u.who[handler], casework.ReportDraft{Draft: report.Draft{Contact: s.ids["con"], Source: s.ids["src"], Desk: s.desk.String(), Title: title,
		Requirements: []string{s.ids["req"]}, Summary: say("report.summary", s.word+" in short", 4000),
		Items: []report.ItemDraft{{Text: text, Lang: "en", Gist: say("report.gist", s.word+" gist", 4000), Basis: "direct", Scheme: "admiralty", Grade: "B2",
			Claim: &report.ClaimDraft{Subject: say("claim.subject", "gate", 160), Predicate: say("claim.predicate", "is", 160), Value: say("claim.value", s.word, 160), Topic: "gate"}}}}})
	check(err)
	u.pass(time.Second)
	s.ids[name] = of.String()
	p, err := u.d.Report(ctx, u.who[handler], of, time.Time{})
	check(err)
	u.items[of] = p.Report.Value.Items[0].ID
	return of
}

// publish sends an item on, has it cited, and takes it back; a second release stays unapproved.
func (u *unit) publish(s *side, handler string, item report.ItemID, say say) {
	d, w := u.d, u.who
	put := func(name string, v interface{ String() string }, err error) {
		check(err)
		u.pass(time.Second)
		s.ids[name] = v.String()
	}
	words := func(field, usual string) string { return say(field, s.word+" "+usual, 4000) }
	draft := casework.ReleaseDraft{Draft: dissemination.Draft{Title: say("release.title", s.word+" gate", 160), Marking: []string{"TLP:AMBER"}, Officers: []string{w["customer"].ID.String()},
		Conditions: words("release.conditions", "none"), SourceDescription: words("release.source", "a person"), Items: []dissemination.ItemDraft{{From: []string{item.String()}, Text: words("release.text", "two moved")}}}}
	if handler == "low" {
		draft.Officers = append(draft.Officers, w["low"].ID.String())
	}
	rel2, err := d.WriteRelease(ctx, w["release"], draft)
	put("rel2", rel2, err)
	rel, err := d.WriteRelease(ctx, w["release"], draft)
	put("rel", rel, err)
	check(d.ApproveRelease(ctx, w["second"], rel))
	iss, err := d.SendRelease(ctx, w["release"], rel)
	put("iss", iss, err)
	check(d.Acknowledge(ctx, w["customer"], iss))
	check(d.Feedback(ctx, w["customer"], iss, dissemination.FeedbackDraft{Value: "3", Truth: "true", Text: words("feedback.text", "good")}))
	readers := []string{}
	if handler == "low" {
		readers = append(readers, w["low"].ID.String())
	}
	prd, err := d.WriteProduct(ctx, w["customer"], casework.ProductDraft{Readers: readers, ProductDraft: dissemination.ProductDraft{Title: say("product.title", s.word+" estimate", 160), Cites: []string{iss.String()}, Text: words("product.text", "x")}})
	put("prd", prd, err)
	ntc, err := d.IssueNotice(ctx, w["keeper"], casework.NoticeDraft{NoticeDraft: dissemination.NoticeDraft{Kind: "doubt", About: s.ids["rep"], Text: words("notice.text", "doubtful")}})
	put("ntc", ntc, err)
	check(d.AnswerNotice(ctx, w["keeper"], dissemination.NoticeResponseDraft{Of: ntc.String(), Response: "noted", Reasons: words("notice.reasons", "r")}))
	rcl, err := d.Recall(ctx, w["release"], dissemination.RecallDraft{Reports: []string{s.ids["rep"]}, Reason: words("recall.reason", "r")})
	put("ntc2", rcl, err)
	copyPage, err := d.Copy(ctx, w["customer"], iss)
	check(err)
	for _, r := range copyPage.Recalls {
		s.ids["rcl"] = r.ID.String()
	}
	product, err := d.Product(ctx, w["customer"], prd)
	check(err)
	for _, r := range product.Recalls {
		s.ids["rcl2"] = r.ID.String()
	}
}
