package ni

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"cutout/internal/assessment"
	"cutout/internal/authority"
	"cutout/internal/casework"
	"cutout/internal/compartment"
	"cutout/internal/contact"
	"cutout/internal/dissemination"
	"cutout/internal/identity"
	"cutout/internal/network"
	"cutout/internal/officer"
	"cutout/internal/report"
	"cutout/internal/requirement"
	"cutout/internal/source"
)

// story is the base world: desks with their crews, sources, reports, releases and notices, all drawn from a seed. The
// last desk is the hidden one: nobody of the other desks holds it, and the bridge alone holds it beside the first.
type story struct {
	w     *world
	r     *rand.Rand
	desks []*desk
	items map[report.ID]report.ItemID
	met   map[source.ID]contact.ID
	step  int
	told  []string // what the low steps of a pair answered
}

type desk struct {
	n            int
	codes        []string
	id           compartment.ID
	sources      []source.ID
	reports      []report.ID
	open         []report.ID // those of them that the whole desk reads
	requirements []requirement.ID
	issued       []casework.IssuedID
	parties      []network.ID
	notices      []dissemination.NoticeID
}

// codeWords stay out of the texts: a text that holds a word of its source's code name is refused.
var codeWords = strings.Fields("ONYX TEASEL VELLUM PUMICE SORREL GANNET MARL THISTLE")

func newStory(w *world, seed uint64) *story {
	return &story{w: w, r: chance(seed, "story"), items: map[report.ID]report.ItemID{}, met: map[source.ID]contact.ID{}}
}

// in takes the story over into a world copied from its template.
func (s *story) in(w *world) *story {
	c := &story{w: w, items: maps.Clone(s.items), met: maps.Clone(s.met)}
	for _, d := range s.desks {
		n := *d
		n.sources, n.reports, n.requirements = slices.Clone(d.sources), slices.Clone(d.reports), slices.Clone(d.requirements)
		n.open = slices.Clone(d.open)
		n.codes = slices.Clone(d.codes)
		n.issued, n.parties, n.notices = slices.Clone(d.issued), slices.Clone(d.parties), slices.Clone(d.notices)
		c.desks = append(c.desks, &n)
	}
	return c
}

// tick lets time pass in the base world; in a pair the steps set it.
func (s *story) tick() {
	if s.r == nil {
		return
	}
	s.step++
	s.w.at(begun.Add(time.Duration(s.step) * time.Second))
}

func (s *story) low() *desk    { return s.desks[0] }
func (s *story) hidden() *desk { return s.desks[len(s.desks)-1] }

func (w *world) o(name string) officer.Officer { return w.who[name] }

func (s *story) officer(by, name string, desks []*desk, duties ...string) {
	w := s.w
	o, err := w.d.AddOfficer(ctx, w.o(by), casework.OfficerDraft{Name: name, Clearance: "SECRET", Duties: duties}, pass(name))
	w.must(err)
	w.who[name] = o
	for _, d := range desks {
		w.must(w.d.HandCompartment(ctx, w.o(by), o.ID, d.id, ""))
	}
}

