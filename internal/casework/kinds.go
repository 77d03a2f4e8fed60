package casework

import (
	"errors"
	"time"

	"cutout/internal/assessment"
	"cutout/internal/authority"
	"cutout/internal/compartment"
	"cutout/internal/contact"
	"cutout/internal/dissemination"
	"cutout/internal/network"
	"cutout/internal/officer"
	"cutout/internal/report"
	"cutout/internal/requirement"
	"cutout/internal/source"
	"cutout/internal/store"
)

// The kinds of record, as the store and the log name them.
const (
	kindSource      = "source"
	kindIdentity    = "identity"
	kindLife        = "life-event"
	kindRole        = "role"
	kindParty       = "party"
	kindKnows       = "knows"
	kindAuthority   = "authority"
	kindRequirement = "requirement"
	kindTask        = "task"
	kindContact     = "contact"
	kindReport      = "report"
	kindOutcome     = "outcome"
	kindRegrade     = "regrade"
	kindLink        = "link"
	kindRelease     = "release"
	kindIssued      = "issued"
	kindReceipt     = "acknowledgment"
	kindFeedback    = "feedback"
	kindProduct     = "product"
	kindNotice      = "notice"
	kindResponse    = "notice-response"
	kindRecall      = "recall"
	kindAssessment  = "assessment"
	kindCredit      = "credit"
	kindFindingAct  = "finding-act"
	kindNameKey     = "name-key"
	kindNameTokens  = "name-tokens"
	kindOpening     = "opening"
	kindProposal    = "proposal"
	kindHolders     = "key-holders"
)

// Stored is a record with its typed id and its body, as a look returns it.
type Stored[I ~[16]byte, T any] struct {
	ID    I
	Value T
	Head
}

// Head is what every record carries beside its body.
type Head struct {
	Label   compartment.Label
	Version int64
	record  store.Record
}

func head(r store.Record) Head { return Head{Label: r.Label, Version: r.Version, record: r} }

// KnownFrom is since when this version is what the unit knows.
func (h Head) KnownFrom() time.Time { return h.record.KnownFrom }

// Created is when the record was first made, and By who wrote this version.
func (h Head) Created() time.Time { return h.record.Created }

// By is who wrote this version.
func (h Head) By() officer.ID { return h.record.By }

// read gets one record of a noun by its typed id.
func read[I ~[16]byte, T any](w *work, kind string, of I) (Stored[I, T], error) {
	var s Stored[I, T]
	r, err := w.Get(kind, of)
	if err != nil {
		return s, err
	}
	return decoded[I, T](r)
}

func decoded[I ~[16]byte, T any](r store.Record) (Stored[I, T], error) {
	s := Stored[I, T]{ID: I(r.ID), Head: head(r)}
	err := r.Decode(&s.Value)
	return s, err
}

// list reads one page of a noun.
func list[I ~[16]byte, T any](w *work, q store.Query) ([]Stored[I, T], string, error) {
	rs, next, err := w.Find(q)
	if err != nil {
		return nil, "", err
	}
	out := make([]Stored[I, T], len(rs))
	for i, r := range rs {
		if out[i], err = decoded[I, T](r); err != nil {
			return nil, "", err
		}
	}
	return out, next, nil
}

// all reads every record of a list, for what must be complete to be right (an authority clock, a coverage matrix).
func all[I ~[16]byte, T any](w *work, q store.Query) ([]Stored[I, T], error) {
	q.Limit = store.MaxLimit
	var out []Stored[I, T]
	for {
		part, next, err := list[I, T](w, q)
		if err != nil {
			return nil, err
		}
		out = append(out, part...)
		if next == "" {
			return out, nil
		}
		q.Cursor = next
	}
}

// idsOf are the ids of a list.
func idsOf[I ~[16]byte, T any](rs []Stored[I, T]) []I {
	out := make([]I, len(rs))
	for i, r := range rs {
		out[i] = r.ID
	}
	return out
}

// maybe is read that answers false instead of ErrNotFound, for what a page shows only to those who may see it.
func maybe[I ~[16]byte, T any](w *work, kind string, of I) (Stored[I, T], bool, error) {
	if of == *new(I) {
		return Stored[I, T]{}, false, nil
	}
	s, err := read[I, T](w, kind, of)
	if errors.Is(err, store.ErrNotFound) {
		return s, false, nil
	}
	return s, err == nil, err
}

// exists is read for a reference in a draft: what the officer may not see is a fault of the field, worded as missing.
func exists[I ~[16]byte, T any](w *work, kind, field string, of I) (Stored[I, T], error) {
	s, err := read[I, T](w, kind, of)
	if errors.Is(err, store.ErrNotFound) {
		return s, fieldFault(field, "reference.unknown")
	}
	return s, err
}

// The records of the nouns, as looks return them.
type (
	SourceRecord      = Stored[source.ID, source.Source]
	RoleRecord        = Stored[source.RoleID, source.RolePeriod]
	PartyRecord       = Stored[network.ID, network.Party]
	AuthorityRecord   = Stored[authority.ID, authority.Authority]
	RequirementRecord = Stored[requirement.ID, requirement.Requirement]
	TaskRecord        = Stored[requirement.TaskID, requirement.Task]
	ContactRecord     = Stored[contact.ID, contact.Contact]
	ReportRecord      = Stored[report.ID, report.Report]
	OutcomeRecord     = Stored[report.OutcomeID, report.Outcome]
	ReleaseRecord     = Stored[dissemination.ID, dissemination.Release]
	ProductRecord     = Stored[dissemination.ProductID, dissemination.Product]
	NoticeRecord      = Stored[dissemination.NoticeID, dissemination.Notice]
	AssessmentRecord  = Stored[assessment.ID, assessment.Assessment]
)
