package api

import (
	"net/http"
	"strings"

	"cutout/internal/authority"
	"cutout/internal/casework"
	"cutout/internal/contact"
	"cutout/internal/id"
	"cutout/internal/requirement"
	"cutout/internal/source"
)

// object is the id of any record in the path, in its one written form.
func (c *call) object() string {
	s := strings.ToLower(c.r.PathValue("object"))
	if _, ok := id.Raw(s); !ok {
		return id.Long("src", nowhere)
	}
	return s
}

func sourceEntries() []entry {
	return []entry{
		lists("/sources", "sources", "Lists the sources you may see, newest first", func(c *call, cursor string, limit int) (p Page[SourceLine], err error) {
			s, err := c.desk.Sources(c.ctx, c.officer, cursor, limit)
			for _, l := range s.Sources {
				p.Items = append(p.Items, c.sourceLine(l))
			}
			p.Next = s.Next
			return p, err
		}),
		makes("/sources", "register-source", "Opens a source's file; an identity sent along is sealed and never comes back", func(c *call, n casework.SourceDraft) (Made, error) {
			return made(c.desk.RegisterSource(c.ctx, c.officer, n))
		}),
		looks("/sources/{source}", "source", "Shows a source's file", func(c *call) (SourcePage, error) {
			at, err := c.asKnown()
			if err != nil {
				return SourcePage{}, err
			}
			p, err := c.desk.Source(c.ctx, c.officer, named[source.ID](c, "source"), at)
			if err != nil {
				return SourcePage{}, err
			}
			return c.sourcePage(p), nil
		}, "as_known"),
		acts(http.MethodPut, "/sources/{source}", "revise-source", "Writes a new version of a source's file", func(c *call, n source.Draft) error {
			return c.desk.ReviseSource(c.ctx, c.officer, named[source.ID](c, "source"), n)
		}),
		acts(http.MethodPost, "/sources/{source}/assignments", "assign", "Gives an officer a duty for a source", func(c *call, n casework.AssignDraft) error {
			if err := same[source.ID](c, "source", "source", &n.Source); err != nil {
				return err
			}
			return c.desk.Assign(c.ctx, c.officer, n)
		}),
		steps(http.MethodDelete, "/sources/{source}/assignments/{officer}/{duty}", "relieve", "Ends an officer's duty for a source", func(c *call) error {
			return c.desk.Relieve(c.ctx, c.officer, casework.AssignDraft{Source: named[source.ID](c, "source").String(),
				Officer: c.r.PathValue("officer"), Duty: c.r.PathValue("duty")})
		}),
		makes("/sources/{source}/roles", "add-role", "Records somebody's role around a source", func(c *call, n source.RoleDraft) (Made, error) {
			if err := same[source.ID](c, "source", "source", &n.Source); err != nil {
				return Made{}, err
			}
			return made(c.desk.RecordRole(c.ctx, c.officer, n))
		}),
		acts(http.MethodPut, "/roles/{role}", "revise-role", "Writes a new version of a role, such as its end", func(c *call, n source.RoleDraft) error {
			return c.desk.ReviseRole(c.ctx, c.officer, named[source.RoleID](c, "role"), n)
		}),
		acts(http.MethodPost, "/sources/{source}/events", "record-event", "Adds an event to a source's life", func(c *call, n source.LifeEventDraft) error {
			if err := same[source.ID](c, "source", "source", &n.Source); err != nil {
				return err
			}
			return c.desk.RecordLife(c.ctx, c.officer, n)
		}),
		makes("/authorities", "grant-authority", "Decides an application for the use of a source", func(c *call, n authority.Draft) (Made, error) {
			return made(c.desk.Grant(c.ctx, c.officer, n))
		}),
		looks("/authorities/{authority}", "authority", "Shows an authority", func(c *call) (Authority, error) {
			p, err := c.desk.Authority(c.ctx, c.officer, named[authority.ID](c, "authority"))
			if err != nil {
				return Authority{}, err
			}
			return c.authority(p.Authority), nil
		}),
		acts(http.MethodPost, "/authorities/{authority}/reviews", "review-authority", "Records a review", func(c *call, n authority.ReviewDraft) error {
			return c.desk.Review(c.ctx, c.officer, named[authority.ID](c, "authority"), n)
		}),
		acts(http.MethodPost, "/authorities/{authority}/cancellation", "cancel-authority", "Ends an authority before its time", func(c *call, n authority.CancelDraft) error {
			return c.desk.Cancel(c.ctx, c.officer, named[authority.ID](c, "authority"), n)
		}),
		lists("/contacts", "contacts", "Lists contacts, newest first", func(c *call, cursor string, limit int) (p Page[Contact], err error) {
			s, err := c.desk.Contacts(c.ctx, c.officer, filter[source.ID](c, "source"), cursor, limit)
			for _, x := range s.Contacts {
				p.Items = append(p.Items, c.contact(x))
			}
			p.Next = s.Next
			return p, err
		}, "source"),
		makes("/contacts", "record-contact", "Writes down a contact nobody planned", func(c *call, n contact.Draft) (Made, error) {
			return made(c.desk.RecordContact(c.ctx, c.officer, contact.ID{}, n))
		}),
		makes("/contact-plans", "plan-contact", "Plans a contact", func(c *call, n contact.Draft) (Made, error) {
			return made(c.desk.PlanContact(c.ctx, c.officer, n))
		}),
		looks("/contacts/{contact}", "contact", "Shows a contact", func(c *call) (Contact, error) {
			p, err := c.desk.Contact(c.ctx, c.officer, named[contact.ID](c, "contact"))
			if err != nil {
				return Contact{}, err
			}
			return c.contact(p.Contact), nil
		}),
		acts(http.MethodPut, "/contacts/{contact}/record", "record-planned-contact", "Writes down what became of a planned contact", func(c *call, n contact.Draft) error {
			_, err := c.desk.RecordContact(c.ctx, c.officer, named[contact.ID](c, "contact"), n)
			return err
		}),
		acts(http.MethodPut, "/contacts/{contact}", "complete-contact", "Writes a new version of a contact that took place", func(c *call, n contact.Draft) error {
			return c.desk.CompleteContact(c.ctx, c.officer, named[contact.ID](c, "contact"), n)
		}),
	}
}

