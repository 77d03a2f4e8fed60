package casework

import (
	"cmp"
	"slices"
	"strings"

	"cutout/internal/assessment"
	"cutout/internal/compartment"
	"cutout/internal/day"
	"cutout/internal/dissemination"
	"cutout/internal/grading"
	"cutout/internal/network"
	"cutout/internal/officer"
	"cutout/internal/report"
	"cutout/internal/source"
	"cutout/internal/store"
	"cutout/internal/watch"
)

// viewer fills a watch.View with what one reader may see: it reads through the reader's own transaction, so that what is
// hidden from him never enters, and cannot change what the watch tells him.
type viewer struct {
	w      *work
	v      watch.View
	refs   map[string]watch.LabelRef
	texts  map[string]string // report id to its words, for likeness
	source map[string]string // report id to its source
	known  map[source.ID]SourceRecord
	marks  map[string]bool // origins of sources the reader may not see

	orders  map[string][]string     // notice id to the recalls under it, which are notices of their own to the rules
	readers map[string][]officer.ID // id of a sent copy to the officers it was sent to
}

// watchView makes the view, and says whether it would be the same for every reader of the same reach: it is not where
// origin marks stand in it, which are this reader's own.
func (w *work) watchView() (v *watch.View, common bool, err error) {
	b := &viewer{w: w, refs: map[string]watch.LabelRef{}, texts: map[string]string{}, source: map[string]string{}, known: map[source.ID]SourceRecord{}, marks: map[string]bool{},
		orders: map[string][]string{}, readers: map[string][]officer.ID{}}
	for _, step := range []func() error{b.parties, b.sources, b.contacts, b.reports, b.outcomes, b.notices, b.assessments, b.releases, b.products} {
		if err := step(); err != nil {
			return nil, false, err
		}
	}
	b.markRead()
	b.likeness()
	return &b.v, len(b.marks) == 0, nil
}

// assignedOn is the day a report was given to somebody; it may say "none".
func assignedOn(r report.Report) day.Period {
	if r.Assigned == "" || r.Assigned == "none" {
		return day.Period{}
	}
	return r.Received
}

func (b *viewer) label(l compartment.Label) watch.LabelRef {
	k := string(l.Encode())
	if r, ok := b.refs[k]; ok {
		return r
	}
	r := watch.LabelRef(len(b.v.Labels))
	b.refs[k] = r
	b.v.Labels = append(b.v.Labels, l)
	return r
}

// record is the dated head of a record: it counts from the day it was written down.
func (b *viewer) record(id string, h Head, when day.Period) watch.Record {
	return watch.Record{ID: id, Seen: b.seen(h), When: when, Label: b.label(h.Label)}
}

func (b *viewer) seen(h Head) day.Day { return day.Of(h.Created().In(b.w.d.location())) }

// each reads every record of a kind.
func each[I ~[16]byte, T any](b *viewer, kind string, fn func(Stored[I, T])) error {
	rs, err := all[I, T](b.w, store.Query{Kind: kind, Oldest: true})
	for _, r := range rs {
		fn(r)
	}
	return err
}

func texts[T interface{ String() string }](ids []T) []string {
	out := make([]string, len(ids))
	for i, v := range ids {
		out[i] = v.String()
	}
	return out
}

func (b *viewer) parties() error {
	err := each(b, kindParty, func(r PartyRecord) {
		p := watch.Party{ID: r.ID.String(), Label: b.label(r.Label), Kind: "person", RivalOf: texts(r.Value.RivalOf), Staff: r.Value.Staff}
		if r.Value.Kind == network.Organization {
			p.Kind = string(r.Value.OrgKind)
		}
		if len(r.Value.MemberOf) > 0 {
			p.Org = r.Value.MemberOf[0].String()
		}
		b.v.Parties = append(b.v.Parties, p)
	})
	if err != nil {
		return err
	}
	return each(b, kindKnows, func(r Stored[network.KnowsID, network.Knows]) {
		knower := r.Value.Knower
		if knower == "" {
			knower = r.Value.KnowerText
		}
		b.v.Knows = append(b.v.Knows, watch.Knows{Record: b.record(r.ID.String(), r.Head, r.Value.From), Knower: knower, Subject: r.Value.Subject})
	})
}

