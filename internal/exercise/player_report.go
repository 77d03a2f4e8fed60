package exercise

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"cutout/internal/casework"
	"cutout/internal/contact"
	"cutout/internal/exercise/casefile"
	"cutout/internal/grading"
	"cutout/internal/report"
)

// contact is written down by the intake officer: an old contact took place whether or not anything covered it.
func (p *player) contact(ctx context.Context, m casefile.Moment, rec *casefile.Contact) {
	n := contact.Draft{Source: p.record(rec.Source.Value, "src"), Desk: p.crew.Desk.String(), Type: rec.Type.Value}
	if n.Type == "" {
		p.leave(m, "no kind")
		return
	}
	if n.Source == "" && p.owedSource(m) {
		p.wait(m)
		return
	}
	when := cmp.Or(p.past(rec.Date), m.Day.String())
	if rec.Missed.Value {
		if m.Part == casefile.Whole {
			n.Missed = &contact.MissedDraft{By: p.missedBy(rec), When: when, Text: p.words(rec.Summary)}
			made, err := p.desk.RecordContact(ctx, p.crew.Intake, contact.ID{}, n)
			if p.took(m, err) {
				p.keep(m.ID, made.String())
			}
		}
		return
	}
	r := &contact.RecordDraft{When: when, Time: rec.Time.Value, Place: p.name(rec.Place), Area: oneLine(rec.Area.Value), Side: rec.Side.Value,
		Participants: p.records(rec.Participants.Value, "pty", "src"), Summary: cmp.Or(p.words(rec.Summary), unsaid), Welfare: unsaid,
		Security: rec.Security.Value, Account: rec.Account.Value, Authentication: rec.Authentication.Value, Attributable: flag(rec.Attributable),
		AnsweredOn: p.past(rec.AnsweredOn)}
	if before(r.AnsweredOn, when) {
		r.AnsweredOn = ""
	}
	if _, err := time.Parse("15:04", r.Time); err != nil {
		r.Time = ""
	}
	if rec.AnsweredOn.Set {
		r.AnswerAwaited = "yes"
	}
	if of := p.record(rec.DisclosesIdentityOf.Value, "src", "pty"); of != "" {
		r.DisclosesIdentityOf = []string{of}
	}
	if s := rec.Safeguards; s.Has() {
		r.Safeguards = &contact.SafeguardsDraft{Voluntary: s.Value.Voluntary.Value, NoPromise: s.Value.NoPromise.Value, Interpreter: s.Value.Interpreter.Value}
	}
	n.Record = r
	if m.Part == casefile.Whole {
		made, err := p.desk.RecordContact(ctx, p.crew.Intake, contact.ID{}, n)
		if p.took(m, err) {
			p.keep(m.ID, made.String())
		}
		return
	}
	var of contact.ID
	if recordID(p, m.ID, &of) {
		p.took(m, p.desk.CompleteContact(ctx, p.crew.Intake, of, n))
	}
}

// owedSource reports whether a contact has a source that is not there yet.
func (p *player) owedSource(m casefile.Moment) bool {
	return slices.ContainsFunc(p.file.Contacts, func(c casefile.Contact) bool {
		return c.ID == m.ID && c.Source.Has() && slices.Contains(m.Later, c.Source.Value)
	})
}

func (p *player) missedBy(rec *casefile.Contact) string {
	who := rec.MissedBy.Value
	for i := range p.file.Persons {
		if x := &p.file.Persons[i]; x.ID == who && x.Staff.Value {
			return "officer"
		}
	}
	for i := range p.file.Sources {
		if x := &p.file.Sources[i]; who != "" && (x.ID == who || x.Person.Value == who) {
			return "source"
		}
	}
	return "unknown"
}

// filing is a report as it stands in the unit: what was filed of it and which claims are its items.
type filing struct {
	draft  casework.ReportDraft
	claims []string // file ids, in the order of the items
	filed  bool
}

// report files a report with those of its claims that are there on its day. What comes later completes it.
func (p *player) report(ctx context.Context, m casefile.Moment, rec *casefile.Report) {
	f := p.reports[m.ID]
	if f == nil {
		f = &filing{}
		p.reports[m.ID] = f
	}
	items := f.draft.Items
	f.draft = p.reportDraft(m, rec)
	f.draft.Items = items
	if m.Part == casefile.Whole {
		for _, c := range p.group {
			if claim, ok := c.Record.(*casefile.Claim); ok && c.Part == casefile.Whole && c.Holder == m.ID {
				p.addItem(f, c, claim)
			}
		}
	}
	p.handIn(ctx, m, f)
}

