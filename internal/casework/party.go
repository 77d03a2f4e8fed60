package casework

import (
	"context"

	"cutout/internal/assessment"
	"cutout/internal/compartment"
	"cutout/internal/dissemination"
	"cutout/internal/network"
	"cutout/internal/officer"
	"cutout/internal/source"
	"cutout/internal/store"
)

var (
	actParty   = act{"party.add", inside}
	actKnows   = act{"party.knows", inside}
	actParties = act{"party.list", inside}
	actAssess  = act{"assessment.write", one(officer.Analyst, officer.Validator, officer.Controller, officer.AuthorizingOfficer)}
	actCredit  = act{"assessment.credit", one(officer.Analyst, officer.Validator, officer.Controller, officer.CollectionManager)}
)

// PartyDraft is a party and the desk on whose list it stands.
type PartyDraft struct {
	network.PartyDraft `yaml:",inline"`
	Desk               string `json:"desk" yaml:"desk"`
}

// AddParty puts a person or organization on a desk's list, so that reports and roles can name it. The true name of a
// source never stands here: a source who must appear among parties does so under a name that is not his.
func (d *Desk) AddParty(ctx context.Context, o officer.Officer, n PartyDraft) (network.ID, error) {
	p, f := network.NewParty(n.PartyDraft, d.vocabulary())
	if err := invalid(f); err != nil {
		return network.ID{}, err
	}
	var made network.ID
	err := d.do(ctx, o, actParty, kindParty, "", func(w *work) error {
		label, err := w.deskLabel("desk", n.Desk)
		if err != nil {
			return err
		}
		if err := w.parties("member_of", p.MemberOf...); err != nil {
			return err
		}
		if err := w.parties("rival_of", p.RivalOf...); err != nil {
			return err
		}
		made = fresh[network.ID](w)
		w.Entry().Object = made.String()
		if err := w.MarkDue("party"); err != nil {
			return err
		}
		return w.Insert(store.Entering{Kind: kindParty, ID: made.Raw(), Label: label, Body: p,
			Terms: indexTerms(append([]string{p.Name}, p.NameVariants...)...)})
	})
	return made, err
}

// Parties lists the persons and organizations the officer may name.
func (d *Desk) Parties(ctx context.Context, o officer.Officer, cursor string) (out []PartyRecord, next string, err error) {
	err = d.look(ctx, o, actParties, kindParty, "", func(w *work) error {
		out, next, err = list[network.ID, network.Party](w, store.Query{Kind: kindParty, Cursor: cursor})
		return err
	})
	return out, next, err
}

// AddKnows records that somebody can identify somebody, and since when. It is held as closely as the one who is known.
func (d *Desk) AddKnows(ctx context.Context, o officer.Officer, n network.KnowsDraft) error {
	k, f := network.NewKnows(n, d.vocabulary(), d.store.Today())
	if err := invalid(f); err != nil {
		return err
	}
	return d.do(ctx, o, actKnows, kindKnows, "", func(w *work) error {
		s, found, err := w.subjectOf("subject", k.Subject)
		if err != nil {
			return err
		}
		if !found {
			return fieldFault("subject", "reference.unknown")
		}
		label := s.Label
		marks := []store.Mark{store.Ref("subject", s.ID)}
		if k.Knower != "" {
			knower, ok, err := w.subjectOf("knower", k.Knower)
			if err != nil {
				return err
			}
			if ok {
				label = compartment.Join(label, knower.Label)
				marks = append(marks, store.Ref("knower", knower.ID))
			}
		}
		if err := w.MarkDue("party"); err != nil {
			return err
		}
		return w.Insert(store.Entering{Kind: kindKnows, ID: fresh[store.ID](w), Label: label, Body: k, Marks: marks})
	})
}

// Assess writes a dated view of a source, item, report, notice or question, with its rival explanations. It resolves a
// notice only when its author stands outside the line of the source.
func (d *Desk) Assess(ctx context.Context, o officer.Officer, n AssessmentDraft) (assessment.ID, error) {
	if n.By == "" {
		n.By = o.ID.String()
	}
	a, f := assessment.New(n.Draft, d.vocabulary(), d.store.Today())
	if err := invalid(f); err != nil {
		return assessment.ID{}, err
	}
	said, err := d.heard(ctx, o, a.View)
	if err != nil {
		return assessment.ID{}, err
	}
	var made assessment.ID
	err = d.do(ctx, o, actAssess, kindAssessment, "", func(w *work) error {
		s, found, err := w.subjectOf("about", a.About)
		if err != nil {
			return err
		}
		if err := w.unnamedAbout("view", said, s, found); err != nil {
			return err
		}
		label := s.Label
		var marks []store.Mark
		if found {
			marks = append(marks, store.Ref("about", s.ID))
		} else if label, err = w.deskLabel("desk", n.Desk); err != nil {
			return err
		}
		for _, v := range a.Resolves {
			of, err := parseID[dissemination.NoticeID](v)
			if err != nil {
				return fieldFault("resolves", "reference.unknown")
			}
			if src, err := parseID[source.ID](a.About); err == nil {
				if err := w.apart(src, officer.Validator); err != nil {
					return err
				}
			}
			if err := w.lift(of); err != nil {
				return err
			}
		}
		made = fresh[assessment.ID](w)
		w.Entry().Object = made.String()
		if err := w.MarkDue("notice"); err != nil {
			return err
		}
		return w.Insert(store.Entering{Kind: kindAssessment, ID: made.Raw(), Label: label, Body: a, Marks: marks, Terms: indexTerms(a.View)})
	})
	return made, err
}

// AssessmentDraft is an assessment, and the desk it is given from when it is about a question in words.
type AssessmentDraft struct {
	assessment.Draft `yaml:",inline"`
	Desk             string `json:"desk" yaml:"desk"`
}

// GiveCredit records that a benefit is credited to a source: every such claim links to a report and to somebody who
// assessed it, or the watch says that it does not (T18).
func (d *Desk) GiveCredit(ctx context.Context, o officer.Officer, n assessment.CreditDraft) error {
	_, err := d.RecordCredit(ctx, o, n)
	return err
}

// RecordCredit is GiveCredit for who needs the id of the credit.
func (d *Desk) RecordCredit(ctx context.Context, o officer.Officer, n assessment.CreditDraft) (assessment.CreditID, error) {
	var made assessment.CreditID
	c, f := assessment.NewCredit(n, d.vocabulary(), d.store.Today())
	if err := invalid(f); err != nil {
		return made, err
	}
	err := d.do(ctx, o, actCredit, kindCredit, "", func(w *work) error {
		s, found, err := w.subjectOf("source", c.Source.String())
		if err != nil {
			return err
		}
		if !found {
			return fieldFault("source", "reference.unknown")
		}
		if c.Report != "" {
			if _, found, err := w.subjectOf("report", c.Report); err != nil || !found {
				return fieldFault("report", "reference.unknown")
			}
		}
		if err := w.MarkDue("notice"); err != nil {
			return err
		}
		made = fresh[assessment.CreditID](w)
		return w.Insert(store.Entering{Kind: kindCredit, ID: made.Raw(), Label: s.Label, Body: c, Marks: []store.Mark{store.Ref("source", s.ID)}})
	})
	return made, err
}
