package casefile

import "cutout/internal/day"

// Kind is the noun a record is, in the order in which the records of one day are played: who and what first, then
// what happened, what was written about it, what was made of it, and who knew.
type Kind int

// The kinds, in the order of play.
const (
	KindOrganisation Kind = iota + 1
	KindPerson
	KindTopic
	KindSource
	KindLifecycle
	KindRole
	KindPost
	KindPresence
	KindContact
	KindUnavailable
	KindKeyEvent
	KindReport
	KindClaim
	KindDissemination
	KindWarning
	KindAssessment
	KindOutcome // the rank of a claim's outcome; no record has it
	KindCredit
	KindCollection
	KindAccessEvent
	KindLoss
	KindKnows
)

// entry is a record with its place in the file.
type entry struct {
	record Record
	kind   Kind
	holder Record // the report of a claim, the source of a lifecycle event
}

// entries lists every record of the case, by kind and in the order of the file.
func (c *Case) entries() []entry {
	var all []entry
	all = gather(all, KindOrganisation, c.Organisations, nil)
	all = gather(all, KindPerson, c.Persons, nil)
	all = gather(all, KindTopic, c.Topics, nil)
	all = gather(all, KindSource, c.Sources, nil)
	for i := range c.Sources {
		all = gather(all, KindLifecycle, c.Sources[i].Lifecycle, &c.Sources[i])
	}
	all = gather(all, KindRole, c.Roles, nil)
	all = gather(all, KindPost, c.Posts, nil)
	all = gather(all, KindPresence, c.Presence, nil)
	all = gather(all, KindContact, c.Contacts, nil)
	all = gather(all, KindUnavailable, c.Unavailable, nil)
	all = gather(all, KindKeyEvent, c.KeyEvents, nil)
	all = gather(all, KindReport, c.Reports, nil)
	for i := range c.Reports {
		all = gather(all, KindClaim, c.Reports[i].Claims, &c.Reports[i])
	}
	all = gather(all, KindDissemination, c.Disseminations, nil)
	all = gather(all, KindWarning, c.Warnings, nil)
	all = gather(all, KindAssessment, c.Assessments, nil)
	all = gather(all, KindCredit, c.Credits, nil)
	all = gather(all, KindCollection, c.Collection, nil)
	all = gather(all, KindAccessEvent, c.AccessEvents, nil)
	all = gather(all, KindLoss, c.Losses, nil)
	return gather(all, KindKnows, c.WhoKnew, nil)
}

func gather[T any, P interface {
	*T
	Record
}](all []entry, kind Kind, records []T, holder Record) []entry {
	for i := range records {
		all = append(all, entry{record: P(&records[i]), kind: kind, holder: holder})
	}
	return all
}

// date is the day a record gives itself, apart from known_from. Parties and topics have none.
func date(rec Record) Field[day.Period] {
	switch rec := rec.(type) {
	case *Source:
		return rec.From
	case *LifecycleEvent:
		return rec.Date
	case *Role:
		return rec.From
	case *Post:
		return rec.From
	case *Presence:
		return rec.Date
	case *Contact:
		return rec.Date
	case *Unavailable:
		return rec.From
	case *KeyEvent:
		return rec.Date
	case *Report:
		return rec.Date
	case *Claim:
		return rec.ReceivedAt
	case *Dissemination:
		return rec.Date
	case *Warning:
		return rec.Date
	case *Assessment:
		return rec.Date
	case *Credit:
		return rec.Date
	case *Collection:
		return rec.Date
	case *AccessEvent:
		return rec.Date
	case *Loss:
		return rec.Date
	case *Knows:
		return rec.From
	}
	return Field[day.Period]{}
}
