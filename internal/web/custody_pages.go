package web

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"cutout/internal/casework"
	"cutout/internal/custody"
	"cutout/internal/fault"
	"cutout/internal/officer"
	"cutout/internal/source"
	"cutout/internal/web/templates"
)

// custodyRoutes are who holds keys, what is proposed about them, and what is to be sealed anew.
var custodyRoutes = []Route{
	{Method: "GET", Pattern: "/custody", Handler: (*Server).custody, Name: "custody"},
	{Method: "GET", Pattern: "/custody/approvers", Handler: (*Server).proposeApprovers, Name: "custody.approvers.form"},
	{Method: "POST", Pattern: "/custody/approvers", Handler: (*Server).proposeApprovers, Name: "custody.approvers", Limit: smallLimit},
	{Method: "GET", Pattern: "/custody/trustees", Handler: (*Server).proposeTrustees, Name: "custody.trustees.form"},
	{Method: "POST", Pattern: "/custody/trustees", Handler: (*Server).proposeTrustees, Name: "custody.trustees", Limit: smallLimit},
	{Method: "GET", Pattern: "/custody/key", Handler: (*Server).proposeKey, Name: "custody.key.form"},
	{Method: "POST", Pattern: "/custody/key", Handler: (*Server).proposeKey, Name: "custody.key", Limit: smallLimit},
	{Method: "GET", Pattern: "/custody/recovery", Handler: (*Server).proposeRecovery, Name: "custody.recovery.form"},
	{Method: "POST", Pattern: "/custody/recovery", Handler: (*Server).proposeRecovery, Name: "custody.recovery", Limit: smallLimit},
	{Method: "GET", Pattern: "/custody/destruction", Handler: (*Server).proposeDestruction, Name: "custody.destruction.form"},
	{Method: "POST", Pattern: "/custody/destruction", Handler: (*Server).proposeDestruction, Name: "custody.destruction", Limit: smallLimit},
	{Method: "POST", Pattern: "/custody/prove-share", Handler: (*Server).proveShare, Name: "custody.prove", Limit: smallLimit},
	{Method: "GET", Pattern: "/custody/sealing", Handler: (*Server).sealings, Name: "custody.sealing"},
	{Method: "POST", Pattern: "/sources/{id}/reseal", Handler: (*Server).reseal, Name: "source.reseal", Limit: smallLimit},
	{Method: "GET", Pattern: "/custody/{id}", Handler: (*Server).proposal, Name: "proposal"},
	{Method: "GET", Pattern: "/custody/{id}/certificate", Handler: (*Server).certificate, Name: "proposal.certificate"},
	{Method: "POST", Pattern: "/custody/{id}/confirm", Handler: (*Server).confirmProposal, Name: "proposal.confirm", Limit: smallLimit},
	{Method: "POST", Pattern: "/custody/{id}/give-share", Handler: (*Server).giveShare, Name: "proposal.share", Limit: smallLimit},
	{Method: "POST", Pattern: "/custody/{id}/end", Handler: (*Server).endProposal, Name: "proposal.end", Limit: smallLimit},
	{Method: "POST", Pattern: "/custody/{id}/recover", Handler: (*Server).recoverNow, Name: "proposal.recover", Limit: smallLimit},
	{Method: "POST", Pattern: "/custody/{id}/destroy", Handler: (*Server).destroyNow, Name: "proposal.destroy", Limit: smallLimit},
}

// deciders are the duties that take part in proposals, besides those who only read who holds keys.
var deciders = []officer.Duty{officer.Registrar, officer.AuthorizingOfficer, officer.Controller, officer.Validator, officer.Trustee, officer.Administrator}

// custodyPage is who opens identities two together, who restores them, and what is proposed.
type custodyPage struct {
	Approvers, Trustees []holderRow
	Since, Split        string
	Restore             string // how many of the trustees are needed and ready
	Prove, Sealing      bool
	Propose             []templates.Act
	Proposals           []proposalRow
	Decides             bool
	Pager               templates.Pager
}

type holderRow struct {
	Name, State string
	Stands      bool
	Proved      time.Time
}

type proposalRow struct {
	Href, Ref, What, Who, State string
	Until                       time.Time
	Yours                       bool
}

