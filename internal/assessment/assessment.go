// Package assessment is what somebody thinks of a source, a claim or a question, with the rival explanations and what
// would disprove each. It decides nothing: an assessment is a dated view with an author, added and never changed.
package assessment

import (
	"cutout/internal/day"
	"cutout/internal/draft"
	"cutout/internal/fault"
	"cutout/internal/id"
	"cutout/internal/source"
)

type kind struct{}

// Prefix names assessments "asm_…" and "V-…".
func (kind) Prefix() (string, string) { return "asm", "V" }

// ID names an assessment.
type ID = id.Of[kind]

type credit struct{}

// Prefix names credits "crd_…" and "B-…".
func (credit) Prefix() (string, string) { return "crd", "B" }

// CreditID names a credit.
type CreditID = id.Of[credit]

// Assessment is one view. About is the id of a source, item, report, notice or party, or the question in words.
type Assessment struct {
	About       string       `json:"about"`
	By          string       `json:"by"` // officer or party id, or words for an old record
	On          day.Period   `json:"on"`
	View        string       `json:"view"`
	Hypotheses  []Hypothesis `json:"hypotheses,omitempty"`
	Evidence    []Evidence   `json:"evidence,omitempty"`
	Weighs      []string     `json:"weighs,omitempty"`      // ids of what was taken into account
	Resolves    []string     `json:"resolves,omitempty"`    // ids of notices it answers
	AboveLine   bool         `json:"above_line,omitempty"`  // the author stands above or outside the handling line
	ControlFrom day.Period   `json:"control_from,omitzero"` // earliest date from which the source may have been controlled
	// AuthorUnknown marks an old record that does not say whose view it was: By is then whoever wrote it down, and it
	// counts as nobody's.
	AuthorUnknown bool `json:"author_unknown,omitempty"`
}

// Hypothesis is one explanation and what would disprove it.
type Hypothesis struct {
	Name     string `json:"name"`
	Disproof string `json:"disproof,omitempty"`
}

// Weight is how a piece of evidence sits with a hypothesis: consistent, inconsistent, neither.
type Weight string

// Evidence is a row of the matrix of competing hypotheses: Weights stands in the order of Hypotheses.
type Evidence struct {
	Item    string   `json:"item"` // id of any record, or words
	Weights []Weight `json:"weights"`
}

// Draft is an assessment as given.
type Draft struct {
	About         string            `json:"about" yaml:"about"`
	By            string            `json:"by" yaml:"by"`
	On            string            `json:"on" yaml:"on"`
	View          string            `json:"view" yaml:"view"`
	Hypotheses    []HypothesisDraft `json:"hypotheses" yaml:"hypotheses"`
	Evidence      []EvidenceDraft   `json:"evidence" yaml:"evidence"`
	Weighs        []string          `json:"weighs" yaml:"weighs"`
	Resolves      []string          `json:"resolves" yaml:"resolves"`
	AboveLine     string            `json:"above_line" yaml:"above_line"`
	ControlFrom   string            `json:"control_from" yaml:"control_from"`
	AuthorUnknown string            `json:"author_unknown" yaml:"author_unknown"`
}

// HypothesisDraft is a hypothesis as given.
type HypothesisDraft struct {
	Name     string `json:"name" yaml:"name"`
	Disproof string `json:"disproof" yaml:"disproof"`
}

// EvidenceDraft is a row of evidence as given.
type EvidenceDraft struct {
	Item    string   `json:"item" yaml:"item"`
	Weights []string `json:"weights" yaml:"weights"`
}

