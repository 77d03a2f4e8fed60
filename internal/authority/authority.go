// Package authority answers one question: may this source be used this way at this moment, and who said so. It computes
// no durations of its own: the rule pack gives them, and a moment is always a parameter.
package authority

import (
	"fmt"
	"time"

	"cutout/internal/day"
	"cutout/internal/id"
	"cutout/internal/officer"
	"cutout/internal/source"
)

type kind struct{}

// Prefix names authorities "aut_…" and "A-…".
func (kind) Prefix() (string, string) { return "aut", "A" }

// ID names an authority.
type ID = id.Of[kind]

// Authority is a decision that a source may be used in a stated way for a stated time. It is in force from From up to,
// not including, Until. A refusal is kept in the same form, with Refused set.
type Authority struct {
	Source          source.ID      `json:"source"`
	Kind            string         `json:"kind"`   // code of the pack ("authority-kind")
	Ground          string         `json:"ground"` // code of the pack ("ground")
	Necessity       string         `json:"necessity"`
	Proportionality string         `json:"proportionality"`
	Purpose         string         `json:"purpose"`
	Operation       string         `json:"operation"` // named in words: "the same operation" is never inferred (R18)
	Conduct         string         `json:"conduct"`   // what the source may be tasked to do
	Topics          []string       `json:"topics"`    // the scope tasks are held against (R14)
	Level           string         `json:"level"`     // rank of the officer who must decide
	Collateral      string         `json:"collateral"`
	Confidential    string         `json:"confidential"` // privileged or confidential material likely, and what is done about it
	Risk            string         `json:"risk"`
	TargetRelation  TargetRelation `json:"target_relation,omitempty"`
	Oral            bool           `json:"oral,omitempty"`
	UrgencyReason   string         `json:"urgency_reason,omitempty"`
	UnreachedReason string         `json:"unreached_reason,omitempty"` // why the authorizing officer could not be reached
	From            time.Time      `json:"from"`
	Until           time.Time      `json:"until"`
	ReviewBy        day.Day        `json:"review_by"` // first review due on or before this day; day.Never when the pack asks none
	AppliedBy       officer.ID     `json:"applied_by,omitzero"`
	DecidedBy       officer.ID     `json:"decided_by,omitzero"`
	DecidedAt       time.Time      `json:"decided_at"`
	SelfAuthorized  bool           `json:"self_authorized,omitempty"` // who decided also directs the inquiry (R8): shown in the register
	Refused         bool           `json:"refused,omitempty"`
	RefusalReason   string         `json:"refusal_reason,omitempty"`
	Renews          ID             `json:"renews,omitzero"`
	PackVersion     string         `json:"pack_version"`              // the rules it was decided under
	NeedsSignature  bool           `json:"needs_signature,omitempty"` // not in force until the source signed what he may do (T10)
	SignedOn        day.Period     `json:"signed_on,omitzero"`
	AdverseDigestOn day.Period     `json:"adverse_digest_on,omitzero"` // date of the digest of adverse information the decider had (T24)
	Reviews         []Review       `json:"reviews,omitempty"`
	Cancelled       *Cancellation  `json:"cancelled,omitempty"`
}

// TargetRelation is whom a juvenile source would report on: none, parent, responsible (holder of parental responsibility).
type TargetRelation string

// Review is a look at whether the authority is still needed and proportionate.
type Review struct {
	On       day.Day    `json:"on"`
	By       officer.ID `json:"by,omitzero"`
	Text     string     `json:"text"`
	Negative string     `json:"negative"`         // what speaks against; "nothing found" is an answer, blank is not (T3)
	Events   []string   `json:"events,omitempty"` // ids of the period's reports, contacts and payments
	Sample   []string   `json:"sample,omitempty"` // ids of those read in full (T2)
	NextBy   day.Day    `json:"next_by"`          // next review due on or before this day
}

// Cancellation ends an authority before its time (R20).
type Cancellation struct {
	At      time.Time  `json:"at"`
	By      officer.ID `json:"by,omitzero"`
	Note    string     `json:"note"`
	Debrief string     `json:"debrief"` // what the source was told and said
}

// ErrNotYet means that the authority does not run yet.
type ErrNotYet struct{ From time.Time }

func (e ErrNotYet) Error() string {
	return "authority: not in force before " + e.From.Format(time.RFC3339)
}

// ErrLapsed means that its time is over.
type ErrLapsed struct{ Since time.Time }

func (e ErrLapsed) Error() string { return "authority: lapsed at " + e.Since.Format(time.RFC3339) }

// ErrCancelled means that it was cancelled.
type ErrCancelled struct{ On time.Time }

func (e ErrCancelled) Error() string { return "authority: cancelled at " + e.On.Format(time.RFC3339) }

// ErrReviewOverdue means that a review was due and not held; Since is the first day it was overdue.
type ErrReviewOverdue struct{ Since day.Day }

func (e ErrReviewOverdue) Error() string {
	return fmt.Sprintf("authority: review overdue since %s", e.Since)
}

// ErrRefused means that the application was refused.
type ErrRefused struct{}

func (ErrRefused) Error() string { return "authority: refused" }

// ErrUnsigned means that the source has not yet signed what he may do.
type ErrUnsigned struct{}

func (ErrUnsigned) Error() string { return "authority: not acknowledged by the source" }

// Covers reports whether the authority was in force at a moment: nil, or the first of ErrRefused, ErrNotYet, ErrCancelled,
// ErrLapsed, ErrUnsigned, ErrReviewOverdue. From is the first second in force; Until and the second of cancellation are the
// first seconds not in force. Days are counted in the location of when. Only what had happened by then counts: a review
// held later does not mend the past.
func (a Authority) Covers(when time.Time) error {
	when = when.Truncate(time.Second)
	on := day.Of(when)
	switch {
	case a.Refused:
		return ErrRefused{}
	case when.Before(a.From):
		return ErrNotYet{a.From}
	case a.Cancelled != nil && !when.Before(a.Cancelled.At):
		return ErrCancelled{a.Cancelled.At}
	case !when.Before(a.Until):
		return ErrLapsed{a.Until}
	case a.NeedsSignature && (a.SignedOn.IsZero() || a.SignedOn.Last > on):
		return ErrUnsigned{}
	}
	if due := a.ReviewDue(on); on > due {
		return ErrReviewOverdue{due.Add(1)}
	}
	return nil
}

// ReviewDue is the day by which the next review is owed, as known on a day; day.Never when none is owed.
func (a Authority) ReviewDue(on day.Day) day.Day {
	due, last := a.ReviewBy, day.Day(-1<<31)
	for _, r := range a.Reviews {
		if r.On <= on && r.On >= last {
			due, last = r.NextBy, r.On
		}
	}
	return due
}

// InScope reports whether a topic lies inside the authority. An authority with no topics allows no task.
func (a Authority) InScope(topic string) bool {
	for _, t := range a.Topics {
		if t == topic {
			return true
		}
	}
	return false
}
