// Package source is the person or channel that tells: candidates, registered sources, their placement and access, the
// roles officers and others hold around them, and what became of them. It never holds who a source is: that is package
// identity, sealed.
package source

import (
	"cutout/internal/compartment"
	"cutout/internal/day"
	"cutout/internal/draft"
	"cutout/internal/id"
)

type kind struct{}

// Prefix names sources "src_…" and "S-…".
func (kind) Prefix() (string, string) { return "src", "S" }

// ID names a source or candidate.
type ID = id.Of[kind]

type party struct{}

// Prefix names parties "pty_…" and "P-…".
func (party) Prefix() (string, string) { return "pty", "P" }

// PartyID names a person or organization of package network. It is declared here because sources point to parties and
// parties stand one floor up; network.ID is the same type.
type PartyID = id.Of[party]

// Vocabulary is what the nouns ask of the rule pack and of the text checks. Lists asked for by this package:
// "category" and "overlay".
type Vocabulary = draft.Vocabulary

// State is where a source stands in its life.
type State string

// The states. A candidate stands apart from the register; barred and lost are ends that payment and contact rules read.
const (
	Candidate  State = "candidate"
	Proposed   State = "proposed"
	Authorized State = "authorized"
	Active     State = "active"
	Dormant    State = "dormant"
	Closed     State = "closed"
	Barred     State = "barred"
	Lost       State = "lost"
)

// Source is one person who tells, a group that tells with one voice, an anonymous writer, or a person looked into.
// Zero dates mean "not known"; empty codes mean "not known", never "no".
type Source struct {
	CodeName         string         `json:"code_name"` // given by the server
	Category         string         `json:"category"`  // code of the pack (doctrine 3.8), or empty
	Overlays         []string       `json:"overlays,omitempty"`
	State            State          `json:"state"`
	StateReason      string         `json:"state_reason,omitempty"`
	ClosedForCause   bool           `json:"closed_for_cause,omitempty"` // ended for misconduct: payments are refused from then on (T6)
	Desk             compartment.ID `json:"desk,omitzero"`
	Own              compartment.ID `json:"own,omitzero"`      // the compartment every source has of its own
	Person           PartyID        `json:"person,omitzero"`   // the party that stands for him among parties, under a name that is not his
	Subject          bool           `json:"subject,omitempty"` // a person looked into, not a source: source rules skip him
	IdentityKind     IdentityKind   `json:"identity_kind,omitempty"`
	IdentityKnownOn  day.Period     `json:"identity_known_on,omitzero"`
	ServiceContact   ServiceContact `json:"service_contact,omitempty"`
	Holder           PartyID        `json:"holder,omitzero"` // the organization that runs him; zero is the own unit
	Parent           ID             `json:"parent,omitzero"` // for a sub-source, the source he tells
	Channel          string         `json:"channel,omitempty"`
	IntroducedBy     []PartyID      `json:"introduced_by,omitempty"`
	Introducers      []ID           `json:"introducers,omitempty"` // sources who brought him in
	Beneficiary      Beneficiary    `json:"beneficiary,omitzero"`
	Motives          []string       `json:"motives,omitempty"`
	Motive           string         `json:"motive,omitempty"`
	LawfulOrigin     string         `json:"lawful_origin,omitempty"` // how the unit came to him: asked of every candidate
	Vulnerability    string         `json:"vulnerability,omitempty"`
	Alternatives     string         `json:"alternatives,omitempty"` // why not another way
	Placement        string         `json:"placement,omitempty"`
	OverallAccess    OverallAccess  `json:"overall_access,omitempty"`
	OverallVerified  Verified       `json:"overall_verified,omitempty"`
	Access           []Access       `json:"access,omitempty"`
	AccessCaveat     string         `json:"access_caveat,omitempty"`
	ClaimedLocation  string         `json:"claimed_location,omitempty"`
	LocationProof    LocationProof  `json:"location_proof,omitempty"`
	Description      string         `json:"description,omitempty"` // how readers see him described; must not identify
	From             day.Period     `json:"from,omitzero"`         // first named to the unit
	ReleaseCondition *Condition     `json:"release_condition,omitempty"`
	ConductAuthority Conduct        `json:"conduct_authority,omitempty"` // whether taking part in crime was ever allowed, and how
	LegalStatus      string         `json:"legal_status,omitempty"`      // law of war note (S19)
	StatusExpires    day.Day        `json:"status_expires"`              // residence or sponsorship; day.Never when none runs
	BornBand         AgeBand        `json:"born_band,omitempty"`
	AdultOn          day.Day        `json:"adult_on"`   // the 18th birthday of a juvenile; day.Never when not kept
	SixteenOn        day.Day        `json:"sixteen_on"` // the 16th birthday of a juvenile; day.Never when not kept
	Purge            day.Day        `json:"purge"`      // a candidate not decided by this day is purged; day.Never for a registered source
	Note             string         `json:"note,omitempty"`
}

