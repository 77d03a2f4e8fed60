package authority

import (
	"slices"
	"time"

	"cutout/internal/day"
	"cutout/internal/draft"
	"cutout/internal/fault"
	"cutout/internal/officer"
	"cutout/internal/source"
)

// Limits is what the pack says of one kind of authority for one source on one day.
type Limits struct {
	Until          time.Time // the latest moment the authority may run to
	ReviewBy       day.Day   // the latest day of the first review; day.Never when none is asked
	NeedsSignature bool      // the source must sign before it is in force
	Level          string    // rank of the officer who must decide, for the record
	PackVersion    string
}

// Pack is what this package asks of the rule pack: the lists "authority-kind" and "ground", and the clock of a kind.
// age is the source's age band on the day the authority begins (R3).
type Pack interface {
	source.Vocabulary
	AuthorityLimits(kind string, oral bool, age source.AgeBand, overlays []string, from time.Time) (Limits, bool)
}

// Draft is an application and its decision as given. Until and ReviewBy may be blank: then the pack's limits stand.
type Draft struct {
	Source          string   `json:"source" yaml:"source"`
	Kind            string   `json:"kind" yaml:"kind"`
	Ground          string   `json:"ground" yaml:"ground"`
	Necessity       string   `json:"necessity" yaml:"necessity"`
	Proportionality string   `json:"proportionality" yaml:"proportionality"`
	Purpose         string   `json:"purpose" yaml:"purpose"`
	Operation       string   `json:"operation" yaml:"operation"`
	Conduct         string   `json:"conduct" yaml:"conduct"`
	Topics          []string `json:"topics" yaml:"topics"`
	Collateral      string   `json:"collateral" yaml:"collateral"`
	Confidential    string   `json:"confidential" yaml:"confidential"`
	Risk            string   `json:"risk" yaml:"risk"`
	TargetRelation  string   `json:"target_relation" yaml:"target_relation"`
	Oral            string   `json:"oral" yaml:"oral"`
	UrgencyReason   string   `json:"urgency_reason" yaml:"urgency_reason"`
	UnreachedReason string   `json:"unreached_reason" yaml:"unreached_reason"`
	From            string   `json:"from" yaml:"from"`
	Until           string   `json:"until" yaml:"until"`
	ReviewBy        string   `json:"review_by" yaml:"review_by"`
	SelfAuthorized  string   `json:"self_authorized" yaml:"self_authorized"`
	Refused         string   `json:"refused" yaml:"refused"`
	RefusalReason   string   `json:"refusal_reason" yaml:"refusal_reason"`
	Renews          string   `json:"renews" yaml:"renews"`
	SignedOn        string   `json:"signed_on" yaml:"signed_on"`
	AdverseDigestOn string   `json:"adverse_digest_on" yaml:"adverse_digest_on"`
}

// New reads an application decided now by the officer by, for the source as it stands. Every particular of R11 must be
// there. A blank From is now; an oral authority starts now, whatever is written, because its 72 hours run from the grant.
func New(d Draft, pack Pack, of source.Source, by officer.ID, now time.Time) (Authority, fault.Faults) {
	r := draft.New(pack)
	now = now.Truncate(time.Second)
	for _, f := range [][2]string{{"source", d.Source}, {"kind", d.Kind}, {"ground", d.Ground}, {"necessity", d.Necessity},
		{"proportionality", d.Proportionality}, {"purpose", d.Purpose}, {"operation", d.Operation}, {"conduct", d.Conduct},
		{"collateral", d.Collateral}, {"confidential", d.Confidential}, {"risk", d.Risk}} {
		r.Need(f[0], f[1])
	}
	prose := func(field, s string) string { return r.Text(field, s, draft.NoteLimit) }
	a := Authority{Kind: r.Code("kind", "authority-kind", d.Kind), Ground: r.Code("ground", "ground", d.Ground),
		Necessity: prose("necessity", d.Necessity), Proportionality: prose("proportionality", d.Proportionality),
		Purpose: prose("purpose", d.Purpose), Operation: r.Identifier("operation", d.Operation), Conduct: prose("conduct", d.Conduct),
		Topics: r.Identifiers("topics", d.Topics), Collateral: prose("collateral", d.Collateral),
		Confidential: prose("confidential", d.Confidential), Risk: prose("risk", d.Risk),
		TargetRelation: draft.One(r, "target_relation", d.TargetRelation, TargetRelation("none"), "parent", "responsible"),
		Oral:           r.Flag("oral", d.Oral), UrgencyReason: prose("urgency_reason", d.UrgencyReason),
		UnreachedReason: prose("unreached_reason", d.UnreachedReason), From: r.Moment("from", d.From, now.Location()),
		Until: r.Moment("until", d.Until, now.Location()), ReviewBy: r.Day("review_by", d.ReviewBy), DecidedBy: by, DecidedAt: now,
		SelfAuthorized: r.Flag("self_authorized", d.SelfAuthorized), Refused: r.Flag("refused", d.Refused),
		RefusalReason: prose("refusal_reason", d.RefusalReason), SignedOn: r.Past("signed_on", d.SignedOn, day.Of(now)),
		AdverseDigestOn: r.Past("adverse_digest_on", d.AdverseDigestOn, day.Of(now))}
	draft.Into(r, "source", d.Source, &a.Source)
	draft.Into(r, "renews", d.Renews, &a.Renews)
	if len(a.Topics) == 0 && !a.Refused {
		r.Need("topics", "")
	}
	if a.Refused {
		r.Need("refusal_reason", d.RefusalReason)
	}
	if a.From.IsZero() {
		a.From = now
	}
	if a.Oral {
		r.Need("urgency_reason", d.UrgencyReason)
		r.Need("unreached_reason", d.UnreachedReason)
		a.From = now
	}
	if a.From.Before(now) {
		r.Add("from", "authority.backdated", "Now", now.Format(time.RFC3339))
	}
	age := of.AgeBandOn(day.Of(a.From))
	if age == "" && slices.Contains(of.Overlays, "under-16") {
		age = "under-16"
	}
	if age == "under-16" && a.TargetRelation != "none" && !a.Refused {
		if a.TargetRelation == "" {
			r.Need("target_relation", "")
		} else {
			r.Add("target_relation", "authority.under-16-parent")
		}
	}
	if a.Kind != "" {
		a.clock(r, d, pack, age, of.Overlays)
	}
	return a, r.Faults
}

