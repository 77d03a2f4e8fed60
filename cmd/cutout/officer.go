package main

import (
	"bytes"
	"errors"

	"cutout/internal/casework"
	"cutout/internal/officer"
)

type officerGroup struct {
	Add        officerAdd        `cmd:""`
	List       officerList       `cmd:""`
	Grant      officerGrant      `cmd:""`
	Revoke     officerRevoke     `cmd:""`
	Close      officerClose      `cmd:""`
	Passphrase officerPassphrase `cmd:""`

	Bind          officerBind          `cmd:""`
	Unbind        officerUnbind        `cmd:""`
	EndSessions   officerEndSessions   `cmd:""`
	ForgetFactors officerForgetFactors `cmd:""`
}

type officerAdd struct {
	fromFile
	Name              string   `arg:"" optional:"" draft:"name"`
	Clearance         string   `placeholder:"LEVEL" draft:"clearance"`
	Org               string   `placeholder:"CODE" draft:"org"`
	Duty              []string `placeholder:"DUTY" draft:"duties"`
	NewPassphraseFile string   `placeholder:"FILE"`
}

func (c *officerAdd) Run(s *session) error {
	return act(s, c.File, c, func(d *casework.Desk, o officer.Officer, n casework.OfficerDraft) (named, error) {
		p, err := s.fresh(c.NewPassphraseFile, n.Name)
		if err != nil {
			return nil, err
		}
		defer clear(p)
		added, err := d.AddOfficer(s.ctx, o, n, p)
		return added.ID, err
	})
}

// fresh reads a new passphrase, at a prompt twice.
func (s *session) fresh(file, name string) ([]byte, error) {
	p, err := s.passphrase(file, "cli.ask-new-passphrase", "Officer", clean(name))
	if err != nil || file != "" {
		return p, err
	}
	again, err := s.passphrase("", "cli.ask-again", "Officer", clean(name))
	defer clear(again)
	if err == nil && string(again) != string(p) {
		err = usage("cli.passphrases-differ")
	}
	if err != nil {
		clear(p)
		return nil, err
	}
	return p, nil
}

type officerList struct{}

func (c *officerList) Run(s *session) error {
	return s.as(func(d *casework.Desk, o officer.Officer) error {
		ls, err := d.Officers(s.ctx, o)
		if err != nil {
			return err
		}
		return s.rows([]string{"id", "ref", "name", "duties", "closed"}, s.officerRows(ls))
	})
}

func (s *session) officerRows(ls []casework.OfficerLine) []row {
	var out []row
	for _, l := range ls {
		codes, names := []string{}, []string{}
		for _, v := range l.Duties {
			codes, names = append(codes, string(v)), append(names, s.words.T("duty."+string(v)))
		}
		duties := list("duties", names)
		duties.machine = codes
		out = append(out, row{only("id", l.ID.String()), text("ref", l.ID.Ref()), text("name", l.Name), duties, s.yes("closed", l.Closed)})
	}
	return out
}

// ofOfficer runs an act on another officer's account, named by his account name or id.
func (s *session) ofOfficer(flags any, given *string, work func(*casework.Desk, officer.Officer, officer.ID) error) error {
	return s.as(func(d *casework.Desk, o officer.Officer) error {
		if err := s.resolve(d, o, flags); err != nil {
			return err
		}
		who, err := parse[officer.ID](*given)
		if err != nil {
			return err
		}
		if err := work(d, o, who); err != nil {
			return err
		}
		return s.made(nil)
	})
}

type officerGrant struct {
	Who  string `arg:"" ref:"officer"`
	Duty string `arg:""`
}

func (c *officerGrant) Run(s *session) error {
	return s.ofOfficer(c, &c.Who, func(d *casework.Desk, o officer.Officer, who officer.ID) error {
		return d.GrantDuty(s.ctx, o, who, c.Duty)
	})
}

type officerRevoke struct {
	Who  string `arg:"" ref:"officer"`
	Duty string `arg:""`
}

func (c *officerRevoke) Run(s *session) error {
	return s.ofOfficer(c, &c.Who, func(d *casework.Desk, o officer.Officer, who officer.ID) error {
		return d.RevokeDuty(s.ctx, o, who, c.Duty)
	})
}

type officerClose struct {
	Who string `arg:"" ref:"officer"`
}

func (c *officerClose) Run(s *session) error {
	return s.ofOfficer(c, &c.Who, func(d *casework.Desk, o officer.Officer, who officer.ID) error {
		return d.CloseOfficer(s.ctx, o, who)
	})
}

type officerPassphrase struct {
	NewPassphraseFile string `placeholder:"FILE"`
}

// Run asks for the old passphrase as every command does, and once more hands it to the act, which checks it itself.
func (c *officerPassphrase) Run(s *session) (err error) {
	if s.Officer == "" {
		return usage("cli.no-officer")
	}
	d, err := s.open()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	old, err := s.passphrase(s.PassphraseFile, "cli.ask-passphrase", "Officer", s.Officer)
	if err != nil {
		return err
	}
	defer clear(old)
	o, err := s.signIn(d, bytes.Clone(old)) // a passphrase is overwritten by its use
	if err != nil {
		return err
	}
	defer d.Lock(o.ID)
	p, err := s.fresh(c.NewPassphraseFile, s.Officer)
	if err != nil {
		return err
	}
	defer clear(p)
	if err := d.ChangePassphrase(s.ctx, o, old, p); err != nil {
		return err
	}
	return s.made(nil)
}