func (b *viewer) sources() error {
	at := map[string]int{}
	err := each(b, kindSource, func(r SourceRecord) {
		s := r.Value
		b.known[r.ID] = r
		at[r.ID.String()] = len(b.v.Sources)
		b.v.Sources = append(b.v.Sources, watch.Source{Record: b.record(r.ID.String(), r.Head, s.From), Person: s.Person.String(), Parent: s.Parent.String(),
			Holder: s.Holder.String(), IntroducedBy: append(texts(s.IntroducedBy), texts(s.Introducers)...), Channel: s.Channel, ServiceContact: string(s.ServiceContact),
			Identity: string(s.IdentityKind), Identified: s.IdentityKnownOn, Category: s.Category, Subject: s.Subject,
			Access: string(s.OverallAccess), AccessVerified: string(s.OverallVerified)})
	})
	if err != nil {
		return err
	}
	err = each(b, kindLife, func(r Stored[store.ID, source.LifeEvent]) {
		if i, ok := at[r.Value.Source.String()]; ok {
			b.v.Sources[i].Lifecycle = append(b.v.Sources[i].Lifecycle, watch.Event{Kind: string(r.Value.Kind), Seen: b.seen(r.Head), When: r.Value.When})
		}
	})
	if err != nil {
		return err
	}
	return each(b, kindRole, func(r RoleRecord) {
		b.v.Roles = append(b.v.Roles, watch.Role{Record: b.record(r.ID.String(), r.Head, r.Value.From), Person: r.Value.Person, Source: r.Value.Source.String(),
			Role: string(r.Value.Role), Ended: r.Value.To, ApprovedBy: r.Value.ApprovedBy})
	})
}

func (b *viewer) contacts() error {
	return each(b, kindContact, func(r ContactRecord) {
		c := r.Value
		if c.Record == nil {
			return
		}
		b.v.Contacts = append(b.v.Contacts, watch.Contact{Record: b.record(r.ID.String(), r.Head, c.Record.When), Source: c.Source.String(), Type: string(c.Type),
			Area: c.Record.Area, Participants: c.Record.Participants, Authentication: string(c.Record.Authentication),
			Security: string(c.Record.Security), Account: string(c.Record.Account), Opponent: c.Record.Side == "opponent"})
	})
}

func (b *viewer) reports() error {
	err := each(b, kindReport, func(r ReportRecord) {
		id, seen := r.ID.String(), b.seen(r.Head)
		from := r.Value.Source.String()
		if _, ok := b.known[r.Value.Source]; !ok && from != "" {
			from = b.unseen(r, seen)
		}
		b.w.veil(&r.Value, b.known)
		v := r.Value
		b.v.Reports = append(b.v.Reports, watch.Report{Record: b.record(id, r.Head, v.Received), Source: from, SubSource: cmp.Or(v.SubSource.String(), v.SubSourceText),
			Originator: v.Originator, Series: v.Series, Volume: string(v.Volume), Count: v.Count, Counted: max(seen, v.Received.Last),
			BuiltFrom: texts(v.BuiltFrom), Discipline: v.Discipline, Enclosure: string(v.Enclosure), Assigned: assignedOn(v)})
		b.source[id] = from
		var words []string
		for _, it := range v.Items {
			b.claim(r, it, seen)
			words = append(words, it.Text)
		}
		b.texts[id] = strings.Join(words, "\n")
	})
	if err != nil {
		return err
	}
	at := map[string]int{}
	for i := range b.v.Claims {
		at[b.v.Claims[i].ID] = i
	}
	err = each(b, kindLink, func(r Stored[store.ID, Link]) {
		i, ok := at[r.Value.From.String()]
		if !ok || r.Value.Withdrawn != day.Never {
			return
		}
		if c := &b.v.Claims[i]; r.Value.Contradicts {
			c.Contradicts = append(c.Contradicts, r.Value.To.String())
		} else {
			c.Supports = append(c.Supports, r.Value.To.String())
		}
	})
	if err != nil {
		return err
	}
	return each(b, kindRegrade, func(r Stored[store.ID, report.Regrade]) {
		b.grade(b.record(hexID(r.ID), r.Head, day.On(b.seen(r.Head))), r.Value.Item.String(), &r.Value.Grade)
	})
}

