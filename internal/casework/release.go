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
	"cutout/internal/fault"
	"cutout/internal/id"
	"cutout/internal/officer"
	"cutout/internal/report"
	"cutout/internal/source"
	"cutout/internal/store"
)

var (
	actWrite    = act{"release.write", one(officer.ReleaseOfficer)}
	actRewrite  = act{"release.rewrite", one(officer.ReleaseOfficer)}
	actApprove  = act{"release.approve", one(officer.ReleaseOfficer, officer.AuthorizingOfficer, officer.CollectionManager)}
	actSend     = act{"release.send", one(officer.ReleaseOfficer)}
	actRelease  = act{"release.look", inside}
	actReleases = act{"release.list", inside}
	actReceipt  = act{"release.acknowledge", anyone}
	actFeedback = act{"release.feedback", anyone}
	actInbox    = act{"issued.list", anyone}
	actIssued   = act{"issued.look", anyone}
)

type issuedNoun struct{}

// Prefix names sent copies "iss_…" and "D-…": readers quote it.
func (issuedNoun) Prefix() (string, string) { return "iss", "D" }

// IssuedID names a release as its readers have it.
type IssuedID = id.Of[issuedNoun]

// Issued is what a reader gets: an object of its own, made from a list of allowed fields, never a view of the original.
// It names no source, no officer, no other reader and no record of the unit.
type Issued struct {
	Title             string                   `json:"title"`
	Series            string                   `json:"series,omitempty"`
	Items             []IssuedItem             `json:"items"`
	Marking           []string                 `json:"marking"`
	Conditions        string                   `json:"conditions,omitempty"`
	SourceDescription string                   `json:"source_description,omitempty"`
	Confidence        dissemination.Confidence `json:"confidence,omitempty"`
	SentOn            day.Period               `json:"sent_on"`
	Unit              string                   `json:"unit"`
}

// IssuedItem is one statement as a reader gets it.
type IssuedItem struct {
	Number int    `json:"number"`
	Text   string `json:"text"`
	Lang   string `json:"lang,omitempty"`
	Grade  string `json:"grade,omitempty"`
}

// ReleaseDraft is a release and how closely the sent copy is held.
type ReleaseDraft struct {
	dissemination.Draft `yaml:",inline"`
	Level               string `json:"level" yaml:"level"`
	// OtherPerson says why a word that is part of a source's name stands for somebody else. It answers one such word; two
	// parts of one name are never let through.
	OtherPerson string `json:"other_person" yaml:"other_person"`
}

// release is the unit's own file on a release: the text, what it was written from, and how the copy will be held.
type releaseFile struct {
	dissemination.Release
	Level       compartment.Level `json:"level"`
	OtherPerson string            `json:"other_person,omitempty"`
	Issued      IssuedID          `json:"issued,omitzero"`
	Readers     compartment.ID    `json:"readers,omitzero"` // the compartment of its readers
}

// ReleaseFile is a release as the unit sees it.
type ReleaseFile = Stored[dissemination.ID, releaseFile]

func (d *Desk) readRelease(ctx context.Context, o officer.Officer, n ReleaseDraft) (releaseFile, spoken, error) {
	r, f := dissemination.New(n.Draft, d.vocabulary(), d.vocabulary(), o.ID)
	file := releaseFile{Release: r, OtherPerson: strings.TrimSpace(n.OtherPerson)}
	file.Level = d.level(&f, n.Level, reportLevel(d.pack))
	f = append(f, d.vocabulary().Text("other_person", n.OtherPerson, 2000)...)
	if err := invalid(f); err != nil {
		return file, nil, err
	}
	key, err := d.nameKey(ctx, o)
	if err != nil {
		return file, nil, err
	}
	s, err := speak(key, releaseTexts(r)...)
	return file, s, err
}

func releaseTexts(r dissemination.Release) []string {
	out := []string{r.Title, r.Series, r.SourceDescription, r.Conditions}
	for _, i := range r.Items {
		out = append(out, i.Text)
	}
	return out
}

// WriteRelease begins a release: chosen items in the unit's own words, with their marking and readers. It is refused
// while it names a source it rests on, and while any report it cites stands under a notice.
func (d *Desk) WriteRelease(ctx context.Context, o officer.Officer, n ReleaseDraft) (dissemination.ID, error) {
	file, said, err := d.readRelease(ctx, o, n)
	if err != nil {
		return dissemination.ID{}, err
	}
	var made dissemination.ID
	err = d.do(ctx, o, actWrite, kindRelease, "", func(w *work) error {
		file := file
		label, err := w.checkRelease(&file, said)
		if err != nil {
			return err
		}
		made = fresh[dissemination.ID](w)
		w.Entry().Object = made.String()
		if err := w.MarkDue("release"); err != nil {
			return err
		}
		return w.Insert(w.releaseEntry(made, file, label))
	})
	return made, err
}