func (s *story) begin() {
	w := s.w
	for n := range 3 + s.r.IntN(2) {
		id, err := w.d.OpenCompartment(ctx, w.o("admin"), fmt.Sprint("Desk ", n))
		w.must(err)
		s.desks = append(s.desks, &desk{n: n, id: id})
	}
	s.officer("admin", "admin2", nil, "administrator")
	for _, d := range s.desks {
		s.officer("admin", d.name("h"), []*desk{d}, "handler", "registrar", "intake", "controller")
		s.officer("admin", d.name("a"), []*desk{d}, "authorizing", "analyst", "collection-manager", "release", "validator")
		s.officer("admin", d.name("r"), []*desk{d}, "release")
	}
	// The low viewer of mixed rights: the first desk, and each of the others that is not hidden with even chance.
	held := []*desk{s.low()}
	for _, d := range s.desks[1 : len(s.desks)-1] {
		if s.r.IntN(2) == 0 {
			held = append(held, d)
		}
	}
	s.officer("admin", "viewer", held, "analyst", "release", "collection-manager")
	s.officer("admin", "mate", []*desk{s.low()}, "release") // a colleague of the low desk who will be given a hidden place
	s.officer("admin", "reader", nil, "customer")
	s.officer("admin", "stranger", nil, "customer")
	for _, b := range []string{"bridge2", "bridge3"} {
		s.officer("admin", b, []*desk{s.low(), s.hidden()}, "analyst", "release")
	}
	s.officer("admin", "bridge", []*desk{s.low(), s.hidden()}, "analyst", "co-handler", "collection-manager", "release")
	for _, d := range s.desks {
		w.desk = d.n
		w.signIn(d.name("h"), d.name("a"))
	}
	s.approvers()
	for _, d := range s.desks {
		w.desk = d.n
		w.signIn(d.name("h"), d.name("a"))
		for range 1 + s.r.IntN(2) {
			s.source(d, codeWords[s.r.IntN(len(codeWords))]+" "+codeWords[s.r.IntN(len(codeWords))])
		}
		s.tick()
		s.requirement(d, sentence(s.r, 3))
		s.party(d, words[s.r.IntN(len(words))])
		for _, src := range d.sources {
			for range 1 + s.r.IntN(2) {
				s.tick()
				s.report(d, src, sentence(s.r, 4+s.r.IntN(8)), len(d.reports) > 0 && s.r.IntN(3) == 0)
			}
		}
		s.tick()
		s.release(d, d.reports[0], "reader stranger", sentence(s.r, 5), "")
	}
	low := s.low()
	w.desk = low.n
	s.assign(low, low.sources[0], "bridge", "co-handler")
	prd := s.product("reader", low.issued[0], sentence(s.r, 4), "")
	_ = s.productOn("stranger", prd, sentence(s.r, 4), "")
	s.notice(low, low.reports[0].String(), "doubt")
	s.outcome(low)
	w.signIn("viewer")
	w.must(w.d.KeepDraft(ctx, w.o("viewer"), "report", []byte(sentence(s.r, 3))))
	w.must(w.d.Settle(ctx))
}

func (d *desk) name(what string) string { return fmt.Sprint(what, d.n) }

func (s *story) source(d *desk, code string) source.ID {
	w, h := s.w, s.w.o(d.name("h"))
	s.tick()
	id, err := w.d.RegisterSource(ctx, h, casework.SourceDraft{CodeName: code, Draft: source.Draft{Category: "AGENT", Desk: d.id.String(), State: "proposed", IdentityKind: "known",
		ServiceContact: "direct", LawfulOrigin: "walked in", Description: "somebody near " + words[d.n], Access: []source.AccessDraft{{Topic: words[0], Kind: "direct", Verified: "verified"}}},
		Identity: &identity.Draft{Names: []identity.NameDraft{{Full: fmt.Sprintf("Zachariah Vandermolen%d", d.n)}}}})
	made(w, id, err)
	s.assign(d, id, d.name("h"), "handler")
	s.assign(d, id, d.name("a"), "authorizing")
	a, err := w.d.Grant(ctx, w.o(d.name("a")), authority.Draft{Source: id.String(), Kind: "chis-written", Ground: w.d.Pack().Vocabulary("grounds")[0].Code, Necessity: "n", Proportionality: "p",
		Purpose: "x", Operation: "OP", Conduct: "watch", Topics: []string{words[0]}, Collateral: "c", Confidential: "none", Risk: "r", TargetRelation: "none"})
	made(w, a, err)
	d.sources, d.codes = append(d.sources, id), append(d.codes, code)
	return id
}

func (s *story) assign(d *desk, src source.ID, who, duty string) {
	s.w.must(s.w.d.Assign(ctx, s.w.o(d.name("h")), casework.AssignDraft{Source: src.String(), Officer: s.w.o(who).ID.String(), Duty: duty}))
}

func (s *story) contact(by string, src source.ID) contact.ID {
	w := s.w
	id, err := w.d.RecordContact(ctx, w.o(by), contact.ID{}, contact.Draft{Source: src.String(), Type: "meeting", Record: &contact.RecordDraft{When: w.clock().Format("2006-01-02"),
		Place: "a " + words[s.step%len(words)], Participants: []string{w.o(by).ID.String()}, Summary: "met", Welfare: "fine", Security: "none"}})
	return made(w, id, err)
}

func (s *story) report(d *desk, src source.ID, text string, close bool) report.ID {
	s.met[src] = s.contact(d.name("h"), src)
	return s.reportBy(d.name("h"), d, src, text, close, d.requirements...)
}