// unseen puts in the place of a source the reader may not see what he may know of it: that reports of one mark have one
// origin. It carries no label of its own; the reports it stands in do.
func (b *viewer) unseen(r ReportRecord, seen day.Day) string {
	mark := b.w.originMark(r.Value.Source)
	if !b.marks[mark] {
		b.marks[mark] = true
		b.v.Sources = append(b.v.Sources, watch.Source{Record: watch.Record{ID: mark, Seen: seen, Label: b.label(compartment.Label{})}})
	}
	return mark
}

func (b *viewer) claim(r ReportRecord, it report.Item, seen day.Day) {
	id := it.ID.String()
	if !it.Added.IsZero() {
		seen = max(seen, it.Added.Last)
	}
	c := watch.Claim{Record: watch.Record{ID: id, Seen: seen, When: r.Value.Received, Label: b.label(r.Label)}, Report: r.ID.String(), Basis: string(it.Basis), Area: it.Area, ValidAt: it.When}
	if k := it.Claim; k != nil {
		c.SubSource, c.About, c.Topic, c.Importance = cmp.Or(k.SubSource.String(), k.SubSourceText), k.Subject, k.Topic, string(k.Importance)
		c.Verifiable = yesNo(k.Verifiable)
		c.Checked, c.Unchecked, c.BonaFides = k.CheckedOn, k.CheckAsked && k.CheckedOn.IsZero(), k.BonaFides
		c.UsefulUntil, c.PredictionDue = k.UsefulUntil, k.PredictionDue
		c.Supports, c.Contradicts, c.Names = texts(k.Supports), texts(k.Contradicts), k.Names
		c.Adverse, c.ThreatTo, c.Hypothesis, c.Discriminator = k.Adverse, k.ThreatTo, k.Hypothesis, string(k.Discriminator)
		if !k.ReceivedAt.IsZero() {
			c.When = k.ReceivedAt
		}
	}
	b.v.Claims = append(b.v.Claims, c)
	if it.Grade != nil {
		b.grade(watch.Record{ID: "grade of " + id, Seen: seen, When: c.When, Label: c.Label}, id, it.Grade)
	}
}

func yesNo(v *bool) string {
	switch {
	case v == nil:
		return ""
	case *v:
		return "yes"
	}
	return "no"
}

func (b *viewer) grade(rec watch.Record, claim string, g *report.Grade) {
	src, content := gradeClasses(*g)
	b.v.Grades = append(b.v.Grades, watch.Grade{Record: rec, Claim: claim, Source: src, Content: content})
}

// notConfirmed are the favorable content marks that speak of one voice: probably true, or known to the source himself.
// They are no word of a confirmation by others, so no second origin is asked for behind them.
var notConfirmed = map[grading.Scheme]string{grading.Admiralty: "2", grading.FieldManual: "2", grading.ThreeByFive: "A",
	grading.FiveByFive: "2", grading.Europol: "2"}

// gradeClasses reads a grade of any scheme as the classes the rules know.
func gradeClasses(g report.Grade) (src, content string) {
	switch {
	case g.Source() == "":
	case g.SourceFavourable():
		src = "favorable"
	case g.SourceDoubtful():
		src = "doubtful"
	case !g.SourceKnown():
		src = "unjudged"
	default:
		src = "fair"
	}
	switch {
	case g.Content() == "":
	case !g.ContentKnown():
		content = "unconfirmed"
	case g.Content() == notConfirmed[g.Scheme()]:
		content = "probable"
	case g.ContentFavourable():
		content = "confirmed"
	case g.ContentDoubtful():
		content = "doubtful"
	default:
		content = "possible"
	}
	return src, content
}

func (b *viewer) outcomes() error {
	return each(b, kindOutcome, func(r OutcomeRecord) {
		b.v.Outcomes = append(b.v.Outcomes, watch.Outcome{Record: b.record(r.ID.String(), r.Head, r.Value.On), Claim: r.Value.Item.String(), Result: string(r.Value.Result)})
	})
}