func (s *Server) custody(w http.ResponseWriter, r *http.Request) error {
	sp, v := s.speaker(r), see(r)
	h, err := s.desk.KeyHolders(r.Context(), v.Officer)
	if err != nil {
		return err
	}
	b := custodyPage{Approvers: sp.holders(h.Approvers), Trustees: sp.holders(h.Trustees), Decides: holdsAny(h.Frame, deciders...), Sealing: holds(h.Frame, "registrar", "handler", "co-handler", "controller")}
	if len(h.Approvers) > 0 {
		b.Since = sp.T("custody.since", "Day", sp.Time(h.Since))
	}
	if len(h.Trustees) > 0 {
		b.Split = sp.T("custody.split", "Day", sp.Time(h.Split))
		b.Restore = sp.T("custody.restore", "Need", h.Need, "All", len(h.Trustees), "Ready", h.Ready)
	}
	b.Prove = slices.ContainsFunc(h.Trustees, func(t casework.Holder) bool { return t.Officer == v.Officer.ID })
	offer := func(word, href string, ds ...officer.Duty) {
		if holdsAny(h.Frame, ds...) {
			b.Propose = append(b.Propose, templates.Act{Href: href, Word: sp.T(word), Quiet: true})
		}
	}
	offer("custody.propose_approvers", "/custody/approvers", officer.Registrar, officer.AuthorizingOfficer)
	offer("custody.propose_trustees", "/custody/trustees", officer.Registrar, officer.AuthorizingOfficer)
	offer("custody.propose_recovery", "/custody/recovery", officer.Registrar)
	offer("custody.propose_key", "/custody/key", officer.Administrator)
	frame := h.Frame
	if b.Decides {
		p, err := s.desk.Proposals(r.Context(), v.Officer, listLength, r.URL.Query().Get("after"))
		if err != nil {
			return err
		}
		for _, l := range p.Proposals {
			x := proposalRow{Href: "/custody/" + l.ID.String(), Ref: l.ID.Ref(), What: sp.T("proposal." + string(l.Value.What)), Who: l.Names[l.Value.By], Until: l.Value.Expires, Yours: l.MayDecide,
				State: sp.T("custody-state." + string(l.State))}
			if l.MayDecide {
				x.State = sp.T("opening.yours_to_decide")
			}
			b.Proposals = append(b.Proposals, x)
		}
		b.Pager = sp.pages(r, p.Next, sp.N("count.proposals", len(p.Proposals)))
		frame = p.Frame
	}
	return s.show(w, r, http.StatusOK, "custody", sp.T("nav.custody"), frame, b)
}

func (p speaker) holders(hs []casework.Holder) (out []holderRow) {
	for _, h := range hs {
		x := holderRow{Name: h.Name, Stands: h.Stands, Proved: h.Proved, State: p.T("custody.stands")}
		if !h.Stands {
			x.State = p.T("custody.stands_not")
		}
		out = append(out, x)
	}
	return out
}

// proposes is a form that makes a proposal: its words, its fields besides the reason, and the act. An act that made
// nothing has put its error into the form.
func (s *Server) proposes(w http.ResponseWriter, r *http.Request, f *form, words string, fields []templates.Field, warn string, act func(context.Context, officer.Officer) (custody.ProposalID, error)) error {
	v := see(r)
	if f.sent() {
		made, err := act(r.Context(), v.Officer)
		if err == nil {
			return s.done(w, r, "/custody/"+made.String(), "flash.proposed")
		}
		if err := f.take(err); err != nil {
			return err
		}
		for i := range fields { // what was wrong is known only now
			fields[i].Faults = f.faults(fields[i].Name)
		}
	}
	frame, err := s.desk.Around(r.Context(), v.Officer)
	if err != nil {
		return err
	}
	fields = append(fields, need(rows(f.field("textarea", "reason", "custody.reason", "custody.reason_help"), 2)))
	return s.showForm(w, r, frame, formPage{Title: v.Words.T(words), Lead: v.Words.T(words + "_lead"), Warn: warn, Form: f, Word: v.Words.T("custody.propose"), Cancel: "/custody", Sections: []section{{Fields: fields}}})
}

// eligible are the officers one may name: all accounts for who keeps them, else those one shares a compartment with.
func (s *Server) eligible(r *http.Request, duties ...officer.Duty) ([]templates.Option, error) {
	v := see(r)
	frame, err := s.desk.Around(r.Context(), v.Officer)
	if err != nil {
		return nil, err
	}
	list := s.desk.Colleagues
	if holds(frame, "registrar", "administrator") {
		list = s.desk.Officers
	}
	ls, err := list(r.Context(), v.Officer)
	if err != nil {
		return nil, err
	}
	var out []templates.Option
	for _, l := range ls {
		if !l.Closed && slices.ContainsFunc(l.Duties, func(d officer.Duty) bool { return slices.Contains(duties, d) }) {
			out = append(out, templates.Option{Value: l.ID.String(), Word: l.Name, Note: dutyWords(v.Words, l.Duties)})
		}
	}
	return out, nil
}

func (s *Server) proposeApprovers(w http.ResponseWriter, r *http.Request) error {
	return s.proposeHolders(w, r, "custody.propose_approvers", false, deciders[:4]...)
}

func (s *Server) proposeTrustees(w http.ResponseWriter, r *http.Request) error {
	return s.proposeHolders(w, r, "custody.propose_trustees", true, officer.Trustee)
}

