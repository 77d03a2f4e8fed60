package casework

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"cutout/internal/compartment"
	"cutout/internal/day"
	"cutout/internal/dissemination"
	"cutout/internal/id"
	"cutout/internal/leak"
	"cutout/internal/officer"
	"cutout/internal/report"
	"cutout/internal/store"
)

var (
	actNotice      = act{"notice.issue", inside}
	actAnswer      = act{"notice.answer", inside}
	actRecall      = act{"notice.recall", one(officer.ReleaseOfficer, officer.Controller, officer.Validator, officer.Registrar)}
	actConfirm     = act{"recall.acknowledge", anyone}
	actReach       = act{"notice.reach", inside}
	actNotices     = act{"notice.list", inside}
	actProduct     = act{"product.write", one(officer.Analyst, officer.Customer, officer.CollectionManager, officer.ReleaseOfficer)}
	actProducts    = act{"product.list", anyone}
	actProductLook = act{"product.look", anyone}
)

type recallNoun struct{}

// Prefix names marks of a recall "rcl_…" and "RC-…".
func (recallNoun) Prefix() (string, string) { return "rcl", "RC" }

// RecallID names the mark of a notice or recall on one record.
type RecallID = id.Of[recallNoun]

// RecallMark is what a notice leaves on everything that rests on what it is about: on each report, release, copy and
// product, under that record's own label, so that its readers find it at their next look. It says nothing of the source.
type RecallMark struct {
	Of       string                   `json:"of"` // the record marked
	Kind     dissemination.NoticeKind `json:"kind"`
	Recalled bool                     `json:"recalled"` // taken back, not only in doubt
	On       day.Period               `json:"on"`
	Hops     int                      `json:"hops"`
	// Under is where the acknowledgment of the mark is also written, so that those who issued the notice can count who
	// has not answered. It is the store's number of a label and says nothing by itself.
	Under  int64                  `json:"under"`
	Notice dissemination.NoticeID `json:"notice,omitzero"`
	// Lifted says that an assessment resolved the notice: from then on its marks no longer stand.
	Lifted bool `json:"lifted,omitempty"`
}

// RecallRecord is a mark as a look returns it.
type RecallRecord = Stored[RecallID, RecallMark]

// subjectOf finds the record that an id in a notice or an assessment names. Words for something not on record stand for
// themselves and give the label of the desk the officer speaks from.
func (w *work) subjectOf(field, about string) (store.Record, bool, error) {
	raw, ok := rawID(about)
	if !ok {
		return store.Record{}, false, nil
	}
	prefix, _, _ := strings.Cut(about, "_")
	kind := map[string]string{"src": kindSource, "rep": kindReport, "itm": kindReport, "rel": kindRelease, "iss": kindIssued, "prd": kindProduct,
		"pty": kindParty, "con": kindContact, "ntc": kindNotice, "asm": kindAssessment, "req": kindRequirement, "rol": kindRole, "use": kindUse, "crd": kindCredit}[prefix]
	if kind == "" {
		return store.Record{}, false, fieldFault(field, "reference.unknown")
	}
	if prefix == "itm" {
		rs, _, err := w.Find(store.Query{Kind: kindReport, Marks: []store.Mark{store.Ref("item", raw)}, Limit: 1})
		if err == nil && len(rs) == 0 {
			err = store.ErrNotFound
		}
		if errors.Is(err, store.ErrNotFound) {
			return store.Record{}, false, fieldFault(field, "reference.unknown")
		}
		if err != nil {
			return store.Record{}, false, err
		}
		return rs[0], true, nil
	}
	r, err := w.Get(kind, raw)
	if errors.Is(err, store.ErrNotFound) {
		return r, false, fieldFault(field, "reference.unknown")
	}
	return r, err == nil, err
}

// NoticeDraft is a notice, and the desk it is given from when it is about something not on record.
type NoticeDraft struct {
	dissemination.NoticeDraft `yaml:",inline"`
	Desk                      string `json:"desk" yaml:"desk"`
}