func (b *viewer) notices() error {
	at := map[string]int{}
	err := each(b, kindNotice, func(r NoticeRecord) {
		n := r.Value
		due := day.Period{}
		if n.Due != day.Never {
			due = day.On(n.Due)
		}
		at[r.ID.String()] = len(b.v.Notices)
		resp := string(n.Response)
		if resp == "" {
			resp = "none"
		}
		b.v.Notices = append(b.v.Notices, watch.Notice{Record: b.record(r.ID.String(), r.Head, n.On), Kind: string(n.Kind), Issuer: n.Issuer, About: n.About,
			Relates: n.RelatesTo, ControlFrom: n.Earliest, Response: resp, Readers: n.Readers, Owner: n.Owner, Due: due, ReasonsBy: n.ReasonsBy, ThreatTo: n.ThreatTo})
	})
	if err != nil {
		return err
	}
	err = each(b, kindResponse, func(r Stored[store.ID, dissemination.NoticeResponse]) {
		i, ok := at[r.Value.Of.String()]
		if !ok {
			return
		}
		n := &b.v.Notices[i]
		n.Response, n.Responded = string(r.Value.Response), day.On(b.seen(r.Head))
		if r.Value.Reasons != "" {
			n.ReasonsBy = r.Value.By
		}
		b.v.Receipts = append(b.v.Receipts, watch.Receipt{Record: b.record(hexID(r.ID), r.Head, r.Value.On), Notice: n.ID, By: r.Value.By})
	})
	if err != nil {
		return err
	}
	return each(b, kindRecallOrder, func(r Stored[store.ID, dissemination.Recall]) {
		// A recall under an older notice is a notice of its own about its reports; one that made its own notice is that
		// notice already.
		n, ok := at[r.Value.Notice.String()]
		if own := ok && b.v.Notices[n].Kind == string(dissemination.RecallNotice); !own && len(r.Value.Reports) > 0 {
			id := longID(kindRecallOrder, r.ID)
			b.orders[r.Value.Notice.String()] = append(b.orders[r.Value.Notice.String()], id)
			b.v.Notices = append(b.v.Notices, watch.Notice{Record: b.record(id, r.Head, r.Value.On), Kind: string(dissemination.RecallNotice),
				Issuer: r.Value.By, About: r.Value.Reports[0].String(), Relates: texts(r.Value.Reports[1:]), Response: "followed"})
		}
		for _, rep := range r.Value.Keeps {
			b.v.Keeps = append(b.v.Keeps, watch.Keep{Record: b.record(hexID(r.ID)+" keep "+rep.String(), r.Head, r.Value.On), Notice: r.Value.Notice.String(), Report: rep.String()})
		}
	})
}

func (b *viewer) assessments() error {
	err := each(b, kindAssessment, func(r AssessmentRecord) {
		v := watch.Assessment{Record: b.record(r.ID.String(), r.Head, r.Value.On), About: r.Value.About, By: r.Value.By, Weighs: r.Value.Weighs, Resolves: r.Value.Resolves}
		if r.Value.AuthorUnknown {
			v.By = ""
		}
		for _, h := range r.Value.Hypotheses {
			v.Hypotheses = append(v.Hypotheses, h.Name)
		}
		b.v.Assessments = append(b.v.Assessments, v)
	})
	if err != nil {
		return err
	}
	return each(b, kindCredit, func(r Stored[assessment.CreditID, assessment.Credit]) {
		c := watch.Credit{Record: b.record(r.ID.String(), r.Head, r.Value.On), Source: r.Value.Source.String(), Report: r.Value.Report, Assessor: r.Value.Assessor,
			ReportUnknown: r.Value.ReportUnknown, AssessorUnknown: r.Value.AssessorUnknown}
		if _, seen := b.source[c.Report]; c.Report != "" && !seen {
			c.Report, c.ReportUnknown = "", true // the reader may not see the report: that is no finding for him
		}
		b.v.Credits = append(b.v.Credits, c)
	})
}

