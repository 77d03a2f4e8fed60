package dissemination

import (
	"strings"
	"time"

	"cutout/internal/day"
	"cutout/internal/draft"
	"cutout/internal/fault"
	"cutout/internal/officer"
	"cutout/internal/report"
	"cutout/internal/source"
)

// Markings checks the marking of a release: the TLP label and the handling codes, and that no two of them contradict.
type Markings interface {
	CheckMarking(field string, codes []string) fault.Faults
}

// Draft is a release as given.
type Draft struct {
	Title             string      `json:"title" yaml:"title"`
	Series            string      `json:"series" yaml:"series"`
	Form              string      `json:"form" yaml:"form"`
	Items             []ItemDraft `json:"items" yaml:"items"`
	Marking           []string    `json:"marking" yaml:"marking"`
	Conditions        string      `json:"conditions" yaml:"conditions"`
	Officers          []string    `json:"officers" yaml:"officers"`
	Organizations     []string    `json:"organizations" yaml:"organizations"`
	To                string      `json:"to" yaml:"to"`
	SourceDescription string      `json:"source_description" yaml:"source_description"`
	Confidence        string      `json:"confidence" yaml:"confidence"`
	Cites             []string    `json:"cites" yaml:"cites"`
	Product           string      `json:"product" yaml:"product"`
	Permission        string      `json:"permission" yaml:"permission"`
	Disposition       string      `json:"disposition" yaml:"disposition"`
	Corrects          string      `json:"corrects" yaml:"corrects"`
}

// ItemDraft is an item of a release as given.
type ItemDraft struct {
	From  []string `json:"from" yaml:"from"`
	Text  string   `json:"text" yaml:"text"`
	Lang  string   `json:"lang" yaml:"lang"`
	Grade string   `json:"grade" yaml:"grade"`
	Basis string   `json:"basis" yaml:"basis"`
}

// New reads a release written by an officer. It is a draft: approval and sending are acts of their own.
func New(d Draft, words source.Vocabulary, marks Markings, by officer.ID) (Release, fault.Faults) {
	r := draft.New(words)
	r.Need("title", d.Title)
	v := Release{Title: r.Identifier("title", d.Title), Series: r.Identifier("series", d.Series), Form: r.Identifier("form", d.Form),
		Marking: r.Identifiers("marking", d.Marking), Conditions: r.Text("conditions", d.Conditions, draft.NoteLimit),
		Organizations: r.Codes("organizations", "organization", d.Organizations), To: r.Identifier("to", d.To),
		SourceDescription: r.Text("source_description", d.SourceDescription, draft.NoteLimit), Confidence: confidence(r, d.Confidence),
		State: Drafted, WrittenBy: by, Product: r.Identifier("product", d.Product), Permission: r.Identifier("permission", d.Permission),
		Disposition: draft.One(r, "disposition", d.Disposition, Disposition("kept"), "not-kept", "destroyed")}
	draft.IntoList(r, "officers", d.Officers, &v.Officers)
	draft.IntoList(r, "cites", d.Cites, &v.Cites)
	draft.Into(r, "corrects", d.Corrects, &v.Corrects)
	if len(d.Officers)+len(d.Organizations) == 0 && strings.TrimSpace(d.To) == "" {
		r.Add("officers", "release.no-recipient")
	}
	if len(v.Marking) == 0 {
		r.Need("marking", "")
	} else {
		r.Faults = append(r.Faults, marks.CheckMarking("marking", v.Marking)...)
	}
	if len(d.Items) == 0 {
		r.Add("items", "release.no-items")
	}
	if r.Few("items", len(d.Items)) {
		size := 0
		for i, it := range d.Items {
			f := draft.At("items", i) + "."
			size += len(it.Text)
			r.Need(f+"text", it.Text)
			if len(it.From) == 0 {
				r.Need(f+"from", "")
			}
			w := ReleaseItem{Text: r.Text(f+"text", it.Text, draft.ItemLimit), Lang: r.Identifier(f+"lang", it.Lang), Grade: r.Identifier(f+"grade", it.Grade),
				Basis: basis(r, f+"basis", it.Basis)}
			draft.IntoList(r, f+"from", it.From, &w.From)
			v.Items = append(v.Items, w)
		}
		if size > draft.WholeLimit {
			r.Add("items", "field.long", "Limit", "1000000")
		}
	}
	return v, r.Faults
}

func confidence(r *draft.Reading, s string) Confidence {
	return draft.One(r, "confidence", s, Confidence("low"), "moderate", "high")
}

