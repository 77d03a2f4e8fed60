package api

import (
	"net/http"

	"cutout/internal/assessment"
	"cutout/internal/casework"
	"cutout/internal/dissemination"
	"cutout/internal/fault"
	"cutout/internal/network"
	"cutout/internal/report"
	"cutout/internal/source"
)

// Batch is many reports to be filed, each as if it came alone.
type Batch struct {
	Reports []casework.ReportDraft `json:"reports"`
}

// Filed is what became of a batch, row by row.
type Filed struct {
	Rows []FiledRow `json:"rows" nullable:"false"`
}

// FiledRow is one report of a batch: filed under an id, or not filed and why.
type FiledRow struct {
	ID      string   `json:"id,omitempty"`
	Ref     string   `json:"ref,omitempty"`
	Problem *Problem `json:"problem,omitempty"`
}

// mostReports is how many reports one batch may have.
const mostReports = 5000

func (c *call) file(n Batch) (Filed, error) {
	out := Filed{Rows: make([]FiledRow, len(n.Reports))}
	if len(n.Reports) > mostReports {
		var f fault.Faults
		f.Add("reports", "api.batch", "Most", "5000")
		return out, faulty(f)
	}
	ids, bad, err := c.desk.ImportReports(c.ctx, c.officer, n.Reports, nil)
	if err != nil {
		return out, err
	}
	for i, v := range ids {
		out.Rows[i] = FiledRow{ID: v.String(), Ref: v.Ref()}
	}
	for _, r := range bad {
		p := problem(c.words, r.Error)
		out.Rows[r.Row-1] = FiledRow{Problem: &p}
	}
	return out, nil
}

// Records are ids of records to be added to one.
type Records struct {
	Records []string `json:"records"`
}

// LinkDraft is a relation between two items.
type LinkDraft struct {
	From        string `json:"from"`
	To          string `json:"to"`
	Contradicts bool   `json:"contradicts"`
}

func (c *call) link(n LinkDraft) error {
	var f fault.Faults
	var from, to report.ItemID
	for _, x := range []struct {
		field, given string
		into         *report.ItemID
	}{{"from", n.From, &from}, {"to", n.To, &to}} {
		if x.into.UnmarshalText([]byte(x.given)) != nil || x.into.IsZero() {
			f.Add(x.field, "field.id", "Given", "")
		}
	}
	if err := faulty(f); err != nil {
		return err
	}
	return c.desk.LinkItems(c.ctx, c.officer, from, to, n.Contradicts)
}

func reportEntries() []entry {
	return []entry{
		lists("/reports", "reports", "Lists the reports you may see, newest first", func(c *call, cursor string, limit int) (p Page[ReportLine], err error) {
			s, err := c.desk.Reports(c.ctx, c.officer, filter[source.ID](c, "source"), cursor, limit)
			for _, r := range s.Reports {
				p.Items = append(p.Items, c.reportLine(r, s.Sources))
			}
			p.Next = s.Next
			return p, err
		}, "source"),
		makes("/reports", "file-report", "Files a report", func(c *call, n casework.ReportDraft) (Made, error) {
			return made(c.desk.FileReport(c.ctx, c.officer, n))
		}),
		asks("/report-batches", "file-reports", "Files many reports; each row says what became of it", func(c *call, n Batch) (Filed, error) { return c.file(n) }),
		looks("/reports/{report}", "report", "Shows a report with what came to it later", func(c *call) (Report, error) {
			at, err := c.asKnown()
			if err != nil {
				return Report{}, err
			}
			p, err := c.desk.Report(c.ctx, c.officer, named[report.ID](c, "report"), at)
			if err != nil {
				return Report{}, err
			}
			return c.report(p), nil
		}, "as_known"),
		acts(http.MethodPut, "/reports/{report}", "complete-report", "Writes a new version of a report; what was filed before stays", func(c *call, n casework.ReportDraft) error {
			return c.desk.CompleteReport(c.ctx, c.officer, named[report.ID](c, "report"), n)
		}),
		makes("/outcomes", "record-outcome", "Adds what later proved true of an item", func(c *call, n report.OutcomeDraft) (Made, error) {
			return made(c.desk.RecordOutcome(c.ctx, c.officer, n))
		}),
		acts(http.MethodPost, "/regrades", "regrade", "Adds a later grade of an item", func(c *call, n report.RegradeDraft) error {
			return c.desk.Regrade(c.ctx, c.officer, n)
		}),
		acts(http.MethodPost, "/links", "link-items", "Records that one item supports or contradicts another", func(c *call, n LinkDraft) error { return c.link(n) }),
		makes("/uses", "record-use", "Writes down that a report was used outside", func(c *call, n dissemination.UseDraft) (Made, error) {
			return made(c.desk.RecordUse(c.ctx, c.officer, n))
		}),
		acts(http.MethodPut, "/uses/{use}", "complete-use", "Writes a new version of a use", func(c *call, n dissemination.UseDraft) error {
			return c.desk.CompleteUse(c.ctx, c.officer, named[dissemination.UseID](c, "use"), n)
		}),
	}
}

func networkEntries() []entry {
	return []entry{
		looks("/parties", "parties", "Lists the persons and organizations you may name", func(c *call) (Page[Party], error) {
			rs, next, err := c.desk.Parties(c.ctx, c.officer, c.asked.Get("cursor"))
			p := Page[Party]{Items: []Party{}, Next: next}
			for _, r := range rs {
				p.Items = append(p.Items, c.party(r))
			}
			return p, err
		}, "cursor"),
		makes("/parties", "add-party", "Puts a person or organization on a desk's list", func(c *call, n casework.PartyDraft) (Made, error) {
			return made(c.desk.AddParty(c.ctx, c.officer, n))
		}),
		acts(http.MethodPut, "/parties/{party}", "revise-party", "Writes a new version of a party", func(c *call, n network.PartyDraft) error {
			return c.desk.ReviseParty(c.ctx, c.officer, named[network.ID](c, "party"), n)
		}),
		acts(http.MethodPost, "/knows", "add-knows", "Records that somebody can identify somebody", func(c *call, n network.KnowsDraft) error {
			return c.desk.AddKnows(c.ctx, c.officer, n)
		}),
		makes("/assessments", "assess", "Writes a dated view with its rival explanations", func(c *call, n casework.AssessmentDraft) (Made, error) {
			return made(c.desk.Assess(c.ctx, c.officer, n))
		}),
		acts(http.MethodPost, "/assessments/{assessment}/weighed", "weigh-later", "Adds records to what an assessment took into account", func(c *call, n Records) error {
			return c.desk.WeighLater(c.ctx, c.officer, named[assessment.ID](c, "assessment"), n.Records...)
		}),
		makes("/credits", "give-credit", "Records a benefit credited to a source", func(c *call, n assessment.CreditDraft) (Made, error) {
			return made(c.desk.RecordCredit(c.ctx, c.officer, n))
		}),
	}
}
