package web

import (
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strings"

	"cutout/internal/casework"
	"cutout/internal/custody"
	"cutout/internal/officer"
	"cutout/internal/web/templates"
)

// proposalPage is one proposal with everything that is signed, and what the reader can do about it.
type proposalPage struct {
	Self, Title, Sub                 string
	Facts                            []templates.Fact
	Short                            string // of the hash a confirmation stands for
	Signed                           []templates.Fact
	Confirm, Share, Refuse, Withdraw bool
	Recover, Destroy                 bool
	Result                           []string // what a recovery did
	Certificate                      *certificateView
}

// certificateView is an erasure certificate in words.
type certificateView struct {
	Href               string
	Destroyed, Remains []string
}

func (s *Server) proposal(w http.ResponseWriter, r *http.Request) error {
	return s.showProposal(w, r, nil)
}

func (s *Server) showProposal(w http.ResponseWriter, r *http.Request, result []string) error {
	sp := s.speaker(r)
	var of custody.ProposalID
	if err := idOf(r, "id", &of); err != nil {
		return err
	}
	p, err := s.desk.Proposal(r.Context(), see(r).Officer, of)
	if err != nil {
		return err
	}
	v := p.Value
	hash := v.Hash(of)
	recovery := v.What == custody.Recover
	b := proposalPage{Self: "/custody/" + of.String(), Title: sp.T("proposal." + string(v.What)), Sub: dots(of.Ref(), sp.T("custody-state."+string(p.State))), Short: custody.Short(hash), Result: result,
		Confirm: p.MayDecide && !recovery, Share: p.MayDecide && recovery, Refuse: p.MayDecide && !p.Mine, Withdraw: p.Mine && (p.State == custody.Waiting || p.State == custody.Approved),
		Recover: p.Mine && recovery && p.State == custody.Approved, Destroy: p.Mine && v.What == custody.Destroy && p.State == custody.Approved}
	var said, holders []officer.ID
	for _, c := range v.Confirmations {
		said = append(said, c.Officer)
	}
	for _, g := range v.Given {
		said = append(said, g.Trustee)
	}
	for _, h := range v.Holders {
		holders = append(holders, h.Officer)
		b.Signed = append(b.Signed, templates.Fact{Name: sp.T("custody.key_of", "Who", p.Names[h.Officer]), Value: groups(hex.EncodeToString(h.Key[:10]))})
	}
	fact := func(name, value string) { b.Facts = append(b.Facts, templates.Fact{Name: sp.T(name), Value: value}) }
	fact("custody.by", p.Names[v.By])
	fact("custody.why", v.Reason)
	if len(holders) > 0 {
		fact("custody.officers", s.named(sp, holders, p.Names))
	}
	if v.What == custody.NameTrustees {
		fact("custody.need", sp.Number(v.Need))
	}
	fact("custody.whose_key", p.Names[v.Officer])
	fact("table.source", p.CodeName)
	fact("opening.made", sp.Time(v.Made))
	fact("opening.until", sp.Time(v.Expires))
	if recovery {
		fact("custody.given_by", s.named(sp, said, p.Names))
	} else {
		fact("custody.confirmed_by", s.named(sp, said, p.Names))
	}
	fact("custody.yeses", sp.T("custody.yes_of", "Got", p.Got, "Need", p.Need))
	b.Signed = append(b.Signed, templates.Fact{Name: sp.T("custody.unit"), Value: v.Unit}, templates.Fact{Name: sp.T("custody.hash"), Value: groups(hex.EncodeToString(hash[:]))})
	b.Certificate = sp.certificate(b.Self, v)
	return s.show(w, r, http.StatusOK, "proposal", b.Title, p.Frame, b)
}

// groups writes digits in groups of four, as people read them out.
func groups(digits string) string {
	var out []string
	for i := 0; i < len(digits); i += 4 {
		out = append(out, digits[i:min(i+4, len(digits))])
	}
	return strings.Join(out, " ")
}

func (p speaker) certificate(self string, v custody.Proposal) *certificateView {
	var signed casework.SignedCertificate
	var c custody.Certificate
	if len(v.Certificate) == 0 || json.Unmarshal(v.Certificate, &signed) != nil || json.Unmarshal(signed.Certificate, &c) != nil {
		return nil
	}
	out := &certificateView{Href: self + "/certificate"}
	for _, x := range c.Destroyed {
		out.Destroyed = append(out.Destroyed, p.T("erased."+x))
	}
	for _, x := range c.Remains {
		out.Remains = append(out.Remains, p.T("remains."+x))
	}
	return out
}

// certificate sends the signed certificate of a destruction as a file.
func (s *Server) certificate(w http.ResponseWriter, r *http.Request) error {
	var of custody.ProposalID
	if err := idOf(r, "id", &of); err != nil {
		return err
	}
	p, err := s.desk.Proposal(r.Context(), see(r).Officer, of)
	if err != nil {
		return err
	}
	if len(p.Value.Certificate) == 0 {
		return errMissing
	}
	return sendFile(w, "erasure-certificate.json", "application/json", p.Value.Certificate)
}

// onProposal runs an act on a proposal and leads back to it.
func (s *Server) onProposal(w http.ResponseWriter, r *http.Request, message string, act func(custody.ProposalID) error) error {
	var of custody.ProposalID
	if err := idOf(r, "id", &of); err != nil {
		return err
	}
	if err := act(of); err != nil {
		return err
	}
	return s.done(w, r, "/custody/"+of.String(), message)
}

func (s *Server) confirmProposal(w http.ResponseWriter, r *http.Request) error {
	return s.onProposal(w, r, "flash.confirmed", func(of custody.ProposalID) error { return s.desk.Confirm(r.Context(), see(r).Officer, of) })
}

func (s *Server) giveShare(w http.ResponseWriter, r *http.Request) error {
	return s.onProposal(w, r, "flash.share_given", func(of custody.ProposalID) error { return s.desk.GiveShare(r.Context(), see(r).Officer, of) })
}

func (s *Server) endProposal(w http.ResponseWriter, r *http.Request) error {
	return s.onProposal(w, r, "flash.proposal_ended", func(of custody.ProposalID) error { return s.desk.EndProposal(r.Context(), see(r).Officer, of) })
}

func (s *Server) destroyNow(w http.ResponseWriter, r *http.Request) error {
	return s.onProposal(w, r, "flash.destroyed", func(of custody.ProposalID) error {
		_, err := s.desk.DestroyIdentity(r.Context(), see(r).Officer, of)
		return err
	})
}

// recoverNow recovers and says in its one answer what was restored.
func (s *Server) recoverNow(w http.ResponseWriter, r *http.Request) error {
	var of custody.ProposalID
	if err := idOf(r, "id", &of); err != nil {
		return err
	}
	got, err := s.desk.Recover(r.Context(), see(r).Officer, of)
	if err != nil {
		return err
	}
	sp := s.speaker(r)
	return s.showProposal(w, r, []string{sp.T("recovered.resealed", "N", got.Resealed), sp.T("recovered.adopted", "N", got.Adopted), sp.T("recovered.failed", "N", got.Failed), sp.T("recovered.next")})
}
