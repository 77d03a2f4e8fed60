package api

import (
	"net/http"
	"path"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// Route is one operation as the outside knows it.
type Route struct {
	Method string
	Path   string   // under Prefix, with {parts}
	Name   string   // the operation id of the description
	Query  []string // the parameters it takes
	Body   bool     // it takes a JSON body
	Public bool     // it needs no sign-in
}

// Routes lists every operation, in the order of the description; /openapi.yaml, which shows only that, is not one.
func Routes() []Route {
	var out []Route
	for _, e := range table() {
		out = append(out, e.Route)
	}
	return out
}

// entry is a Route with what it does.
type entry struct {
	Route
	group, says string
	in, out     reflect.Type // nil: no body
	created     bool
	run         func(*call) (any, error)
}

func (e entry) takes(name string) bool { return slices.Contains(e.Query, name) }

// limit is the longest body it takes, in bytes.
func (e entry) limit() int64 {
	if e.Public {
		return maxPublic
	}
	return MaxBody
}

func (e entry) status() int {
	switch {
	case e.out == nil:
		return http.StatusNoContent
	case e.created:
		return http.StatusCreated
	}
	return http.StatusOK
}

// looks is an operation that shows something.
func looks[O any](where, name, says string, run func(*call) (O, error), query ...string) entry {
	e := entry{Route: Route{Method: http.MethodGet, Path: where, Name: name, Query: query}, says: says, out: reflect.TypeFor[O]()}
	e.run = func(c *call) (any, error) { return run(c) }
	return e
}

// lists is a look at one page of many.
func lists[O any](where, name, says string, run func(c *call, cursor string, limit int) (Page[O], error), query ...string) entry {
	return looks(where, name, says, func(c *call) (Page[O], error) {
		cursor, limit, err := c.page()
		if err != nil {
			return Page[O]{}, err
		}
		p, err := run(c, cursor, limit)
		if p.Items == nil {
			p.Items = []O{}
		}
		return p, err
	}, append(query, "cursor", "limit")...)
}

// makes is an act that answers with what it made.
func makes[I, O any](where, name, says string, run func(*call, I) (O, error)) entry {
	e := entry{Route: Route{Method: http.MethodPost, Path: where, Name: name, Body: true}, says: says, in: reflect.TypeFor[I](), out: reflect.TypeFor[O](), created: true}
	e.run = func(c *call) (any, error) {
		var in I
		if err := decode(c.body, &in); err != nil {
			return nil, err
		}
		return run(c, in)
	}
	return e
}

// asks is a look whose question is too private for an address: it takes a body.
func asks[I, O any](where, name, says string, run func(*call, I) (O, error)) entry {
	e := makes(where, name, says, run)
	e.created = false
	return e
}

// acts is an act with a body and nothing to answer.
func acts[I any](method, where, name, says string, run func(*call, I) error) entry {
	e := makes(where, name, says, func(c *call, in I) (struct{}, error) { return struct{}{}, run(c, in) })
	e.Method, e.out = method, nil
	return e
}

// steps is an act without a body and nothing to answer.
func steps(method, where, name, says string, run func(*call) error) entry {
	return entry{Route: Route{Method: method, Path: where, Name: name}, says: says, run: func(c *call) (any, error) { return nil, run(c) }}
}

func table() []entry {
	var all []entry
	for _, g := range []struct {
		name    string
		entries []entry
	}{{"session", sessionEntries()}, {"unit", unitEntries()}, {"sources", sourceEntries()}, {"requirements", requirementEntries()},
		{"reports", reportEntries()}, {"releases", releaseEntries()}, {"notices", noticeEntries()}, {"network", networkEntries()}, {"openings", openingEntries()}, {"custody", custodyEntries()}, {"oversight", oversightEntries()}} {
		for _, e := range g.entries {
			e.group = g.name
			all = append(all, e)
		}
	}
	return all
}

// says of the query parameters.
var parameters = map[string]string{
	"cursor":   "where the page before ended: its next",
	"limit":    "how many at most, 1 to " + strconv.Itoa(mostLimit) + "; " + strconv.Itoa(usualLimit) + " when left out",
	"source":   "only those of one source, by its id",
	"as_known": "as it was known at the end of a day, YYYY-MM-DD",
	"all":      "yes: every compartment of the unit, for who hands them out",
	"past":     "yes: with those whose cause has ended",
	"object":   "only entries about one record, by its id",
	"officer":  "only entries of one officer, by his id",
	"act":      "only entries of one act, by its word",
	"before":   "only entries before this number",
}

// describe begins the description of the API.
func describe(a huma.Adapter) huma.API {
	return huma.NewAPI(huma.Config{OpenAPI: &huma.OpenAPI{OpenAPI: "3.1.0",
		Info: &huma.Info{Title: "Cutout", Version: "1", Description: "The record system of a unit that works with human sources. " +
			"What you may not see, what does not exist and what is no id have one answer. Nothing here opens an identity: what is handed out is sealed, and the key that opens it stays on your own machine."},
		Servers: []*huma.Server{{URL: Prefix}},
		Components: &huma.Components{
			Schemas:         huma.NewMapRegistry("#/components/schemas/", schemaName),
			SecuritySchemes: map[string]*huma.SecurityScheme{"session": {Type: "http", Scheme: "bearer", Description: "the token of POST /session"}},
		}}}, a)
}

// schemaName names a type by its package, except the porch's own.
func schemaName(t reflect.Type, hint string) string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	name := huma.DefaultSchemaNamer(t, hint)
	if p := path.Base(t.PkgPath()); t.Name() != "" && p != "api" && p != "." {
		return p + "." + name
	}
	return name
}