func basis(r *draft.Reading, field, s string) report.Basis {
	return draft.One(r, field, s, report.Direct, report.Participant, report.Document, report.SubSource, report.Hearsay, report.Inference, report.Unknown)
}

// FeedbackDraft is feedback as given.
type FeedbackDraft struct {
	Of    string `json:"of" yaml:"of"`
	Value string `json:"value" yaml:"value"`
	Truth string `json:"truth" yaml:"truth"`
	Text  string `json:"text" yaml:"text"`
}

// NewFeedback reads a reader's feedback given today.
func NewFeedback(d FeedbackDraft, words source.Vocabulary, by string, today day.Day) (Feedback, fault.Faults) {
	r := draft.New(words)
	r.Need("of", d.Of)
	v := Feedback{By: by, On: day.On(today), Value: r.Number("value", d.Value, 0, 1, 5),
		Truth: draft.One(r, "truth", d.Truth, report.True, report.False, report.Partly, report.NotDecided), Text: r.Text("text", d.Text, draft.NoteLimit)}
	draft.Into(r, "of", d.Of, &v.Of)
	if v.Value == 0 && v.Truth == "" && v.Text == "" && len(r.Faults) == 0 {
		r.Need("value", "")
	}
	return v, r.Faults
}

// PermissionDraft is a request for leave to act, as given.
type PermissionDraft struct {
	Of     string `json:"of" yaml:"of"`
	Action string `json:"action" yaml:"action"`
}

// NewPermission reads a request for leave to act. It is open until an officer decides it with Decide.
func NewPermission(d PermissionDraft, words source.Vocabulary, by string) (Permission, fault.Faults) {
	r := draft.New(words)
	r.Need("of", d.Of)
	r.Need("action", d.Action)
	p := Permission{By: by, Action: r.Text("action", d.Action, draft.NoteLimit)}
	draft.Into(r, "of", d.Of, &p.Of)
	return p, r.Faults
}

// Decide answers a request. Leave needs an end; refusal needs a reason.
func (p Permission) Decide(by officer.ID, allowed bool, reason string, until, now time.Time, words source.Vocabulary) (Permission, fault.Faults) {
	r := draft.New(words)
	p.Decided, p.Allowed, p.Reason, p.Until = by, allowed, r.Text("reason", reason, draft.NoteLimit), until
	if allowed && !until.After(now) {
		r.Add("until", "release.permission-end")
	}
	if !allowed {
		r.Need("reason", reason)
		p.Until = time.Time{}
	}
	return p, r.Faults
}

// ProductDraft is a product as given.
type ProductDraft struct {
	Title      string          `json:"title" yaml:"title"`
	Author     string          `json:"author" yaml:"author"`
	On         string          `json:"on" yaml:"on"`
	To         []string        `json:"to" yaml:"to"`
	Cites      []string        `json:"cites" yaml:"cites"`
	Confidence string          `json:"confidence" yaml:"confidence"`
	Topic      string          `json:"topic" yaml:"topic"`
	Restated   []RestatedDraft `json:"restated" yaml:"restated"`
	Text       string          `json:"text" yaml:"text"`
}

// RestatedDraft is a restated item as given.
type RestatedDraft struct {
	Item  string `json:"item" yaml:"item"`
	Basis string `json:"basis" yaml:"basis"`
}

// NewProduct reads a product. A blank date is today; it must cite something, or nothing could ever be recalled from it.
func NewProduct(d ProductDraft, words source.Vocabulary, today day.Day) (Product, fault.Faults) {
	r := draft.New(words)
	r.Need("title", d.Title)
	r.Need("author", d.Author)
	p := Product{Title: r.Identifier("title", d.Title), Author: r.Identifier("author", d.Author), On: r.Past("on", d.On, today),
		To: r.Identifiers("to", d.To), Cites: r.Refs("cites", d.Cites, "rel", "rep", "prd", "iss"), Confidence: confidence(r, d.Confidence),
		Topic: r.Identifier("topic", d.Topic), Text: r.Text("text", d.Text, draft.ItemLimit)}
	if strings.TrimSpace(d.On) == "" {
		p.On = day.On(today)
	}
	if len(d.Cites) == 0 {
		r.Need("cites", "")
	}
	if r.Few("restated", len(d.Restated)) {
		for i, s := range d.Restated {
			f := draft.At("restated", i) + "."
			r.Need(f+"item", s.Item)
			r.Need(f+"basis", s.Basis)
			v := Restated{Basis: basis(r, f+"basis", s.Basis)}
			draft.Into(r, f+"item", s.Item, &v.Item)
			p.Restated = append(p.Restated, v)
		}
	}
	return p, r.Faults
}
