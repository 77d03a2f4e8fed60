package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"cutout/internal/casework"
	"cutout/internal/fault"
)

// The exit codes of every command.
const (
	exitDone     = 0
	exitInternal = 1
	exitUsage    = 2
	exitNotFound = 3
	exitRefused  = 4
	exitInvalid  = 5
	exitConflict = 6
)

// codes is the one table from the door's kinds to exit codes.
var codes = map[casework.Kind]int{casework.NotFound: exitNotFound, casework.Refused: exitRefused, casework.Invalid: exitInvalid,
	casework.Conflict: exitConflict, casework.Internal: exitInternal}

// problem is what went wrong before or beside the door: a command line that cannot be, a machine that does not do its part.
type problem struct {
	exit    int
	message string // its words, "cli.…"
	params  []any
}

// Error names the message; people see the worded form.
func (p *problem) Error() string { return p.message + " " + fmt.Sprint(p.params...) }

func usage(message string, kv ...any) error { return &problem{exitUsage, message, kv} }

// machine is a failure of a file, a disk or a database, said in the words of whatever failed.
func machine(err error) error {
	if errors.Is(err, casework.ErrNewer) {
		return &problem{exitInternal, "cli.newer", nil}
	}
	return &problem{exitInternal, "cli.machine", []any{"Reason", err.Error()}}
}

// missing answers an id that cannot be one as the door answers one that is not there.
func missing() error { return &casework.Error{Kind: casework.NotFound, Code: "notfound"} }

// faulty is an input that cannot be taken, found before the door was reached.
func faulty(f fault.Faults) error {
	return &casework.Error{Kind: casework.Invalid, Code: "invalid", Faults: f}
}

// failure is a failed command in the form machines read.
type failure struct {
	Kind   string        `json:"kind"`
	Code   string        `json:"code"`
	Title  string        `json:"title"`
	Detail string        `json:"detail"`
	Faults []failedField `json:"faults,omitempty"`
}

type failedField struct {
	Field  string            `json:"field"`
	Code   string            `json:"code"`
	Params map[string]string `json:"params,omitempty"`
	Detail string            `json:"detail"`
}

// fail says on the error stream why a command failed and gives its exit code; nil is done.
func (s *session) fail(err error) int {
	if err == nil {
		return exitDone
	}
	f, exit := s.worded(err)
	if s.Format == "json" || s.Format == "jsonl" {
		b, _ := json.Marshal(f) // strings only: it cannot fail
		fmt.Fprintln(s.err, string(cleanJSON(b)))
		return exit
	}
	fmt.Fprintf(s.err, "%s\n  %s\n", f.Title, f.Detail)
	for _, x := range f.Faults {
		if x.Field == "" {
			fmt.Fprintf(s.err, "- %s\n", x.Detail)
			continue
		}
		fmt.Fprintf(s.err, "- %s: %s\n", clean(x.Field), x.Detail)
	}
	return exit
}

func (s *session) worded(err error) (failure, int) {
	var p *problem
	var e *casework.Error
	var there *answered
	switch {
	case errors.Is(err, context.Canceled):
		return failure{Kind: "command", Code: "cli.stopped", Title: s.words.T("cli.stopped.title"), Detail: s.words.T("cli.stopped")}, exitInternal
	case errors.As(err, &e) && e.Kind == casework.Internal && e.Params["Incident"] == "": // before there was a unit to count incidents
		reason := e.Error()
		if cause := errors.Unwrap(e); cause != nil {
			reason = cause.Error()
		}
		return s.worded(&problem{exitInternal, "cli.machine", []any{"Reason", reason}})
	case errors.As(err, &e):
		f := failure{Kind: string(e.Kind), Code: e.Code, Title: s.words.T(e.Code + ".title"), Detail: s.words.T(e.Code, s.params(e.Params)...)}
		for _, x := range e.Faults {
			f.Faults = append(f.Faults, failedField{x.Field, x.Code, x.Params, s.faultWords(x)})
		}
		return f, codes[e.Kind]
	case errors.As(err, &there):
		return there.failure()
	case errors.As(err, &p):
		title := p.message + ".title"
		if !s.words.Has(title) {
			title = "cli.usage.title"
		}
		kv := slices.Clone(p.params)
		for i := 1; i < len(kv); i += 2 {
			if v, ok := kv[i].(string); ok {
				kv[i] = clean(v)
			}
		}
		return failure{Kind: "command", Code: p.message, Title: s.words.T(title), Detail: s.words.T(p.message, kv...)}, p.exit
	}
	return failure{Kind: "command", Code: "cli.machine", Title: s.words.T("cli.machine.title"), Detail: s.words.T("cli.machine", "Reason", clean(err.Error()))}, exitInternal
}

// params words the parameters of a refusal: duties by their names, moments the reader's way.
func (s *session) params(from map[string]string) []any {
	var kv []any
	for name, v := range from {
		var value any = clean(v)
		if t, err := time.Parse("2006-01-02 15:04", v); err == nil {
			value = t
		} else if t, err := time.Parse(time.DateOnly, v); err == nil {
			value = s.words.Day(dayOf(t))
		} else if s.words.Has("duty." + v) {
			value = s.words.T("duty." + v)
		}
		kv = append(kv, name, value)
	}
	return kv
}

func (s *session) faultWords(f fault.Fault) string {
	params := map[string]string{}
	for name, v := range f.Params {
		params[name] = clean(v)
		if (name == "Duty" || name == "Other") && s.words.Has("duty."+v) {
			params[name] = s.words.T("duty." + v)
		}
	}
	text := s.words.Fault(fault.Fault{Field: f.Field, Code: f.Code, Params: params})
	if line := params["Line"]; line != "" && line != "0" && !strings.Contains(text, line) {
		text = s.words.T("cli.at-line", "Line", line, "File", params["File"]) + " " + text
	}
	return text
}
