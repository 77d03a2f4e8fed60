// Package api is the porch for programs: the same acts and looks as the pages, as JSON, described by OpenAPI 3.1. It
// translates and decides nothing. It takes no cookie and no header but Authorization, Accept-Language and Content-Type;
// it never opens an identity: it hands the sealed copy to the officer it is sealed to, whose own machine opens it. What an officer may not see, what never existed and what is no id get one answer, byte for byte.
package api

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"net/url"
	"slices"

	"cutout/internal/casework"
	"cutout/internal/fault"
	"cutout/internal/id"
	"cutout/internal/leak"
	"cutout/internal/officer"
	"cutout/internal/wording"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

// Prefix is where the API is mounted.
const Prefix = "/api/v1"

// MaxBody is the longest request body taken, in bytes: a batch of reports.
const MaxBody = 16 << 20

// maxPublic is the longest body taken from somebody who has not signed in.
const maxPublic = 16 << 10

// Options is what an operator may choose.
type Options struct {
	Logs *slog.Logger // nil: the default; it gets incident numbers and never a body, a token or a word of a record
}

type server struct {
	desk   *casework.Desk
	logs   *slog.Logger
	levels []string // code of each level, by its order
	spec   []byte
}

// New is the handler for everything under Prefix.
func New(desk *casework.Desk, o Options) http.Handler {
	s := &server{desk: desk, logs: o.Logs}
	if s.logs == nil {
		s.logs = slog.Default()
	}
	for _, l := range desk.Pack().Levels {
		for int(l.Order) >= len(s.levels) {
			s.levels = append(s.levels, "")
		}
		s.levels[l.Order] = l.Code
	}
	mux := http.NewServeMux()
	described := describe(humago.NewAdapter(mux, Prefix))
	for _, e := range table() {
		op := e.operation(described.OpenAPI().Components.Schemas)
		described.OpenAPI().AddOperation(op)
		described.Adapter().Handle(op, func(ctx huma.Context) {
			r, w := humago.Unwrap(ctx)
			s.serve(e, w, r)
		})
	}
	spec, err := described.OpenAPI().YAML()
	if err != nil {
		panic("api: " + err.Error()) // the table is fixed: the tests rule it out
	}
	s.spec = spec
	mux.HandleFunc("GET "+Prefix+"/openapi.yaml", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/yaml")
		w.Write(s.spec)
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		s.serve(entry{run: func(*call) (any, error) { return nil, errNotFound }}, w, r)
	})
	// No cookie is taken, so no other site can act here with an officer's browser; the guard stands all the same.
	guard := http.NewCrossOriginProtection()
	guard.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.fail(w, spoken(r), &casework.Error{Kind: casework.Refused, Code: "refused.cross-origin"})
	}))
	return common(guard.Handler(mux))
}

// call is one request of a signed-in officer.
type call struct {
	*server
	ctx     context.Context
	officer officer.Officer
	token   string
	began   casework.Session
	r       *http.Request
	asked   url.Values
	words   *wording.Words
	body    []byte
}

// serve answers one request: who is it, what did he send, what does the door say.
func (s *server) serve(e entry, w http.ResponseWriter, r *http.Request) {
	if leak.On("ratelimit") {
		s.together().spend(w.Header())
	}
	if leak.On("last_modified") {
		s.together().modified(w.Header(), r, s.desk.Now())
	}
	words := spoken(r)
	if secrets[e.Name] {
		// A connection's buffers live as long as it does, and hold the end of what went over it.
		w.Header().Set("Connection", "close")
	}
	defer func() {
		if v := recover(); v != nil {
			if v == http.ErrAbortHandler {
				panic(v)
			}
			n := id.New[incident](nil).Ref()
			what, where := casework.Panicked(v)
			s.logs.Error("incident", "number", n, "porch", "api", "operation", e.Name, "panic", what, "stack", where)
			s.fail(w, words, &casework.Error{Kind: casework.Internal, Code: "internal", Params: map[string]string{"Incident": n}})
		}
	}()
	out, err := s.answer(e, words, r)
	if err != nil {
		s.fail(w, words, err)
		return
	}
	if e.out == nil {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	b, err := json.Marshal(out)
	if err != nil {
		panic(err)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(e.status())
	w.Write(append(b, '\n'))
}

func (s *server) answer(e entry, words *wording.Words, r *http.Request) (any, error) {
	c := &call{server: s, ctx: r.Context(), r: r, words: words}
	if !e.Public {
		if err := c.signedIn(); err != nil {
			return nil, err
		}
	}
	var err error
	if c.asked, err = asked(e, r.URL.RawQuery); err != nil {
		return nil, err
	}
	if e.in != nil {
		if c.body, err = body(r, e.limit()); err != nil {
			return nil, err
		}
	}
	out, err := e.run(c)
	return out, inQuery(e, err)
}

// inQuery says of a fault that it is of a parameter, where there is no body whose field it could be.
func inQuery(e entry, err error) error {
	var v *casework.Error
	if e.in != nil || !errors.As(err, &v) || len(v.Faults) == 0 {
		return err
	}
	w := *v
	w.Faults = slices.Clone(v.Faults)
	for i, f := range w.Faults {
		if e.takes(f.Field) {
			w.Faults[i].Field = "?" + f.Field
		}
	}
	return &w
}

// common are the headers of every answer: nothing is kept, nothing is guessed, nothing tells when a record changed.
func common(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Cache-Control", "no-store")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Content-Security-Policy", "sandbox; default-src 'none'; frame-ancestors 'none'")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Referrer-Policy", "no-referrer")
		next.ServeHTTP(w, r)
	})
}

// secrets are the operations whose body or answer may hold a passphrase, a token or a true name.
var secrets = map[string]bool{"sign-in": true, "change-passphrase": true, "add-officer": true, "register-source": true}

// asked reads the query: only parameters the operation has, each once.
func asked(e entry, raw string) (url.Values, error) {
	q, err := url.ParseQuery(raw)
	if err != nil {
		return nil, &malformed{http.StatusBadRequest, "api.malformed-query"}
	}
	var f fault.Faults
	for _, name := range sortedKeys(q) {
		if !e.takes(name) {
			f.Add("?"+name, "api.unknown-parameter", "Given", name)
		} else if len(q[name]) > 1 {
			f.Add("?"+name, "api.twice", "Given", name)
		}
	}
	return q, faulty(f)
}

// body reads a JSON body.
func body(r *http.Request, limit int64) ([]byte, error) {
	if t, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || t != "application/json" {
		return nil, &malformed{http.StatusUnsupportedMediaType, "api.media-type"}
	}
	b, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, limit))
	if errors.As(err, new(*http.MaxBytesError)) {
		return nil, &malformed{http.StatusRequestEntityTooLarge, "api.too-large"}
	}
	if err != nil {
		return nil, &malformed{http.StatusBadRequest, "api.malformed"}
	}
	return b, nil
}

type incident struct{}

// Prefix names incidents "inc_…" and "X-…", as those of the door.
func (incident) Prefix() (string, string) { return "inc", "X" }
