// Package profile is a unit's rule pack: the vocabularies, clocks, duties and thresholds that law and practice set, as
// data with citations. It reads packs and answers questions about them; it holds no law in code, decides nothing about
// a record, and never fills a gap in a pack silently. Pack data is a configurable default, not legal advice.
package profile

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"cutout/internal/day"
	"cutout/internal/grading"
	"cutout/internal/officer"
)

// Words is a name in English and Arabic.
type Words = grading.Words

// Citation is one source a pack leans on. Mark is doctrine's: V read in the source, V2 read in a secondary source,
// M from memory, D a design decision.
type Citation struct {
	Key, Text, Mark string
}

// Figure is a number with its standing. Cite is a key of the pack's citations. Confirm is set on every figure that is
// not verified, and people see "confirm for your jurisdiction" beside it.
type Figure struct {
	Value    float64
	Cite     string
	Verified bool
	Confirm  bool
}

// Term is one word of a closed vocabulary. Rule names the rule of doctrine section 4 behind it and Cite its source;
// either may be empty.
type Term struct {
	Code string
	Name Words
	Rule string
	Cite string
}

// Level is one level of protective marking. Color is a style-sheet token, never a color.
type Level struct {
	Term
	Order uint8 // the number of the level in a label (compartment.Level); 0 is the lowest
	Color string
}

// Permission is whether something may be done with a source of a category.
type Permission string

// The permissions. Approval is a named approval before the act, recorded with reasons.
const (
	Yes      Permission = "yes"
	Approval Permission = "approval"
	No       Permission = "no"
)

// Category is a kind of source and what may be done with it.
type Category struct {
	Term
	Taskable, Payable Permission
	Registered        bool   // entered in the source register
	Authority         string // the authority kind needed before tasking or contact; empty when none is
}

// Overlay is a quality of a person that tightens the rules of his category. BelowAge, where set, is the age in years
// below which it holds, computed on each date.
type Overlay struct {
	Term
	BelowAge          *Figure
	Taskable, Payable Permission
	HigherApprover    bool // an approver above the ordinary authorizing officer
	RiskAssessment    bool // an enhanced risk assessment must be attached and kept current
}

// AuthorityKind is one kind of authority with its clocks. Durations of young people's authorities differ.
type AuthorityKind struct {
	Term
	Duration, JuvenileDuration Clock
	Review, JuvenileReview     *Clock // longest time between reviews; nil when the approver sets it
	Urgent                     bool   // reasons for urgency and for not reaching the approver are mandatory
	OwnAuthority               bool   // never covered by another kind of authority (R15)
}

// Limit is a period the law or the pack sets that is no authority's clock: a deadline, a retention, a review. NextDay
// limits begin with the day after the event (R16).
type Limit struct {
	Term
	Clock   Clock
	NextDay bool
}

// Conflict is a pair of duties that one person may not hold together for one source.
type Conflict struct {
	A, B officer.Duty
	Rule string
	Why  Words
}

// ContactType is a way of being in contact.
type ContactType struct {
	Term
	InPerson bool
}

// Basis is how a source knows. Rank 3 is first-hand, 0 unknown.
type Basis struct {
	Term
	Rank int
}

// NoticeKind is a kind of warning or notice. InForce kinds touch every report of the source until an assessment
// resolves them; Readers must acknowledge.
type NoticeKind struct {
	Term
	InForce bool
	Readers []officer.Duty
}

// HandlingRule is what a handling code of a scheme asks before an act ("action", "release", "court", "sanitization").
type HandlingRule struct {
	Term
	Scheme grading.Scheme
	Before []string
}

// PaymentRules are the pack's rules of money. Ladder rows are the unit's own and may be none.
type PaymentRules struct {
	TwoSignatures, Contingent, InCustody, TiedToAid bool
	Ladder                                          []PaymentStep
}

// PaymentStep is what one duty may approve, in the unit's currency.
type PaymentStep struct {
	Duty                 officer.Duty
	Single, Year, Career Figure
}

// Pack is one unit's rule pack.
type Pack struct {
	ID, Version        string
	Name, Jurisdiction Words
	ValidUntil         day.Day // last day on which decisions may be taken under this version (T15)
	Citations          []Citation
	Levels             []Level
	DefaultScheme      grading.Scheme
	Schemes            []grading.Scheme
	Categories         []Category
	Overlays           []Overlay
	Authorities        []AuthorityKind
	Limits             []Limit
	Conflicts          []Conflict
	Contacts           []ContactType
	Bases              []Basis
	Notices            []NoticeKind
	Handling           []HandlingRule
	Payments           PaymentRules
	vocabularies       map[string][]Term
	thresholds         map[string]Figure
}

// ErrUnknown means there is no embedded pack of that id.
var ErrUnknown = errors.New("profile: no such pack")

//go:embed packs/*.yaml
var packs embed.FS

// List is the ids of the embedded packs, sorted.
func List() []string {
	entries, err := fs.ReadDir(packs, "packs")
	if err != nil {
		panic("profile: the embedded packs are missing: " + err.Error()) // holds by the embed directive
	}
	var out []string
	for _, e := range entries {
		out = append(out, strings.TrimSuffix(e.Name(), ".yaml"))
	}
	return out
}

// Load reads and checks an embedded pack. ErrUnknown when there is none of that id.
func Load(id string) (*Pack, error) {
	if !slices.Contains(List(), id) {
		return nil, fmt.Errorf("%w: %q", ErrUnknown, id)
	}
	text, err := packs.ReadFile("packs/" + id + ".yaml")
	if err != nil {
		return nil, err
	}
	p, err := Parse(text)
	if err != nil {
		return nil, err
	}
	return p, Check(p)
}