// IssueNotice writes a warning about a source, report, item, party or release, held as closely as what it is about. A
// notice that strikes (fabrication, recantation, recall, suspected control) marks at once everything that rests on it,
// over any number of hops, wherever it is held, and from then on nothing new may cite it.
func (d *Desk) IssueNotice(ctx context.Context, o officer.Officer, n NoticeDraft) (dissemination.NoticeID, error) {
	if n.Issuer == "" {
		n.Issuer = o.ID.String()
	}
	v, f := dissemination.NewNotice(n.NoticeDraft, d.vocabulary(), d.store.Today())
	if err := invalid(f); err != nil {
		return dissemination.NoticeID{}, err
	}
	said, err := d.heard(ctx, o, v.Text, v.KindText)
	if err != nil {
		return dissemination.NoticeID{}, err
	}
	var made dissemination.NoticeID
	err = d.do(ctx, o, actNotice, kindNotice, "", func(w *work) error {
		subject, found, err := w.subjectOf("about", v.About)
		if err != nil {
			return err
		}
		if err := w.unnamedAbout("text", said, subject, found); err != nil {
			return err
		}
		label := subject.Label
		if !found {
			if label, err = w.deskLabel("desk", n.Desk); err != nil {
				return err
			}
		}
		made = fresh[dissemination.NoticeID](w)
		w.Entry().Object = made.String()
		marks := []store.Mark{w.Word("notice-kind", string(v.Kind))}
		if found {
			marks = append(marks, store.Ref("about", subject.ID))
		}
		if raw, ok := rawID(v.About); ok && (!found || raw != subject.ID) {
			marks = append(marks, store.Ref("about", raw))
		}
		for _, r := range v.RelatesTo {
			if raw, ok := rawID(r); ok {
				marks = append(marks, store.Ref("relates", raw))
			}
		}
		if err := w.MarkDue("notice"); err != nil {
			return err
		}
		if err := w.Insert(store.Entering{Kind: kindNotice, ID: made.Raw(), Label: label, Body: v, Marks: marks, Terms: indexTerms(v.Text, v.KindText)}); err != nil {
			return err
		}
		if !found || !v.Kind.Strikes() {
			return nil
		}
		return w.markAll(RecallMark{Notice: made, Kind: v.Kind, Recalled: v.Kind == dissemination.RecallNotice, On: v.On}, subject.ID)
	})
	return made, err
}

// deskLabel is the label of a record about something not on record: the desk the officer names, or the only one he holds.
func (w *work) deskLabel(field, desk string) (compartment.Label, error) {
	l := compartment.Label{Level: reportLevel(w.d.pack), Originator: w.Scope().Org()}
	if desk != "" {
		c, err := parseID[compartment.ID](desk)
		if err != nil {
			return l, fieldFault(field, "field.id", "Given", "")
		}
		l.Compartments = []compartment.ID{c}
		return l, w.reaches(field, c)
	}
	cs, err := w.Compartments(false)
	if err != nil {
		return l, err
	}
	for _, c := range cs {
		if c.Kind == "desk" {
			l.Compartments = append(l.Compartments, c.ID)
		}
	}
	if len(l.Compartments) != 1 {
		return l, fieldFault(field, "field.required")
	}
	return l, nil
}

// markAll leaves a mark of a notice, or of its lifting, on the start and on everything that rests on it.
func (w *work) markAll(mark RecallMark, start ...store.ID) (err error) {
	if mark.Under, err = w.LabelID(kindNotice, mark.Notice.Raw()); err != nil {
		return err
	}
	ds, err := w.Descendants(start...)
	if err != nil {
		return err
	}
	for _, s := range start {
		r, err := w.Get(kindReport, s)
		if errors.Is(err, store.ErrNotFound) {
			continue // only reports and what rests on them are marked: a notice on a source stands in his own file
		}
		if err != nil {
			return err
		}
		labelID, err := w.LabelID(kindReport, r.ID)
		if err != nil {
			return err
		}
		ds = append(ds, store.Descendant{ID: s, Kind: kindReport, LabelID: labelID, Author: r.By})
	}
	for _, x := range ds {
		if x.Kind == kindSource {
			continue
		}
		m := mark
		m.Of, m.Hops = longID(x.Kind, x.ID), x.Hops
		if err := w.InsertUnder(x.LabelID, store.Entering{Kind: kindRecall, ID: fresh[store.ID](w), Body: m,
			Marks: []store.Mark{store.Ref("of", x.ID), store.Ref("notice", m.Notice.Raw())}}); err != nil {
			return err
		}
		if mark.Lifted || (x.Kind != kindIssued && x.Kind != kindProduct) {
			continue
		}
		if err := w.reach(m, x); err != nil {
			return err
		}
	}
	return nil
}