func requirementEntries() []entry {
	return []entry{
		looks("/coverage", "coverage", "Shows all requirements and what covers them", func(c *call) (Coverage, error) {
			p, err := c.desk.Coverage(c.ctx, c.officer)
			if err != nil {
				return Coverage{}, err
			}
			return c.coverage(p), nil
		}),
		makes("/requirements", "state-requirement", "States what the unit wants to know", func(c *call, n casework.RequirementDraft) (Made, error) {
			return made(c.desk.StateRequirement(c.ctx, c.officer, n))
		}),
		looks("/requirements/{requirement}", "requirement", "Shows a requirement with what answers it", func(c *call) (RequirementPage, error) {
			p, err := c.desk.Requirement(c.ctx, c.officer, named[requirement.ID](c, "requirement"))
			if err != nil {
				return RequirementPage{}, err
			}
			v := RequirementPage{Requirement: c.requirement(p.Requirement)}
			for _, q := range p.Children {
				v.Children = append(v.Children, c.requirement(q))
			}
			for _, t := range p.Tasks {
				v.Tasks = append(v.Tasks, c.task(t))
			}
			for _, r := range p.Reports {
				v.Reports = append(v.Reports, c.reportLine(r, p.Sources))
			}
			return v, nil
		}),
		acts(http.MethodPut, "/requirements/{requirement}", "restate-requirement", "Writes a new version of a requirement", func(c *call, n requirement.Draft) error {
			return c.desk.RestateRequirement(c.ctx, c.officer, named[requirement.ID](c, "requirement"), n)
		}),
		makes("/tasks", "give-task", "Gives a requirement to a source", func(c *call, n requirement.TaskDraft) (Made, error) {
			return made(c.desk.GiveTask(c.ctx, c.officer, n))
		}),
	}
}
