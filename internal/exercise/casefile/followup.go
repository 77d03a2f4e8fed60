package casefile

import "cutout/internal/day"

// Assessment is somebody's view of a source, report or claim, with the hypotheses he put on file.
type Assessment struct {
	Common
	About      Field[string]     `key:"about" ref:"id"`
	Date       Field[day.Period] `key:"date"`
	By         Field[string]     `key:"by" ref:"id"`
	View       Field[string]     `key:"view"`
	Hypotheses Field[[]string]   `key:"hypotheses"`
	Weighs     Field[[]string]   `key:"weighs" ref:"id"`
	Resolves   Field[[]string]   `key:"resolves" ref:"id"`
}

// Credit is praise or money given to a source for something he is said to have reported.
type Credit struct {
	Common
	Date     Field[day.Period] `key:"date"`
	By       Field[string]     `key:"by" ref:"id"`
	Source   Field[string]     `key:"source" ref:"id"`
	What     Field[string]     `key:"what"`
	Report   Field[string]     `key:"report" ref:"id"`
	Assessor Field[string]     `key:"assessor" ref:"id"`
}

// Collection is a look at an area by some discipline.
type Collection struct {
	Common
	Date       Field[day.Period] `key:"date"`
	Area       Field[string]     `key:"area"`
	Discipline Field[string]     `key:"discipline"`
}

// Dissemination is one report sent to one reader. Product is the product it went into; the same word is the same product.
type Dissemination struct {
	Common
	Report       Field[string]         `key:"report" ref:"id"`
	To           Field[string]         `key:"to" ref:"id"`
	Date         Field[day.Period]     `key:"date"`
	Compartment  Field[string]         `key:"compartment"`
	Acknowledged Field[Acknowledgment] `key:"acknowledged"`
	Form         Field[string]         `key:"form"`
	Product      Field[string]         `key:"product"`
	Confidence   Field[string]         `key:"confidence" code:"dissemination.confidence"`
	Restated     Field[[]Restated]     `key:"restated"`
	Disposition  Field[string]         `key:"disposition" code:"dissemination.disposition"`
}

// Acknowledgment is a reader's receipt. A file writes it as a date, as true or false, or in words; without a date On is
// zero and the receipt counts from the dissemination itself.
type Acknowledgment struct {
	Given bool
	On    day.Period
	Words string
}

// Restated is a claim whose basis a dissemination gave, faithfully or not.
type Restated struct {
	Claim Field[string] `key:"claim" ref:"id"`
	Basis Field[string] `key:"basis" code:"claim.basis"`
}

// Warning is a notice, doubt, allegation or other warning, and what was made of it.
type Warning struct {
	Common
	Kind      Field[string]     `key:"kind" code:"warning.kind"`
	Date      Field[day.Period] `key:"date"`
	Issuer    Field[string]     `key:"issuer" ref:"id"`
	About     Field[string]     `key:"about" ref:"id"`
	Text      Field[string]     `key:"text"`
	Response  Field[string]     `key:"response" code:"warning.response"`
	ActedOn   Field[string]     `key:"acted_on"`
	RelatesTo Field[[]string]   `key:"relates_to" ref:"id"`
	Owner     Field[string]     `key:"owner" ref:"id"`
	Due       Field[day.Period] `key:"due"`
	ReasonsBy Field[string]     `key:"reasons_by" ref:"id"`
	ThreatTo  Field[string]     `key:"threat_to" ref:"id"`
}