// handIn hands a report in, or completes it when it is there already.
func (p *player) handIn(ctx context.Context, m casefile.Moment, f *filing) {
	of := m.ID
	if m.Kind == casefile.KindClaim {
		of = m.Holder
	}
	p.present(ctx, p.crew.Intake)
	if p.wrong != nil {
		return
	}
	if !f.filed {
		made, err := p.desk.FileReport(ctx, p.crew.Intake, f.draft)
		if f.filed = p.took(m, err); f.filed {
			p.keep(of, made.String())
		}
		return
	}
	var id report.ID
	if recordID(p, of, &id) {
		p.took(m, p.desk.CompleteReport(ctx, p.crew.Intake, id, f.draft))
	}
}

func (p *player) reportDraft(m casefile.Moment, rec *casefile.Report) casework.ReportDraft {
	n := report.Draft{Source: p.record(rec.Source.Value, "src"), Desk: p.crew.Desk.String(), Series: oneLine(rec.Series.Value), Originator: p.ref(rec.Originator),
		Reporter: p.ref(rec.Reporter), SubSource: p.ref(rec.SubSource), Received: cmp.Or(p.past(rec.Date), m.Day.String()), Languages: rec.Languages.Value,
		OriginalHeld: flag(rec.OriginalHeld), Volume: rec.Volume.Value, BuiltFrom: p.records(rec.BuiltFrom.Value, "src"), Discipline: oneLine(rec.Discipline.Value),
		Enclosure: rec.Enclosure.Value, EnclosureItem: p.record(rec.EnclosureClaim.Value, "itm"), Network: p.ref(rec.Network), Assigned: p.ref(rec.Assigned),
		Title: m.ID, Summary: cmp.Or(p.words(rec.Summary), unsaid)}
	if rec.Count.Value > 0 {
		n.Count = strconv.Itoa(rec.Count.Value)
	}
	switch {
	case n.Discipline == "" && n.Source != "":
		n.Discipline = "HUMINT"
	case n.Discipline == "" || n.Source == "" && n.Discipline == "HUMINT":
		n.Discipline = "unstated" // a report of no known source is not one of a human source by default
	}
	return casework.ReportDraft{Draft: n}
}

// addItem makes a claim an item of its report, under an id drawn beforehand so that others can name it.
func (p *player) addItem(f *filing, m casefile.Moment, rec *casefile.Claim) {
	id := drawn[report.ItemID](p.random).String()
	p.keep(m.ID, id)
	p.claimOf[m.ID] = m.Holder
	f.claims = append(f.claims, m.ID)
	it := p.item(f, m, rec, id)
	for _, to := range rec.Supports.Value {
		if p.sayable(f, id, to) {
			it.Claim.Supports = append(it.Claim.Supports, p.made[to])
			p.linked[[2]string{m.ID, to}] = true
		}
	}
	for _, to := range rec.Contradicts.Value {
		if p.sayable(f, id, to) && !slices.Contains(it.Claim.Supports, p.made[to]) {
			it.Claim.Contradicts = append(it.Claim.Contradicts, p.made[to])
			p.linked[[2]string{m.ID, to}] = true
		}
	}
	f.draft.Items = append(f.draft.Items, it)
}

// item is a claim as an item, without the claims it supports or contradicts.
func (p *player) item(f *filing, m casefile.Moment, rec *casefile.Claim, id string) report.ItemDraft {
	c := &report.ClaimDraft{Subject: cmp.Or(p.ref(rec.Subject), unsaid), Predicate: cmp.Or(p.name(rec.Predicate), unsaid), Value: cmp.Or(p.words(rec.Value), unsaid),
		Topic: oneLine(rec.Topic.Value), Importance: rec.Importance.Value, Verifiable: flag(rec.Verifiable), CheckedOn: p.past(rec.CheckedOn),
		BonaFides: flag(rec.BonaFides), Names: p.records(rec.Names.Value, "pty", "src"), Adverse: flag(rec.Adverse), ThreatTo: p.ref(rec.ThreatTo),
		Hypothesis: flag(rec.Hypothesis), Discriminator: rec.Discriminator.Value, SubSource: p.ref(rec.SubSource), ReceivedAt: p.past(rec.ReceivedAt)}
	if rec.CheckedOn.Set {
		c.CheckAsked = "yes"
	}
	if before(c.CheckedOn, f.draft.Received) {
		c.CheckedOn, c.CheckAsked = "", "" // a check made before the report came is no check of it
	}
	if rec.UsefulUntil.Has() {
		c.UsefulUntil = rec.UsefulUntil.Value.Text
	}
	if rec.PredictionDue.Has() {
		c.PredictionDue = rec.PredictionDue.Value.Text
	}
	if len(c.Names) == 0 {
		c.Adverse = "" // against whom is not on record here
	}
	if i := rec.Inspection; i.Has() && i.Value.ShareFailing.Has() {
		c.Files, c.ShareFailing = strconv.Itoa(i.Value.Files.Value), strconv.FormatFloat(i.Value.ShareFailing.Value, 'f', -1, 64)
	}
	it := report.ItemDraft{ID: id, Text: p.itemText(rec), Lang: "en", Basis: cmp.Or(rec.Basis.Value, string(report.Unknown)), Access: p.words(rec.HowTheSourceKnew),
		Place: p.name(rec.Place), Area: oneLine(rec.Area.Value), Claim: c}
	if rec.ValidAt.Has() {
		it.When = rec.ValidAt.Value.Text
	}
	if !slices.Contains(p.desk.Unit().Languages, "en") {
		it.Gist = it.Text // the case is told in English whatever the unit reads
	}
	if g := rec.Grade; g.Has() {
		it.GradeText = p.name(g.Value.Text)
		scheme := grading.Scheme(g.Value.Scheme.Value)
		if v, err := grading.New(scheme, g.Value.Source.Value, g.Value.Content.Value); err == nil && !v.IsZero() {
			it.Scheme, it.Grade = string(scheme), v.String()
		} else if err != nil {
			p.leave(m, "a grade of no known scheme")
		}
	}
	return it
}

