package main

import (
	"net/http"
	"net/url"
	"strings"

	"cutout/internal/api"
	"cutout/internal/casework"
	"cutout/internal/custody"
	"cutout/internal/identity"
	"cutout/internal/officer"
	"cutout/internal/source"
	"cutout/internal/vault"
)

// unmask opens an identity on the machine this program runs on: one that is sealed to the officer, or with --request one
// that two approved. It goes to standard output and is kept nowhere. With --server nothing but the sealed copy crosses the
// network: the key opens here.
type unmask struct {
	atServer
	Source  string `arg:"" optional:"" ref:"source"`
	Reason  string `placeholder:"TEXT"`
	Request string `placeholder:"REQUEST" ref:"opening"`
}

func (c *unmask) Run(s *session) error {
	if (c.Request == "") == (c.Source == "") || c.Request == "" && c.Reason == "" {
		return usage("cli.unmask-what")
	}
	if !onTerminal(s.out) {
		s.note("cli.identity-leaves")
	}
	if c.Server != "" {
		return c.away(s, func(r *remote, _ casework.KeyFile, key vault.PrivateKey) error {
			var sent api.SealedCopy
			var err error
			if c.Request != "" {
				err = r.call(http.MethodPost, "/openings/"+segment(c.Request)+"/sealed-identity", nil, &sent)
			} else {
				err = r.call(http.MethodPost, "/sources/"+segment(c.Source)+"/sealed-identity", api.ReasonDraft{Reason: c.Reason}, &sent)
			}
			if err != nil {
				return err
			}
			copied, err := sent.Value()
			if err != nil {
				return machine(err)
			}
			p, err := copied.Open(key)
			if err != nil {
				return err
			}
			return s.disclose(copied.Source, p)
		})
	}
	return s.as(func(d *casework.Desk, o officer.Officer) error {
		if err := s.resolve(d, o, c); err != nil {
			return err
		}
		if c.Request != "" {
			of, err := parse[custody.RequestID](c.Request)
			if err != nil {
				return err
			}
			about, err := d.Opening(s.ctx, o, of)
			if err != nil {
				return err
			}
			p, err := d.OpenApproved(s.ctx, o, of)
			if err != nil {
				return err
			}
			return s.disclose(about.Source, p)
		}
		of, err := parse[source.ID](c.Source)
		if err != nil {
			return err
		}
		p, err := d.OpenIdentity(s.ctx, o, of, c.Reason)
		if err != nil {
			return err
		}
		return s.disclose(of, p)
	})
}

// disclose prints a person and forgets him.
func (s *session) disclose(of source.ID, p identity.Person) error {
	defer p.Forget()
	who, err := p.Disclose()
	if err != nil {
		return machine(err)
	}
	defer who.Wipe()
	return s.show(row{text("source", of.String())}, who)
}

type openingGroup struct {
	Ask      openingAsk      `cmd:""`
	List     openingList     `cmd:""`
	Show     openingShow     `cmd:""`
	Approve  openingApprove  `cmd:""`
	Refuse   openingRefuse   `cmd:""`
	Withdraw openingWithdraw `cmd:""`
}

type openingAsk struct {
	fromFile
	Source  string `arg:"" optional:"" ref:"source" draft:"source"`
	Purpose string `placeholder:"TEXT" draft:"purpose"`
}

func (c *openingAsk) Run(s *session) error {
	return act(s, c.File, c, func(d *casework.Desk, o officer.Officer, n casework.OpeningDraft) (named, error) {
		return d.RequestOpening(s.ctx, o, n)
	})
}

type openingList struct{ paging }

func (c *openingList) Run(s *session) error {
	return s.as(func(d *casework.Desk, o officer.Officer) error {
		p, err := d.Openings(s.ctx, o, c.Limit, c.After)
		if err != nil {
			return err
		}
		var out []row
		for _, l := range p.Openings {
			out = append(out, s.openingRow(l))
		}
		s.more(p.Next)
		return s.rows([]string{"id", "ref", "source", "code_name", "purpose", "asked_by", "approved_by", "expires", "state", "may_approve", "compare"}, out)
	})
}

func (s *session) openingRow(l casework.OpeningLine) row {
	var yes []string
	for _, o := range l.Approved {
		yes = append(yes, l.Names[o])
	}
	return row{only("id", l.ID.String()), text("ref", l.ID.Ref()), only("source", l.Source.String()), text("code_name", l.CodeName), text("purpose", l.Purpose), text("asked_by", l.Names[l.Requester]),
		list("approved_by", yes), s.moment("expires", l.Expires), s.word("state", string(l.State), "custody-state"), s.yes("may_approve", l.MayApprove), text("compare", custody.Short(l.Hash))}
}

// openingShow shows a request. With --server its digits are computed here, from every word of it, and the key in it must
// be the officer's own: digits that a server shows prove nothing about the server.
type openingShow struct {
	atServer
	Request string `arg:"" ref:"opening"`
}

