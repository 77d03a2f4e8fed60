// Package casefile reads case files of schema 2: historical cases written as dated records, for training and for
// whole-system tests. It checks every listed key, code, date and reference, says what each record is visible from,
// and lays the records out as a timeline that a player turns into acts. It never reads the answers (`expected`,
// `ground_truth`, `historically`, `notional`) nor the notes for people: no type here can hold them.
package casefile

import "cutout/internal/day"

// Field is one key of a record. Absent (Set false) means "not known"; an explicit null (Set and Null) means "none on
// record"; otherwise Value holds what was written.
type Field[T any] struct {
	Set, Null bool
	Value     T
}

// Has reports whether the key was written with a value.
func (f Field[T]) Has() bool { return f.Set && !f.Null }

// Common is what any record may carry. ID is the id given in the file; a record that has none in the schema (what
// somebody knew, a lifecycle event) is named after its place: "who_knew/3", "S-HERO/lifecycle/1", counted from 1.
type Common struct {
	ID            string
	Ref           Field[string]     `key:"ref"`
	Unverified    Field[bool]       `key:"unverified"`
	DatePrecision Field[string]     `key:"date_precision"`
	KnownFrom     Field[day.Period] `key:"known_from" never:"allowed"` // "never" has First and Last day.Never
}

func (c *Common) common() *Common { return c }

// Record is any record of a case: a pointer to one of the record types of this package.
type Record interface{ common() *Common }

// Case is one case file, whole, hindsight included: outcomes and ends stand beside the records they belong to.
// What was known on a day is what Timeline gives.
type Case struct {
	Name           string
	Metadata       Metadata
	Persons        []Person        `key:"persons"`
	Organisations  []Organisation  `key:"organisations"`
	Topics         []Topic         `key:"topics"`
	Sources        []Source        `key:"sources"`
	Roles          []Role          `key:"roles"`
	Posts          []Post          `key:"posts"`
	Presence       []Presence      `key:"presence"`
	Contacts       []Contact       `key:"contacts"`
	AccessEvents   []AccessEvent   `key:"access_events"`
	Unavailable    []Unavailable   `key:"unavailable"`
	KeyEvents      []KeyEvent      `key:"key_events"`
	Losses         []Loss          `key:"losses"`
	Reports        []Report        `key:"reports"`
	Assessments    []Assessment    `key:"assessments"`
	Credits        []Credit        `key:"credits"`
	Collection     []Collection    `key:"collection"`
	WhoKnew        []Knows         `key:"who_knew"`
	Disseminations []Dissemination `key:"disseminations"`
	Warnings       []Warning       `key:"warnings"`
}

// Metadata describes the case. CompleteRegisters names the registers in which a missing record means that none was made.
type Metadata struct {
	Title                Field[string]                `key:"title"`
	Period               Field[Span]                  `key:"period"`
	Languages            Field[[]string]              `key:"languages"`
	TestFocus            Field[[]string]              `key:"test_focus"`
	CompleteRegisters    Field[[]string]              `key:"complete_registers" code:"register"`
	References           Field[[]Reference]           `key:"references"`
	DateConflicts        Field[[]DateConflict]        `key:"date_conflicts"`
	CompartmentConflicts Field[[]CompartmentConflict] `key:"compartment_conflicts"`
}

// Span is the time a case covers.
type Span struct {
	Start Field[day.Period] `key:"start"`
	End   Field[day.Period] `key:"end"`
}

// Reference is a publication the facts come from; Read says how much of it was read.
type Reference struct {
	ID    Field[string] `key:"id"`
	Title Field[string] `key:"title"`
	URL   Field[string] `key:"url"`
	Read  Field[string] `key:"read"`
}

// DateConflict is one version of a date on which accounts disagree; every version is kept.
type DateConflict struct {
	What  Field[string]     `key:"what"`
	Value Field[day.Period] `key:"value"`
	Ref   Field[string]     `key:"ref"`
}

// CompartmentConflict is one version of what the compartments covered: Readings holds the file's words by compartment.
type CompartmentConflict struct {
	Version    Field[string] `key:"version"`
	Ref        Field[string] `key:"ref"`
	Unverified Field[bool]   `key:"unverified"`
	Readings   map[string]string
}