// sayable reports whether an item can name a claim when its report is filed: another of its own, or one that is filed.
func (p *player) sayable(f *filing, item, claim string) bool {
	if p.made[claim] == "" || p.made[claim] == item {
		return false
	}
	other := p.reports[p.claimOf[claim]]
	return other != nil && (other == f || other.filed)
}

// itemText is a claim in words.
func (p *player) itemText(rec *casefile.Claim) string {
	subject := p.words(rec.Subject)
	if n, ok := p.names.neutral[rec.Subject.Value]; ok {
		subject = n
	}
	var parts []string
	for _, s := range []string{subject, p.words(rec.Predicate), p.words(rec.Value)} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	text := strings.Join(parts, " ")
	if place := p.words(rec.Place); place != "" {
		text += " (" + place + ")"
	}
	return cmp.Or(text, unsaid)
}

// claim brings in a claim that came after its report, what was later found of one, and the links that could not be made before.
func (p *player) claim(ctx context.Context, m casefile.Moment, rec *casefile.Claim) {
	f := p.reports[m.Holder]
	switch {
	case f == nil || !f.filed:
		if m.Part == casefile.Whole && f == nil {
			p.wait(m)
		}
		return
	case m.Part == casefile.Whole && p.made[m.ID] == "":
		p.addItem(f, m, rec)
		p.handIn(ctx, m, f)
		if rec.Outcome.Later.Has() { // it was decided while it waited for its report
			p.outcome(ctx, m, rec)
		}
	case m.Part == casefile.PartOutcome:
		p.outcome(ctx, m, rec)
	case m.Part != casefile.Whole && p.made[m.ID] != "":
		i := slices.Index(f.claims, m.ID)
		links := f.draft.Items[i].Claim
		f.draft.Items[i] = p.item(f, m, rec, p.made[m.ID])
		f.draft.Items[i].Claim.Supports, f.draft.Items[i].Claim.Contradicts = links.Supports, links.Contradicts
		p.handIn(ctx, m, f)
	}
	p.links(ctx, m, rec)
}

// links relates a claim to those it names that are filed by now.
func (p *player) links(ctx context.Context, m casefile.Moment, rec *casefile.Claim) {
	var from report.ItemID
	if !recordID(p, m.ID, &from) {
		return
	}
	link := func(to string, contradicts bool) {
		var item report.ItemID
		other := p.reports[p.claimOf[to]]
		if other == nil || !other.filed || p.linked[[2]string{m.ID, to}] || !recordID(p, to, &item) {
			return
		}
		if p.took(m, p.desk.LinkItems(ctx, p.crew.Analyst, from, item, contradicts)) {
			p.linked[[2]string{m.ID, to}] = true
		}
	}
	for _, to := range rec.Supports.Value {
		link(to, false)
	}
	for _, to := range rec.Contradicts.Value {
		link(to, true)
	}
}

// outcome records what history found of a claim.
func (p *player) outcome(ctx context.Context, m casefile.Moment, rec *casefile.Claim) {
	if p.made[m.ID] == "" {
		p.leave(m, "its claim was left out")
		return
	}
	n := report.OutcomeDraft{Item: p.made[m.ID], Result: rec.Outcome.Later.Value, On: cmp.Or(p.past(rec.Outcome.Date), m.Day.String()), Basis: "the case file"}
	_, err := p.desk.RecordOutcome(ctx, p.crew.Analyst, n)
	p.took(m, err)
}
