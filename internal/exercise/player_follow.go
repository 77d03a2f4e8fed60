package exercise

import (
	"cmp"
	"context"

	"cutout/internal/assessment"
	"cutout/internal/casework"
	"cutout/internal/day"
	"cutout/internal/dissemination"
	"cutout/internal/exercise/casefile"
)

// use writes down that a report was sent on: a case's readers stand outside the unit that plays it.
func (p *player) use(ctx context.Context, m casefile.Moment, rec *casefile.Dissemination) {
	n := dissemination.UseDraft{Report: p.record(rec.Report.Value, "rep"), To: cmp.Or(p.ref(rec.To), unsaid), On: cmp.Or(p.past(rec.Date), m.Day.String()),
		Product: oneLine(rec.Product.Value), Form: p.name(rec.Form), Confidence: rec.Confidence.Value, Disposition: rec.Disposition.Value}
	for _, r := range rec.Restated.Value {
		if item := p.record(r.Claim.Value, "itm"); item != "" && r.Basis.Has() {
			n.Restated = append(n.Restated, dissemination.RestatedDraft{Item: item, Basis: r.Basis.Value})
		}
	}
	if rec.Acknowledged.Set || p.keeps("acknowledgements") {
		n.ReceiptAsked = "yes"
	}
	if a := rec.Acknowledged; a.Has() && a.Value.Given {
		n.Acknowledged = cmp.Or(p.past(casefile.Field[day.Period]{Set: !a.Value.On.IsZero(), Value: a.Value.On}), p.today().String())
	}
	if m.Part == casefile.Whole {
		if n.Report == "" {
			p.wait(m)
			return
		}
		made, err := p.desk.RecordUse(ctx, p.crew.Analyst, n)
		if p.took(m, err) {
			p.keep(m.ID, made.String())
		}
		return
	}
	var of dissemination.UseID
	if recordID(p, m.ID, &of) {
		p.took(m, p.desk.CompleteUse(ctx, p.crew.Analyst, of, n))
	}
}

// keeps reports whether the case says that a register is complete: what is missing from it was not made.
func (p *player) keeps(register string) bool {
	for _, r := range p.file.Metadata.CompleteRegisters.Value {
		if r == register {
			return true
		}
	}
	return false
}

// notice issues a warning with the answer the file gives it: a case does not say when an answer came, so it is written
// down with the warning, as an old record is.
func (p *player) notice(ctx context.Context, m casefile.Moment, rec *casefile.Warning) {
	switch m.Part {
	case casefile.PartLink:
		var of dissemination.NoticeID
		if to := p.made[m.Target]; to != "" && recordID(p, m.ID, &of) {
			p.took(m, p.desk.RelateNotice(ctx, p.crew.Analyst, of, to))
		} else {
			p.leave(m, "what it relates to was left out")
		}
		return
	case casefile.PartResponse:
		return // given with the warning
	case casefile.Whole:
	default:
		p.leave(m, "no rule reads it")
		return
	}
	if r, ok := p.later(m.ID, casefile.PartResponse); ok {
		if full, ok := r.Record.(*casefile.Warning); ok {
			rec = full
		}
	}
	n := dissemination.NoticeDraft{Kind: rec.Kind.Value, About: cmp.Or(p.ref(rec.About), unsaid), Issuer: cmp.Or(p.ref(rec.Issuer), unsaid),
		Text: cmp.Or(p.words(rec.Text), unsaid), On: p.past(rec.Date), RelatesTo: p.refs(rec.RelatesTo.Value), ThreatTo: p.ref(rec.ThreatTo),
		Owner: p.ref(rec.Owner), Response: answered(rec.Response), ReasonsBy: p.ref(rec.ReasonsBy)}
	if n.Kind == "" {
		p.leave(m, "no kind")
		return
	}
	if rec.Owner.Set {
		n.OwnerAsked = "yes"
	}
	if rec.ReasonsBy.Set {
		n.ReasonsAsked = "yes"
	}
	if rec.Due.Has() && rec.Due.Value.Exact() {
		n.Due = rec.Due.Value.First.String()
	}
	if n.Owner == n.About {
		n.Owner = ""
	}
	if n.Kind == string(dissemination.ThreatToLife) && n.ThreatTo == "" {
		n.ThreatTo = n.About
	}
	made, err := p.desk.IssueNotice(ctx, p.crew.Analyst, casework.NoticeDraft{NoticeDraft: n, Desk: p.crew.Desk.String()})
	if p.took(m, err) {
		p.keep(m.ID, made.String())
	}
}

// answered is what was made of a warning: not known where the file is silent, none where it says so.
func answered(f casefile.Field[string]) string {
	switch {
	case f.Has():
		return f.Value
	case f.Null:
		return "none"
	}
	return "unknown"
}

// refs are the records that ids became; ids that became none are left out.
func (p *player) refs(files []string) []string {
	var out []string
	for _, f := range files {
		if id := p.made[f]; id != "" {
			out = append(out, id)
		}
	}
	return out
}

func (p *player) assessment(ctx context.Context, m casefile.Moment, rec *casefile.Assessment) {
	if m.Part != casefile.Whole {
		var of assessment.ID
		if to := p.made[m.Target]; m.Part == casefile.PartLink && to != "" && recordID(p, m.ID, &of) {
			p.took(m, p.desk.WeighLater(ctx, p.crew.Analyst, of, to))
		} else {
			p.leave(m, "no rule reads it")
		}
		return
	}
	n := assessment.Draft{About: cmp.Or(p.ref(rec.About), unsaid), By: p.ref(rec.By), On: p.past(rec.Date), View: cmp.Or(p.words(rec.View), unsaid),
		Weighs: p.refs(rec.Weighs.Value), Resolves: p.records(rec.Resolves.Value, "ntc")}
	if n.By == "" {
		n.By, n.AuthorUnknown = unsaid, "yes"
	}
	seen := map[string]bool{}
	for _, h := range rec.Hypotheses.Value {
		if h = oneLine(h); h != "" && !seen[h] {
			seen[h] = true
			n.Hypotheses = append(n.Hypotheses, assessment.HypothesisDraft{Name: h})
		}
	}
	made, err := p.desk.Assess(ctx, p.crew.Analyst, casework.AssessmentDraft{Draft: n, Desk: p.crew.Desk.String()})
	if p.took(m, err) {
		p.keep(m.ID, made.String())
	}
}

func (p *player) credit(ctx context.Context, m casefile.Moment, rec *casefile.Credit) {
	if m.Part != casefile.Whole {
		p.leave(m, "no rule reads it")
		return
	}
	n := assessment.CreditDraft{By: cmp.Or(p.name(rec.By), unsaid), On: p.past(rec.Date), Source: p.record(rec.Source.Value, "src"),
		What: cmp.Or(p.words(rec.What), unsaid), Report: p.record(rec.Report.Value, "rep"), Assessor: p.ref(rec.Assessor)}
	if n.Source == "" {
		p.wait(m)
		return
	}
	if n.Report == "" && !rec.Report.Null {
		n.ReportUnknown = "yes"
	}
	if !rec.Assessor.Set {
		n.AssessorUnknown = "yes"
	}
	if n.By == n.Assessor {
		n.By = unsaid // that both were one person shows from the assessor's place in the line
	}
	made, err := p.desk.RecordCredit(ctx, p.crew.Analyst, n)
	if p.took(m, err) {
		p.keep(m.ID, made.String())
	}
}
