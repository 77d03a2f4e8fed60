// Package report is what was said: reports, their numbered items, the structured claim beside the words, and what later
// proved true. A report is never overwritten: a correction is a new version, a new grade is a Regrade, and the truth
// learned later is an Outcome, so that what was known on a day can always be shown as it was.
package report

import (
	"cutout/internal/compartment"
	"cutout/internal/contact"
	"cutout/internal/day"
	"cutout/internal/id"
	"cutout/internal/requirement"
	"cutout/internal/source"
)

type kind struct{}

// Prefix names reports "rep_…" and "R-…".
func (kind) Prefix() (string, string) { return "rep", "R" }

// ID names a report.
type ID = id.Of[kind]

type item struct{}

// Prefix names items "itm_…" and "I-…".
func (item) Prefix() (string, string) { return "itm", "I" }

// ItemID names one item of a report. A claim has no id of its own: it is its item's.
type ItemID = id.Of[item]

// NotEvaluated is the warning every raw report carries.
const NotEvaluated = "not finally evaluated"

// MaxItems is how many items one report may have.
const MaxItems = 50

// Report is one report as received.
type Report struct {
	Contact       contact.ID       `json:"contact,omitzero"`
	Source        source.ID        `json:"source,omitzero"` // zero for a report of another discipline
	Desk          compartment.ID   `json:"desk,omitzero"`
	Series        string           `json:"series,omitempty"` // the name under which readers know the line
	Originator    string           `json:"originator,omitempty"`
	Reporter      string           `json:"reporter,omitempty"` // who took it down: officer or party id, or words
	SubSource     source.ID        `json:"sub_source,omitzero"`
	SubSourceText string           `json:"sub_source_text,omitempty"` // the one below him where he is no registered source: party id, or words
	When          day.Period       `json:"when,omitzero"`             // date of information
	Received      day.Period       `json:"received"`
	Languages     []string         `json:"languages,omitempty"` // in order of translation
	OriginalHeld  *bool            `json:"original_held,omitempty"`
	Count         int              `json:"count"` // how many reports this record stands for
	Volume        Volume           `json:"volume,omitempty"`
	BuiltFrom     []source.ID      `json:"built_from,omitempty"`
	Discipline    string           `json:"discipline"` // HUMINT unless said
	Enclosure     Enclosure        `json:"enclosure,omitempty"`
	EnclosureItem ItemID           `json:"enclosure_item,omitzero"` // the item that speaks of what was enclosed
	Network       string           `json:"network,omitempty"`
	Assigned      string           `json:"assigned,omitempty"` // id of desk or officer, or "none"
	Requirements  []requirement.ID `json:"requirements,omitempty"`
	Title         string           `json:"title,omitempty"`
	Summary       string           `json:"summary,omitempty"`
	SourceContext string           `json:"source_context,omitempty"` // how the source is described to readers
	Comments      string           `json:"comments,omitempty"`       // the collector's own, kept apart from the words
	Warning       string           `json:"warning"`
	Replaces      ID               `json:"replaces,omitzero"` // the version before
	Items         []Item           `json:"items"`
}

// Volume is how much one record stands for: one, several, many.
type Volume string

// Enclosure is what came with it: object, document.
type Enclosure string

// Item is one numbered statement with its basis and its grade. Number counts from 1.
type Item struct {
	ID        ItemID     `json:"id"`
	Number    int        `json:"number"`
	Text      string     `json:"text"`
	Lang      string     `json:"lang"`
	Gist      string     `json:"gist,omitempty"` // in a language of the unit, demanded when Lang is none of them
	Basis     Basis      `json:"basis"`
	Access    string     `json:"access,omitempty"` // how the source came to know, in words
	When      day.Period `json:"when,omitzero"`    // the time it speaks of
	Place     string     `json:"place,omitempty"`
	Area      string     `json:"area,omitempty"`
	Grade     *Grade     `json:"grade,omitempty"`      // nil: none was given
	GradeText string     `json:"grade_text,omitempty"` // the words of a grade given in prose
	Claim     *Claim     `json:"claim,omitempty"`
	Added     day.Period `json:"added,omitzero"` // the day it came in, for an item that a later version of the report brought; zero: with the report
}

