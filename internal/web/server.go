// Package web is the pages: it turns a request into a verb or a look of the door and what comes back into HTML, in the
// reader's language. It checks no rule, holds no record, and decides nothing about who may see what.
//
// Every address is one line of the route table (routes.go). A handler returns its error; answer.go maps the door's five
// kinds to pages through one table. See docs/decisions/0002-one-door.md.
package web

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"cutout/internal/casework"
	"cutout/internal/id"
	"cutout/internal/web/assets"

	"github.com/alexedwards/scs/v2"
)

// Options are what a server may be told.
type Options struct {
	// Secure says that browsers reach the server over TLS: cookies are then bound to it. False only on a local address.
	Secure bool
	Logs   *slog.Logger
}

// Server answers the browsers of a unit's officers.
type Server struct {
	desk     *casework.Desk
	sessions *scs.SessionManager
	secure   bool
	logs     *slog.Logger
	handler  http.Handler
	pages    map[string]bool // patterns of GET routes
	again    *http.ServeMux  // the acts alone, to do one again after a proof of presence
}

// The times of a session. Idleness ends it first; the whole is the end of any working day.
const sessionLife = 12 * time.Hour

// New is the pages of the unit behind the desk.
func New(desk *casework.Desk, o Options) http.Handler {
	s := &Server{desk: desk, secure: o.Secure, logs: o.Logs, again: http.NewServeMux(), pages: map[string]bool{}}
	if s.logs == nil {
		s.logs = slog.Default()
	}
	s.sessions = scs.New()
	s.sessions.Store = dated{desk.Sessions(), desk.Now}
	s.sessions.Lifetime = sessionLife
	s.sessions.Cookie = scs.SessionCookie{Name: s.cookieName("cutout"), Path: "/", HttpOnly: true, Secure: o.Secure, SameSite: http.SameSiteStrictMode}
	s.sessions.ErrorFunc = func(w http.ResponseWriter, r *http.Request, err error) { s.wrong(w, r, s.incident("session", err)) }

	mux := http.NewServeMux()
	mux.Handle("GET "+assets.Prefix, assets.Handler())
	for _, route := range Routes() {
		mux.Handle(route.Method+" "+route.Pattern, s.serve(route))
		if route.Method == "GET" {
			s.pages[route.Pattern] = true
		} else if !route.Public && route.Name != "present" {
			s.again.HandleFunc(route.Method+" "+route.Pattern, func(w http.ResponseWriter, r *http.Request) {
				if err := route.Handler(s, w, r); err != nil {
					s.answer(w, r, err)
				}
			})
		}
	}
	// What no route takes is answered like a record that does not exist, to those who signed in.
	mux.Handle("/", s.serve(Route{Name: "nothing", Handler: func(*Server, http.ResponseWriter, *http.Request) error { return errMissing }}))

	guard := http.NewCrossOriginProtection()
	guard.SetDenyHandler(s.sessions.LoadAndSave(s.visiting(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.wrong(w, r, &casework.Error{Kind: casework.Refused, Code: "refused.cross-origin"})
	}))))
	s.handler = s.headers(s.recover(guard.Handler(mux)))
	return s
}

// dated lets sessions end by the unit's clock, by which the store finds them, and not by the machine's.
type dated struct {
	scs.CtxStore
	now func() time.Time
}

// CommitCtx writes a session for as long as the session manager meant.
func (d dated) CommitCtx(ctx context.Context, token string, data []byte, expiry time.Time) error {
	return d.CtxStore.CommitCtx(ctx, token, data, d.now().Add(time.Until(expiry)))
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// cookieName binds a cookie to this host and to TLS where there is TLS.
func (s *Server) cookieName(name string) string {
	if s.secure {
		return "__Host-" + name
	}
	return name
}

// policy is what a page may load and do. The one Trusted Types policy is htmx's; our own scripts write no markup.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' blob:; connect-src 'self'; " +
	"form-action 'self'; frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'; trusted-types htmx"

// permissions are taken from every page: it needs no sensor, device or payment of the browser.
const permissions = "accelerometer=(), autoplay=(), camera=(), display-capture=(), encrypted-media=(), fullscreen=(), geolocation=(), gyroscope=(), hid=(), " +
	"idle-detection=(), magnetometer=(), microphone=(), midi=(), payment=(), picture-in-picture=(), screen-wake-lock=(), serial=(), usb=(), xr-spatial-tracking=()"

// headers stands around everything. Assets overwrite Cache-Control; no page does.
func (s *Server) headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Embedder-Policy", "require-corp")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Permissions-Policy", permissions)
		h.Set("Cache-Control", "no-store")
		if s.secure {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			// A connection's buffers live as long as it does, and hold the end of what went over it. What is sent here may be
			// a passphrase or a true name, and so may the answer.
			h.Set("Connection", "close")
		}
		next.ServeHTTP(w, r)
	})
}

// recover turns a panic into an incident: the number to the reader, the rest to the operator's log.
func (s *Server) recover(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if v := recover(); v != nil {
				if v == http.ErrAbortHandler {
					panic(v)
				}
				n := id.New[incident](nil).Ref()
				what, where := casework.Panicked(v)
				s.logs.Error("incident", "number", n, "panic", what, "stack", where)
				s.wrong(w, r, &casework.Error{Kind: casework.Internal, Code: "internal", Params: map[string]string{"Incident": n}})
			}
		}()
		next.ServeHTTP(w, r)
	})
}

// incident gives a failure of the porch its number.
func (s *Server) incident(what string, err error) error {
	n := id.New[incident](nil).Ref()
	s.logs.Error("incident", append([]any{"number", n, "act", what}, casework.Explained(err)...)...)
	return &casework.Error{Kind: casework.Internal, Code: "internal", Params: map[string]string{"Incident": n}}
}

type incident struct{}

// Prefix names incidents "inc_…" and "X-…", as the door does.
func (incident) Prefix() (string, string) { return "inc", "X" }
