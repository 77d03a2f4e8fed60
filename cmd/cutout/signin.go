package main

import (
	"strings"

	"cutout/internal/casework"
	"cutout/internal/officer"
	"cutout/internal/provider"
)

type officerBind struct {
	Who     string `arg:"" ref:"officer"`
	Issuer  string `placeholder:"URL"`
	Subject string `placeholder:"ID"`
}

func (c *officerBind) Run(s *session) error {
	return s.ofOfficer(c, &c.Who, func(d *casework.Desk, o officer.Officer, who officer.ID) error {
		return d.BindOfficer(s.ctx, o, who, casework.BindDraft{Issuer: c.Issuer, Subject: c.Subject})
	})
}

type officerUnbind struct {
	Who string `arg:"" ref:"officer"`
}

func (c *officerUnbind) Run(s *session) error {
	return s.ofOfficer(c, &c.Who, func(d *casework.Desk, o officer.Officer, who officer.ID) error {
		return d.UnbindOfficer(s.ctx, o, who)
	})
}

type officerEndSessions struct {
	Who string `arg:"" ref:"officer"`
}

func (c *officerEndSessions) Run(s *session) error {
	return s.ofOfficer(c, &c.Who, func(d *casework.Desk, o officer.Officer, who officer.ID) error {
		return d.EndSessionsOf(s.ctx, o, who)
	})
}

type officerForgetFactors struct {
	Who string `arg:"" ref:"officer"`
}

func (c *officerForgetFactors) Run(s *session) error {
	return s.ofOfficer(c, &c.Who, func(d *casework.Desk, o officer.Officer, who officer.ID) error {
		return d.ForgetFactors(s.ctx, o, who)
	})
}

// signingIn is how officers may sign in at a served unit, beside the passphrase.
type signingIn struct {
	Origin         string   `placeholder:"URL"`
	OIDCIssuer     string   `name:"oidc-issuer" placeholder:"URL"`
	OIDCClient     string   `name:"oidc-client" placeholder:"ID"`
	OIDCSecretFile string   `name:"oidc-secret-file" placeholder:"FILE"`
	OIDCHost       []string `name:"oidc-host" placeholder:"HOST"`
}

// configure takes the flags into the configuration of the unit. The address browsers reach the unit at is a flag, since
// what a request says of it is anybody's word.
func (c *signingIn) configure(s *session, cfg *casework.Config) error {
	if c.Origin != "" {
		if err := casework.CheckOrigin(c.Origin); err != nil {
			return usage("cli.bad-origin", "Address", c.Origin)
		}
	}
	c.Origin = strings.TrimRight(c.Origin, "/")
	cfg.Origin = c.Origin
	if c.OIDCIssuer == "" && c.OIDCClient == "" && c.OIDCSecretFile == "" {
		return nil
	}
	if c.Origin == "" || c.OIDCIssuer == "" || c.OIDCClient == "" || c.OIDCSecretFile == "" {
		return usage("cli.half-provider")
	}
	secret, err := s.secretFile(c.OIDCSecretFile)
	if err != nil {
		return err
	}
	cfg.Provider, err = provider.New(provider.Config{Issuer: c.OIDCIssuer, ClientID: c.OIDCClient, ClientSecret: string(secret), Redirect: c.Origin + "/signin/provider/back", Hosts: c.OIDCHost, Clock: cfg.Clock})
	if err != nil {
		return usage("cli.bad-provider", "Reason", err.Error())
	}
	return nil
}
