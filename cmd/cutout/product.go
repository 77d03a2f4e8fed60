package main

import (
	"cutout/internal/casework"
	"cutout/internal/dissemination"
	"cutout/internal/officer"
)

type productGroup struct {
	Write productWrite `cmd:""`
	List  productList  `cmd:""`
	Show  productShow  `cmd:""`
}

type productWrite struct {
	fromFile
	Title      string   `placeholder:"TEXT" draft:"title"`
	Cite       []string `placeholder:"RECORD" ref:"cited" draft:"cites"`
	Confidence string   `placeholder:"WORD" draft:"confidence"`
	Topic      string   `placeholder:"TOPIC" draft:"topic"`
	Text       string   `placeholder:"TEXT" draft:"text"`
	Reader     []string `placeholder:"OFFICER" ref:"officer" draft:"readers"`
	Level      string   `placeholder:"LEVEL" draft:"level"`
}

func (c *productWrite) Run(s *session) error {
	return act(s, c.File, c, func(d *casework.Desk, o officer.Officer, n casework.ProductDraft) (named, error) {
		return d.WriteProduct(s.ctx, o, n)
	})
}

func (s *session) productRow(d *casework.Desk, v casework.ProductRecord, recalled bool) row {
	return row{only("id", v.ID.String()), text("ref", v.ID.Ref()), s.period("on", v.Value.On), s.word("confidence", string(v.Value.Confidence), "confidence"),
		label(d, v.Label), s.yes("recalled", recalled), text("title", v.Value.Title)}
}

type productList struct {
	paging
}

func (c *productList) Run(s *session) error {
	return s.as(func(d *casework.Desk, o officer.Officer) error {
		p, err := d.Products(s.ctx, o, c.After, c.Limit)
		if err != nil {
			return err
		}
		var out []row
		for _, v := range p.Products {
			out = append(out, s.productRow(d, v, p.Recalled[v.ID]))
		}
		s.more(p.Next)
		return s.rows([]string{"id", "ref", "on", "confidence", "label", "recalled", "title"}, out)
	})
}

type productShow struct {
	Product string `arg:"" ref:"product"`
}

func (c *productShow) Run(s *session) error {
	return look(s, c, &c.Product, func(d *casework.Desk, o officer.Officer, of dissemination.ProductID) error {
		p, err := d.Product(s.ctx, o, of)
		if err != nil {
			return err
		}
		var cites, recalls []row
		for _, v := range p.Product.Value.Cites {
			cites = append(cites, row{only("id", v), text("ref", p.Cites[v])})
		}
		for _, v := range p.Recalls {
			recalls = append(recalls, append(s.recallRow(v), s.yes("acknowledged", p.Confirmed[v.ID])))
		}
		return s.show(s.productRow(d, p.Product, len(p.Recalls) > 0), p.Product.Value, part{"cites", cites}, part{"recalls", recalls})
	})
}