func (s *story) reportBy(by string, d *desk, src source.ID, text string, close bool, answers ...requirement.ID) report.ID {
	w := s.w
	n := casework.ReportDraft{Draft: report.Draft{Contact: s.met[src].String(), Source: src.String(), Desk: d.id.String(), Title: words[len(text)%len(words)],
		Items: []report.ItemDraft{{Text: text, Lang: "en", Gist: "gist", Basis: "direct", Scheme: "admiralty", Grade: "B2", Claim: &report.ClaimDraft{Subject: "gate", Predicate: "is", Value: text, Topic: words[0]}}}}}
	if close {
		n.Close = "yes"
	}
	for _, q := range answers {
		n.Requirements = append(n.Requirements, q.String())
	}
	id, err := w.d.FileReport(ctx, w.o(by), n)
	made(w, id, err)
	p, err := w.d.Report(ctx, w.o(by), id, time.Time{})
	w.must(err)
	s.items[id] = made(w, p.Report.Value.Items[0].ID, nil)
	d.reports = append(d.reports, id)
	if !close {
		d.open = append(d.open, id)
	}
	return id
}

func (s *story) requirement(d *desk, text string) {
	id, err := s.w.d.StateRequirement(ctx, s.w.o(d.name("a")), casework.RequirementDraft{Desk: d.id.String(), Draft: requirement.Draft{Kind: "PIR", Number: fmt.Sprint(len(d.requirements) + 1), Text: text, Topic: words[0]}})
	d.requirements = append(d.requirements, made(s.w, id, err))
}

func (s *story) party(d *desk, name string) network.ID {
	id, err := s.w.d.AddParty(ctx, s.w.o(d.name("a")), casework.PartyDraft{Desk: d.id.String(), PartyDraft: network.PartyDraft{Kind: "person", Name: name}})
	d.parties = append(d.parties, made(s.w, id, err))
	return id
}

func (s *story) release(d *desk, rep report.ID, to, text, level string) casework.IssuedID {
	return s.releaseOf(d, d.name("a"), d.name("r"), to, text, level, rep)
}

func (s *story) releaseOf(d *desk, by, approver, to, text, level string, reps ...report.ID) casework.IssuedID {
	w := s.w
	n := casework.ReleaseDraft{Level: level, Draft: dissemination.Draft{Title: words[len(text)%len(words)], Marking: []string{"TLP:AMBER"},
		Items: []dissemination.ItemDraft{{Text: text}}}}
	for _, who := range strings.Fields(to) {
		n.Officers = append(n.Officers, w.o(who).ID.String())
	}
	for _, r := range reps {
		n.Items[0].From = append(n.Items[0].From, s.items[r].String())
	}
	id, err := w.d.WriteRelease(ctx, w.o(by), n)
	made(w, id, err)
	w.must(w.d.ApproveRelease(ctx, w.o(approver), id))
	iss, err := w.d.SendRelease(ctx, w.o(approver), id)
	d.issued = append(d.issued, made(w, iss, err))
	return iss
}

func (s *story) product(by string, cites casework.IssuedID, text, level string) dissemination.ProductID {
	id, err := s.w.d.WriteProduct(ctx, s.w.o(by), casework.ProductDraft{Level: level, ProductDraft: dissemination.ProductDraft{Title: "Estimate", Cites: []string{cites.String()}, Text: text}})
	return made(s.w, id, err)
}

// productOn is a product that cites a product; its writer must be shown it first.
func (s *story) productOn(by string, cites dissemination.ProductID, text, level string) dissemination.ProductID {
	id, err := s.w.d.WriteProduct(ctx, s.w.o("reader"), casework.ProductDraft{Level: level, Readers: []string{s.w.o(by).ID.String()},
		ProductDraft: dissemination.ProductDraft{Title: "Speech", Cites: []string{cites.String()}, Text: text}})
	return made(s.w, id, err)
}

func (s *story) notice(d *desk, about, kind string) dissemination.NoticeID {
	id, err := s.w.d.IssueNotice(ctx, s.w.o(d.name("a")), casework.NoticeDraft{NoticeDraft: dissemination.NoticeDraft{Kind: kind, About: about, Text: "a " + words[s.step%len(words)]}})
	d.notices = append(d.notices, made(s.w, id, err))
	return id
}

func (s *story) outcome(d *desk) {
	w, a := s.w, s.w.o(d.name("a"))
	id, err := w.d.RecordOutcome(ctx, a, report.OutcomeDraft{Item: s.items[d.reports[0]].String(), Result: "false", On: w.clock().Format("2006-01-02"), Basis: "checked"})
	made(w, id, err)
	_, err = w.d.Assess(ctx, a, casework.AssessmentDraft{Draft: assessment.Draft{About: d.reports[0].String(), View: "likely " + words[s.step%len(words)]}})
	w.must(err)
}