// RewriteRelease replaces the text of a release that has not been approved.
func (d *Desk) RewriteRelease(ctx context.Context, o officer.Officer, of dissemination.ID, n ReleaseDraft) error {
	file, said, err := d.readRelease(ctx, o, n)
	if err != nil {
		return err
	}
	return d.do(ctx, o, actRewrite, kindRelease, of.String(), func(w *work) error {
		old, err := read[dissemination.ID, releaseFile](w, kindRelease, of)
		if err != nil {
			return err
		}
		if old.Value.State != dissemination.Drafted {
			return refused("release.not-draft")
		}
		file := file
		label, err := w.checkRelease(&file, said)
		if err != nil {
			return err
		}
		return w.Revise(old.record, w.releaseEntry(of, file, label))
	})
}

func (w *work) releaseEntry(of dissemination.ID, f releaseFile, label compartment.Label) store.Entering {
	e := store.Entering{Kind: kindRelease, ID: of.Raw(), Label: label, Body: f, Terms: indexTerms(releaseTexts(f.Release)...)}
	for _, c := range f.Cites {
		e.Cites = append(e.Cites, c.Raw())
		e.Marks = append(e.Marks, store.Ref("cites", c.Raw()))
	}
	for _, o := range f.Officers {
		e.Marks = append(e.Marks, store.Ref("recipient", o.Raw()))
	}
	return e
}

// checkRelease looks at what a release rests on. Its label is the Join of the reports its items come from.
func (w *work) checkRelease(f *releaseFile, said spoken) (compartment.Label, error) {
	var labels []compartment.Label
	var sources []source.ID
	f.Cites = nil
	var faults fault.Faults
	for i, it := range f.Items {
		for j, from := range it.From {
			field := "items." + strconv.Itoa(i+1) + ".from." + strconv.Itoa(j+1)
			r, err := w.reportOf(from)
			if errors.Is(err, store.ErrNotFound) {
				faults.Add(field, "reference.unknown")
				continue
			}
			if err != nil {
				return compartment.Label{}, err
			}
			if err := w.apart(r.Value.Source, officer.ReleaseOfficer); err != nil {
				return compartment.Label{}, err
			}
			if !slices.Contains(f.Cites, r.ID) {
				f.Cites = append(f.Cites, r.ID)
				labels = append(labels, r.Label)
				if marks, err := w.recallsOf(r.ID.Raw()); err != nil {
					return compartment.Label{}, err
				} else if len(marks) > 0 {
					faults.Add(field, "release.under-notice", "Report", r.ID.Ref(), "Since", marks[0].Value.On.String())
				}
			}
			for _, s := range append(slices.Clone(r.Value.BuiltFrom), r.Value.Source) {
				if !s.IsZero() && !slices.Contains(sources, s) {
					sources = append(sources, s)
				}
			}
		}
	}
	for i, to := range f.Officers {
		a, err := w.Account(to)
		if err != nil || a.Rights.Closed {
			faults.Add("officers."+strconv.Itoa(i+1), "reference.unknown")
		} else if a.Rights.Clearance < f.Level {
			faults.Add("officers."+strconv.Itoa(i+1), "officer.clearance")
		}
	}
	words, err := w.named(said, sources...)
	if err != nil {
		return compartment.Label{}, err
	}
	codeName := slices.ContainsFunc(words, func(s string) bool { return strings.Contains(s, " ") })
	if len(words) > 1 || codeName || (len(words) == 1 && f.OtherPerson == "") {
		faults.Add("items", "release.names-source", "Words", strings.Join(words, ", "))
	}
	return compartment.Join(labels...), invalid(faults)
}

// ApproveRelease approves a release for sending. The approver is neither its writer nor the handler of a source it rests on.
func (d *Desk) ApproveRelease(ctx context.Context, o officer.Officer, of dissemination.ID) error {
	return d.stepRelease(ctx, o, actApprove, of, func(w *work, r *ReleaseFile) error {
		for _, c := range r.Value.Cites {
			rep, err := read[report.ID, report.Report](w, kindReport, c)
			if err != nil {
				return err
			}
			if err := w.apart(rep.Value.Source, officer.ReleaseOfficer); err != nil {
				return err
			}
		}
		switch err := dissemination.MayApprove(r.Value.Release, o.ID, nil); {
		case errors.Is(err, dissemination.ErrNotDraft):
			return refused("release.not-draft")
		case err != nil:
			return refused("release.own-work")
		}
		if err := w.unmarked(r.Value.Cites); err != nil {
			return err
		}
		r.Value.State, r.Value.ApprovedBy = dissemination.Approved, o.ID
		return nil
	})
}

// unmarked refuses when any of the reports stands under a notice.
func (w *work) unmarked(cites []report.ID) error {
	for _, c := range cites {
		marks, err := w.recallsOf(c.Raw())
		if err != nil {
			return err
		}
		if len(marks) > 0 {
			return refused("release.under-notice", "Report", c.Ref(), "Since", marks[0].Value.On.String())
		}
	}
	return nil
}

