package ni

import (
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"time"

	"cutout/internal/api"
	"cutout/internal/casework"
)

// activity is hidden work that leaves no record a low officer could see: sign-ins and refused ones, looks, drafts,
// accounts, locks, and the pages and the interface in use by others.
var activity = []step{
	act("refused sign-ins until the account has to wait", func(s *story, r *rand.Rand) {
		for range 12 {
			_, _ = s.w.d.SignIn(ctx, s.hidden().name("r"), []byte("not the passphrase"))
		}
	}),
	act("looks", func(s *story, r *rand.Rand) {
		w, h := s.w, s.hidden()
		o := w.o(h.name("a"))
		for range 3 {
			_, err := w.d.Search(ctx, o, words[r.IntN(len(words))], "", false, "", 10)
			w.must(err)
			_, err = w.d.Report(ctx, o, h.reports[0], time.Time{})
			w.must(err)
		}
		if _, err := w.d.Report(ctx, o, s.low().reports[0], time.Time{}); err == nil {
			w.t.Errorf("the hidden desk sees a low report")
		}
	}),
	act("drafts", func(s *story, r *rand.Rand) {
		for _, name := range []string{"report", "release", "notice"} {
			s.w.must(s.w.d.KeepDraft(ctx, s.w.o(s.hidden().name("a")), name, []byte(sentence(r, 5))))
		}
	}),
	act("failed acts", func(s *story, r *rand.Rand) {
		_, err := s.w.d.FileReport(ctx, s.w.o(s.hidden().name("h")), casework.ReportDraft{})
		if err == nil {
			s.w.t.Error("an empty report was filed")
		}
		_, _ = s.w.d.FileReport(ctx, s.w.o(s.hidden().name("a")), s.draft(s.hidden(), s.hidden().sources[0], sentence(r, 3)))
	}),
	act("a new account", func(s *story, r *rand.Rand) { s.officer("admin2", "late", []*desk{s.hidden()}, "analyst") }),
	act("a new desk", func(s *story, r *rand.Rand) {
		w := s.w
		c, err := w.d.OpenCompartment(ctx, w.o("admin2"), "Annex")
		w.must(err)
		w.must(w.d.HandCompartment(ctx, w.o("admin2"), w.o(s.hidden().name("r")).ID, c, ""))
	}),
	act("a low colleague's place around a hidden source", func(s *story, r *rand.Rand) {
		w, h := s.w, s.hidden()
		w.must(w.d.HandCompartment(ctx, w.o("admin2"), w.o("mate").ID, h.id, ""))
		w.must(w.d.Assign(ctx, w.o(h.name("h")), casework.AssignDraft{Source: h.sources[0].String(), Officer: w.o("mate").ID.String(), Duty: "controller"}))
	}),
	act("a bridge's place around a hidden source", func(s *story, r *rand.Rand) {
		s.assign(s.hidden(), s.hidden().sources[0], "bridge", "co-handler")
	}),
	act("the pages in use", func(s *story, r *rand.Rand) {
		h := s.hidden()
		p := pages(s.w.t, s.w, h.name("a"))
		asks := []request{{"GET", "/", "", ""}, {"GET", "/reports/" + h.reports[0].String(), "", ""}, {"GET", "/search?q=" + words[0], "", ""},
			{"POST", "/parties/new", url.Values{"kind": {"person"}, "name": {words[2]}, "desk": {h.id.String()}}.Encode(), formKind},
			{"POST", "/parties/new", url.Values{"kind": {"person"}, "name": {words[3]}, "desk": {h.id.String()}}.Encode(), formKind}}
		for i, q := range asks {
			if _, code := p.ask(q); code >= 400 && !s.w.lenient {
				s.w.t.Errorf("hidden work at the pages: %s answers %d", asks[i], code)
			}
		}
	}),
	act("the interface in use", func(s *story, r *rand.Rand) {
		h := s.hidden()
		p := machine(s.w.t, s.w, h.name("a"))
		for _, q := range []request{{"GET", api.Prefix + "/reports", "", ""}, {"GET", api.Prefix + "/reports/" + h.reports[0].String(), "", ""},
			{"POST", api.Prefix + "/parties", `{"kind":"person","name":"` + words[4] + `","desk":"` + h.id.String() + `"}`, jsonKind},
			{"GET", api.Prefix + "/reports/" + s.low().reports[0].String(), "", ""}} {
			_, code := p.ask(q)
			if want := q.method == "GET" && strings.Contains(q.path, s.low().reports[0].String()); (code == http.StatusNotFound) != want && !s.w.lenient {
				s.w.t.Errorf("hidden work at the interface: %s answers %d", q, code)
			}
		}
	}),
	act("keys closed", func(s *story, r *rand.Rand) { s.w.d.Lock(s.w.o("stranger").ID) }),
}
