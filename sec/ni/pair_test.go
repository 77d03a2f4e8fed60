package ni

import (
	"math/rand/v2"
	"slices"
	"time"

	"cutout/internal/casework"
	"cutout/internal/network"
	"cutout/internal/report"
	"cutout/internal/requirement"
)

// step is one thing somebody does in a world. A hidden step is done in the second world of a pair only, or in both and
// otherwise in the second; a low step is done in both, and what it answers must be equal.
type step struct {
	name   string
	at     int // second of the story: hidden steps take no time from visible ones
	hidden bool
	both   bool
	do     func(s *story, r *rand.Rand, second bool) any
}

// The kinds of difference between two worlds, as in security.md (c) 3.
const (
	added    = "hidden records added"
	changed  = "hidden fields changed"
	linked   = "hidden links to visible records"
	active   = "hidden officers at work"
	revoked  = "access given and taken back"
	permuted = "hidden records in another order"
)

var kinds = []string{added, changed, linked, active, revoked, permuted}

// act is a hidden step in the second world alone.
func act(name string, do func(s *story, r *rand.Rand)) step {
	return step{name: name, hidden: true, do: func(s *story, r *rand.Rand, _ bool) any { do(s, r); return nil }}
}

// differs is a hidden step of both worlds, done otherwise in the second.
func differs(name string, do func(s *story, r *rand.Rand, second bool)) step {
	return step{name: name, hidden: true, both: true, do: func(s *story, r *rand.Rand, second bool) any { do(s, r, second); return nil }}
}

// hiddenSteps are the differences of each kind, each on its own: any of them may be left out.
var hiddenSteps = map[string][]step{
	// Hidden records that look like visible ones: the same code names, names of parties, numbers and words.
	added: {
		act("a source of a code name that the low side will try", func(s *story, r *rand.Rand) { s.source(s.hidden(), freshCode) }),
		act("a source whose code name the server gives", func(s *story, r *rand.Rand) { s.source(s.hidden(), "") }),
		act("a source of a visible code name", func(s *story, r *rand.Rand) { s.source(s.hidden(), s.low().codes[0]) }),
		act("reports", func(s *story, r *rand.Rand) {
			h := s.hidden()
			for range 2 + r.IntN(3) {
				s.report(h, h.sources[len(h.sources)-1], sentence(r, 6), false)
			}
		}),
		act("a report word for word like a visible one", func(s *story, r *rand.Rand) {
			h := s.hidden()
			s.report(h, h.sources[0], sameText, false)
		}),
		act("a report with a word of its own", func(s *story, r *rand.Rand) {
			h := s.hidden()
			s.report(h, h.sources[0], "the "+hiddenWord+" came in", false)
		}),
		act("a requirement", func(s *story, r *rand.Rand) { s.requirement(s.hidden(), sentence(r, 3)) }),
		act("a person of a visible name", func(s *story, r *rand.Rand) { s.party(s.hidden(), words[0]) }),
		act("a release", func(s *story, r *rand.Rand) {
			h := s.hidden()
			s.release(h, h.reports[len(h.reports)-1], "stranger", sentence(r, 4), "")
		}),
		act("a notice", func(s *story, r *rand.Rand) {
			h := s.hidden()
			s.notice(h, h.reports[len(h.reports)-1].String(), "fabrication-notice")
		}),
	},
	changed: {
		differs("the text of a report", func(s *story, r *rand.Rand, second bool) {
			s.report(s.hidden(), s.hidden().sources[0], either(r, second), second)
		}),
		differs("the level and text of a release", func(s *story, r *rand.Rand, second bool) {
			level := ""
			if second {
				level = "SECRET"
			}
			s.release(s.hidden(), s.hidden().reports[0], "stranger", "release "+either(r, second), level)
		}),
		differs("the name of a person", func(s *story, r *rand.Rand, second bool) { s.party(s.hidden(), "P "+either(r, second)) }),
		differs("the level of a product that nobody low reads", func(s *story, r *rand.Rand, second bool) {
			level := ""
			if second {
				level = "SECRET"
			}
			s.product("stranger", s.low().issued[0], either(r, second), level)
		}),
	},
	linked: {
		act("a report of a visible source on the hidden desk", func(s *story, r *rand.Rand) {
			s.reportBy("bridge", s.hidden(), s.low().sources[0], sentence(r, 5), false, s.low().requirements[0])
		}),
		act("items that bear on each other", func(s *story, r *rand.Rand) {
			b, low, h := s.w.o("bridge"), s.low(), s.hidden()
			s.w.must(s.w.d.LinkItems(ctx, b, s.items[low.reports[0]], s.items[h.reports[len(h.reports)-1]], true))
			s.w.must(s.w.d.LinkItems(ctx, b, s.items[h.reports[0]], s.items[low.reports[0]], false))
		}),
		act("who knows a visible person", func(s *story, r *rand.Rand) {
			s.w.must(s.w.d.AddKnows(ctx, s.w.o("bridge"), network.KnowsDraft{Knower: s.hidden().parties[0].String(), Subject: s.low().parties[0].String(), Tie: "face"}))
		}),
		act("a requirement under a visible one", func(s *story, r *rand.Rand) {
			id, err := s.w.d.StateRequirement(ctx, s.w.o("bridge"), casework.RequirementDraft{Desk: s.hidden().id.String(), Draft: requirement.Draft{Kind: "EEI",
				Parent: s.low().requirements[0].String(), Number: "1.1", Text: sentence(r, 3), Topic: words[1]}})
			made(s.w, id, err)
		}),
		act("a release that cites a visible report", func(s *story, r *rand.Rand) {
			if low := s.low(); len(low.open) > 1 { // the first stands under a doubt
				s.releaseOf(s.hidden(), "bridge2", "bridge3", "stranger", sentence(r, 3), "", low.open[len(low.open)-1], s.hidden().reports[0])
			}
		}),
	},
	active: slices.Concat(activity, underWay),
	revoked: {
		act("the viewer is let in on the hidden desk, told of it by the watch, and put out again", func(s *story, r *rand.Rand) { s.letIn(true) }),
	},
	permuted: {
		differs("the order of hidden records", func(s *story, r *rand.Rand, second bool) {
			h := s.hidden()
			todo := []func(){
				func() { s.party(h, words[1]) },
				func() { s.requirement(h, words[2]+" "+words[3]) },
				func() { s.report(h, h.sources[0], words[1]+" "+words[4], true) },
				func() { s.product("stranger", h.issued[0], words[5], "") },
			}
			if second {
				slices.Reverse(todo)
			}
			for _, f := range todo {
				f()
			}
		}),
	},
}