// Basis is how the source knows.
type Basis string

// The bases of knowledge.
const (
	Direct      Basis = "direct"
	Participant Basis = "participant"
	Document    Basis = "document"
	SubSource   Basis = "sub-source"
	Hearsay     Basis = "hearsay"
	Inference   Basis = "inference"
	Unknown     Basis = "unknown"
)

// Rank orders bases: first-hand 3, sub-source 2, hearsay and inference 1, unknown 0.
func (b Basis) Rank() int {
	switch b {
	case Direct, Participant, Document:
		return 3
	case SubSource:
		return 2
	case Hearsay, Inference:
		return 1
	}
	return 0
}

// FirstHand reports whether the source saw, did or held it himself.
func (b Basis) FirstHand() bool { return b.Rank() == 3 }

// Claim is an item's statement in a form that can be compared.
type Claim struct {
	Subject       string        `json:"subject"`
	Predicate     string        `json:"predicate"`
	Value         string        `json:"value"`
	Topic         string        `json:"topic,omitempty"`
	Importance    Importance    `json:"importance,omitempty"`
	Verifiable    *bool         `json:"verifiable,omitempty"`
	CheckAsked    bool          `json:"check_asked,omitempty"` // somebody answered whether it was checked; CheckedOn is the answer
	CheckedOn     day.Period    `json:"checked_on,omitzero"`
	BonaFides     bool          `json:"bona_fides,omitempty"` // about the source himself
	UsefulUntil   day.Period    `json:"useful_until,omitzero"`
	PredictionDue day.Period    `json:"prediction_due,omitzero"`
	Supports      []ItemID      `json:"supports,omitempty"`
	Contradicts   []ItemID      `json:"contradicts,omitempty"`
	Names         []string      `json:"names,omitempty"`      // party, source or officer ids
	Adverse       bool          `json:"adverse,omitempty"`    // against those named
	ThreatTo      string        `json:"threat_to,omitempty"`  // party, source or officer id, or words: may be killed or hurt
	Hypothesis    bool          `json:"hypothesis,omitempty"` // offered as an explanation, not as a fact
	Discriminator Discriminator `json:"discriminator,omitempty"`
	SubSource     source.ID     `json:"sub_source,omitzero"`
	SubSourceText string        `json:"sub_source_text,omitempty"` // as Report.SubSourceText
	ReceivedAt    day.Period    `json:"received_at,omitzero"`      // when it came apart from its report
	Inspection    *Inspection   `json:"inspection,omitempty"`
}

// Importance is low or high.
type Importance string

// Discriminator is whether the claim passes a test that invented ones fail: met, not-met, absent.
type Discriminator string

// Inspection is an inspector's count of files, where a claim reports one.
type Inspection struct {
	Files        int     `json:"files"`
	ShareFailing float64 `json:"share_failing"` // 0 to 1
}

// Result is what a claim turned out to be.
type Result string

// The results. Unknown means looked for and not found out; Partly counts as decided.
const (
	True       Result = "true"
	False      Result = "false"
	Partly     Result = "partly"
	NotDecided Result = "unknown"
)

// Decided reports whether the result settles the claim.
func (r Result) Decided() bool { return r == True || r == False || r == Partly }

type outcome struct{}

// Prefix names outcomes "out_…" and "OC-…".
func (outcome) Prefix() (string, string) { return "out", "OC" }

// OutcomeID names an outcome.
type OutcomeID = id.Of[outcome]

// Outcome is what later proved true of an item. It changes nothing in the item.
type Outcome struct {
	Item     ItemID     `json:"item"`
	Result   Result     `json:"result"`
	On       day.Period `json:"on"`
	Basis    string     `json:"basis"`              // how it is known
	Evidence []string   `json:"evidence,omitempty"` // ids
}

// Regrade is a later grade of an item; the first stays.
type Regrade struct {
	Item   ItemID `json:"item"`
	Grade  Grade  `json:"grade"`
	Reason string `json:"reason"`
}

// Has reports whether an item is one of the report's own.
func (r Report) Has(of ItemID) bool {
	for _, it := range r.Items {
		if it.ID == of {
			return true
		}
	}
	return false
}