func (d *Desk) stepRelease(ctx context.Context, o officer.Officer, what act, of dissemination.ID, step func(*work, *ReleaseFile) error) error {
	return d.do(ctx, o, what, kindRelease, of.String(), func(w *work) error {
		r, err := read[dissemination.ID, releaseFile](w, kindRelease, of)
		if err != nil {
			return err
		}
		if err := step(w, &r); err != nil {
			return err
		}
		if err := w.MarkDue("release"); err != nil {
			return err
		}
		return w.Revise(r.record, w.releaseEntry(of, r.Value, r.Label))
	})
}

// SendRelease makes the readers' copy and gives its readers, and nobody else outside the unit, the compartment it is in.
func (d *Desk) SendRelease(ctx context.Context, o officer.Officer, of dissemination.ID) (IssuedID, error) {
	var made IssuedID
	err := d.stepRelease(ctx, o, actSend, of, func(w *work, r *ReleaseFile) error {
		if r.Value.State != dissemination.Approved {
			return refused("release.not-approved")
		}
		if err := w.unmarked(r.Value.Cites); err != nil {
			return err
		}
		made = fresh[IssuedID](w)
		readers := fresh[compartment.ID](w)
		if err := w.AddCompartment(store.Compartment{ID: readers, Kind: "release"}); err != nil {
			return err
		}
		to := append(slices.Clone(r.Value.Officers), r.Value.WrittenBy, r.Value.ApprovedBy, o.ID)
		slices.SortFunc(to, func(a, b officer.ID) int { return slices.Compare(a[:], b[:]) })
		for _, who := range slices.Compact(to) {
			if err := w.hand(who, readers, day.Never); err != nil {
				return err
			}
		}
		v := Issued{Title: r.Value.Title, Series: r.Value.Series, Marking: r.Value.Marking, Conditions: r.Value.Conditions,
			SourceDescription: r.Value.SourceDescription, Confidence: r.Value.Confidence, SentOn: day.On(w.Today()), Unit: d.unit.Name}
		for i, it := range r.Value.Items {
			v.Items = append(v.Items, IssuedItem{i + 1, it.Text, it.Lang, it.Grade})
		}
		label := compartment.Label{Level: r.Value.Level, Compartments: []compartment.ID{readers}, Originator: w.Scope().Org()}
		for _, org := range r.Value.Organizations {
			label.Releasable = append(label.Releasable, compartment.Org(org))
		}
		r.Value.State, r.Value.SentOn, r.Value.Issued, r.Value.Readers = dissemination.Sent, day.On(w.Today()), made, readers
		return w.Insert(store.Entering{Kind: kindIssued, ID: made.Raw(), Label: label, Body: v, Cites: []store.ID{of.Raw()},
			Marks: []store.Mark{store.Ref("release", of.Raw())}, Terms: indexTerms(issuedTexts(v)...)})
	})
	return made, err
}

func issuedTexts(v Issued) []string {
	out := []string{v.Title, v.Series, v.SourceDescription}
	for _, i := range v.Items {
		out = append(out, i.Text)
	}
	return out
}

// IssuedRecord is a copy as a reader has it.
type IssuedRecord = Stored[IssuedID, Issued]

// Receipt is a reader's word that he has a copy, or that he has read the notice about it.
type Receipt struct {
	Of     IssuedID   `json:"of,omitzero"`
	Recall RecallID   `json:"recall,omitzero"` // set when the notice is what was acknowledged
	By     officer.ID `json:"by"`
	On     day.Period `json:"on"`
}

// Acknowledge says that a reader has a copy.
func (d *Desk) Acknowledge(ctx context.Context, o officer.Officer, of IssuedID) error {
	return d.do(ctx, o, actReceipt, kindIssued, of.String(), func(w *work) error {
		c, err := read[IssuedID, Issued](w, kindIssued, of)
		if err != nil {
			return err
		}
		had, err := w.receipts(of.Raw(), o.ID)
		if err != nil || had {
			return err
		}
		if err := w.MarkDue("release"); err != nil {
			return err
		}
		return w.Insert(store.Entering{Kind: kindReceipt, ID: fresh[store.ID](w), Label: c.Label, Body: Receipt{Of: of, By: o.ID, On: day.On(w.Today())},
			Marks: []store.Mark{store.Ref("of", of.Raw()), store.Ref("by", o.ID.Raw())}})
	})
}

// Feedback records what a reader says a copy was worth, and whether it was true as far as he knows.
func (d *Desk) Feedback(ctx context.Context, o officer.Officer, of IssuedID, n dissemination.FeedbackDraft) error {
	n.Of = dissemination.ID(of).String() // the noun speaks of releases; the reader knows only his copy
	v, f := dissemination.NewFeedback(n, d.vocabulary(), o.ID.String(), d.store.Today())
	if err := invalid(f); err != nil {
		return err
	}
	return d.do(ctx, o, actFeedback, kindIssued, of.String(), func(w *work) error {
		c, err := read[IssuedID, Issued](w, kindIssued, of)
		if err != nil {
			return err
		}
		return w.Insert(store.Entering{Kind: kindFeedback, ID: fresh[store.ID](w), Label: c.Label, Body: v,
			Marks: []store.Mark{store.Ref("of", of.Raw())}})
	})
}