// letIn lets the viewer in on the hidden desk and out again. What he draws at random while he is in comes from a stream of
// its own, so that his later ids are those of one who never was.
func (s *story) letIn(told bool) {
	w, v, h := s.w, s.w.o("viewer"), s.hidden()
	defer w.aside(v.ID)()
	w.must(w.d.HandCompartment(ctx, w.o("admin2"), v.ID, h.id, ""))
	for range 3 {
		if _, err := w.d.Report(ctx, v, h.reports[0], time.Time{}); err != nil && !w.lenient {
			w.t.Errorf("the viewer was given the hidden desk and sees nothing: %v", err)
		}
	}
	if told {
		s.notice(h, s.report(h, h.sources[0], words[6], false).String(), "fabrication-notice") // the watch tells whoever may send of it
		w.must(w.d.Settle(ctx))
	}
	w.must(w.d.TakeBackCompartment(ctx, w.o("admin2"), v.ID, h.id))
}

// either is one text in the first world and a longer one in the second.
func either(r *rand.Rand, second bool) string {
	a, b := sentence(r, 5), sentence(r, 12)
	if second {
		return b
	}
	return a
}

const (
	// freshCode is a code name the low side will try as well.
	freshCode = "TALLOW MERIDIAN"
	// hiddenWord stands in hidden texts only.
	hiddenWord = "gossamer"
	// sameText is a report that both sides file.
	sameText = "the harbor crane lifted a pallet at the gate"
)

// differences are the hidden steps of some kinds, in their seconds.
func differences(which []string) (out []step) {
	for i, k := range kinds {
		if slices.Contains(which, k) {
			for _, st := range hiddenSteps[k] {
				st.at = i + 1
				out = append(out, st)
			}
		}
	}
	return out
}

// low is a step of the visible side.
func lowStep(name string, do func(s *story, r *rand.Rand) any) step {
	return step{name: name, do: func(s *story, r *rand.Rand, _ bool) any { return do(s, r) }}
}