func (c *openingShow) Run(s *session) error {
	if c.Server != "" {
		return c.away(s, func(r *remote, f casework.KeyFile, key vault.PrivateKey) error {
			var sent api.Opening
			if err := r.call(http.MethodGet, "/openings/"+segment(c.Request), nil, &sent); err != nil {
				return err
			}
			q, err := sent.Asked.Value()
			if err != nil {
				return machine(err)
			}
			of, err := parse[custody.RequestID](sent.ID)
			if err != nil {
				return err
			}
			if q.Requester.String() == f.Officer && vault.KeyID(q.Key) != key.Public().ID() {
				return &problem{exitRefused, "cli.other-key", nil}
			}
			return s.show(append(s.askedRow(of, q), text("state", sent.State), list("approved_by", sent.Approved)), nil)
		})
	}
	return look(s, c, &c.Request, func(d *casework.Desk, o officer.Officer, of custody.RequestID) error {
		p, err := d.Opening(s.ctx, o, of)
		if err != nil {
			return err
		}
		return s.show(append(s.openingRow(p.OpeningLine), s.moment("made", p.Made), text("reason", p.Reason)), nil)
	})
}

// openingApprove says yes. With --server the halves are computed and signed here, with the officer's own key, and the
// digits he compared by telephone must be given, so that a server that shows another request gets nothing.
type openingApprove struct {
	atServer
	Request string `arg:"" ref:"opening"`
	Compare string `placeholder:"DIGITS"`
}

// askedRow is a request as its own words say it, with the digits computed from them here.
func (s *session) askedRow(of custody.RequestID, q custody.Request) row {
	return row{only("id", of.String()), text("ref", of.Ref()), only("source", q.Source.String()), only("requester", q.Requester.String()), text("unit", q.Unit), text("code_name", q.CodeName), text("purpose", q.Purpose),
		s.moment("made", q.Made), s.moment("expires", q.Expires), text("compare", custody.Short(q.Hash(of)))}
}

func (c *openingApprove) Run(s *session) error {
	if c.Server == "" {
		return look(s, c, &c.Request, func(d *casework.Desk, o officer.Officer, of custody.RequestID) error {
			p, err := d.Opening(s.ctx, o, of)
			if err == nil {
				err = c.compare(p.Hash)
			}
			if err == nil {
				err = d.ApproveOpening(s.ctx, o, of)
			}
			if err != nil {
				return err
			}
			return s.made(nil)
		})
	}
	return c.away(s, func(r *remote, f casework.KeyFile, key vault.PrivateKey) error {
		var sent api.Asking
		at := "/openings/" + segment(c.Request)
		if err := r.call(http.MethodGet, at+"/asking", nil, &sent); err != nil {
			return err
		}
		a, err := sent.Value()
		if err != nil {
			return machine(err)
		}
		if f.Unit != a.Request.Unit {
			return usage("cli.other-unit", "Unit", clean(a.Request.Unit))
		}
		if c.Compare == "" {
			if err := s.show(s.askedRow(a.ID, a.Request), nil); err != nil {
				return err
			}
			return usage("cli.compare-first")
		}
		if err := c.compare(a.Request.Hash(a.ID)); err != nil {
			return err
		}
		me, err := parse[officer.ID](f.Officer)
		if err != nil {
			return err
		}
		yes, err := a.Approve(me, key, now())
		if err != nil {
			return machine(err)
		}
		if err := r.call(http.MethodPut, at+"/approval", api.ApprovalOf(yes), nil); err != nil {
			return err
		}
		return s.made(nil)
	})
}

// compare refuses when the digits read by telephone are not those of the request at hand.
func (c *openingApprove) compare(hash [32]byte) error {
	if c.Compare != "" && digitsOnly(c.Compare) != digitsOnly(custody.Short(hash)) {
		return &problem{exitRefused, "cli.other-digits", []any{"Have", custody.Short(hash)}}
	}
	return nil
}

type openingRefuse struct {
	Request string `arg:"" ref:"opening"`
	Reason  string `required:"" placeholder:"TEXT"`
}

func (c *openingRefuse) Run(s *session) error {
	return look(s, c, &c.Request, func(d *casework.Desk, o officer.Officer, of custody.RequestID) error {
		if err := d.EndOpening(s.ctx, o, of, c.Reason); err != nil {
			return err
		}
		return s.made(nil)
	})
}

type openingWithdraw struct {
	Request string `arg:"" ref:"opening"`
}

func (c *openingWithdraw) Run(s *session) error {
	return look(s, c, &c.Request, func(d *casework.Desk, o officer.Officer, of custody.RequestID) error {
		if err := d.EndOpening(s.ctx, o, of, ""); err != nil {
			return err
		}
		return s.made(nil)
	})
}

// segment is an id as a part of an address; whatever is no id stays one part of it.
func segment(id string) string { return url.PathEscape(strings.TrimSpace(id)) }

// digitsOnly are the digits of what was read out, however they are grouped.
func digitsOnly(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), "")) }
