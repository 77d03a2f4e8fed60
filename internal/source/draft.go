package source

import (
	"strconv"
	"strings"

	"cutout/internal/day"
	"cutout/internal/draft"
	"cutout/internal/fault"
)

// Draft is a source as a form, a file or JSON gives it: text only, fields as in Source.
type Draft struct {
	Category         string          `json:"category" yaml:"category"`
	Overlays         []string        `json:"overlays" yaml:"overlays"`
	State            string          `json:"state" yaml:"state"`
	StateReason      string          `json:"state_reason" yaml:"state_reason"`
	ClosedForCause   string          `json:"closed_for_cause" yaml:"closed_for_cause"`
	Desk             string          `json:"desk" yaml:"desk"`
	Person           string          `json:"person" yaml:"person"`
	Subject          string          `json:"subject" yaml:"subject"`
	IdentityKind     string          `json:"identity_kind" yaml:"identity_kind"`
	IdentityKnownOn  string          `json:"identity_known_on" yaml:"identity_known_on"`
	ServiceContact   string          `json:"service_contact" yaml:"service_contact"`
	Holder           string          `json:"holder" yaml:"holder"`
	Parent           string          `json:"parent" yaml:"parent"`
	Channel          string          `json:"channel" yaml:"channel"`
	IntroducedBy     []string        `json:"introduced_by" yaml:"introduced_by"`
	Declared         string          `json:"declared" yaml:"declared"`
	Believed         string          `json:"believed" yaml:"believed"`
	Real             string          `json:"real" yaml:"real"`
	Motives          []string        `json:"motives" yaml:"motives"`
	Motive           string          `json:"motive" yaml:"motive"`
	LawfulOrigin     string          `json:"lawful_origin" yaml:"lawful_origin"`
	Vulnerability    string          `json:"vulnerability" yaml:"vulnerability"`
	Alternatives     string          `json:"alternatives" yaml:"alternatives"`
	Placement        string          `json:"placement" yaml:"placement"`
	OverallAccess    string          `json:"overall_access" yaml:"overall_access"`
	OverallVerified  string          `json:"overall_verified" yaml:"overall_verified"`
	Access           []AccessDraft   `json:"access" yaml:"access"`
	AccessCaveat     string          `json:"access_caveat" yaml:"access_caveat"`
	ClaimedLocation  string          `json:"claimed_location" yaml:"claimed_location"`
	LocationProof    string          `json:"location_proof" yaml:"location_proof"`
	Description      string          `json:"description" yaml:"description"`
	From             string          `json:"from" yaml:"from"`
	ReleaseCondition *ConditionDraft `json:"release_condition" yaml:"release_condition"`
	ConductAuthority string          `json:"conduct_authority" yaml:"conduct_authority"`
	LegalStatus      string          `json:"legal_status" yaml:"legal_status"`
	StatusExpires    string          `json:"status_expires" yaml:"status_expires"`
	AgeBand          string          `json:"age_band" yaml:"age_band"`
	AdultOn          string          `json:"adult_on" yaml:"adult_on"`
	SixteenOn        string          `json:"sixteen_on" yaml:"sixteen_on"`
	Purge            string          `json:"purge" yaml:"purge"`
	Note             string          `json:"note" yaml:"note"`
}

// AccessDraft is one line of placement and access.
type AccessDraft struct {
	Topic    string `json:"topic" yaml:"topic"`
	Kind     string `json:"kind" yaml:"kind"`
	Verified string `json:"verified" yaml:"verified"`
	On       string `json:"on" yaml:"on"`
	Note     string `json:"note" yaml:"note"`
}

// ConditionDraft is a release condition.
type ConditionDraft struct {
	Text  string `json:"text" yaml:"text"`
	From  string `json:"from" yaml:"from"`
	MetOn string `json:"met_on" yaml:"met_on"`
}