// common is what the low side does in both worlds after they differ: what it writes must come out the same.
func common() []step {

	out := []step{
		lowStep("a source of a taken code name", func(s *story, r *rand.Rand) any { return s.source(s.low(), freshCode) }),
		lowStep("a source whose code name the server gives", func(s *story, r *rand.Rand) any {
			p, err := s.w.d.Source(ctx, s.w.o("h0"), s.source(s.low(), ""), time.Time{})
			return []any{p.Source.Value.CodeName, err}
		}),
		lowStep("a report", func(s *story, r *rand.Rand) any {
			return s.report(s.low(), last(s.low().sources), sentence(r, 6), false)
		}),
		lowStep("a release of it", func(s *story, r *rand.Rand) any {
			return s.release(s.low(), last(s.low().reports), "reader", sentence(r, 4), "")
		}),
		lowStep("its receipt", func(s *story, r *rand.Rand) any {
			s.w.must(s.w.d.Acknowledge(ctx, s.w.o("reader"), last(s.low().issued)))
			return nil
		}),
		lowStep("a notice", func(s *story, r *rand.Rand) any {
			return s.notice(s.low(), s.low().reports[0].String(), "fabrication-notice")
		}),
		// A label nobody had before: its number comes after those of the hidden labels.
		lowStep("a closely held report", func(s *story, r *rand.Rand) any {
			return s.report(s.low(), last(s.low().sources), sentence(r, 6), true)
		}),
		lowStep("a notice on it", func(s *story, r *rand.Rand) any {
			return s.notice(s.low(), last(s.low().reports).String(), "fabrication-notice")
		}),
		lowStep("a batch with a report that is there already", func(s *story, r *rand.Rand) any {
			n := s.draft(s.low(), last(s.low().sources), sameText)
			ids, bad, err := s.w.d.ImportReports(ctx, s.w.o("h0"), []casework.ReportDraft{n, n}, nil)
			return []any{ids, bad, err}
		}),
		lowStep("a later version of a requirement", func(s *story, r *rand.Rand) any {
			q := s.low().requirements[0]
			s.w.must(s.w.d.RestateRequirement(ctx, s.w.o("a0"), q, requirement.Draft{Kind: "PIR", Number: "1", Text: "what now", Topic: words[0]}))
			return nil
		}),
		lowStep("a draft", func(s *story, r *rand.Rand) any {
			return s.w.d.KeepDraft(ctx, s.w.o("viewer"), "notice", []byte(sentence(r, 4)))
		}),
		lowStep("a try at a name that may be an account's", func(s *story, r *rand.Rand) any {
			_, err := s.w.d.SignIn(ctx, "late", []byte("not the passphrase"))
			return err
		}),
		lowStep("the watch", func(s *story, r *rand.Rand) any { s.w.must(s.w.d.Settle(ctx)); return nil }),
		lowStep("the end", func(s *story, r *rand.Rand) any { return nil }),
	}
	for i := range out {
		out[i].at = 61 + i
	}
	return out
}

func last[T any](all []T) T { return all[len(all)-1] }

// play does the steps in one world. What the low steps answered is kept, to be compared.
func (s *story) play(seed uint64, steps []step, second bool) {
	for _, st := range steps {
		s.clockTo(st.at)
		if st.hidden && !second && !st.both {
			continue
		}
		s.w.desk = s.low().n
		if st.hidden {
			s.w.desk = s.hidden().n
		}
		r := chance(seed, st.name)
		s.w.part(!st.hidden, func() {
			if v := st.do(s, r, second); !st.hidden {
				s.told = append(s.told, st.name+": "+dump(v))
			}
		})
	}
}

// clockTo sets the time of a step.
func (s *story) clockTo(n int) { s.w.at(later.Add(time.Duration(n) * time.Second)) }

// twin is a pair of worlds.
type twin struct {
	a, b  *story
	steps []step
	ids   []string // of every record in either world
	desks map[string]int

	sampled samples
}

// atWork are the officers who are signed in before a pair's worlds part.
var atWork = []string{"h0", "a0", "viewer", "reader", "stranger", "bridge", "bridge2"}

func (x *template) pair(w func() *world, seed uint64, which []string) *twin {
	before := lowStep("the watch of the day", func(s *story, r *rand.Rand) any { s.w.must(s.w.d.Settle(ctx)); return nil })
	return x.worlds(w, seed, slices.Concat([]step{before}, differences(which), common()))
}

// worlds plays the steps in two copies of the template.
func (x *template) worlds(w func() *world, seed uint64, steps []step) *twin {
	return x.staffed(w, seed, steps, nil)
}

// staffed is worlds with only some officers signed in; nil is all that have something to do.
func (x *template) staffed(w func() *world, seed uint64, steps []step, present []string) *twin {
	p := &twin{a: x.s.in(w()), b: x.s.in(w()), steps: steps, desks: map[string]int{}}
	done := make(chan struct{})
	tell := func(s *story, second bool) {
		if present == nil {
			s.w.signIn(append(slices.Clone(atWork), s.hidden().name("h"), s.hidden().name("a"))...)
		} else {
			s.w.signIn(present...)
		}
		s.play(seed, steps, second)
	}
	go func() { defer close(done); tell(p.a, false) }()
	tell(p.b, true)
	<-done
	p.ids = slices.Concat(x.ids, p.a.w.ids, p.b.w.ids)
	for _, s := range []*story{p.a, p.b} {
		for id, desk := range s.w.owner {
			p.desks[id] = desk
		}
	}
	slices.Sort(p.ids)
	p.ids = slices.Compact(p.ids)
	return p
}

// draft is a report on a new contact with a source.
func (s *story) draft(d *desk, src interface{ String() string }, text string) casework.ReportDraft {

	return casework.ReportDraft{Draft: report.Draft{Contact: s.met[last(d.sources)].String(), Source: src.String(), Desk: d.id.String(), Title: words[0],
		Items: []report.ItemDraft{{Text: text, Lang: "en", Gist: "gist", Basis: "direct", Scheme: "admiralty", Grade: "B2"}}}}
}
