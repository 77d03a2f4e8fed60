package web

import (
	"io"
	"net/http"
	"slices"
	"strings"
)

// Handler answers one route. What it returns is mapped to a page by answer.go; after an error it has written nothing.
type Handler func(s *Server, w http.ResponseWriter, r *http.Request) error

// Route is one address. The table is the whole porch: a census test walks it.
type Route struct {
	Method, Pattern string // as http.ServeMux writes them; "{id}" is the long form of a record's id
	Handler         Handler
	Public          bool   // answers before sign-in
	Name            string // of the page, unique: "source.new"
	Limit           int64  // bytes of body taken; 0 is formLimit for POST and nothing for GET
}

// The bytes of a body. A form is sent percent-encoded: three bytes for each byte of Arabic.
const (
	formLimit  = 4 << 20
	smallLimit = 16 << 10
)

// heardOut is how many times its limit a body is read, and let go, before it is refused.
const heardOut = 4

// Routes is every address of the pages.
func Routes() []Route {
	return slices.Concat(commonRoutes, accountRoutes, sourceRoutes, workRoutes, reportRoutes, openingRoutes, custodyRoutes, keyRoutes)
}

// commonRoutes belong to no record.
var commonRoutes = []Route{
	{Method: "GET", Pattern: "/signin", Handler: (*Server).signInForm, Public: true, Name: "signin.form"},
	{Method: "POST", Pattern: "/signin", Handler: (*Server).signIn, Public: true, Name: "signin", Limit: smallLimit},
	{Method: "POST", Pattern: "/signout", Handler: (*Server).signOut, Public: true, Name: "signout", Limit: smallLimit},
	{Method: "POST", Pattern: "/language", Handler: (*Server).setLanguage, Public: true, Name: "language", Limit: smallLimit},
	{Method: "POST", Pattern: "/theme", Handler: (*Server).setTheme, Public: true, Name: "theme", Limit: smallLimit},
	{Method: "GET", Pattern: "/passphrase", Handler: (*Server).changePassphrase, Name: "passphrase.form"},
	{Method: "POST", Pattern: "/passphrase", Handler: (*Server).changePassphrase, Name: "passphrase", Limit: smallLimit},
	{Method: "POST", Pattern: "/drafts/{name...}", Handler: (*Server).keepDraft, Name: "draft.keep"},
	{Method: "PUT", Pattern: "/drafts/{name...}", Handler: (*Server).keepDraft, Name: "draft.keep.put"},
}

// serve wraps a route: body limit, session, sign-in, and the mapping of errors.
func (s *Server) serve(route Route) http.Handler {
	limit := route.Limit
	if limit == 0 && route.Method != "GET" {
		limit = formLimit
	}
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := see(r)
		if v.Officer.ID.IsZero() && !route.Public {
			s.askSignIn(w, r)
			return
		}
		var err error
		if limit > 0 && r.ContentLength > limit { // also where no handler would have read it
			err = errForm(&http.MaxBytesError{Limit: limit})
		} else {
			err = route.Handler(s, w, r)
		}
		if err != nil {
			s.answer(w, r, err)
		}
	})
	inner := s.sessions.LoadAndSave(s.visiting(h))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if limit > 0 && r.ContentLength > limit {
			// Who is still sending when the connection closes sees no answer: what is somewhat too long is heard out.
			_, _ = io.CopyN(io.Discard, r.Body, heardOut*limit)
		}
		r.Body = http.MaxBytesReader(w, r.Body, limit)
		inner.ServeHTTP(w, r)
	})
}

// hasPage reports whether a GET of the path is a page of the table; the variables of a pattern match anything.
func (s *Server) hasPage(path string) bool {
	parts := strings.Split(path, "/")
	for pattern := range s.pages {
		want := strings.Split(pattern, "/")
		if samePath(want, parts) {
			return true
		}
	}
	return false
}

func samePath(want, parts []string) bool {
	if len(want) != len(parts) {
		return false
	}
	for i, p := range want {
		if p == "{$}" { // the end of a path, and no variable
			p = ""
		}
		if !strings.HasPrefix(p, "{") && p != parts[i] {
			return false
		}
	}
	return true
}
