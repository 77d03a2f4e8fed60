package exercise

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"cutout/internal/authority"
	"cutout/internal/casework"
	"cutout/internal/compartment"
	"cutout/internal/contact"
	"cutout/internal/dissemination"
	"cutout/internal/officer"
)

// unit opens the desks and lets the officers in.
func (p *play) unit() {
	root := storyAct{On: p.story.Unit.Opened, By: p.story.Unit.Administrator}
	for _, k := range p.story.Desks {
		p.add(rankUnit, root, "desk "+k.Name, func(ctx context.Context, o officer.Officer) error {
			c, err := p.OpenCompartment(ctx, o, k.Name)
			return p.keep(k.Key, c, err)
		})
	}
	for _, x := range p.story.Officers {
		if x.Name == root.By {
			continue
		}
		p.add(rankUnit, root, "officer "+x.Name, func(ctx context.Context, o officer.Officer) error {
			made, err := p.AddOfficer(ctx, o, x.OfficerDraft, []byte(x.Passphrase))
			if err != nil {
				return err
			}
			p.officers[x.Name] = made
			for _, k := range x.Desks {
				c, err := of[compartment.ID](p, k)
				if err == nil {
					err = p.HandCompartment(ctx, o, made.ID, c, "")
				}
				if err != nil {
					return err
				}
			}
			return nil
		})
	}
	for _, x := range p.story.Officers {
		p.add(rankUnit, storyAct{On: root.On, By: x.Name}, "sign in "+x.Name, p.present)
	}
	for _, x := range p.story.Parties {
		p.add(rankParty, x.storyAct, "", func(ctx context.Context, o officer.Officer) error {
			made, err := p.AddParty(ctx, o, fill(p, x.PartyDraft))
			return p.keep(x.Key, made, err)
		})
	}
}

// sources registers the sources, seats their officers and decides their authorities.
func (p *play) sources() {
	for _, x := range p.story.Sources {
		p.add(rankSource, x.storyAct, "", func(ctx context.Context, o officer.Officer) error {
			if err := p.present(ctx, o); err != nil {
				return err
			}
			made, err := p.RegisterSource(ctx, o, fill(p, x.SourceDraft))
			return p.keep(x.Key, made, err)
		})
		seats := append([][2]string{{x.Handler, "handler"}, {x.CoHandler, "co-handler"}, {x.Controller, "controller"}, {x.Authorizer, "authorizing"}}, x.Others...)
		for _, seat := range seats {
			if seat[0] == "" {
				continue
			}
			p.add(rankAssign, x.storyAct, x.Key+": "+seat[1]+" "+seat[0], func(ctx context.Context, o officer.Officer) error {
				if err := p.present(ctx, o); err != nil {
					return err
				}
				who, err := p.who(seat[0])
				if err != nil {
					return err
				}
				return p.Assign(ctx, o, casework.AssignDraft{Source: p.plain("@" + x.Key), Officer: who.ID.String(), Duty: seat[1]})
			})
		}
	}
	for _, x := range p.story.Authorities {
		p.add(rankAuthority, x.storyAct, "", func(ctx context.Context, o officer.Officer) error {
			made, err := p.Grant(ctx, o, fill(p, over(p.story.Form, x.Draft)))
			return p.keep(x.Key, made, err)
		})
	}
	for _, x := range p.story.Reviews {
		p.add(rankTask, x.storyAct, "review of "+x.Of, func(ctx context.Context, o officer.Officer) error {
			a, err := of[authority.ID](p, x.Of)
			if err != nil {
				return err
			}
			return p.Review(ctx, o, a, fill(p, x.ReviewDraft))
		})
	}
	for _, x := range p.story.Cancels {
		p.add(rankEnd, x.storyAct, "cancellation of "+x.Of, func(ctx context.Context, o officer.Officer) error {
			a, err := of[authority.ID](p, x.Of)
			if err != nil {
				return err
			}
			return p.Cancel(ctx, o, a, fill(p, x.CancelDraft))
		})
	}
	for _, x := range p.story.Life {
		p.add(rankEnd, x.storyAct, "event "+x.Kind, func(ctx context.Context, o officer.Officer) error {
			return p.RecordLife(ctx, o, fill(p, x.LifeEventDraft))
		})
	}
	for _, x := range p.story.Roles {
		p.add(rankTask, x.storyAct, "role "+x.Role, func(ctx context.Context, o officer.Officer) error {
			return p.AddRole(ctx, o, fill(p, x.RoleDraft))
		})
	}
}

// collection states what the unit wants to know and tasks it.
func (p *play) collection() {
	for _, x := range p.story.Requirements {
		p.add(rankRequirement, x.storyAct, "", func(ctx context.Context, o officer.Officer) error {
			made, err := p.StateRequirement(ctx, o, fill(p, x.RequirementDraft))
			return p.keep(x.Key, made, err)
		})
	}
	for _, x := range p.story.Tasks {
		p.add(rankTask, x.storyAct, "task "+x.Text, func(ctx context.Context, o officer.Officer) error {
			made, err := p.GiveTask(ctx, o, fill(p, x.TaskDraft))
			return p.keep(x.Key, made, err)
		})
	}
}

