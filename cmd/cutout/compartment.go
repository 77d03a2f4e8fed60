package main

import (
	"cutout/internal/casework"
	"cutout/internal/compartment"
	"cutout/internal/officer"
)

type compartmentGroup struct {
	Open   compartmentOpen   `cmd:""`
	Grant  compartmentGrant  `cmd:""`
	Revoke compartmentRevoke `cmd:""`
	List   compartmentList   `cmd:""`
}

type compartmentOpen struct {
	Name string `arg:""`
}

func (c *compartmentOpen) Run(s *session) error {
	return s.as(func(d *casework.Desk, o officer.Officer) error {
		made, err := d.OpenCompartment(s.ctx, o, c.Name)
		if err != nil {
			return err
		}
		return s.made(made)
	})
}

type compartmentList struct {
	All bool
}

func (c *compartmentList) Run(s *session) error {
	return s.as(func(d *casework.Desk, o officer.Officer) error {
		cs, err := d.Compartments(s.ctx, o, c.All)
		if err != nil {
			return err
		}
		var out []row
		for _, v := range cs {
			out = append(out, row{text("id", v.ID.String()), text("ref", v.ID.Ref()), text("name", v.Name)})
		}
		return s.rows([]string{"id", "ref", "name"}, out)
	})
}

type compartmentGrant struct {
	Who         string `arg:"" ref:"officer"`
	Compartment string `arg:""`
	Until       string `placeholder:"DAY"`
}

func (c *compartmentGrant) Run(s *session) error {
	return s.ofOfficer(c, &c.Who, func(d *casework.Desk, o officer.Officer, who officer.ID) error {
		k, err := parse[compartment.ID](c.Compartment)
		if err != nil {
			return err
		}
		return d.HandCompartment(s.ctx, o, who, k, c.Until)
	})
}

type compartmentRevoke struct {
	Who         string `arg:"" ref:"officer"`
	Compartment string `arg:""`
}

func (c *compartmentRevoke) Run(s *session) error {
	return s.ofOfficer(c, &c.Who, func(d *casework.Desk, o officer.Officer, who officer.ID) error {
		k, err := parse[compartment.ID](c.Compartment)
		if err != nil {
			return err
		}
		return d.TakeBackCompartment(s.ctx, o, who, k)
	})
}