func (s *Server) proposeHolders(w http.ResponseWriter, r *http.Request, words string, trustees bool, duties ...officer.Duty) error {
	f, err := s.readForm(r)
	if err != nil {
		return err
	}
	who, err := s.eligible(r, duties...)
	if err != nil {
		return err
	}
	fields := []templates.Field{need(f.field("checks", "officers", "custody.officers", "", who...))}
	if len(who) == 0 {
		fields[0].Help = f.words.T("custody.nobody_eligible")
	}
	if trustees {
		f.usual("need", "3")
		fields = append(fields, need(short(f.field("text", "need", "custody.need", "custody.need_help"))))
	}
	return s.proposes(w, r, f, words, fields, "", func(ctx context.Context, o officer.Officer) (custody.ProposalID, error) {
		n := casework.HoldersDraft{Officers: f.Values["officers"], Reason: f.Get("reason")}
		if !trustees {
			return s.desk.ProposeApprovers(ctx, o, n)
		}
		var err error
		if n.Need, err = strconv.Atoi(plainDigits(f.Get("need"))); err != nil {
			n.Need = -1 // the door says what a number must be
		}
		return s.desk.ProposeTrustees(ctx, o, n)
	})
}

// plainDigits writes Arabic digits as the others.
func plainDigits(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '٠' && r <= '٩' {
			return '0' + r - '٠'
		}
		return r
	}, strings.TrimSpace(s))
}

func (s *Server) proposeKey(w http.ResponseWriter, r *http.Request) error {
	f, err := s.readForm(r)
	if err != nil {
		return err
	}
	frame, err := s.desk.Around(r.Context(), see(r).Officer)
	if err != nil {
		return err
	}
	var who []templates.Option
	if holds(frame, "administrator") { // who may not propose a key reads no names here
		if who, err = s.eligible(r, officer.Duties()...); err != nil {
			return err
		}
	}
	password := func(name, label string) templates.Field {
		t := need(f.field("password", name, label, ""))
		t.Value, t.Complete = "", "new-password"
		return t
	}
	fields := []templates.Field{need(f.field("select", "officer", "custody.whose_key", "", who...)), password("passphrase", "custody.new_passphrase"), password("passphrase_again", "passphrase.again")}
	return s.proposes(w, r, f, "custody.propose_key", fields, "", func(ctx context.Context, o officer.Officer) (custody.ProposalID, error) {
		p := []byte(f.Get("passphrase"))
		defer clear(p)
		if f.Get("passphrase_again") != f.Get("passphrase") {
			return custody.ProposalID{}, &casework.Error{Kind: casework.Invalid, Code: "invalid", Faults: fault.Faults{{Field: "passphrase_again", Code: "passphrase.differs"}}}
		}
		var of officer.ID
		if of.UnmarshalText([]byte(f.Get("officer"))) != nil {
			return custody.ProposalID{}, &casework.Error{Kind: casework.Invalid, Code: "invalid", Faults: fault.Faults{{Field: "officer", Code: "field.required"}}}
		}
		return s.desk.ProposeKey(ctx, o, of, f.Get("reason"), p)
	})
}

func (s *Server) proposeRecovery(w http.ResponseWriter, r *http.Request) error {
	f, err := s.readForm(r)
	if err != nil {
		return err
	}
	return s.proposes(w, r, f, "custody.propose_recovery", nil, "", func(ctx context.Context, o officer.Officer) (custody.ProposalID, error) {
		return s.desk.ProposeRecovery(ctx, o, f.Get("reason"))
	})
}

func (s *Server) proposeDestruction(w http.ResponseWriter, r *http.Request) error {
	v := see(r)
	f, err := s.readForm(r)
	if err != nil {
		return err
	}
	var of source.ID
	if of.UnmarshalText([]byte(f.Get("source"))) != nil || of.IsZero() {
		return errMissing
	}
	p, err := s.desk.Source(r.Context(), v.Officer, of, time.Time{})
	if err != nil {
		return err
	}
	warn := v.Words.T("custody.destroy_warning", "Code", p.Source.Value.CodeName)
	return s.proposes(w, r, f, "custody.propose_destruction", []templates.Field{{Kind: "hidden", Name: "source", Value: of.String()}}, warn, func(ctx context.Context, o officer.Officer) (custody.ProposalID, error) {
		return s.desk.ProposeDestruction(ctx, o, of, f.Get("reason"))
	})
}

// proveShare is a trustee's part of a drill.
func (s *Server) proveShare(w http.ResponseWriter, r *http.Request) error {
	if err := s.desk.ProveShare(r.Context(), see(r).Officer); err != nil {
		return err
	}
	return s.done(w, r, "/custody", "flash.share_proved")
}
