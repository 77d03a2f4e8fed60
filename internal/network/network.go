// Package network is the persons and organizations around the sources, and who can identify whom. A party's name is what
// the unit calls it on paper; the true name of a source never stands here.
package network

import (
	"cutout/internal/day"
	"cutout/internal/draft"
	"cutout/internal/fault"
	"cutout/internal/id"
	"cutout/internal/source"
)

// ID names a party: a person or an organization.
type ID = source.PartyID

type knows struct{}

// Prefix names ties of knowledge "knw_…" and "Y-…".
func (knows) Prefix() (string, string) { return "knw", "Y" }

// KnowsID names a tie of knowledge.
type KnowsID = id.Of[knows]

// PartyKind tells persons from organizations.
type PartyKind string

// The kinds of party.
const (
	Person       PartyKind = "person"
	Organization PartyKind = "organization"
)

// OrgKind is what an organization is to the unit.
type OrgKind string

// The kinds of organization.
const (
	OwnService     OrgKind = "own-service"
	LiaisonService OrgKind = "liaison-service"
	Partner        OrgKind = "partner"
	Customer       OrgKind = "customer"
	Verifier       OrgKind = "verifier"
	Oversight      OrgKind = "oversight"
	Employer       OrgKind = "employer"
	Introducer     OrgKind = "introducer"
	Opponent       OrgKind = "opponent"
	CriminalGroup  OrgKind = "criminal-group"
)

// Hostile reports whether what such an organization knows is a danger to a source.
func (k OrgKind) Hostile() bool { return k == Opponent || k == CriminalGroup }

// Party is a person or organization.
type Party struct {
	Kind         PartyKind `json:"kind"`
	Name         string    `json:"name"`
	NameVariants []string  `json:"name_variants,omitempty"` // other spellings and scripts
	OrgKind      OrgKind   `json:"org_kind,omitempty"`
	MemberOf     []ID      `json:"member_of,omitempty"` // organizations; for an organization, what it is part of
	RivalOf      []ID      `json:"rival_of,omitempty"`
	Staff        bool      `json:"staff,omitempty"`   // an officer of the unit whose desk this is
	Officer      string    `json:"officer,omitempty"` // the officer's account id, when staff has one here
	Country      string    `json:"country,omitempty"`
	Note         string    `json:"note,omitempty"`
}

// PartyDraft is a party as given.
type PartyDraft struct {
	Kind         string   `json:"kind" yaml:"kind"`
	Name         string   `json:"name" yaml:"name"`
	NameVariants []string `json:"name_variants" yaml:"name_variants"`
	OrgKind      string   `json:"org_kind" yaml:"org_kind"`
	MemberOf     []string `json:"member_of" yaml:"member_of"`
	RivalOf      []string `json:"rival_of" yaml:"rival_of"`
	Staff        string   `json:"staff" yaml:"staff"`
	Officer      string   `json:"officer" yaml:"officer"`
	Country      string   `json:"country" yaml:"country"`
	Note         string   `json:"note" yaml:"note"`
}

// NewParty reads a party.
func NewParty(d PartyDraft, words source.Vocabulary) (Party, fault.Faults) {
	r := draft.New(words)
	r.Need("kind", d.Kind)
	r.Need("name", d.Name)
	p := Party{Kind: draft.One(r, "kind", d.Kind, Person, Organization), Name: r.Identifier("name", d.Name),
		NameVariants: r.Identifiers("name_variants", d.NameVariants),
		OrgKind: draft.One(r, "org_kind", d.OrgKind, OwnService, LiaisonService, Partner, Customer, Verifier, Oversight, Employer,
			Introducer, Opponent, CriminalGroup),
		Staff: r.Flag("staff", d.Staff), Officer: r.Ref("officer", d.Officer, "off"),
		Country: r.Identifier("country", d.Country), Note: r.Text("note", d.Note, draft.NoteLimit)}
	draft.IntoList(r, "member_of", d.MemberOf, &p.MemberOf)
	draft.IntoList(r, "rival_of", d.RivalOf, &p.RivalOf)
	switch p.Kind {
	case Person:
		if p.OrgKind != "" {
			r.Add("org_kind", "network.person-org-kind")
		}
	case Organization:
		r.Need("org_kind", d.OrgKind)
		if p.Staff {
			r.Add("staff", "network.staff-person")
		}
	}
	return p, r.Faults
}

// Tie is how one knows who another is.
type Tie string

// The ties, strongest first.
const (
	TrueName  Tie = "true-name" // knows name or enough to find him
	Face      Tie = "face"      // would recognize him
	Channel   Tie = "channel"   // shares a dead drop, a number, an address with him
	Role      Tie = "role"      // knows that there is one, and in what place
	Suspicion Tie = "suspicion" // has been told or guesses
)

// Knows says that one can identify another, and since when. Knower and subject are parties, sources or officers.
type Knows struct {
	Knower     string     `json:"knower"` // long-form id, or empty when only KnowerText is known
	KnowerText string     `json:"knower_text,omitempty"`
	Subject    string     `json:"subject"`
	Tie        Tie        `json:"tie,omitempty"`
	What       string     `json:"what,omitempty"`
	From       day.Period `json:"from,omitzero"`
	Until      day.Period `json:"until,omitzero"` // known to have been lost again: a death, a burned list
}

// KnowsDraft is a tie of knowledge as given.
type KnowsDraft struct {
	Knower     string `json:"knower" yaml:"knower"`
	KnowerText string `json:"knower_text" yaml:"knower_text"`
	Subject    string `json:"subject" yaml:"subject"`
	Tie        string `json:"tie" yaml:"tie"`
	What       string `json:"what" yaml:"what"`
	From       string `json:"from" yaml:"from"`
	Until      string `json:"until" yaml:"until"`
}

// NewKnows reads a tie of knowledge.
func NewKnows(d KnowsDraft, words source.Vocabulary, today day.Day) (Knows, fault.Faults) {
	r := draft.New(words)
	if d.KnowerText == "" {
		r.Need("knower", d.Knower)
	}
	r.Need("subject", d.Subject)
	k := Knows{Knower: r.Ref("knower", d.Knower, "pty", "src", "off"), KnowerText: r.Identifier("knower_text", d.KnowerText),
		Subject: r.Ref("subject", d.Subject, "pty", "src", "off"), Tie: draft.One(r, "tie", d.Tie, TrueName, Face, Channel, Role, Suspicion),
		What: r.Text("what", d.What, draft.NoteLimit), From: r.Past("from", d.From, today), Until: r.Past("until", d.Until, today)}
	if k.Knower != "" && k.Knower == k.Subject {
		r.Add("subject", "network.knows-himself")
	}
	r.Ordered(k.From, k.Until, "until", "from")
	return k, r.Faults
}