func (b *viewer) releases() error {
	err := each(b, kindRelease, func(r ReleaseFile) {
		id := r.ID.String()
		for _, c := range r.Value.Cites {
			rec := b.record(id+" cites "+c.String(), r.Head, r.Value.SentOn)
			b.v.Citations = append(b.v.Citations, watch.Citation{Record: rec, From: id, To: c.String()})
		}
		if r.Value.State != dissemination.Sent {
			return
		}
		d := watch.Dissemination{Record: b.record(r.Value.Issued.String(), r.Head, r.Value.SentOn), Report: id, Confidence: string(r.Value.Confidence)}
		d.Seen = max(d.Seen, r.Value.SentOn.First)
		for _, it := range r.Value.Items {
			for _, from := range it.From {
				if it.Basis != "" {
					d.Restated = append(d.Restated, watch.Restated{Claim: from.String(), Basis: string(it.Basis)})
				}
			}
		}
		b.readers[r.Value.Issued.String()] = r.Value.Officers
		b.v.Disseminations = append(b.v.Disseminations, d)
	})
	if err != nil {
		return err
	}
	err = each(b, kindUse, func(r Stored[dissemination.UseID, dissemination.Use]) {
		u := r.Value
		d := watch.Dissemination{Record: b.record(r.ID.String(), r.Head, u.On), Report: u.Report.String(), Product: u.Product, To: u.To, Confidence: string(u.Confidence),
			Disposition: string(u.Disposition), ReceiptUnknown: !u.ReceiptAsked}
		for _, x := range u.Restated {
			d.Restated = append(d.Restated, watch.Restated{Claim: x.Item.String(), Basis: string(x.Basis)})
		}
		b.v.Disseminations = append(b.v.Disseminations, d)
		if !u.Acknowledged.IsZero() {
			rec := b.record("receipt of "+r.ID.String(), r.Head, u.Acknowledged)
			rec.Seen = max(rec.Seen, u.Acknowledged.Last) // it may have come long after the use was written down
			b.v.Receipts = append(b.v.Receipts, watch.Receipt{Record: rec, By: r.ID.String()})
		}
	})
	if err != nil {
		return err
	}
	return b.receipts()
}

// receipts reads who has seen the mark of a recall. A copy is answered for when every officer it was sent to has seen the
// mark on it; his word that he has the copy answers no notice.
func (b *viewer) receipts() error {
	type place struct{ notice, copy string }
	var order []place
	last, by := map[place]watch.Record{}, map[place][]officer.ID{}
	err := each(b, kindReceipt, func(r Stored[store.ID, Receipt]) {
		m, ok, err := maybe[RecallID, RecallMark](b.w, kindRecall, r.Value.Recall)
		if err != nil || !ok {
			return
		}
		p := place{m.Value.Notice.String(), m.Value.Of}
		if _, begun := last[p]; !begun {
			order = append(order, p)
		}
		if rec := b.record(hexID(r.ID), r.Head, r.Value.On); !slices.Contains(by[p], r.Value.By) {
			by[p], last[p] = append(by[p], r.Value.By), rec
		}
	})
	for _, p := range order {
		if slices.ContainsFunc(b.readers[p.copy], func(o officer.ID) bool { return !slices.Contains(by[p], o) }) {
			continue
		}
		for _, n := range append([]string{p.notice}, b.orders[p.notice]...) {
			b.v.Receipts = append(b.v.Receipts, watch.Receipt{Record: last[p], Notice: n, By: p.copy})
		}
	}
	return err
}

func (b *viewer) products() error {
	return each(b, kindProduct, func(r ProductRecord) {
		id := r.ID.String()
		d := watch.Dissemination{Record: b.record("issue of "+id, r.Head, r.Value.On), Report: id, Product: id, To: strings.Join(r.Value.To, ", "), Confidence: string(r.Value.Confidence), ReceiptUnknown: true}
		for _, x := range r.Value.Restated {
			d.Restated = append(d.Restated, watch.Restated{Claim: x.Item.String(), Basis: string(x.Basis)})
		}
		b.v.Disseminations = append(b.v.Disseminations, d)
		for _, c := range r.Value.Cites {
			b.v.Citations = append(b.v.Citations, watch.Citation{Record: b.record(id+" cites "+c, r.Head, r.Value.On), From: id, To: c})
		}
	})
}
