package ni

import (
	"math/rand/v2"
	"slices"
	"time"

	"cutout/internal/casework"
	"cutout/internal/network"
	"cutout/internal/requirement"
)

// The kinds of difference between two worlds, as in security.md (c) 3.
const (
	added   = "hidden records added"
	changed = "hidden fields changed"
	linked  = "hidden links to visible records"
	active  = "hidden officers at work"
	revoked = "access given and taken back"
)

var kinds = []string{added, changed, linked, active, revoked}

// clockTo sets the time of a step in the pair: hidden steps take no time from visible ones.
func (s *story) clockTo(n int) { s.w.at(later.Add(time.Duration(n) * time.Second)) }

// differ does the hidden steps of one world of a pair. second is the world that has more, or has it otherwise.
func (s *story) differ(seed uint64, which []string, second bool) {
	for i, k := range which {
		s.clockTo(i + 1)
		r := chance(seed, k)
		s.w.part(false, func() {
			switch {
			case k == changed:
				s.change(r, second)
			case !second:
			case k == added:
				s.add(r)
			case k == linked:
				s.link(r)
			case k == active:
				s.act(r)
			case k == revoked:
				s.revoke()
			}
		})
	}
}

// add enters hidden records that look like visible ones: the same code names, names of parties, numbers and words.
func (s *story) add(r *rand.Rand) {
	h := s.hidden()
	s.source(h, freshCode)
	src := s.source(h, s.low().codes[0])
	for range 2 + r.IntN(3) {
		s.report(h, src, sentence(r, 6), false)
	}
	s.requirement(h, sentence(r, 3))
	s.party(h, words[0])
	s.release(h, h.reports[len(h.reports)-1], "stranger", sentence(r, 4), "")
	s.notice(h, h.reports[len(h.reports)-1].String(), "fabrication-notice")
}

// freshCode is a code name the low side will try as well.
const freshCode = "TALLOW MERIDIAN"

// change does the same acts in both worlds with other contents.
func (s *story) change(r *rand.Rand, second bool) {
	h := s.hidden()
	a, b := sentence(r, 5), sentence(r, 12)
	text, level := a, ""
	if second {
		text, level = b, "SECRET"
	}
	s.report(h, h.sources[0], text, second)
	s.release(h, h.reports[0], "stranger", "release "+text, level)
	s.party(h, "P "+text)
	// A product that nobody low reads rests on a visible release: its own level is nobody's business.
	s.product("stranger", s.low().issued[0], text, level)
}

// link enters hidden records that name visible ones.
func (s *story) link(r *rand.Rand) {
	w, low, h := s.w, s.low(), s.hidden()
	b := w.o("bridge")
	rep := s.reportBy("bridge", h, low.sources[0], sentence(r, 5), false, low.requirements[0])
	w.must(w.d.LinkItems(ctx, b, s.items[low.reports[0]], s.items[rep], true))
	w.must(w.d.LinkItems(ctx, b, s.items[h.reports[0]], s.items[low.reports[0]], false))
	w.must(w.d.AddKnows(ctx, b, network.KnowsDraft{Knower: h.parties[0].String(), Subject: low.parties[0].String(), Tie: "face"}))
	id, err := w.d.StateRequirement(ctx, b, casework.RequirementDraft{Desk: h.id.String(), Draft: requirement.Draft{Kind: "EEI", Parent: low.requirements[0].String(), Number: "1.1", Text: sentence(r, 3), Topic: words[1]}})
	made(w, id, err)
	if n := len(low.open); n > 1 { // the first stands under a doubt
		s.releaseOf(h, "bridge2", "bridge3", "stranger", sentence(r, 3), "", low.open[n-1], h.reports[0])
	}
}