// clock holds the dates against the pack's limits and fills in what was left blank.
func (a *Authority) clock(r *draft.Reading, d Draft, pack Pack, age source.AgeBand, overlays []string) {
	lim, ok := pack.AuthorityLimits(a.Kind, a.Oral, age, overlays, a.From)
	if !ok {
		field := "kind"
		if a.Oral {
			field = "oral"
		}
		r.Add(field, "authority.not-available", "Kind", a.Kind)
		return
	}
	a.NeedsSignature, a.Level, a.PackVersion = lim.NeedsSignature, lim.Level, lim.PackVersion
	switch {
	case a.Until.IsZero():
		if d.Until == "" {
			a.Until = lim.Until
		}
	case a.Until.After(lim.Until):
		r.Add("until", "authority.too-long", "Limit", lim.Until.Format(time.RFC3339))
	case !a.Until.After(a.From):
		r.Add("until", "field.before", "Other", "from")
	}
	if a.ReviewBy == day.Never {
		if d.ReviewBy == "" {
			a.ReviewBy = lim.ReviewBy
		} else if lim.ReviewBy != day.Never {
			r.Add("review_by", "authority.review-late", "Limit", lim.ReviewBy.String())
		}
	} else if a.ReviewBy > lim.ReviewBy {
		r.Add("review_by", "authority.review-late", "Limit", lim.ReviewBy.String())
	} else if a.ReviewBy < day.Of(a.From) {
		r.Add("review_by", "field.before", "Other", "from")
	}
}

// ReviewDraft is a review as given.
type ReviewDraft struct {
	Text     string   `json:"text" yaml:"text"`
	Negative string   `json:"negative" yaml:"negative"`
	Events   []string `json:"events" yaml:"events"`
	Sample   []string `json:"sample" yaml:"sample"`
	NextBy   string   `json:"next_by" yaml:"next_by"`
}

// NewReview reads a review held today of a; latest is the latest day the pack allows for the next one, day.Never when it
// asks none. A blank NextBy is latest.
func (a Authority) NewReview(d ReviewDraft, words source.Vocabulary, by officer.ID, today, latest day.Day) (Review, fault.Faults) {
	r := draft.New(words)
	r.Need("text", d.Text)
	r.Need("negative", d.Negative)
	v := Review{On: today, By: by, Text: r.Text("text", d.Text, draft.NoteLimit), Negative: r.Text("negative", d.Negative, draft.NoteLimit),
		Events: r.Refs("events", d.Events), Sample: r.Refs("sample", d.Sample), NextBy: r.Day("next_by", d.NextBy)}
	for i, s := range v.Sample {
		if !slices.Contains(v.Events, s) {
			r.Add(draft.At("sample", i), "authority.sample-outside")
		}
	}
	if a.Cancelled != nil {
		r.Add("text", "authority.is-cancelled")
	}
	switch {
	case d.NextBy == "":
		v.NextBy = latest
	case v.NextBy > latest:
		r.Add("next_by", "authority.review-late", "Limit", latest.String())
	case v.NextBy <= today:
		r.Add("next_by", "authority.review-past")
	}
	return v, r.Faults
}

// CancelDraft is a cancellation as given.
type CancelDraft struct {
	Note    string `json:"note" yaml:"note"`
	Debrief string `json:"debrief" yaml:"debrief"`
}

// NewCancellation reads a cancellation now. R20: the note and the debrief of the source are both needed.
func (a Authority) NewCancellation(d CancelDraft, words source.Vocabulary, by officer.ID, now time.Time) (Cancellation, fault.Faults) {
	r := draft.New(words)
	r.Need("note", d.Note)
	r.Need("debrief", d.Debrief)
	if a.Cancelled != nil {
		r.Add("note", "authority.is-cancelled")
	}
	return Cancellation{now.Truncate(time.Second), by, r.Text("note", d.Note, draft.NoteLimit), r.Text("debrief", d.Debrief, draft.NoteLimit)}, r.Faults
}
