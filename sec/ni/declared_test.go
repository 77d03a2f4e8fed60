package ni

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"cutout/internal/audit"
	"cutout/internal/casework"
	"cutout/internal/identity"
	"cutout/internal/source"
	"cutout/internal/store"
)

// The leaks that THREATS.md declares, each held to its bound: nothing else differs.

// TestDeclaredAccounts holds that who keeps the accounts sees of a hidden officer his account, and of his desk nothing.
func TestDeclaredAccounts(t *testing.T) {
	x := newTemplate(t, 1)
	steps := []step{activity[4]}
	if steps[0].name != "a new account" {
		t.Fatal("the step is another one")
	}
	p := x.staffed(func() *world { return x.open(t) }, 1, steps, []string{"h0"})
	lines := func(s *story, low string) map[string]string {
		ls, err := s.w.d.Officers(ctx, s.w.o(low))
		s.w.must(err)
		out := map[string]string{}
		for _, l := range ls {
			out[l.Name] = dump(l)
		}
		return out
	}
	a, b := lines(p.a, "h0"), lines(p.b, "h0")
	if len(b) != len(a)+1 || a["late"] != "" || b["late"] == "" {
		t.Errorf("%d and %d accounts: the registrar should see one more", len(a), len(b))
	}
	if strings.Contains(b["late"], p.b.hidden().id.String()) {
		t.Errorf("the registrar is shown the desk of an account: %s", b["late"])
	}
	for name, line := range a {
		if b[name] != line {
			t.Errorf("%s differs:\n%s\n%s", name, line, b[name])
		}
	}
	d := p.told()
	for _, low := range []string{"viewer", "reader", "a0"} { // to all others the account is not there
		if d == nil {
			d, _ = p.some(3, 40, low)
		}
	}
	if d != nil {
		t.Error(d)
	}
}

// TestDeclaredNameCheck holds that words are checked against the sources one works with, and no others: a hidden source's
// name is taken as any word is, and each refused try is on the log of what was tried.
func TestDeclaredNameCheck(t *testing.T) {
	x := newTemplate(t, 1)
	register := func(s *story, full string) {
		h := s.w.o(s.hidden().name("h"))
		id, err := s.w.d.RegisterSource(ctx, h, casework.SourceDraft{CodeName: "GANNET SORREL", Draft: source.Draft{Category: "AGENT", Desk: s.hidden().id.String(), State: "proposed",
			IdentityKind: "known", ServiceContact: "direct", LawfulOrigin: "walked in"}, Identity: &identity.Draft{Names: []identity.NameDraft{{Full: full}}}})
		made(s.w, id, err)
	}
	try := func(text string) step {
		return lowStep("h0 writes of "+text, func(s *story, r *rand.Rand) any {
			n := s.draft(s.low(), last(s.low().sources), text)
			_, err := s.w.d.FileReport(ctx, s.w.o("h0"), n)
			return err
		})
	}
	steps := []step{
		differs("the name of a hidden source", func(s *story, r *rand.Rand, second bool) {
			if second {
				register(s, "Ottokar Brandywine")
			} else {
				register(s, "Leopold Quillfeather")
			}
		}),
		try("Ottokar Brandywine was at the gate"), try("Leopold Quillfeather was at the gate"), try("Zachariah Vandermolen0 was at the gate"),
	}
	for i := range steps {
		steps[i].at = i + 1
	}
	p := x.worlds(func() *world { return x.open(t) }, 1, steps)
	if d := p.told(); d != nil {
		t.Error(d)
	}
	told := fmt.Sprint(p.b.told)
	if n := strings.Count(told, "report.names-source"); n != 1 {
		t.Fatalf("%d tries were refused, not that of one's own source alone: %s", n, told)
	}
	// The inspector finds the refused try.
	s := p.b
	s.officer("admin", "inspector", nil, "inspector")
	page, err := s.w.d.Log(ctx, s.w.o("inspector"), store.LogQuery{Act: "report.file", Officer: s.w.o("h0").ID, Limit: 1})
	s.w.must(err)
	if len(page.Entries) != 1 || page.Entries[0].Outcome != audit.Invalid {
		t.Errorf("the refused try is not on the log: %v", page.Entries)
	}
}

// known compares what somebody is told who asks for a person registered on the hidden desk: that he is known and whom to
// ask, and nothing by which his source could be told from another.
func (x *template) known(t testing.TB) *difference {
	source := func(s *story, code, full string) {
		h := s.w.o(s.hidden().name("h"))
		id, err := s.w.d.RegisterSource(ctx, h, casework.SourceDraft{CodeName: code, Draft: source.Draft{Category: "AGENT", Desk: s.hidden().id.String(), State: "proposed",
			IdentityKind: "known", ServiceContact: "direct", LawfulOrigin: "walked in"}, Identity: &identity.Draft{Names: []identity.NameDraft{{Full: full}}}})
		made(s.w, id, err)
	}
	ask := func(full string) step {
		return lowStep("h0 asks for "+full, func(s *story, r *rand.Rand) any {
			out, err := s.w.d.Known(ctx, s.w.o("h0"), identity.Draft{Names: []identity.NameDraft{{Full: full}}})
			return []any{out, err}
		})
	}
	steps := []step{
		differs("another source, with another code name", func(s *story, r *rand.Rand, second bool) {
			if second {
				source(s, "GANNET SORREL", "Leopold Quillfeather")
				source(s, "MARL THISTLE", "Ottokar Brandywine")
			} else {
				source(s, "TEASEL ONYX", "Ottokar Brandywine")
			}
		}),
		ask("Ottokar Brandywine"), ask("Nobody Whatever"),
	}
	for i := range steps {
		steps[i].at = i + 1
	}
	p := x.worlds(func() *world { w := x.open(t); w.lenient = true; return w }, 1, steps)
	if !strings.Contains(p.b.told[0], "Ask:") {
		return &difference{"h0", "Known", "he is not known: " + p.b.told[0], "", 0}
	}
	return p.told()
}

// TestDeclaredKnown holds the answer to its bound.
func TestDeclaredKnown(t *testing.T) {
	if d := newTemplate(t, 1).known(t); d != nil {
		t.Error(d)
	}
}

// TestDeclaredTries holds that a name that was tried often has to wait, whether or not it is an account's, and no other
// name with it.
func TestDeclaredTries(t *testing.T) {
	x := newTemplate(t, 1)
	s := x.s.in(x.open(t))
	var said [3][]string
	for i, name := range []string{s.hidden().name("r"), "nobody-here", "h0"} {
		tries := 12
		if name == "h0" {
			tries = 1
		}
		for range tries {
			_, err := s.w.d.SignIn(ctx, name, []byte("not the passphrase"))
			said[i] = append(said[i], dump(err))
		}
	}
	if a, b := strings.Join(said[0], "\n"), strings.Join(said[1], "\n"); a != b {
		t.Errorf("an account and a name that is none:\n%s\n%s", a, b)
	}
	if !strings.Contains(said[0][11], "too-many") || strings.Contains(said[2][0], "too-many") {
		t.Errorf("after twelve tries of two names: %s; of another: %s", said[0][11], said[2][0])
	}
}