// act is hidden work that leaves no record: sign-ins, looks, failures, drafts, accounts.
func (s *story) act(r *rand.Rand) {
	w, h, low := s.w, s.hidden(), s.low()
	o := w.o(h.name("a"))
	_, err := w.d.SignIn(ctx, h.name("a"), []byte("not the passphrase"))
	_ = err // refused, as it should be
	for range 3 {
		_, err = w.d.Search(ctx, o, words[r.IntN(len(words))], "", false, "", 10)
		w.must(err)
		_, err = w.d.Report(ctx, o, h.reports[0], time.Time{})
		if !w.lenient {
			w.must(err)
		}
	}
	_, err = w.d.Report(ctx, o, low.reports[0], time.Time{})
	if err == nil {
		w.t.Errorf("the hidden desk sees a low report")
	}
	w.must(w.d.KeepDraft(ctx, o, "report", []byte(sentence(r, 5))))
	s.officer("admin2", "late", []*desk{h}, "analyst")
	c, err := w.d.OpenCompartment(ctx, w.o("admin2"), "Annex")
	w.must(err)
	w.must(w.d.HandCompartment(ctx, w.o("admin2"), w.o(h.name("r")).ID, c, ""))
	// A colleague of the low desk is given a place around a hidden source.
	w.must(w.d.HandCompartment(ctx, w.o("admin2"), w.o(low.name("r")).ID, h.id, ""))
	w.must(w.d.Assign(ctx, w.o(h.name("h")), casework.AssignDraft{Source: h.sources[0].String(), Officer: w.o(low.name("r")).ID.String(), Duty: "controller"}))
}

// revoke lets the viewer in on the hidden desk and out again.
func (s *story) revoke() {
	w := s.w
	v, h := w.o("viewer"), s.hidden()
	w.must(w.d.HandCompartment(ctx, w.o("admin2"), v.ID, h.id, ""))
	for range 3 {
		if _, err := w.d.Report(ctx, v, h.reports[0], time.Time{}); err != nil && !w.lenient {
			w.t.Errorf("the viewer was given the hidden desk and sees nothing: %v", err)
		}
	}
	w.must(w.d.TakeBackCompartment(ctx, w.o("admin2"), v.ID, h.id))
}

// common is what the low side does in both worlds after they differ: what it writes must come out the same.
func (s *story) common(seed uint64) {
	w, low := s.w, s.low()
	r := chance(seed, "common")
	at := 60
	next := func() { at++; s.clockTo(at) }
	next()
	src := s.source(low, freshCode)
	next()
	rep := s.report(low, src, sentence(r, 6), false)
	next()
	iss := s.release(low, rep, "reader", sentence(r, 4), "")
	next()
	w.must(w.d.Acknowledge(ctx, w.o("reader"), iss))
	next()
	s.notice(low, low.reports[0].String(), "fabrication-notice")
	next()
	// A label nobody had before: its number comes after those of the hidden labels.
	own := s.report(low, src, sentence(r, 6), true)
	next()
	s.notice(low, own.String(), "fabrication-notice")
	next()
	w.must(w.d.Settle(ctx))
	next()
}

// twin is a pair of worlds.
type twin struct {
	a, b *story
	ids  []string // of every record in either world
}

func (x *template) pair(w func() *world, seed uint64, which []string) *twin {
	p := &twin{a: x.s.in(w()), b: x.s.in(w())}
	done := make(chan struct{})
	tell := func(s *story, second bool) {
		s.w.signIn("h0", "a0", "viewer", s.hidden().name("h"), s.hidden().name("a"))
		if slices.Contains(which, linked) {
			s.w.signIn("bridge", "bridge2")
		}
		s.differ(seed, which, second)
		s.w.part(true, func() { s.common(seed) })
	}
	go func() { defer close(done); tell(p.a, false) }()
	tell(p.b, true)
	<-done
	p.ids = slices.Concat(x.ids, p.a.w.ids, p.b.w.ids)
	for _, s := range []*story{p.a, p.b} {
		for _, it := range s.items {
			p.ids = append(p.ids, it.String())
		}
	}
	slices.Sort(p.ids)
	p.ids = slices.Compact(p.ids)
	return p
}
