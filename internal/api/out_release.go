package api

import (
	"time"

	"cutout/internal/casework"
	"cutout/internal/dissemination"
)

// Release is the unit's own file on a release.
type Release struct {
	Record
	Title             string        `json:"title"`
	Series            string        `json:"series,omitempty"`
	State             string        `json:"state"`
	Items             []ReleaseItem `json:"items" nullable:"false"`
	Marking           []string      `json:"marking,omitempty"`
	Conditions        string        `json:"conditions,omitempty"`
	Officers          []string      `json:"officers,omitempty"`
	Organizations     []string      `json:"organizations,omitempty"`
	SourceDescription string        `json:"source_description,omitempty"`
	Confidence        string        `json:"confidence,omitempty"`
	WrittenBy         string        `json:"written_by,omitempty"`
	ApprovedBy        string        `json:"approved_by,omitempty"`
	SentOn            string        `json:"sent_on,omitempty"`
	Issued            string        `json:"issued,omitempty" doc:"the readers' copy"`
}

// ReleaseItem is one statement of a release and the items it was written from.
type ReleaseItem struct {
	From  []string `json:"from,omitempty"`
	Text  string   `json:"text"`
	Lang  string   `json:"lang,omitempty"`
	Grade string   `json:"grade,omitempty"`
	Basis string   `json:"basis,omitempty"`
}

func (c *call) release(r casework.ReleaseFile) Release {
	x := r.Value
	v := Release{Record: head(c, r.ID, r.Head), Title: x.Title, Series: x.Series, State: string(x.State), Items: []ReleaseItem{}, Marking: x.Marking,
		Conditions: x.Conditions, Officers: texts(x.Officers), Organizations: x.Organizations, SourceDescription: x.SourceDescription,
		Confidence: string(x.Confidence), WrittenBy: x.WrittenBy.String(), ApprovedBy: x.ApprovedBy.String(), SentOn: x.SentOn.Text, Issued: x.Issued.String()}
	for _, it := range x.Items {
		v.Items = append(v.Items, ReleaseItem{texts(it.From), it.Text, it.Lang, it.Grade, string(it.Basis)})
	}
	return v
}

// ReleaseLine is a release in a list.
type ReleaseLine struct {
	Record
	Title    string `json:"title"`
	State    string `json:"state"`
	SentOn   string `json:"sent_on,omitempty"`
	Recalled bool   `json:"recalled,omitempty" doc:"a notice stands against it"`
}

// ReleasePage is a release beside the originals it was written from.
type ReleasePage struct {
	Release   Release      `json:"release"`
	Originals []Original   `json:"originals,omitempty"`
	Readers   []Reader     `json:"readers,omitempty"`
	Feedback  []Feedback   `json:"feedback,omitempty"`
	Recalls   []RecallMark `json:"recalls,omitempty"`
	MayStep   bool         `json:"may_step" doc:"you neither wrote it nor handle a source it rests on"`
}

// Original is an item a release was written from.
type Original struct {
	Report string `json:"report"`
	Item   Item   `json:"item"`
}

// Reader is somebody a release or a notice reached.
type Reader struct {
	ID           string `json:"id"`
	Name         string `json:"name,omitempty"`
	Acknowledged bool   `json:"acknowledged"`
	Of           string `json:"of,omitempty" doc:"short reference of what he holds"`
	Hops         int    `json:"hops,omitempty"`
}

// Feedback is what a reader says a copy was worth.
type Feedback struct {
	By    string `json:"by"`
	On    string `json:"on"`
	Value int    `json:"value,omitempty"`
	Truth string `json:"truth,omitempty"`
	Text  string `json:"text,omitempty"`
}

func feedback(f dissemination.Feedback) Feedback {
	return Feedback{f.By, f.On.Text, f.Value, string(f.Truth), f.Text}
}

// RecallMark is what a notice left on a record you hold.
type RecallMark struct {
	ID           string    `json:"id"`
	Kind         string    `json:"kind"`
	Recalled     bool      `json:"recalled" doc:"taken back, not only in doubt"`
	On           string    `json:"on"`
	KnownFrom    time.Time `json:"known_from"`
	Acknowledged bool      `json:"acknowledged,omitempty" doc:"by you"`
}

func (c *call) marks(rs []casework.RecallRecord, confirmed map[casework.RecallID]bool) []RecallMark {
	var out []RecallMark
	for _, r := range rs {
		out = append(out, RecallMark{r.ID.String(), string(r.Value.Kind), r.Value.Recalled, r.Value.On.Text, r.KnownFrom().UTC(), confirmed[r.ID]})
	}
	return out
}

func (c *call) releasePage(p casework.ReleasePage) ReleasePage {
	v := ReleasePage{Release: c.release(p.Release), Recalls: c.marks(p.Recalls, nil), MayStep: p.MayStep}
	for _, o := range p.Originals {
		v.Originals = append(v.Originals, Original{o.Report.String(), item(o.Item)})
	}
	for _, r := range p.Readers {
		v.Readers = append(v.Readers, Reader{ID: r.ID.String(), Name: r.Name, Acknowledged: r.Acknowledged})
	}
	for _, f := range p.Feedback {
		v.Feedback = append(v.Feedback, feedback(f.Value))
	}
	return v
}