// reach notes, under the notice's own label, whom it reached. What those who issued the notice may know of a reader or an
// author is that he was reached and whether he answered: citing a release registers the product with the unit it came from.
func (w *work) reach(m RecallMark, x store.Descendant) error {
	readers, err := w.readersOf(x)
	if err != nil {
		return err
	}
	for _, who := range readers {
		if err := w.InsertUnder(m.Under, store.Entering{Kind: kindReached, ID: fresh[store.ID](w),
			Body:  Reached{Kind: x.Kind, Ref: w.reachedRef(x), Reader: who, Hops: x.Hops, On: m.On},
			Marks: []store.Mark{store.Ref("notice", m.Notice.Raw()), store.Ref("reader", who.Raw())}}); err != nil {
			return err
		}
	}
	return nil
}

// lift takes the marks of a notice off again: an assessment resolved it.
func (w *work) lift(of dissemination.NoticeID) error {
	n, err := exists[dissemination.NoticeID, dissemination.Notice](w, kindNotice, "resolves", of)
	if err != nil {
		return err
	}
	if !n.Value.Kind.Strikes() {
		return nil
	}
	var start []store.ID
	for _, about := range append([]string{n.Value.About}, n.Value.RelatesTo...) {
		r, found, err := w.subjectOf("resolves", about)
		if err != nil {
			return err
		}
		if found {
			start = append(start, r.ID)
		}
	}
	return w.markAll(RecallMark{Notice: of, Kind: n.Value.Kind, On: day.On(w.Today()), Lifted: true}, start...)
}

// reachedRef is all that those who issued a notice learn of what it reached.
func (w *work) reachedRef(x store.Descendant) string {
	if leak.On("recall_reach") {
		if l, err := w.LabelOf(x.LabelID); err == nil {
			return refOf(x.Kind, x.ID) + " " + strconv.Itoa(int(l.Level))
		}
	}
	return refOf(x.Kind, x.ID)
}

// kindReached is the kind of Reached.
const kindReached = "reached"

// Reached is one reader or author whom a notice reached.
type Reached struct {
	Kind   string     `json:"kind"` // issued or product
	Ref    string     `json:"ref"`
	Reader officer.ID `json:"reader"`
	Hops   int        `json:"hops"`
	On     day.Period `json:"on"`
}

// readersOf lists who has a copy, or who wrote a product.
func (w *work) readersOf(x store.Descendant) ([]officer.ID, error) {
	if x.Kind == kindProduct {
		return []officer.ID{x.Author}, nil
	}
	as, err := w.Accounts()
	if err != nil {
		return nil, err
	}
	l, err := w.LabelOf(x.LabelID)
	if err != nil {
		return nil, err
	}
	var out []officer.ID
	for _, a := range as {
		if a.Rights.Closed || !a.Rights.Scope(w.Today()).Admits(l) {
			continue
		}
		for _, g := range a.Rights.Grants {
			if g.Duty == officer.Customer && g.On(w.Today()) {
				out = append(out, a.ID)
				break
			}
		}
	}
	return out, nil
}

// AnswerNotice adds an answer to a notice. Answers are added, never changed.
func (d *Desk) AnswerNotice(ctx context.Context, o officer.Officer, n dissemination.NoticeResponseDraft) error {
	v, f := dissemination.NewNoticeResponse(n, d.vocabulary(), o.ID.String(), d.store.Today())
	if err := invalid(f); err != nil {
		return err
	}
	return d.do(ctx, o, actAnswer, kindNotice, v.Of.String(), func(w *work) error {
		old, err := read[dissemination.NoticeID, dissemination.Notice](w, kindNotice, v.Of)
		if err != nil {
			return err
		}
		if err := w.MarkDue("notice"); err != nil {
			return err
		}
		return w.Insert(store.Entering{Kind: kindResponse, ID: fresh[store.ID](w), Label: old.Label, Body: v,
			Marks: []store.Mark{store.Ref("notice", v.Of.Raw())}})
	})
}

