package casework

import (
	"errors"

	"cutout/internal/audit"
	"cutout/internal/fault"
	"cutout/internal/store"
)

// Kind is the one of five ways in which an act can fail. A porch maps each through one table.
type Kind string

// The kinds. NotFound is the answer for hidden and missing alike; Refused is for what an officer may see but not do.
const (
	NotFound Kind = "notfound"
	Refused  Kind = "refused"
	Invalid  Kind = "invalid"
	Conflict Kind = "conflict"
	Internal Kind = "internal"
)

// Error is how the door says no. Code names the message that words it ("refused.duty"), Params fill it.
type Error struct {
	Kind   Kind
	Code   string
	Params map[string]string
	Faults fault.Faults // of Invalid
	cause  error
}

// Error names kind and code; people see the worded form.
func (e *Error) Error() string {
	switch {
	case len(e.Faults) > 0:
		return e.Faults.Err().Error()
	case e.Code != "":
		return string(e.Kind) + ": " + e.Code
	}
	return string(e.Kind)
}

// Unwrap gives the cause to the operator's log.
func (e *Error) Unwrap() error { return e.cause }

// Outcome is how the log calls the failure.
func (e *Error) Outcome() audit.Outcome {
	switch e.Kind {
	case NotFound:
		return audit.NotFound
	case Refused:
		return audit.Refused
	case Invalid:
		return audit.Invalid
	case Conflict:
		return audit.Conflict
	}
	return audit.Failed
}

// KindOf is the kind of an error that came through the door.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Internal
}

// notFound is the one value for everything hidden or missing: it carries nothing that could differ.
var notFound = &Error{Kind: NotFound, Code: "notfound"}

func refused(code string, kv ...string) *Error {
	e := &Error{Kind: Refused, Code: "refused." + code}
	for i := 0; i+1 < len(kv); i += 2 {
		if e.Params == nil {
			e.Params = map[string]string{}
		}
		e.Params[kv[i]] = kv[i+1]
	}
	return e
}

func invalid(f fault.Faults) error {
	if len(f) == 0 {
		return nil
	}
	return &Error{Kind: Invalid, Code: "invalid", Faults: f}
}

// fieldFault is an Invalid with one fault.
func fieldFault(field, code string, kv ...string) error {
	var f fault.Faults
	f.Add(field, code, kv...)
	return invalid(f)
}

// shown maps whatever an act returned to one of the five kinds. What it does not know is Internal.
func shown(err error) error {
	var e *Error
	var f *fault.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &e):
		return e
	case errors.Is(err, store.ErrNotFound):
		return notFound
	case errors.Is(err, store.ErrConflict):
		return &Error{Kind: Conflict, Code: "conflict"}
	case errors.Is(err, store.ErrCursor):
		return fieldFault("cursor", "cursor.unknown")
	case errors.As(err, &f):
		return invalid(f.Faults)
	case errors.Is(err, store.ErrOfficer):
		return refused("account")
	case store.Full(err):
		return &Error{Kind: Internal, Code: "full", cause: err}
	case errors.Is(err, store.ErrUnknown):
		return &Error{Kind: Internal, Code: "unknown", cause: err}
	}
	return &Error{Kind: Internal, Code: "internal", cause: err}
}
