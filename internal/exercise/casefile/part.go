package casefile

import "cutout/internal/day"

// Part is what of a record a moment carries.
type Part string

// Whole is a record as it stands on its first day; every other part comes later, or right after it on the same day.
const (
	Whole           Part = ""
	PartLink        Part = "link"         // a reference to a record that was not there before
	PartEnd         Part = "end"          // a range, role, post or absence is over; a count or "many" comes with it
	PartAnswer      Part = "answer"       // an approach is answered (answered_on)
	PartChecked     Part = "checked"      // a claim is checked (checked_on)
	PartOutcome     Part = "outcome"      // what a claim proved to be
	PartAcknowledge Part = "acknowledged" // a reader's receipt
	PartResponse    Part = "response"     // what was made of a warning: response, acted_on, reasons_by
	PartAccessEnd   Part = "access-end"   // the access that came with a post ended
	PartIdentified  Part = "identified"   // identity_known_on
	PartCondition   Part = "condition"    // a release condition is made
	PartMet         Part = "met"          // a release condition is met
)

// part is a later part of a record: when it counts, and how to hide it in a view until then. What is to come reads as
// an explicit null, "none on record", because on that day none was.
type part struct {
	name Part
	on   day.Day // day.Never: hidden for good
	hide func()
}

// parts lists the later parts of a record; calling hide changes rec itself, so rec must be a copy.
func parts(rec Record) []part {
	var all []part
	later := func(name Part, f *Field[day.Period]) {
		if f.Has() {
			all = append(all, part{name, counts(f.Value), func() { *f = Field[day.Period]{Set: true, Null: true} }})
		}
	}
	end := func(f *Field[day.Period], also func()) {
		if f.Has() && ranged(f.Value) {
			all = append(all, part{PartEnd, f.Value.Last, func() { f.Value = opening(f.Value); also() }})
		}
	}
	nothing := func() {}
	switch rec := rec.(type) {
	case *Source:
		later(PartIdentified, &rec.IdentityKnownOn)
		if rec.ReleaseCondition.Has() {
			condition := &rec.ReleaseCondition
			if from := condition.Value.From; from.Has() {
				all = append(all, part{PartCondition, counts(from.Value), func() { *condition = Field[ReleaseCondition]{} }})
			}
			later(PartMet, &condition.Value.MetOn)
		}
	case *LifecycleEvent:
		end(&rec.Date, nothing)
	case *Role:
		later(PartEnd, &rec.To)
	case *Post:
		later(PartEnd, &rec.To)
		later(PartAccessEnd, &rec.AccessEnded)
	case *Presence:
		end(&rec.Date, nothing)
	case *Contact:
		end(&rec.Date, nothing)
		later(PartAnswer, &rec.AnsweredOn)
	case *Unavailable:
		later(PartEnd, &rec.To)
	case *KeyEvent:
		end(&rec.Date, nothing)
	case *Report:
		end(&rec.Date, func() {
			rec.Count = Field[int]{}
			if rec.Volume.Value == "many" {
				rec.Volume = Field[string]{}
			}
		})
	case *Claim:
		later(PartChecked, &rec.CheckedOn)
		if rec.Outcome.Later.Set || rec.Outcome.Date.Set {
			on := day.Never
			if rec.Outcome.Later.Has() && rec.Outcome.Date.Has() {
				on = counts(rec.Outcome.Date.Value)
			}
			all = append(all, part{PartOutcome, on, func() { rec.Outcome = Outcome{} }})
		}
	case *Dissemination:
		end(&rec.Date, nothing)
		if a := rec.Acknowledged; a.Has() && a.Value.Given {
			on := day.Day(-1 << 31) // without a date: with the dissemination itself
			if !a.Value.On.IsZero() {
				on = counts(a.Value.On)
			}
			all = append(all, part{PartAcknowledge, on, func() { rec.Acknowledged = Field[Acknowledgment]{Set: true, Null: true} }})
		}
	case *Warning:
		end(&rec.Date, nothing)
		if rec.Response.Set || rec.ActedOn.Set || rec.ReasonsBy.Set {
			all = append(all, part{PartResponse, day.Day(-1 << 31), func() {
				rec.Response, rec.ActedOn, rec.ReasonsBy = Field[string]{}, Field[string]{}, Field[string]{}
			}})
		}
	case *Assessment:
		end(&rec.Date, nothing)
	case *Credit:
		end(&rec.Date, nothing)
	case *Collection:
		end(&rec.Date, nothing)
	case *AccessEvent:
		end(&rec.Date, func() { rec.Count = Field[int]{} })
	case *Loss:
		end(&rec.Date, nothing)
	}
	return all
}
