package watch

import (
	"math"

	"cutout/internal/compartment"
	"cutout/internal/day"
)

// LabelRef is the place of a label in View.Labels.
type LabelRef int32

// Always is the Seen of a record that was there from the beginning, such as a source of an imported case with no date.
const Always day.Day = math.MinInt32

// Record is what every dated record has in common.
//
// Seen is the first day the record counts: the last day its date can mean, the start of a range, known_from where given;
// never earlier than the record it speaks of (a claim not before its report, an outcome not before its claim, a
// sub-source not before its parent). A record that no rule may read is left out of the View.
// When is the date of the thing itself; durations run from When.First. A zero When is "not known".
type Record struct {
	ID    string
	Seen  day.Day
	When  day.Period
	Label LabelRef
}

// View is everything one reader may see. Need-to-know was applied by whoever filled it: a hidden record is absent, and no
// visible record names it. Ids are unique over all kinds of record. Where a field holds an id, plain words may stand
// instead when there is no record (an issuer outside the house); rules compare words but never put them into a finding.
type View struct {
	Labels         []compartment.Label
	Parties        []Party
	Sources        []Source
	Roles          []Role
	Contacts       []Contact
	Acts           []Act
	Reports        []Report
	Claims         []Claim
	Grades         []Grade
	Outcomes       []Outcome
	Notices        []Notice
	Receipts       []Receipt
	Keeps          []Keep
	Assessments    []Assessment
	Credits        []Credit
	Knows          []Knows
	Disseminations []Dissemination
	Citations      []Citation
	Likenesses     []Likeness
}

// Party is a person (by pseudonym) or an organization. Parties are standing facts and have no date.
type Party struct {
	ID    string
	Label LabelRef
	// Kind is "person", or an organization's kind: own-service, liaison-service, partner, customer, verifier, oversight,
	// employer, introducer, opponent, criminal-group.
	Kind    string
	Org     string   // a person's organization
	RivalOf []string // organizations this organization is a rival of
	Staff   bool     // an officer of the unit whose desk this is
}

// Source is a source, or a SUBJECT: a person looked into, whom source rules skip.
type Source struct {
	Record
	Person, Parent, Holder string   // party, source, party
	IntroducedBy           []string // parties or sources
	SteeredBy              []string // parties or sources who coach or steer him
	Channel                string   // words, or the id of the party or source that carries it; compared, never shown
	ServiceContact         string   // direct, observed, relayed, none; "" not known (a live unit writes none)
	Identity               string   // known, claimed, unknown, collective; "" not known
	Identified             day.Period
	Category               string // code of doctrine 3.8
	Subject                bool
	Access, AccessVerified string // as in the casebook schema
	Lifecycle              []Event
}

// Event is one step of a source's life. Kind: approach, opened, identified, contact, reviewed, post, closed, barred,
// withdrawn, recanted, lost, exposed, released, ended, insider-confirmed, other.
type Event struct {
	Kind string
	Seen day.Day
	When day.Period
}

// Role is a period in which a person serves a source: handler, controller, authorising-officer, recruiter, cutout,
// courier, access-agent, support. When is its start.
type Role struct {
	Record
	Person, Source, Role string
	Ended                day.Period // zero while it runs
	ApprovedBy           string
}

// Contact is a contact that took place. Type is a code of the casebook schema. It is of the other side when Opponent.
type Contact struct {
	Record
	Source         string
	Type, Area     string
	Participants   []string
	Authentication string // matched, mismatched, none; "" not known
	Security       string // surveillance, none; "" not known
	Account        string // first, repeated, changed; "" not known
	Opponent       bool
}

// Act is something about to be done with a source that may be refused. When is the day it happens (a meeting) or was
// decided (a waiver, an application), zero while open.
type Act struct {
	Record
	Kind         string // meeting, waiver, application
	Source       string
	Participants []string
	Approver     string     // who approved a waiver, by name; "" nobody yet
	Digest       day.Period // the day up to which the attached digest of adverse information reads; zero when none is attached
}

// Report is one report. Counted is the day from which Count and a Volume of many are known (the end of a range).
type Report struct {
	Record
	Source     string // "" for a report with no human source
	SubSource  string // source or party
	Originator string // party or words
	Series     string // code of the series, compared only
	Volume     string // one, several, many
	Count      int    // reports this record stands for; 0 and 1 are one
	Counted    day.Day
	BuiltFrom  []string // sources the report was put together from
	Discipline string
	Enclosure  string     // object, document
	Assigned   day.Period // given to a desk; zero when not
	Read       day.Period // read there; zero when not
}