// Copy is a release as its reader has it.
type Copy struct {
	Record
	Title             string       `json:"title"`
	Series            string       `json:"series,omitempty"`
	Unit              string       `json:"unit"`
	SentOn            string       `json:"sent_on"`
	Items             []CopyItem   `json:"items" nullable:"false"`
	Marking           []string     `json:"marking,omitempty"`
	Conditions        string       `json:"conditions,omitempty"`
	SourceDescription string       `json:"source_description,omitempty"`
	Confidence        string       `json:"confidence,omitempty"`
	Acknowledged      bool         `json:"acknowledged" doc:"by you"`
	Recalls           []RecallMark `json:"recalls,omitempty"`
	Feedback          []Feedback   `json:"feedback,omitempty" doc:"yours"`
}

// CopyItem is one statement as its reader has it.
type CopyItem struct {
	Number int    `json:"number"`
	Text   string `json:"text"`
	Lang   string `json:"lang,omitempty"`
	Grade  string `json:"grade,omitempty"`
}

func (c *call) copy(p casework.IssuedPage) Copy {
	x := p.Copy.Value
	v := Copy{Record: head(c, p.Copy.ID, p.Copy.Head), Title: x.Title, Series: x.Series, Unit: x.Unit, SentOn: x.SentOn.Text, Items: []CopyItem{}, Marking: x.Marking,
		Conditions: x.Conditions, SourceDescription: x.SourceDescription, Confidence: string(x.Confidence), Acknowledged: p.Acknowledged, Recalls: c.marks(p.Recalls, p.Confirmed)}
	for _, it := range x.Items {
		v.Items = append(v.Items, CopyItem{it.Number, it.Text, it.Lang, it.Grade})
	}
	for _, f := range p.Feedback {
		v.Feedback = append(v.Feedback, feedback(f.Value))
	}
	return v
}

// CopyLine is a copy in the inbox.
type CopyLine struct {
	Record
	Title        string `json:"title"`
	Unit         string `json:"unit"`
	SentOn       string `json:"sent_on"`
	Recalled     bool   `json:"recalled,omitempty"`
	Acknowledged bool   `json:"acknowledged"`
}

// Product is somebody's assessment that cites releases, reports and other products.
type Product struct {
	Record
	Title      string       `json:"title"`
	Author     string       `json:"author,omitempty"`
	On         string       `json:"on"`
	To         []string     `json:"to,omitempty"`
	Cites      []string     `json:"cites,omitempty" doc:"those you may see"`
	Confidence string       `json:"confidence,omitempty"`
	Topic      string       `json:"topic,omitempty"`
	Text       string       `json:"text,omitempty"`
	Recalls    []RecallMark `json:"recalls,omitempty"`
}

func (c *call) product(p casework.ProductPage) Product {
	x := p.Product.Value
	return Product{head(c, p.Product.ID, p.Product.Head), x.Title, x.Author, x.On.Text, x.To, seen(p.Cites, x.Cites...), string(x.Confidence), x.Topic, x.Text,
		c.marks(p.Recalls, p.Confirmed)}
}

// ProductLine is a product in a list.
type ProductLine struct {
	Record
	Title    string `json:"title"`
	On       string `json:"on"`
	Recalled bool   `json:"recalled,omitempty"`
}

// NoticeLine is a notice in a list.
type NoticeLine struct {
	Record
	Kind string `json:"kind"`
	Text string `json:"text"`
	On   string `json:"on"`
	Due  string `json:"due,omitempty"`
}

func (c *call) noticeLine(r casework.NoticeRecord) NoticeLine {
	return NoticeLine{head(c, r.ID, r.Head), string(r.Value.Kind), r.Value.Text, r.Value.On.Text, until(r.Value.Due)}
}

// Notice is a warning with its answers and its reach.
type Notice struct {
	NoticeLine
	About     string           `json:"about,omitempty"`
	Issuer    string           `json:"issuer,omitempty"`
	RelatesTo []string         `json:"relates_to,omitempty"`
	Earliest  string           `json:"earliest,omitempty"`
	Responses []NoticeResponse `json:"responses,omitempty"`
	Marked    []string         `json:"marked,omitempty" doc:"the records it left a mark on, of those you may see"`
	Readers   []Reader         `json:"readers,omitempty"`
}

// NoticeResponse is one answer to a notice.
type NoticeResponse struct {
	By       string `json:"by"`
	On       string `json:"on"`
	Response string `json:"response"`
	Reasons  string `json:"reasons,omitempty"`
}

func (c *call) notice(p casework.NoticePage) Notice {
	n := p.Notice.Value
	v := Notice{NoticeLine: c.noticeLine(p.Notice), About: shown(p.Names, n.About), Issuer: shown(p.Names, n.Issuer), RelatesTo: seen(p.Names, n.RelatesTo...), Earliest: n.Earliest.Text}
	for _, r := range p.Responses {
		v.Responses = append(v.Responses, NoticeResponse{r.Value.By, r.Value.On.Text, string(r.Value.Response), r.Value.Reasons})
	}
	for _, m := range p.Marked {
		v.Marked = append(v.Marked, m.Value.Of)
	}
	for _, r := range p.Readers {
		v.Readers = append(v.Readers, Reader{r.Reader.String(), r.Name, r.Acknowledged, r.Ref, r.Hops})
	}
	return v
}
