package exercise

import (
	"cmp"
	"context"
	"fmt"

	"cutout/internal/casework"
	"cutout/internal/compartment"
	"cutout/internal/dissemination"
	"cutout/internal/exercise/casebook"
	"cutout/internal/exercise/casefile"
	"cutout/internal/officer"
	"cutout/internal/report"
)

// itemKey is the type of an item's id, as the story keeps it.
type itemKey = report.ItemID

// report files one report, by a contact when it has one, and adds what later became of its items.
func (p *play) report(x storyReport, contact string) {
	what := cmp.Or(x.Key, x.Title)
	ids := make([]itemKey, len(x.Items))
	for i, it := range x.Items {
		ids[i] = itemID()
		p.later(x, it, ids[i])
	}
	p.add(rankReport, x.storyAct, "report "+what, func(ctx context.Context, o officer.Officer) error {
		if err := p.present(ctx, o); err != nil {
			return err
		}
		n := report.Draft{Title: x.Title, Summary: x.Summary, Series: x.Series, Volume: x.Volume, Discipline: x.Discipline, Originator: x.Originator,
			SubSource: x.SubSource, Comments: x.Comments, Requirements: x.Requirements, Desk: x.Desk}
		if x.Source != "" {
			n.Source = "@" + x.Source
		}
		if contact != "" {
			n.Contact = "@" + contact
		}
		for i, it := range x.Items {
			v := it.ItemDraft
			v.ID = ids[i].String()
			n.Items = append(n.Items, v)
			if err := p.keep(it.Key, ids[i], nil); err != nil {
				return err
			}
		}
		made, err := p.FileReport(ctx, o, casework.ReportDraft{Draft: fill(p, n)})
		return p.keep(x.Key, made, err)
	})
}

// later adds the outcome and the later grade of an item.
func (p *play) later(x storyReport, it storyItem, item itemKey) {
	if v := it.Outcome; v != nil {
		p.add(rankOutcome, v.storyAct, "outcome of "+cmp.Or(it.Key, x.Title), func(ctx context.Context, o officer.Officer) error {
			_, err := p.RecordOutcome(ctx, o, fill(p, report.OutcomeDraft{Item: item.String(), Result: v.Result, On: "+0d", Basis: v.Basis, Evidence: v.Evidence}))
			return err
		})
	}
	if v := it.Regrade; v != nil {
		p.add(rankOutcome, v.storyAct, "regrade of "+cmp.Or(it.Key, x.Title), func(ctx context.Context, o officer.Officer) error {
			return p.Regrade(ctx, o, report.RegradeDraft{Item: item.String(), Scheme: v.Scheme, Grade: v.Grade, Reason: v.Reason})
		})
	}
}

// afterwards is what the unit learns later and tells others: notices, recalls, answers, views.
func (p *play) afterwards() {
	for _, x := range p.story.Notices {
		p.add(rankNotice, x.storyAct, "", func(ctx context.Context, o officer.Officer) error {
			made, err := p.IssueNotice(ctx, o, fill(p, x.NoticeDraft))
			return p.keep(x.Key, made, err)
		})
	}
	for _, x := range p.story.Recalls {
		p.add(rankRecall, x.storyAct, "", func(ctx context.Context, o officer.Officer) error {
			made, err := p.Recall(ctx, o, fill(p, x.RecallDraft))
			return p.keep(x.Key, made, err)
		})
	}
	for _, x := range p.story.Confirms {
		p.add(rankEnd, x.storyAct, "confirmation of "+x.Of, func(ctx context.Context, o officer.Officer) error {
			return p.confirm(ctx, o, x.Of)
		})
	}
	for _, x := range p.story.Answers {
		p.add(rankAnswer, x.storyAct, "answer", func(ctx context.Context, o officer.Officer) error {
			return p.AnswerNotice(ctx, o, fill(p, x.NoticeResponseDraft))
		})
	}
	for _, x := range p.story.Assessments {
		p.add(rankAnswer, x.storyAct, "", func(ctx context.Context, o officer.Officer) error {
			made, err := p.Assess(ctx, o, fill(p, x.AssessmentDraft))
			return p.keep(x.Key, made, err)
		})
	}
	for _, x := range p.story.Credits {
		p.add(rankAnswer, x.storyAct, "credit", func(ctx context.Context, o officer.Officer) error {
			return p.GiveCredit(ctx, o, fill(p, x.CreditDraft))
		})
	}
	for _, x := range p.story.Knows {
		p.add(rankAnswer, x.storyAct, "knows", func(ctx context.Context, o officer.Officer) error {
			return p.AddKnows(ctx, o, fill(p, x.KnowsDraft))
		})
	}
}

// confirm acknowledges every mark of a recall on what a reader holds.
func (p *play) confirm(ctx context.Context, o officer.Officer, name string) error {
	var marks []casework.RecallRecord
	if c, err := of[casework.IssuedID](p, name); err == nil {
		page, err := p.Copy(ctx, o, c)
		if err != nil {
			return err
		}
		marks = page.Recalls
	} else {
		c, err := of[dissemination.ProductID](p, name)
		if err != nil {
			return err
		}
		page, err := p.Product(ctx, o, c)
		if err != nil {
			return err
		}
		marks = page.Recalls
	}
	if len(marks) == 0 {
		return fmt.Errorf("%s bears no mark of a recall", name)
	}
	for _, m := range marks {
		if err := p.ConfirmRecall(ctx, o, m.ID); err != nil {
			return err
		}
	}
	return nil
}

// cases plays closed cases of the casebook. They are written down on one day, with their own dates in the records.
func (p *play) cases() {
	for _, x := range p.story.Cases {
		p.add(rankCase, x.storyAct, "case "+x.File, func(ctx context.Context, o officer.Officer) error {
			if err := p.present(ctx, o); err != nil {
				return err
			}
			f, err := casebook.Files.Open(x.File)
			if err != nil {
				return err
			}
			defer f.Close()
			c, err := casefile.Parse(x.File, f)
			if err != nil {
				return err
			}
			desk, err := of[compartment.ID](p, x.Desk)
			if err != nil {
				return err
			}
			return PlayInto(ctx, p.Desk, Crew{Desk: desk, Registrar: o, Intake: o, Analyst: o, Validator: o, Present: p.present}, c)
		})
	}
}
