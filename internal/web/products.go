package web

import (
	"net/http"

	"cutout/internal/casework"
	"cutout/internal/dissemination"
	"cutout/internal/officer"
	"cutout/internal/web/templates"
)

var productPages = []Route{
	{Method: "GET", Pattern: "/products", Handler: (*Server).productList, Name: "product.list"},
	{Method: "GET", Pattern: "/products/new", Handler: (*Server).productNew, Name: "product.new"},
	{Method: "POST", Pattern: "/products/new", Handler: (*Server).productNew, Name: "product.write"},
	{Method: "GET", Pattern: "/products/{id}", Handler: (*Server).productPage, Name: "product"},
	{Method: "POST", Pattern: "/products/{id}/confirm", Handler: (*Server).productConfirm, Name: "product.confirm", Limit: smallLimit},
}

// mayProduce are the duties of those who write products: what is shown to press, never what is allowed.
var mayProduce = []officer.Duty{officer.Analyst, officer.Customer, officer.CollectionManager, officer.ReleaseOfficer}

func (s *Server) productList(w http.ResponseWriter, r *http.Request) error {
	sp := s.speaker(r)
	p, err := s.desk.Products(r.Context(), see(r).Officer, r.URL.Query().Get("after"), pageSize)
	if err != nil {
		return err
	}
	b := outList{Pager: sp.pages(r, p.Next, ""), Empty: templates.Empty{Name: "products"}}
	for _, x := range p.Products {
		b.Lines = append(b.Lines, outLine{Href: "/products/" + x.ID.String(), Ref: x.ID.Ref(), Title: x.Value.Title, On: sp.Period(x.Value.On), Cites: len(x.Value.Cites), Recalled: p.Recalled[x.ID]})
	}
	return s.show(w, r, http.StatusOK, "products", sp.T("products.title"), p.Frame, b)
}

func (s *Server) productNew(w http.ResponseWriter, r *http.Request) error {
	sp := s.speaker(r)
	f, err := s.readForm(r)
	if err != nil {
		return err
	}
	if f.posted {
		var n casework.ProductDraft
		f.into(&n)
		of, err := s.desk.WriteProduct(r.Context(), see(r).Officer, n)
		if err == nil {
			return s.finished(w, r, f, "/products/"+of.String(), "products.written")
		}
		if err := f.take(err); err != nil {
			return err
		}
	}
	frame, err := s.desk.Around(r.Context(), see(r).Officer)
	if err != nil {
		return err
	}
	cites := rows(f.field("textarea", "cites", "products.rests", "products.cites_help"), 2)
	cites.Dir, cites.Required = "ltr", true
	if f.posted { // the lines of the list, each in its own value
		cites.Value = join(f.Values["cites"])
	}
	return s.oneForm(w, r, frame, formPage{Title: sp.T("products.write"), Sub: sp.T("products.new_sub"), Word: sp.T("products.register"), Cancel: "/products", Form: f, Draft: true},
		[]templates.Field{need(f.field("text", "title", "table.title", "")), cites, rows(f.field("textarea", "text", "copy.text", "products.text_help"), 8),
			f.field("select", "confidence", "release.confidence", "release.confidence_help", sp.options("confidence", "low", "moderate", "high")...),
			f.field("text", "topic", "report.topic", "")})
}

type productBody struct {
	Recalls          []recallView
	Title, Sub, Text string
	Acts             []templates.Act
	About            []templates.Fact
	Cites            []templates.Chip
}

func (s *Server) productPage(w http.ResponseWriter, r *http.Request) error {
	sp := s.speaker(r)
	var of dissemination.ProductID
	if err := idOf(r, "id", &of); err != nil {
		return err
	}
	p, err := s.desk.Product(r.Context(), see(r).Officer, of)
	if err != nil {
		return err
	}
	v := p.Product.Value
	b := productBody{Recalls: sp.recalls(p.Recalls, p.Confirmed, "/products/"+of.String()+"/confirm", p.Frame), Title: v.Title, Text: v.Text, Sub: dots(of.Ref(), sp.Period(v.On))}
	b.About = []templates.Fact{{Name: sp.T("table.when"), Value: sp.Period(v.On)}, {Name: sp.T("release.confidence"), Value: sp.confidence(v.Confidence)}, {Name: sp.T("report.topic"), Value: v.Topic}}
	for _, c := range v.Cites {
		if name, ok := p.Cites[c]; ok {
			b.Cites = append(b.Cites, templates.Chip{Href: s.addressOf(c), Ref: name})
		} else {
			b.Cites = append(b.Cites, templates.Chip{Ref: sp.T("products.not_yours")})
		}
	}
	if len(p.Recalls) == 0 && holdsAny(p.Frame, mayProduce...) {
		b.Acts = []templates.Act{{Href: "/products/new?cites=" + of.String(), Word: sp.T("products.cite"), Quiet: true}}
	}
	return s.show(w, r, http.StatusOK, "product", b.Title, p.Frame, b)
}

func (s *Server) productConfirm(w http.ResponseWriter, r *http.Request) error {
	var of dissemination.ProductID
	if err := idOf(r, "id", &of); err != nil {
		return err
	}
	p, err := s.desk.Product(r.Context(), see(r).Officer, of)
	if err != nil {
		return err
	}
	if err := s.confirmRecall(r, p.Recalls); err != nil {
		return err
	}
	return s.done(w, r, "/products/"+of.String(), "recalled.is_confirmed")
}