// New reads a draft. The code name and the source's own compartment are the server's to give and stay empty. today is
// the latest day a date of the past may name.
func New(d Draft, words Vocabulary, today day.Day) (Source, fault.Faults) {
	r := draft.New(words)
	s := Source{
		Category: r.Code("category", "category", d.Category), Overlays: r.Codes("overlays", "overlay", d.Overlays),
		State:       draft.One(r, "state", d.State, Candidate, Proposed, Authorized, Active, Dormant, Closed, Barred, Lost),
		StateReason: r.Text("state_reason", d.StateReason, draft.NoteLimit), ClosedForCause: r.Flag("closed_for_cause", d.ClosedForCause),
		Person: draft.ID[party](r, "person", d.Person), Subject: r.Flag("subject", d.Subject),
		IdentityKind:    draft.One(r, "identity_kind", d.IdentityKind, Known, Claimed, Unknown, Collective),
		IdentityKnownOn: r.Past("identity_known_on", d.IdentityKnownOn, today),
		ServiceContact:  draft.One(r, "service_contact", d.ServiceContact, Direct, Observed, Relayed, NoMeans),
		Holder:          draft.ID[party](r, "holder", d.Holder), Parent: draft.ID[kind](r, "parent", d.Parent),
		Channel:     r.Identifier("channel", d.Channel),
		Beneficiary: Beneficiary{draft.ID[party](r, "declared", d.Declared), draft.ID[party](r, "believed", d.Believed), draft.ID[party](r, "real", d.Real)},
		Motives:     r.Identifiers("motives", d.Motives), Motive: r.Text("motive", d.Motive, draft.NoteLimit),
		LawfulOrigin:  r.Text("lawful_origin", d.LawfulOrigin, draft.NoteLimit),
		Vulnerability: r.Text("vulnerability", d.Vulnerability, draft.NoteLimit), Alternatives: r.Text("alternatives", d.Alternatives, draft.NoteLimit),
		Placement:       r.Text("placement", d.Placement, draft.NoteLimit),
		OverallAccess:   draft.One(r, "overall_access", d.OverallAccess, OverallAccess("direct"), "indirect", "mixed", "none"),
		OverallVerified: verified(r, "overall_verified", d.OverallVerified),
		AccessCaveat:    r.Text("access_caveat", d.AccessCaveat, draft.NoteLimit),
		ClaimedLocation: r.Identifier("claimed_location", d.ClaimedLocation),
		LocationProof:   draft.One(r, "location_proof", d.LocationProof, LocationProof("none"), "recorded"),
		Description:     r.Text("description", d.Description, draft.NoteLimit), From: r.Past("from", d.From, today),
		ConductAuthority: draft.One(r, "conduct_authority", d.ConductAuthority, Conduct("none"), "oral", "written"),
		LegalStatus:      r.Text("legal_status", d.LegalStatus, draft.NoteLimit), StatusExpires: r.Day("status_expires", d.StatusExpires),
		BornBand: draft.One(r, "age_band", d.AgeBand, AgeBand("under-16"), "16-17", "adult"),
		AdultOn:  r.Day("adult_on", d.AdultOn), SixteenOn: r.Day("sixteen_on", d.SixteenOn), Purge: r.Day("purge", d.Purge),
		Note: r.Text("note", d.Note, draft.NoteLimit),
	}
	draft.Into(r, "desk", d.Desk, &s.Desk)
	parties, sources := introducers(d.IntroducedBy)
	s.IntroducedBy = draft.IDs[party](r, "introduced_by", parties)
	s.Introducers = draft.IDs[kind](r, "introduced_by", sources)
	if s.State == "" && d.State == "" {
		s.State = Candidate
	}
	if s.State == Candidate && !s.Subject {
		r.Need("lawful_origin", d.LawfulOrigin)
	}
	if s.State.Ended() {
		r.Need("state_reason", d.StateReason)
	}
	if !s.Parent.IsZero() && s.Channel == "" && s.ServiceContact == Relayed {
		r.Need("channel", d.Channel)
	}
	if s.SixteenOn != day.Never && s.AdultOn != day.Never && s.SixteenOn.AddMonths(24) != s.AdultOn {
		r.Add("adult_on", "source.birthdays")
	}
	if c := d.ReleaseCondition; c != nil {
		r.Need("release_condition.text", c.Text)
		s.ReleaseCondition = &Condition{r.Text("release_condition.text", c.Text, draft.NoteLimit),
			r.Past("release_condition.from", c.From, today), r.Past("release_condition.met_on", c.MetOn, today)}
	}
	if r.Few("access", len(d.Access)) {
		s.Access = access(r, d.Access, today)
	}
	return s, r.Faults
}

// introducers tells sources who brought another in from all others, whose ids must be those of parties.
func introducers(list []string) (parties, sources []string) {
	for _, s := range list {
		if strings.HasPrefix(strings.ToLower(strings.TrimSpace(s)), "src_") {
			sources = append(sources, s)
		} else {
			parties = append(parties, s)
		}
	}
	return parties, sources
}

func access(r *draft.Reading, list []AccessDraft, today day.Day) []Access {
	var out []Access
	seen := map[string]int{}
	for i, a := range list {
		f := draft.At("access", i) + "."
		r.Need(f+"topic", a.Topic)
		r.Need(f+"kind", a.Kind)
		v := Access{r.Identifier(f+"topic", a.Topic), draft.One(r, f+"kind", a.Kind, AccessKind("direct"), "indirect", "hearsay", "none"),
			verified(r, f+"verified", a.Verified), r.Past(f+"on", a.On, today), r.Text(f+"note", a.Note, draft.NoteLimit)}
		if v.Verified == "" {
			v.Verified = "unverified"
		}
		if n, ok := seen[v.Topic]; ok && v.Topic != "" {
			r.Add(f+"topic", "source.access.twice", "Line", strconv.Itoa(n+1))
		}
		seen[v.Topic] = i
		out = append(out, v)
	}
	return out
}

func verified(r *draft.Reading, field, s string) Verified {
	return draft.One(r, field, s, Verified("verified"), "unverified", "contradicted")
}
