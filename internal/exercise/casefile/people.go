package casefile

import "cutout/internal/day"

// Person is somebody of the case. Staff is true for an officer of the unit whose desk this is.
type Person struct {
	Common
	TrueName     Field[string]   `key:"true_name"`
	NameNative   Field[string]   `key:"name_native"`
	NameVariants Field[[]string] `key:"name_variants"`
	CodeNames    Field[[]string] `key:"code_names"`
	Role         Field[string]   `key:"role"`
	Organisation Field[string]   `key:"organisation" ref:"id"`
	Staff        Field[bool]     `key:"staff"`
}

// Organisation is a service, office, customer, employer or opponent.
type Organisation struct {
	Common
	Name    Field[string]   `key:"name"`
	Kind    Field[string]   `key:"kind" code:"organisation.kind"`
	Detail  Field[string]   `key:"detail"`
	Country Field[string]   `key:"country"`
	RivalOf Field[[]string] `key:"rival_of" ref:"id"`
}

// Topic is a topic with a fact of its own: nothing about it can be true before NotBefore.
type Topic struct {
	Common
	Name      Field[string]     `key:"name"`
	NotBefore Field[day.Period] `key:"not_before"`
}

// Source is a source, or with category code SUBJECT a person looked into.
type Source struct {
	Common
	Person             Field[string]           `key:"person" ref:"id"`
	Category           Field[string]           `key:"category"`
	CategoryCode       Field[string]           `key:"category_code" code:"source.category"`
	Identity           Field[string]           `key:"identity" code:"source.identity"`
	IdentityKnownOn    Field[day.Period]       `key:"identity_known_on"`
	Motive             Field[string]           `key:"motive"`
	PlacementAndAccess Field[string]           `key:"placement_and_access"`
	ServiceContact     Field[string]           `key:"service_contact" code:"source.contact"`
	Holder             Field[string]           `key:"holder" ref:"id"`
	Access             Field[string]           `key:"access" code:"source.access"`
	AccessVerified     Field[string]           `key:"access_verified" code:"source.verified"`
	AccessCaveat       Field[string]           `key:"access_caveat"`
	Parent             Field[string]           `key:"parent" ref:"id"`
	Channel            Field[string]           `key:"channel" ref:"id"`
	From               Field[day.Period]       `key:"from"` // first named
	IntroducedBy       Field[[]string]         `key:"introduced_by" ref:"id"`
	ClaimedLocation    Field[string]           `key:"claimed_location"`
	LocationProof      Field[string]           `key:"location_proof" code:"source.proof"`
	ReleaseCondition   Field[ReleaseCondition] `key:"release_condition"`
	Authorisation      Field[Authorisation]    `key:"authorisation"`
	Lifecycle          []LifecycleEvent        `key:"lifecycle"`
}

// ReleaseCondition says when an identity may become known; MetOn is the day that came true.
type ReleaseCondition struct {
	Text  Field[string]     `key:"text"`
	From  Field[day.Period] `key:"from"`
	MetOn Field[day.Period] `key:"met_on"`
}

// Authorisation is the legal footing of a source as the file gives it.
type Authorisation struct {
	LegalBasis       Field[string] `key:"legal_basis"`
	ConductAuthority Field[string] `key:"conduct_authority" code:"source.conduct"`
}

// LifecycleEvent is one dated step in a source's life.
type LifecycleEvent struct {
	Common
	Date  Field[day.Period] `key:"date"`
	Kind  Field[string]     `key:"kind" code:"lifecycle.kind"`
	Event Field[string]     `key:"event"`
}

// Role is what a person did for a source over a period; an explicit null in To means that it still runs.
type Role struct {
	Common
	Person                 Field[string]     `key:"person" ref:"id"`
	Role                   Field[string]     `key:"role" code:"role"`
	Source                 Field[string]     `key:"source" ref:"id"`
	From                   Field[day.Period] `key:"from"`
	To                     Field[day.Period] `key:"to"`
	ApprovedBy             Field[string]     `key:"approved_by" ref:"id"`
	Relationship           Field[string]     `key:"relationship"`
	RelationshipApprovedBy Field[string]     `key:"relationship_approved_by" ref:"id"`
}

// Post is a position an officer held, and when the access that came with it ended.
type Post struct {
	Common
	Person      Field[string]     `key:"person" ref:"id"`
	Post        Field[string]     `key:"post"`
	From        Field[day.Period] `key:"from"`
	To          Field[day.Period] `key:"to"`
	AccessEnded Field[day.Period] `key:"access_ended"`
}

// Presence is a record that a person was at a place.
type Presence struct {
	Common
	Person Field[string]     `key:"person" ref:"id"`
	Date   Field[day.Period] `key:"date"`
	Place  Field[string]     `key:"place"`
	Record Field[string]     `key:"record"`
}

// Knows is who knew whose identity, and since when.
type Knows struct {
	Common
	Knower  Field[string]     `key:"knower" ref:"id"`
	Subject Field[string]     `key:"subject" ref:"id"`
	Knew    Field[string]     `key:"knew"`
	From    Field[day.Period] `key:"from"`
}