// contacts plans and records contacts and files what came of them.
func (p *play) contacts() {
	handlers := map[string]string{}
	for _, s := range p.story.Sources {
		handlers[s.Key] = s.Handler
	}
	for n, x := range p.story.Contacts {
		if x.By == "" {
			x.By = handlers[x.Source]
		}
		if x.Key == "" {
			x.Key = fmt.Sprintf("contact %d with %s", n+1, x.Source)
		}
		if x.Planned > 0 {
			p.plan(x)
		}
		p.add(rankContact, x.storyAct, "", func(ctx context.Context, o officer.Officer) error {
			planned, _ := p.made[x.Key].(contact.ID)
			n := contact.Draft{Source: "@" + x.Source, Type: x.Type, Missed: x.Missed}
			if x.Missed == nil {
				r := x.RecordDraft
				if r.When == "" {
					r.When = "+0d"
				}
				if r.Participants == nil {
					r.Participants = []string{"@" + x.By, "@" + x.Source}
				}
				if r.Security == "" {
					r.Security = "none"
				}
				n.Record = &r
			}
			made, err := p.RecordContact(ctx, o, planned, fill(p, n))
			return p.keep(x.Key, made, err)
		})
		for _, r := range x.Reports {
			r.On, r.By, r.Source = x.On, x.By, x.Source
			p.report(r, x.Key)
		}
	}
	for _, r := range p.story.Letters {
		p.report(r, "")
	}
	for _, x := range p.story.Links {
		p.add(rankOutcome, x.storyAct, "link "+x.From+" "+x.To, func(ctx context.Context, o officer.Officer) error {
			from, err := of[itemKey](p, x.From)
			if err != nil {
				return err
			}
			to, err := of[itemKey](p, x.To)
			if err != nil {
				return err
			}
			return p.LinkItems(ctx, o, from, to, x.Contradicts)
		})
	}
}

func (p *play) plan(x storyContact) {
	a := x.storyAct
	a.On += x.Planned
	p.add(rankPlan, a, "plan of "+x.Key, func(ctx context.Context, o officer.Officer) error {
		form, ok := p.story.Plans[x.Type]
		if !ok {
			return fmt.Errorf("the story has no plan form for %q", x.Type)
		}
		form.When, form.Place, form.Area = fmt.Sprintf("+%dd", x.Planned), x.Place, x.Area
		form.Participants = []string{"@" + x.By, "@" + x.Source}
		made, err := p.PlanContact(ctx, o, fill(p, contact.Draft{Source: "@" + x.Source, Type: x.Type, Plan: &form}))
		return p.keep(x.Key, made, err)
	})
}

// releases writes, approves and sends releases, and lets their readers answer.
func (p *play) releases() {
	for _, x := range p.story.Releases {
		p.add(rankRelease, x.storyAct, "", func(ctx context.Context, o officer.Officer) error {
			if err := p.present(ctx, o); err != nil {
				return err
			}
			made, err := p.WriteRelease(ctx, o, fill(p, x.ReleaseDraft))
			return p.keep(x.Key, made, err)
		})
		if x.Approve == "" {
			continue
		}
		p.add(rankApprove, storyAct{On: x.On, By: x.Approve}, "approval of "+x.Key, func(ctx context.Context, o officer.Officer) error {
			r, err := of[dissemination.ID](p, x.Key)
			if err != nil {
				return err
			}
			return p.ApproveRelease(ctx, o, r)
		})
		if x.Send == "" {
			continue
		}
		p.add(rankSend, storyAct{On: x.On, By: x.Send}, "sending of "+x.Key, func(ctx context.Context, o officer.Officer) error {
			r, err := of[dissemination.ID](p, x.Key)
			if err != nil {
				return err
			}
			made, err := p.SendRelease(ctx, o, r)
			return p.keep(x.Key+".copy", made, err)
		})
		for _, who := range slices.Sorted(maps.Keys(x.Receipts)) {
			p.add(rankReader, storyAct{On: x.On - x.Receipts[who], By: who}, "receipt of "+x.Key, func(ctx context.Context, o officer.Officer) error {
				c, err := of[casework.IssuedID](p, x.Key+".copy")
				if err != nil {
					return err
				}
				return p.Acknowledge(ctx, o, c)
			})
		}
		for _, f := range x.Feedback {
			p.add(rankReader, f.storyAct, "feedback on "+x.Key, func(ctx context.Context, o officer.Officer) error {
				c, err := of[casework.IssuedID](p, x.Key+".copy")
				if err != nil {
					return err
				}
				return p.Feedback(ctx, o, c, fill(p, f.FeedbackDraft))
			})
		}
	}
	for _, x := range p.story.Products {
		p.add(rankProduct, x.storyAct, "", func(ctx context.Context, o officer.Officer) error {
			made, err := p.WriteProduct(ctx, o, fill(p, x.ProductDraft))
			return p.keep(x.Key, made, err)
		})
	}
	for _, x := range p.story.Uses {
		p.add(rankAnswer, x.storyAct, "use", func(ctx context.Context, o officer.Officer) error {
			_, err := p.RecordUse(ctx, o, fill(p, x.UseDraft))
			return err
		})
	}
}
