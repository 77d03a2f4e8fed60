package attack

import (
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"cutout/internal/api"
	"cutout/internal/casework"
	"cutout/internal/custody"
	"cutout/internal/identity"
	"cutout/internal/officer"
	"cutout/internal/source"
	"cutout/internal/store/storetest"
	"cutout/internal/web"
)

// founded is a small unit with approvers in force (authorizer, validator, controller, deputy) and one sealed source, behind
// its porches. The stranger holds the desk and an approver's duty, and is none.
func founded(t testing.TB, dsn string) (*unit, source.ID) {
	t.Helper()
	u := &unit{dir: folder(), dsn: dsn, slog: &lockedBuffer{}, who: map[string]officer.Officer{}, ports: map[string]*port{}, now: time.Now().UTC().Truncate(time.Second)}
	var src source.ID
	steps(t, func() {
		check(os.MkdirAll(filepath.Join(u.dir, "keys"), 0o700))
		d, root, err := casework.Begin(ctx, u.config(), casework.UnitDraft{Name: "Unit", Administrator: "root"}, pass("root"))
		check(err)
		t.Cleanup(func() { u.d.Close() })
		u.d, u.who["root"] = d, root
		u.south.desk = must(d.OpenCompartment(ctx, root, "South"))
		for name, duties := range map[string]string{"keeper": "registrar", "authorizer": "authorizing", "validator": "validator", "controller": "controller", "deputy": "registrar", "stranger": "registrar", "inspector": "inspector"} {
			u.hire(name, duties, false, name != "deputy" && name != "inspector")
			u.in(name)
		}
		p := must(d.ProposeApprovers(ctx, u.in("keeper"), u.holders("authorizer", "validator", "controller", "deputy")))
		check(d.Confirm(ctx, u.in("authorizer"), p))
		src = u.sealed("Zephyrine Quackenbush")
	})
	logs := slog.New(slog.NewTextHandler(u.slog, nil))
	u.pages, u.api = web.New(u.d, web.Options{Logs: logs}), api.New(u.d, api.Options{Logs: logs})
	return u, src
}

// bothEngines runs a test on a founded unit of either engine.
func bothEngines(t *testing.T, do func(*testing.T, *unit, source.ID)) {
	t.Run("sqlite", func(t *testing.T) { u, s := founded(t, ""); do(t, u, s) })
	t.Run("postgres", func(t *testing.T) { u, s := founded(t, storetest.Schema(t)); do(t, u, s) })
}

// in is an officer who has just shown who he is.
func (u *unit) in(name string) officer.Officer {
	o := must(u.d.SignIn(ctx, name, pass(name)))
	u.who[name] = o
	return o
}

func (u *unit) holders(names ...string) casework.HoldersDraft {
	n := casework.HoldersDraft{Reason: "a reason"}
	for _, name := range names {
		n.Officers = append(n.Officers, u.who[name].ID.String())
	}
	return n
}

// sealed registers a source whose identity the approvers can open and the authorizing officer may ask for.
func (u *unit) sealed(name string) source.ID {
	s := must(u.d.RegisterSource(ctx, u.in("keeper"), casework.SourceDraft{Identity: &identity.Draft{Names: []identity.NameDraft{{Full: name}}},
		Draft: source.Draft{Category: "AGENT", Desk: u.south.desk.String(), State: "proposed", IdentityKind: "known", ServiceContact: "direct", LawfulOrigin: "walked in"}}))
	check(u.d.Assign(ctx, u.who["keeper"], casework.AssignDraft{Source: s.String(), Officer: u.who["authorizer"].ID.String(), Duty: "authorizing"}))
	return s
}

// asks is a request of the authorizing officer.
func (u *unit) asks(s source.ID) custody.RequestID {
	return must(u.d.RequestOpening(ctx, u.who["authorizer"], casework.OpeningDraft{Source: s.String(), Purpose: "order 7"}))
}

// refusal holds that an act was refused with one of the codes.
func refusal(t testing.TB, what string, err error, codes ...string) {
	t.Helper()
	var e *casework.Error
	if !errors.As(err, &e) || !slices.Contains(codes, e.Code) {
		t.Errorf("%s: %v, want one of %q", what, err, codes)
	}
}