// operation describes an entry.
func (e entry) operation(schemas huma.Registry) *huma.Operation {
	op := &huma.Operation{Method: e.Method, Path: e.Path, OperationID: e.Name, Tags: []string{e.group}, Summary: e.says,
		DefaultStatus: e.status(), Responses: map[string]*huma.Response{}}
	if !e.Public {
		op.Security = []map[string][]string{{"session": {}}}
	}
	text := &huma.Schema{Type: huma.TypeString}
	for _, part := range strings.Split(e.Path, "/") {
		if name, ok := strings.CutPrefix(part, "{"); ok {
			op.Parameters = append(op.Parameters, &huma.Param{Name: strings.TrimSuffix(name, "}"), In: "path", Required: true, Schema: text})
		}
	}
	for _, q := range e.Query {
		op.Parameters = append(op.Parameters, &huma.Param{Name: q, In: "query", Description: parameters[q], Schema: text})
	}
	if e.in != nil {
		s := schemas.Schema(e.in, true, e.Name)
		optional(schemas, s, map[string]bool{})
		op.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"application/json": {Schema: s}}}
	}
	done := &huma.Response{Description: http.StatusText(e.status())}
	if e.out != nil {
		done.Content = map[string]*huma.MediaType{"application/json": {Schema: schemas.Schema(e.out, true, e.Name)}}
	}
	op.Responses[strconv.Itoa(e.status())] = done
	op.Responses["default"] = &huma.Response{Description: "It was not done; the problem says why. " +
		"404 stands alike for hidden, missing and malformed ids, 403 for what you may see and not do, 422 lists every fault at once.",
		Content: map[string]*huma.MediaType{"application/problem+json": {Schema: schemas.Schema(reflect.TypeFor[Problem](), true, "")}}}
	return op
}

// optional makes every member of a draft one that may be left out: what is needed depends on the others, and the noun
// says so in the fault.
func optional(schemas huma.Registry, s *huma.Schema, done map[string]bool) {
	if s == nil || done[s.Ref] {
		return
	}
	if s.Ref != "" {
		done[s.Ref] = true
		s = schemas.SchemaFromRef(s.Ref)
	}
	s.Required = nil
	for _, p := range s.Properties {
		optional(schemas, p, done)
	}
	optional(schemas, s.Items, done)
}
