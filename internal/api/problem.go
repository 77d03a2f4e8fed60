package api

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"cutout/internal/casework"
	"cutout/internal/fault"
	"cutout/internal/wording"

	"golang.org/x/text/language"
)

// Problem is an answer that is no success, after RFC 9457. It names no path and no record: two requests that fail for
// one reason get the same bytes.
type Problem struct {
	Type     string  `json:"type" doc:"always about:blank: the status says what kind of problem it is"`
	Title    string  `json:"title" doc:"the kind of problem, in the reader's language"`
	Status   int     `json:"status"`
	Detail   string  `json:"detail" doc:"what is wrong and what to do, in the reader's language"`
	Code     string  `json:"code" doc:"the reason, the same in every language"`
	Incident string  `json:"incident,omitempty" doc:"of a failure of the program: the number under which the operator finds it"`
	Errors   []Fault `json:"errors,omitempty" doc:"everything wrong with what was sent"`
}

// Fault is one thing wrong with what was sent.
type Fault struct {
	Detail    string `json:"detail" doc:"what is wrong and what would mend it"`
	Code      string `json:"code"`
	Pointer   string `json:"pointer,omitempty" doc:"where in the body, as a JSON pointer in a fragment"`
	Parameter string `json:"parameter,omitempty" doc:"which query parameter"`
}

// statuses is the one table from the kinds of the door to HTTP.
var statuses = map[casework.Kind]int{
	casework.NotFound: http.StatusNotFound,
	casework.Refused:  http.StatusForbidden,
	casework.Invalid:  http.StatusUnprocessableEntity,
	casework.Conflict: http.StatusConflict,
	casework.Internal: http.StatusInternalServerError,
}

// special are reasons with a status of their own: refusals that ask for a sign-in or for waiting before the next one, and
// a store that has no room.
var special = map[string]int{
	"refused.sign-in":  http.StatusUnauthorized,
	"refused.account":  http.StatusUnauthorized,
	"refused.too-many": http.StatusTooManyRequests,
	"full":             http.StatusInsufficientStorage,
}

var errNotFound = &casework.Error{Kind: casework.NotFound, Code: "notfound"}

// errSignedOut answers a request with no token, a wrong one or one that has ended.
var errSignedOut = &malformed{http.StatusUnauthorized, "api.signed-out"}

// malformed is a request that never came as far as the door.
type malformed struct {
	status int
	code   string
}

func (m *malformed) Error() string { return m.code }

// problem words an error in the reader's language.
func problem(words *wording.Words, err error) Problem {
	p := Problem{Type: "about:blank"}
	var m *malformed
	if errors.As(err, &m) {
		p.Status, p.Code, p.Title, p.Detail = m.status, m.code, words.T("api.title"), words.T(m.code)
		return p
	}
	kind := casework.KindOf(err)
	e := &casework.Error{Kind: kind, Code: string(kind)}
	errors.As(err, &e)
	p.Status, p.Code = statuses[kind], e.Code
	if n, ok := special[e.Code]; ok {
		p.Status = n
	}
	p.Title = words.T("error." + string(kind) + "_title")
	if t := e.Code + ".title"; words.Has(t) {
		p.Title = words.T(t)
	}
	p.Detail = words.T("error." + string(kind))
	if words.Has(e.Code) {
		var kv []any
		for _, k := range sortedKeys(e.Params) {
			kv = append(kv, k, e.Params[k])
		}
		p.Detail = words.T(e.Code, kv...)
	}
	switch {
	case kind == casework.Internal && (e.Code == "full" || e.Code == "unknown"): // worded above
		p.Incident = e.Params["Incident"]
	case kind == casework.Internal:
		p.Code, p.Incident = "internal", e.Params["Incident"]
		p.Detail = words.T("error.internal")
		if p.Incident != "" {
			p.Detail += " " + words.T("error.internal_do", "Incident", p.Incident)
		}
	}
	for _, f := range e.Faults {
		p.Errors = append(p.Errors, faultOf(words, f))
	}
	return p
}

func faultOf(words *wording.Words, f fault.Fault) Fault {
	v := Fault{Detail: words.Fault(f), Code: f.Code}
	if name, ok := strings.CutPrefix(f.Field, "?"); ok {
		v.Parameter = short(name)
	} else {
		v.Pointer = pointer(f.Field)
	}
	return v
}

// fail writes the answer to an error.
func (s *server) fail(w http.ResponseWriter, words *wording.Words, err error) {
	p := problem(words, err)
	b, err := json.Marshal(p)
	if err != nil {
		panic(err)
	}
	h := w.Header()
	h.Set("Content-Type", "application/problem+json")
	h.Set("Content-Language", words.Lang())
	if p.Status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", `Bearer realm="cutout"`)
	}
	w.WriteHeader(p.Status)
	w.Write(append(b, '\n'))
}

var spokenHere = language.NewMatcher([]language.Tag{language.English, language.Arabic})

// maxAcceptLanguage bounds the header read, in bytes: its grammar can be made slow to parse.
const maxAcceptLanguage = 200

// spoken is the language the client asks for, English or Arabic.
func spoken(r *http.Request) *wording.Words {
	h := r.Header.Get("Accept-Language")
	if len(h) > maxAcceptLanguage {
		h = ""
	}
	_, n := language.MatchStrings(spokenHere, h)
	return wording.For(wording.Languages()[n])
}