// Claim is one statement of a report. When is the day of receipt (the report's where the claim has none of its own).
type Claim struct {
	Record
	Report        string
	SubSource     string // source or party; "" as the report
	About         string // the party or thing spoken of
	Basis         string // direct, participant, sub-source, hearsay, document, inference, unknown
	Topic, Area   string // codes
	Importance    string // low, high; "" not stated
	Verifiable    string // yes, no; "" not stated
	Checked       day.Period
	Unchecked     bool // a register, or the file, says that nobody checked
	BonaFides     bool // about the source himself
	ValidAt       day.Period
	UsefulUntil   day.Period
	PredictionDue day.Period
	Supports      []string // claims; a support that was withdrawn is left out
	Contradicts   []string // claims
	Names         []string // parties
	Adverse       bool     // against those named
	ThreatTo      string   // party
	Hypothesis    bool
	Discriminator string // met, not-met, absent
}

// Grade is one mark given to a claim; a later one replaces an earlier one and both are kept. Schemes are read by package
// grading and arrive here as classes.
// Source is favorable (A, B, or words), fair (C), doubtful (D, E, or words), unjudged (F, or words) or "".
// Content is confirmed (1, or the word), probable (2), possible (3), doubtful (4 and 5, or the word), unconfirmed (6, or the word) or "".
type Grade struct {
	Record
	Claim, Source, Content string
}

// Outcome is what a claim proved to be: true, false, partly; unknown reopens it. The latest one counts.
type Outcome struct {
	Record
	Claim, Result string
}

// Notice is a notice or warning. Kind is a code of the casebook schema: fabrication-notice, recantation, recall, doubt,
// suspected-control, compromise, security, contradiction, dissent, similarity, allegation, and so on.
type Notice struct {
	Record
	Kind, Issuer string
	About        string   // source, report, claim, contact or party
	Relates      []string // the same
	ControlFrom  day.Period
	// Response: none, noted, partial, followed, overruled, unknown. A live unit writes followed only for an answer given
	// above the level that raised or received the notice, and none only while nobody has acted on it.
	Response  string
	Responded day.Period // the day of the response; zero when it is known with the notice
	Readers   []string   // who must read it
	Owner     string
	Due       day.Period
	ReasonsBy string
	ThreatTo  string
}

// Receipt says that somebody has read a notice. By is a mandatory reader, or the id of the dissemination through which a
// recipient got what the notice touches. An empty Notice is a receipt for every notice (an import that names none).
type Receipt struct {
	Record
	Notice, By string
}

// Keep is a decision, signed outside the line and with reasons, to let a report stand in spite of a notice.
type Keep struct {
	Record
	Notice, Report string
}

// Assessment is somebody's judgment of a source, report, claim or question. Hypotheses are codes or words, compared only.
type Assessment struct {
	Record
	About, By  string
	Hypotheses []string
	Weighs     []string // records
	Resolves   []string // notices
}

// Credit says that a source gave something. The Unknown fields are set when an import does not say, which is no finding.
type Credit struct {
	Record
	Source, Report, Assessor       string
	ReportUnknown, AssessorUnknown bool
}

// Knows says that someone can identify a source or a person. When is since when, as far back as the date can mean.
type Knows struct {
	Record
	Knower, Subject string // party or words; source or party
}

// Dissemination is one release to one recipient.
type Dissemination struct {
	Record
	Report         string // the report, release or product sent
	Product        string // the product it went into; one word for one product
	To             string
	Confidence     string // low, moderate, high; "" not stated
	Restated       []Restated
	Disposition    string     // kept, not-kept, destroyed
	Withdrawn      day.Period // zero while it stands
	Carries        []string   // notices whose label this release carries
	ReceiptUnknown bool       // an import does not say whether it was acknowledged, which is no finding
}

// Restated is the basis a release gives for a claim.
type Restated struct{ Claim, Basis string }

// Citation says that a product, release or report cites another. Its own id may be empty.
type Citation struct {
	Record
	From, To string
}

// Likeness is the measured likeness of two reports, 0 to 1. Its own id may be empty.
type Likeness struct {
	Record
	A, B       string
	Score      float64
	CommonText bool       // a common text is declared
	Explained  day.Period // zero when not
}
