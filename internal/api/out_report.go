package api

import (
	"cutout/internal/casework"
	"cutout/internal/report"
	"cutout/internal/source"
)

// ReportLine is a report in a list.
type ReportLine struct {
	Record
	Title      string `json:"title,omitempty"`
	Series     string `json:"series,omitempty"`
	Source     string `json:"source,omitempty" doc:"only when you may see it"`
	Received   string `json:"received"`
	When       string `json:"when,omitempty"`
	Discipline string `json:"discipline"`
	Items      int    `json:"items"`
}

func (c *call) reportLine(r casework.ReportRecord, sources map[source.ID]casework.SourceRecord) ReportLine {
	p := r.Value
	v := ReportLine{Record: head(c, r.ID, r.Head), Title: p.Title, Series: p.Series, Received: p.Received.Text, When: p.When.Text, Discipline: p.Discipline, Items: len(p.Items)}
	if _, ok := sources[p.Source]; ok {
		v.Source = p.Source.String()
	}
	return v
}

// Report is a report with everything that came to it later.
type Report struct {
	Record
	Title         string       `json:"title,omitempty"`
	Series        string       `json:"series,omitempty"`
	Source        string       `json:"source,omitempty" doc:"only when you may see it"`
	Origin        string       `json:"origin,omitempty" doc:"equal for reports of one origin; where you may not see the source, a mark of your own that says nothing else"`
	Contact       string       `json:"contact,omitempty" doc:"only when you may see the source"`
	Desk          string       `json:"desk,omitempty"`
	When          string       `json:"when,omitempty"`
	Received      string       `json:"received"`
	Discipline    string       `json:"discipline"`
	Languages     []string     `json:"languages,omitempty"`
	Summary       string       `json:"summary,omitempty"`
	SourceContext string       `json:"source_context,omitempty"`
	Comments      string       `json:"comments,omitempty"`
	Warning       string       `json:"warning"`
	Items         []Item       `json:"items" nullable:"false"`
	Requirements  []string     `json:"requirements,omitempty"`
	Releases      []string     `json:"releases,omitempty"`
	Recalls       []RecallMark `json:"recalls,omitempty"`
}

// Item is one numbered statement.
type Item struct {
	ID        string    `json:"id"`
	Number    int       `json:"number"`
	Text      string    `json:"text"`
	Lang      string    `json:"lang"`
	Gist      string    `json:"gist,omitempty"`
	Basis     string    `json:"basis"`
	Access    string    `json:"access,omitempty"`
	When      string    `json:"when,omitempty"`
	Place     string    `json:"place,omitempty"`
	Area      string    `json:"area,omitempty"`
	Scheme    string    `json:"scheme,omitempty"`
	Grade     string    `json:"grade,omitempty" doc:"as first given; it never changes"`
	GradeText string    `json:"grade_text,omitempty"`
	Claim     *Claim    `json:"claim,omitempty"`
	Regrades  []Regrade `json:"regrades,omitempty"`
	Outcomes  []Outcome `json:"outcomes,omitempty"`
	Related   []Related `json:"related,omitempty"`
}

// Claim is an item's statement in a form that can be compared.
type Claim struct {
	Subject    string `json:"subject"`
	Predicate  string `json:"predicate"`
	Value      string `json:"value"`
	Topic      string `json:"topic,omitempty"`
	Importance string `json:"importance,omitempty"`
	Hypothesis bool   `json:"hypothesis,omitempty"`
}

// Regrade is a later grade of an item.
type Regrade struct {
	Scheme string `json:"scheme"`
	Grade  string `json:"grade"`
	Reason string `json:"reason"`
}

// Outcome is what later proved true of an item.
type Outcome struct {
	Record
	Result string `json:"result"`
	On     string `json:"on"`
	Basis  string `json:"basis"`
}

// Related is another item that supports or contradicts one.
type Related struct {
	Report      string `json:"report"`
	Item        string `json:"item"`
	Number      int    `json:"number"`
	Contradicts bool   `json:"contradicts,omitempty"`
	SameOrigin  bool   `json:"same_origin,omitempty" doc:"both go back to one source, as far as you may see: one voice"`
}

func item(it report.Item) Item {
	v := Item{ID: it.ID.String(), Number: it.Number, Text: it.Text, Lang: it.Lang, Gist: it.Gist, Basis: string(it.Basis), Access: it.Access,
		When: it.When.Text, Place: it.Place, Area: it.Area, GradeText: it.GradeText}
	if it.Grade != nil {
		v.Scheme, v.Grade = string(it.Grade.Scheme()), it.Grade.String()
	}
	if k := it.Claim; k != nil {
		v.Claim = &Claim{k.Subject, k.Predicate, k.Value, k.Topic, string(k.Importance), k.Hypothesis}
	}
	return v
}

func (c *call) report(p casework.ReportPage) Report {
	r := p.Report.Value
	v := Report{Record: head(c, p.Report.ID, p.Report.Head), Title: r.Title, Series: r.Series, Desk: r.Desk.String(), When: r.When.Text, Received: r.Received.Text,
		Discipline: r.Discipline, Languages: r.Languages, Summary: r.Summary, SourceContext: r.SourceContext, Comments: r.Comments, Warning: r.Warning,
		Origin: p.Origin, Items: []Item{}, Recalls: c.marks(p.Recalls, nil)}
	if p.Source != nil {
		v.Source, v.Contact = r.Source.String(), r.Contact.String()
	}
	for _, q := range p.Needs {
		v.Requirements = append(v.Requirements, q.ID.String())
	}
	for _, x := range p.Releases {
		v.Releases = append(v.Releases, x.ID.String())
	}
	for _, it := range r.Items {
		x := item(it)
		for _, g := range p.Regrades[it.ID] {
			x.Regrades = append(x.Regrades, Regrade{string(g.Value.Grade.Scheme()), g.Value.Grade.String(), g.Value.Reason})
		}
		for _, o := range p.Outcomes[it.ID] {
			x.Outcomes = append(x.Outcomes, Outcome{head(c, o.ID, o.Head), string(o.Value.Result), o.Value.On.Text, o.Value.Basis})
		}
		for _, o := range p.Related[it.ID] {
			x.Related = append(x.Related, Related{o.Report.String(), o.Item.ID.String(), o.Item.Number, o.Contradicts, o.SameOrigin})
		}
		v.Items = append(v.Items, x)
	}
	return v
}
