package dissemination

import (
	"errors"
	"slices"

	"cutout/internal/officer"
)

// Why a release may not be approved by somebody.
var (
	ErrNotDraft  = errors.New("dissemination: only a draft can be approved")
	ErrOwnWork   = errors.New("dissemination: nobody approves a release he wrote")
	ErrOwnSource = errors.New("dissemination: the handler of a source does not release what that source said")
)

// MayApprove reports whether an officer may approve a release, given all who handle any source it rests on: nil,
// ErrNotDraft, ErrOwnWork or ErrOwnSource.
func MayApprove(r Release, approver officer.ID, handlers []officer.ID) error {
	switch {
	case r.State != Drafted:
		return ErrNotDraft
	case approver.IsZero() || approver == r.WrittenBy:
		return ErrOwnWork
	case slices.Contains(handlers, approver):
		return ErrOwnSource
	}
	return nil
}