// New reads a draft. A blank date is today.
func New(d Draft, words source.Vocabulary, today day.Day) (Assessment, fault.Faults) {
	r := draft.New(words)
	for _, f := range [][2]string{{"about", d.About}, {"by", d.By}, {"view", d.View}} {
		r.Need(f[0], f[1])
	}
	a := Assessment{About: r.Identifier("about", d.About), By: r.Identifier("by", d.By), On: r.Past("on", d.On, today), View: r.Text("view", d.View, draft.NoteLimit),
		Weighs: r.Refs("weighs", d.Weighs), Resolves: r.Refs("resolves", d.Resolves, "ntc"), AboveLine: r.Flag("above_line", d.AboveLine),
		ControlFrom: r.Past("control_from", d.ControlFrom, today), AuthorUnknown: r.Flag("author_unknown", d.AuthorUnknown)}
	if d.On == "" {
		a.On = day.On(today)
	}
	if r.Few("hypotheses", len(d.Hypotheses)) {
		seen := map[string]bool{}
		for i, h := range d.Hypotheses {
			f := draft.At("hypotheses", i) + "."
			r.Need(f+"name", h.Name)
			v := Hypothesis{r.Identifier(f+"name", h.Name), r.Text(f+"disproof", h.Disproof, draft.NoteLimit)}
			if seen[v.Name] && v.Name != "" {
				r.Add(f+"name", "assessment.hypothesis-twice")
			}
			seen[v.Name] = true
			a.Hypotheses = append(a.Hypotheses, v)
		}
	}
	if r.Few("evidence", len(d.Evidence)) {
		for i, e := range d.Evidence {
			f := draft.At("evidence", i) + "."
			r.Need(f+"item", e.Item)
			v := Evidence{Item: r.Identifier(f+"item", e.Item)}
			if len(e.Weights) != len(d.Hypotheses) {
				r.Add(f+"weights", "assessment.weights")
			}
			r.Each(f+"weights", e.Weights, func(g, s string) {
				r.Need(g, s)
				v.Weights = append(v.Weights, draft.One(r, g, s, Weight("consistent"), "inconsistent", "neither"))
			})
			a.Evidence = append(a.Evidence, v)
		}
	}
	return a, r.Faults
}

// Diagnostic reports whether the row tells any two hypotheses apart.
func (e Evidence) Diagnostic() bool {
	for _, w := range e.Weights {
		if w != e.Weights[0] {
			return true
		}
	}
	return false
}

// Inconsistencies counts, in the order of the hypotheses, the rows that speak against each. The method of competing
// hypotheses rejects by this count and never confirms by agreement.
func (a Assessment) Inconsistencies() []int {
	out := make([]int, len(a.Hypotheses))
	for _, e := range a.Evidence {
		for i, w := range e.Weights {
			if i < len(out) && w == "inconsistent" {
				out[i]++
			}
		}
	}
	return out
}

// Credit says that a source is owed thanks for something. Without a report and an outside assessor it is a claim, not a fact (T18).
type Credit struct {
	By       string     `json:"by"`
	On       day.Period `json:"on"`
	Source   source.ID  `json:"source"`
	What     string     `json:"what"`
	Report   string     `json:"report,omitempty"`
	Assessor string     `json:"assessor,omitempty"`
	// The Unknown fields are set in an old record that does not say: then nobody can be asked for it.
	ReportUnknown   bool `json:"report_unknown,omitempty"`
	AssessorUnknown bool `json:"assessor_unknown,omitempty"`
}

// CreditDraft is a credit as given.
type CreditDraft struct {
	By       string `json:"by" yaml:"by"`
	On       string `json:"on" yaml:"on"`
	Source   string `json:"source" yaml:"source"`
	What     string `json:"what" yaml:"what"`
	Report   string `json:"report" yaml:"report"`
	Assessor string `json:"assessor" yaml:"assessor"`
	// Of an old record that does not say: yes.
	ReportUnknown   string `json:"report_unknown" yaml:"report_unknown"`
	AssessorUnknown string `json:"assessor_unknown" yaml:"assessor_unknown"`
}

// NewCredit reads a credit. A blank date is today.
func NewCredit(d CreditDraft, words source.Vocabulary, today day.Day) (Credit, fault.Faults) {
	r := draft.New(words)
	for _, f := range [][2]string{{"by", d.By}, {"source", d.Source}, {"what", d.What}} {
		r.Need(f[0], f[1])
	}
	c := Credit{By: r.Identifier("by", d.By), On: r.Past("on", d.On, today), What: r.Text("what", d.What, draft.NoteLimit),
		Report: r.Ref("report", d.Report, "rep"), Assessor: r.Identifier("assessor", d.Assessor),
		ReportUnknown: r.Flag("report_unknown", d.ReportUnknown), AssessorUnknown: r.Flag("assessor_unknown", d.AssessorUnknown)}
	if d.On == "" {
		c.On = day.On(today)
	}
	draft.Into(r, "source", d.Source, &c.Source)
	if c.Assessor != "" && c.Assessor == c.By {
		r.Add("assessor", "assessment.own-credit")
	}
	return c, r.Faults
}