// Access is what a source can know of one topic, and whether anybody checked.
type Access struct {
	Topic    string     `json:"topic"`
	Kind     AccessKind `json:"kind"`
	Verified Verified   `json:"verified"`
	On       day.Period `json:"on,omitzero"` // when it was so stated or checked
	Note     string     `json:"note,omitempty"`
}

// Condition is what must be met before a source's identity may be learned.
type Condition struct {
	Text  string     `json:"text"`
	From  day.Period `json:"from,omitzero"`
	MetOn day.Period `json:"met_on,omitzero"` // zero while unmet
}

// Beneficiary is for whom a source works: as we declared it to him, as he believes it, and in truth (S17, false flag).
type Beneficiary struct {
	Declared PartyID `json:"declared,omitzero"`
	Believed PartyID `json:"believed,omitzero"`
	Real     PartyID `json:"real,omitzero"`
}

// IdentityKind is how far the unit knows who the source is.
type IdentityKind string

// The kinds of identity.
const (
	Known      IdentityKind = "known"
	Claimed    IdentityKind = "claimed"
	Unknown    IdentityKind = "unknown"
	Collective IdentityKind = "collective"
)

// ServiceContact is how the service reached the source: direct, observed, relayed, none.
type ServiceContact string

// The ways of reaching a source.
const (
	Direct   ServiceContact = "direct"
	Observed ServiceContact = "observed"
	Relayed  ServiceContact = "relayed"
	NoMeans  ServiceContact = "none"
)

// AccessKind is how a source comes to know of a topic: direct, indirect, hearsay, none.
type AccessKind string

// OverallAccess sums up a source: direct, indirect, mixed, none. Rules about a topic never read it.
type OverallAccess string

// Verified is whether access was checked: verified, unverified, contradicted.
type Verified string

// LocationProof is whether the place he writes from was proven: none, recorded.
type LocationProof string

// Conduct is whether taking part in crime was allowed: none, oral, written.
type Conduct string

// AgeBand is all of a birth date that leaves the vault: under-16, 16-17, adult.
type AgeBand string

// AgeBandOn is the age band on a day; the recorded band stands when no birthday is kept. Only AdultOn and SixteenOn leave the vault, and only for juveniles.
func (s Source) AgeBandOn(d day.Day) AgeBand {
	switch {
	case s.SixteenOn != day.Never && d < s.SixteenOn:
		return "under-16"
	case s.AdultOn != day.Never && d < s.AdultOn:
		return "16-17"
	}
	if s.AdultOn != day.Never || s.SixteenOn != day.Never {
		return "adult"
	}
	return s.BornBand
}

// Ended reports whether a source in this state may no longer be tasked, met or paid as a source.
func (s State) Ended() bool { return s == Closed || s == Barred || s == Lost }

// MayBecome reports whether a source may pass from state s to state t. Nothing leads out of barred but an authorized return
// to proposed; lost leads only to closed.
func (s State) MayBecome(t State) bool {
	for _, n := range next[s] {
		if n == t {
			return true
		}
	}
	return false
}

var next = map[State][]State{
	"":         {Candidate, Proposed},
	Candidate:  {Proposed, Closed, Barred},
	Proposed:   {Candidate, Authorized, Closed, Barred},
	Authorized: {Active, Dormant, Closed, Barred, Lost},
	Active:     {Dormant, Closed, Barred, Lost},
	Dormant:    {Proposed, Active, Closed, Barred, Lost},
	Closed:     {Proposed, Barred},
	Barred:     {Proposed},
	Lost:       {Closed},
}
