package casefile

import "cutout/internal/day"

// Contact is a meeting, letter, signal or other contact. Side "opponent" is one held by the other side.
type Contact struct {
	Common
	Date                Field[day.Period] `key:"date"`
	Time                Field[string]     `key:"time"`
	Place               Field[string]     `key:"place"`
	Area                Field[string]     `key:"area"`
	Type                Field[string]     `key:"type" code:"contact.type"`
	Source              Field[string]     `key:"source" ref:"id"`
	Participants        Field[[]string]   `key:"participants" ref:"id"`
	Summary             Field[string]     `key:"summary"`
	Side                Field[string]     `key:"side" code:"contact.side"`
	Authentication      Field[string]     `key:"authentication" code:"contact.authentication"`
	Security            Field[string]     `key:"security" code:"contact.security"`
	Account             Field[string]     `key:"account" code:"contact.account"`
	AnsweredOn          Field[day.Period] `key:"answered_on"`
	DisclosesIdentityOf Field[string]     `key:"discloses_identity_of" ref:"id"`
	Attributable        Field[bool]       `key:"attributable"`
	Missed              Field[bool]       `key:"missed"`
	MissedBy            Field[string]     `key:"missed_by" ref:"id"`
	Safeguards          Field[Safeguards] `key:"safeguards"`
}

// Safeguards says which safeguards of a contact were put on record.
type Safeguards struct {
	Voluntary   Field[string] `key:"voluntary" code:"safeguard"`
	NoPromise   Field[string] `key:"no_promise" code:"safeguard"`
	Interpreter Field[string] `key:"interpreter" code:"safeguard"`
}

// AccessEvent is a search or an opening in a system's log. Count is how many; Assigned null means "none on record".
type AccessEvent struct {
	Common
	Date       Field[day.Period] `key:"date"`
	User       Field[string]     `key:"user" ref:"id"`
	System     Field[string]     `key:"system"`
	Action     Field[string]     `key:"action" code:"access.action"`
	TargetKind Field[string]     `key:"target_kind" code:"access.target"`
	Assigned   Field[bool]       `key:"assigned"`
	Count      Field[int]        `key:"count"`
	Report     Field[string]     `key:"report" ref:"id"`
	Claim      Field[string]     `key:"claim" ref:"id"`
}

// Unavailable is a time in which a source could not be reached, with the reason given.
type Unavailable struct {
	Common
	Source Field[string]     `key:"source" ref:"id"`
	From   Field[day.Period] `key:"from"`
	To     Field[day.Period] `key:"to"`
	Reason Field[string]     `key:"reason"`
}

// KeyEvent is an event that named sources were placed to see.
type KeyEvent struct {
	Common
	Date         Field[day.Period] `key:"date"`
	What         Field[string]     `key:"what"`
	ExpectedFrom Field[[]string]   `key:"expected_from" ref:"id"`
}

// Loss is the loss of a source, a witness or somebody else.
type Loss struct {
	Common
	Date   Field[day.Period] `key:"date"`
	Source Field[string]     `key:"source" ref:"id"`
	Person Field[string]     `key:"person" ref:"id"`
	Link   Field[string]     `key:"link" code:"loss.link"`
	Cause  Field[string]     `key:"cause"`
	Office Field[string]     `key:"office" ref:"id"`
	Report Field[string]     `key:"report" ref:"id"`
	Claim  Field[string]     `key:"claim" ref:"id"`
}

// Report is one report, or with Volume "many" and Count a run of reports under one id. Languages are in the order of
// translation. Assigned is the id of whoever it was given to, or words.
type Report struct {
	Common
	Date           Field[day.Period] `key:"date"`
	Originator     Field[string]     `key:"originator" ref:"id"`
	Source         Field[string]     `key:"source" ref:"id"`
	Summary        Field[string]     `key:"summary"`
	Languages      Field[[]string]   `key:"languages"`
	OriginalHeld   Field[bool]       `key:"original_held"`
	Volume         Field[string]     `key:"volume" code:"report.volume"`
	Count          Field[int]        `key:"count"`
	Series         Field[string]     `key:"series"`
	BuiltFrom      Field[[]string]   `key:"built_from" ref:"id"`
	Reporter       Field[string]     `key:"reporter" ref:"id"`
	SubSource      Field[string]     `key:"sub_source" ref:"id"`
	Discipline     Field[string]     `key:"discipline"`
	Assigned       Field[string]     `key:"assigned" ref:"id"`
	Enclosure      Field[string]     `key:"enclosure" code:"report.enclosure"`
	EnclosureClaim Field[string]     `key:"enclosure_claim" ref:"id"`
	Network        Field[string]     `key:"network" ref:"id"`
	Claims         []Claim           `key:"claims"`
}

// Claim is one statement of a report. Its Outcome is history's answer, never what was known then.
type Claim struct {
	Common
	Subject          Field[string]     `key:"subject" ref:"words"`
	Predicate        Field[string]     `key:"predicate"`
	Value            Field[string]     `key:"value"`
	ValidAt          Field[day.Period] `key:"valid_at"`
	Place            Field[string]     `key:"place"`
	HowTheSourceKnew Field[string]     `key:"how_the_source_knew"`
	Basis            Field[string]     `key:"basis" code:"claim.basis"`
	Grade            Field[Grade]      `key:"grade"`
	ReceivedAt       Field[day.Period] `key:"received_at"`
	Topic            Field[string]     `key:"topic" ref:"id"`
	Area             Field[string]     `key:"area"`
	Importance       Field[string]     `key:"importance" code:"claim.importance"`
	Verifiable       Field[bool]       `key:"verifiable"`
	CheckedOn        Field[day.Period] `key:"checked_on"`
	BonaFides        Field[bool]       `key:"bona_fides"`
	UsefulUntil      Field[day.Period] `key:"useful_until"`
	PredictionDue    Field[day.Period] `key:"prediction_due"`
	Supports         Field[[]string]   `key:"supports" ref:"id"`
	Contradicts      Field[[]string]   `key:"contradicts" ref:"id"`
	Names            Field[[]string]   `key:"names" ref:"id"`
	Adverse          Field[bool]       `key:"adverse"`
	ThreatTo         Field[string]     `key:"threat_to" ref:"id"`
	Hypothesis       Field[bool]       `key:"hypothesis"`
	Discriminator    Field[string]     `key:"discriminator" code:"claim.discriminator"`
	Inspection       Field[Inspection] `key:"inspection"`
	SubSource        Field[string]     `key:"sub_source" ref:"id"`
	Outcome          Outcome           `key:",inline"`
}

// Grade is the grade as given at the time, in the words of its scheme; scheme "prose" has a closed set of words.
type Grade struct {
	Scheme  Field[string] `key:"scheme"`
	Source  Field[string] `key:"source"`
	Content Field[string] `key:"content"`
	Text    Field[string] `key:"text"`
}

// Inspection is a review of files: how many, and the share (0 to 1) that failed.
type Inspection struct {
	Files        Field[int]     `key:"files"`
	ShareFailing Field[float64] `key:"share_failing"`
}

// Outcome is what a claim later proved to be: true, false, partly or unknown, and when that became known.
type Outcome struct {
	Later Field[string]     `key:"later_outcome" code:"claim.outcome"`
	Date  Field[day.Period] `key:"outcome_date"`
}