// Recall takes reports back: nothing may cite them from then on, and every reader of every descendant is told at his next
// look. It rests on a notice, or makes one.
func (d *Desk) Recall(ctx context.Context, o officer.Officer, n dissemination.RecallDraft) (dissemination.NoticeID, error) {
	v, f := dissemination.NewRecall(n, d.vocabulary(), o.ID.String(), d.store.Today())
	if err := invalid(f); err != nil {
		return dissemination.NoticeID{}, err
	}
	made := v.Notice
	err := d.do(ctx, o, actRecall, kindNotice, v.Notice.String(), func(w *work) error {
		var labels []compartment.Label
		var start []store.ID
		for i, r := range slices.Concat(v.Reports, v.Keeps) {
			rep, err := exists[report.ID, report.Report](w, kindReport, "reports."+strconv.Itoa(i+1), r)
			if err != nil {
				return err
			}
			labels = append(labels, rep.Label)
			if i < len(v.Reports) {
				start = append(start, r.Raw())
			}
		}
		kind := dissemination.RecallNotice
		if made.IsZero() {
			made = fresh[dissemination.NoticeID](w)
			w.Entry().Object = made.String()
			no := dissemination.Notice{Kind: kind, About: v.Reports[0].String(), Issuer: o.ID.String(), Text: v.Reason, On: v.On, Due: day.Never}
			for _, r := range v.Reports[1:] {
				no.RelatesTo = append(no.RelatesTo, r.String())
			}
			marks := []store.Mark{w.Word("notice-kind", string(kind))}
			for _, r := range v.Reports {
				marks = append(marks, store.Ref("about", r.Raw()))
			}
			if err := w.Insert(store.Entering{Kind: kindNotice, ID: made.Raw(), Label: compartment.Join(labels...), Body: no, Marks: marks, Terms: indexTerms(v.Reason)}); err != nil {
				return err
			}
		} else {
			old, err := exists[dissemination.NoticeID, dissemination.Notice](w, kindNotice, "notice", made)
			if err != nil {
				return err
			}
			labels = append(labels, old.Label)
			kind = old.Value.Kind
		}
		r := v
		r.Notice = made
		marks := []store.Mark{store.Ref("notice", made.Raw())}
		for _, s := range r.Reports {
			marks = append(marks, store.Ref("report", s.Raw()))
		}
		if err := w.Insert(store.Entering{Kind: kindRecallOrder, ID: fresh[store.ID](w), Label: compartment.Join(labels...), Body: r, Marks: marks}); err != nil {
			return err
		}
		if err := w.MarkDue("notice"); err != nil {
			return err
		}
		return w.markAll(RecallMark{Notice: made, Kind: kind, Recalled: true, On: v.On}, start...)
	})
	return made, err
}

// kindRecallOrder is the decision to recall, as against the marks it leaves.
const kindRecallOrder = "recall-order"

// ConfirmRecall says that a reader has seen the mark of a recall on what he holds.
func (d *Desk) ConfirmRecall(ctx context.Context, o officer.Officer, of RecallID) error {
	return d.do(ctx, o, actConfirm, kindRecall, of.String(), func(w *work) error {
		m, err := read[RecallID, RecallMark](w, kindRecall, of)
		if err != nil {
			return err
		}
		had, err := w.receipts(of.Raw(), o.ID)
		if err != nil || had {
			return err
		}
		if err := w.MarkDue("notice"); err != nil {
			return err
		}
		v := Receipt{Recall: of, By: o.ID, On: day.On(w.Today())}
		if err := w.Insert(store.Entering{Kind: kindReceipt, ID: fresh[store.ID](w), Label: m.Label, Body: v,
			Marks: []store.Mark{store.Ref("of", of.Raw()), store.Ref("by", o.ID.Raw())}}); err != nil {
			return err
		}
		return w.InsertUnder(m.Value.Under, store.Entering{Kind: kindReceipt, ID: fresh[store.ID](w), Body: v,
			Marks: []store.Mark{store.Ref("of", m.Value.Notice.Raw()), store.Ref("by", o.ID.Raw())}})
	})
}
