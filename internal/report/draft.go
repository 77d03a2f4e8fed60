package report

import (
	"io"
	"slices"
	"strconv"
	"strings"

	"cutout/internal/day"
	"cutout/internal/draft"
	"cutout/internal/fault"
	"cutout/internal/id"
	"cutout/internal/source"
)

// Draft is a report as given.
type Draft struct {
	Contact       string      `json:"contact" yaml:"contact"`
	Source        string      `json:"source" yaml:"source"`
	Desk          string      `json:"desk" yaml:"desk"`
	Series        string      `json:"series" yaml:"series"`
	Originator    string      `json:"originator" yaml:"originator"`
	Reporter      string      `json:"reporter" yaml:"reporter"`
	SubSource     string      `json:"sub_source" yaml:"sub_source"`
	When          string      `json:"when" yaml:"when"`
	Received      string      `json:"received" yaml:"received"`
	Languages     []string    `json:"languages" yaml:"languages"`
	OriginalHeld  string      `json:"original_held" yaml:"original_held"`
	Count         string      `json:"count" yaml:"count"`
	Volume        string      `json:"volume" yaml:"volume"`
	BuiltFrom     []string    `json:"built_from" yaml:"built_from"`
	Discipline    string      `json:"discipline" yaml:"discipline"`
	Enclosure     string      `json:"enclosure" yaml:"enclosure"`
	EnclosureItem string      `json:"enclosure_item" yaml:"enclosure_item"`
	Network       string      `json:"network" yaml:"network"`
	Assigned      string      `json:"assigned" yaml:"assigned"`
	Requirements  []string    `json:"requirements" yaml:"requirements"`
	Title         string      `json:"title" yaml:"title"`
	Summary       string      `json:"summary" yaml:"summary"`
	SourceContext string      `json:"source_context" yaml:"source_context"`
	Comments      string      `json:"comments" yaml:"comments"`
	Replaces      string      `json:"replaces" yaml:"replaces"`
	Items         []ItemDraft `json:"items" yaml:"items"`
}

// ItemDraft is an item as given. A blank ID is given by New; Grade is written in the scheme ("B2"), or with it
// ("admiralty:B2").
type ItemDraft struct {
	ID        string      `json:"id" yaml:"id"`
	Text      string      `json:"text" yaml:"text"`
	Lang      string      `json:"lang" yaml:"lang"`
	Gist      string      `json:"gist" yaml:"gist"`
	Basis     string      `json:"basis" yaml:"basis"`
	Access    string      `json:"access" yaml:"access"`
	When      string      `json:"when" yaml:"when"`
	Place     string      `json:"place" yaml:"place"`
	Area      string      `json:"area" yaml:"area"`
	Scheme    string      `json:"scheme" yaml:"scheme"`
	Grade     string      `json:"grade" yaml:"grade"`
	GradeText string      `json:"grade_text" yaml:"grade_text"`
	Claim     *ClaimDraft `json:"claim" yaml:"claim"`
}

// ClaimDraft is a claim as given.
type ClaimDraft struct {
	Subject       string   `json:"subject" yaml:"subject"`
	Predicate     string   `json:"predicate" yaml:"predicate"`
	Value         string   `json:"value" yaml:"value"`
	Topic         string   `json:"topic" yaml:"topic"`
	Importance    string   `json:"importance" yaml:"importance"`
	Verifiable    string   `json:"verifiable" yaml:"verifiable"`
	CheckAsked    string   `json:"check_asked" yaml:"check_asked"`
	CheckedOn     string   `json:"checked_on" yaml:"checked_on"`
	BonaFides     string   `json:"bona_fides" yaml:"bona_fides"`
	UsefulUntil   string   `json:"useful_until" yaml:"useful_until"`
	PredictionDue string   `json:"prediction_due" yaml:"prediction_due"`
	Supports      []string `json:"supports" yaml:"supports"`
	Contradicts   []string `json:"contradicts" yaml:"contradicts"`
	Names         []string `json:"names" yaml:"names"`
	Adverse       string   `json:"adverse" yaml:"adverse"`
	ThreatTo      string   `json:"threat_to" yaml:"threat_to"`
	Hypothesis    string   `json:"hypothesis" yaml:"hypothesis"`
	Discriminator string   `json:"discriminator" yaml:"discriminator"`
	SubSource     string   `json:"sub_source" yaml:"sub_source"`
	ReceivedAt    string   `json:"received_at" yaml:"received_at"`
	Files         string   `json:"files" yaml:"files"`
	ShareFailing  string   `json:"share_failing" yaml:"share_failing"`
}

// Unit is what a report needs to know of the unit: the languages its people read, and the scheme a bare grade is in.
type Unit struct {
	Languages []string
	Scheme    string
}

// New reads a draft received no later than today. A blank Received is today, a blank language the unit's first. Item ids
// left blank are drawn from random (nil for the system's generator). Grade 1 is taken as given: whether anything
// independent stands behind it is for the watch.
func New(d Draft, unit Unit, words source.Vocabulary, today day.Day, random io.Reader) (Report, fault.Faults) {
	r := draft.New(words)
	p := Report{Series: r.Identifier("series", d.Series), Originator: r.Identifier("originator", d.Originator), Reporter: r.Identifier("reporter", d.Reporter),
		When: r.Period("when", d.When), Received: r.Past("received", d.Received, today), Languages: r.Identifiers("languages", d.Languages),
		OriginalHeld: r.Tri("original_held", d.OriginalHeld), Count: r.Number("count", d.Count, 1, 1, 1_000_000),
		Volume: draft.One(r, "volume", d.Volume, Volume("one"), "several", "many"), Discipline: r.Identifier("discipline", d.Discipline),
		Enclosure: draft.One(r, "enclosure", d.Enclosure, Enclosure("object"), "document"), Network: r.Identifier("network", d.Network),
		Assigned: r.Identifier("assigned", d.Assigned), Title: r.Identifier("title", d.Title), Summary: r.Text("summary", d.Summary, draft.NoteLimit),
		SourceContext: r.Text("source_context", d.SourceContext, draft.NoteLimit), Comments: r.Text("comments", d.Comments, draft.NoteLimit), Warning: NotEvaluated}
	draft.Into(r, "contact", d.Contact, &p.Contact)
	draft.Into(r, "source", d.Source, &p.Source)
	draft.Into(r, "desk", d.Desk, &p.Desk)
	p.SubSource, p.SubSourceText = below(r, d.SubSource)
	draft.Into(r, "enclosure_item", d.EnclosureItem, &p.EnclosureItem)
	draft.Into(r, "replaces", d.Replaces, &p.Replaces)
	draft.IntoList(r, "built_from", d.BuiltFrom, &p.BuiltFrom)
	draft.IntoList(r, "requirements", d.Requirements, &p.Requirements)
	if strings.TrimSpace(d.Received) == "" {
		p.Received = day.On(today)
	}
	if strings.TrimSpace(d.Discipline) == "" {
		p.Discipline = "HUMINT"
	}
	if p.Discipline == "HUMINT" && p.Contact.IsZero() { // a contact tells whose report it is
		r.Need("source", d.Source)
	}
	if !p.When.IsZero() && !p.Received.IsZero() && p.When.First > p.Received.Last {
		r.Add("when", "report.after-receipt", "Received", p.Received.Text)
	}
	switch {
	case len(d.Items) == 0 && strings.TrimSpace(d.Summary) != "":
		// A letter or an old record may come as a summary first: its items follow in a later version.
	case len(d.Items) == 0:
		r.Add("items", "report.no-items")
	case len(d.Items) > MaxItems:
		r.Add("items", "field.many", "Limit", strconv.Itoa(MaxItems))
	default:
		size := len(d.Summary) + len(d.SourceContext) + len(d.Comments)
		for i, it := range d.Items {
			size += len(it.Text) + len(it.Gist)
			part := draft.New(words)
			v := readItem(part, it, unit, p.Received)
			v.Number = i + 1
			if v.ID.IsZero() {
				v.ID = id.New[item](random)
			}
			if slices.ContainsFunc(p.Items, func(o Item) bool { return o.ID == v.ID }) {
				part.Add("id", "report.item-twice")
			}
			r.Merge(draft.At("items", i)+".", part.Faults)
			p.Items = append(p.Items, v)
		}
		if size > draft.WholeLimit {
			r.Add("items", "field.long", "Limit", strconv.Itoa(draft.WholeLimit))
		}
	}
	return p, r.Faults
}

// below reads who stands below the source: a registered source, else a party or words.
func below(r *draft.Reading, s string) (of source.ID, words string) {
	if s = strings.TrimSpace(s); strings.HasPrefix(strings.ToLower(s), "src_") {
		draft.Into(r, "sub_source", s, &of)
		return of, ""
	}
	return of, r.Identifier("sub_source", s)
}

func readItem(r *draft.Reading, d ItemDraft, unit Unit, received day.Period) Item {
	r.Need("text", d.Text)
	r.Need("basis", d.Basis)
	v := Item{Text: r.Text("text", d.Text, draft.ItemLimit), Lang: strings.ToLower(r.Identifier("lang", d.Lang)), Gist: r.Text("gist", d.Gist, draft.NoteLimit),
		Basis:  draft.One(r, "basis", d.Basis, Direct, Participant, Document, SubSource, Hearsay, Inference, Unknown),
		Access: r.Text("access", d.Access, draft.NoteLimit), When: r.Period("when", d.When), Place: r.Identifier("place", d.Place),
		Area: r.Identifier("area", d.Area), GradeText: r.Identifier("grade_text", d.GradeText)}
	draft.Into(r, "id", d.ID, &v.ID)
	if v.Lang == "" && strings.TrimSpace(d.Lang) == "" && len(unit.Languages) > 0 {
		v.Lang = unit.Languages[0]
	}
	if v.Lang != "" && !slices.Contains(unit.Languages, v.Lang) && strings.TrimSpace(d.Gist) == "" {
		r.Add("gist", "report.gist", "Languages", strings.Join(unit.Languages, ", "))
	}
	v.Grade = readGrade(r, d.Scheme, d.Grade, unit.Scheme)
	if d.Claim != nil {
		part := draft.New(r.Words())
		v.Claim = readClaim(part, *d.Claim, v, received)
		r.Merge("claim.", part.Faults)
	}
	return v
}

func readClaim(r *draft.Reading, d ClaimDraft, of Item, received day.Period) *Claim {
	for _, f := range [][2]string{{"subject", d.Subject}, {"predicate", d.Predicate}, {"value", d.Value}} {
		r.Need(f[0], f[1])
	}
	c := Claim{Subject: r.Identifier("subject", d.Subject), Predicate: r.Identifier("predicate", d.Predicate), Value: r.Text("value", d.Value, draft.NoteLimit),
		Topic: r.Identifier("topic", d.Topic), Importance: draft.One(r, "importance", d.Importance, Importance("low"), "high"),
		Verifiable: r.Tri("verifiable", d.Verifiable), CheckAsked: r.Flag("check_asked", d.CheckAsked), CheckedOn: r.Period("checked_on", d.CheckedOn),
		BonaFides: r.Flag("bona_fides", d.BonaFides), UsefulUntil: r.Period("useful_until", d.UsefulUntil),
		PredictionDue: r.Period("prediction_due", d.PredictionDue), Names: r.Refs("names", d.Names, "pty", "src", "off"),
		Adverse: r.Flag("adverse", d.Adverse), ThreatTo: r.Identifier("threat_to", d.ThreatTo), Hypothesis: r.Flag("hypothesis", d.Hypothesis),
		Discriminator: draft.One(r, "discriminator", d.Discriminator, Discriminator("met"), "not-met", "absent"),
		ReceivedAt:    r.Period("received_at", d.ReceivedAt)}
	c.SubSource, c.SubSourceText = below(r, d.SubSource)
	draft.IntoList(r, "supports", d.Supports, &c.Supports)
	draft.IntoList(r, "contradicts", d.Contradicts, &c.Contradicts)
	for i, s := range c.Supports {
		if s == of.ID && !s.IsZero() {
			r.Add(draft.At("supports", i), "report.supports-itself")
		}
		if slices.Contains(c.Contradicts, s) {
			r.Add(draft.At("supports", i), "report.both-ways")
		}
	}
	if c.Adverse && len(c.Names) == 0 {
		r.Need("names", "")
	}
	r.Ordered(received, c.CheckedOn, "checked_on", "received")
	if d.Files != "" || d.ShareFailing != "" {
		share, err := strconv.ParseFloat(strings.TrimSpace(d.ShareFailing), 64)
		if err != nil || !(share >= 0 && share <= 1) {
			r.Add("share_failing", "field.number", "Given", d.ShareFailing, "Low", "0", "High", "1")
			share = 0
		}
		c.Inspection = &Inspection{r.Number("files", d.Files, 0, 0, 10_000_000), share}
	}
	return &c
}

// OutcomeDraft is an outcome as given.
type OutcomeDraft struct {
	Item     string   `json:"item" yaml:"item"`
	Result   string   `json:"result" yaml:"result"`
	On       string   `json:"on" yaml:"on"`
	Basis    string   `json:"basis" yaml:"basis"`
	Evidence []string `json:"evidence" yaml:"evidence"`
}

// NewOutcome reads an outcome.
func NewOutcome(d OutcomeDraft, words source.Vocabulary, today day.Day) (Outcome, fault.Faults) {
	r := draft.New(words)
	for _, f := range [][2]string{{"item", d.Item}, {"result", d.Result}, {"on", d.On}, {"basis", d.Basis}} {
		r.Need(f[0], f[1])
	}
	o := Outcome{Result: draft.One(r, "result", d.Result, True, False, Partly, NotDecided), On: r.Past("on", d.On, today),
		Basis: r.Text("basis", d.Basis, draft.NoteLimit), Evidence: r.Refs("evidence", d.Evidence)}
	draft.Into(r, "item", d.Item, &o.Item)
	if slices.Contains(o.Evidence, o.Item.String()) {
		r.Add("evidence", "report.own-evidence")
	}
	return o, r.Faults
}

// RegradeDraft is a later grade as given.
type RegradeDraft struct {
	Item   string `json:"item" yaml:"item"`
	Scheme string `json:"scheme" yaml:"scheme"`
	Grade  string `json:"grade" yaml:"grade"`
	Reason string `json:"reason" yaml:"reason"`
}

// NewRegrade reads a later grade; the reason is needed.
func NewRegrade(d RegradeDraft, unit Unit, words source.Vocabulary) (Regrade, fault.Faults) {
	r := draft.New(words)
	for _, f := range [][2]string{{"item", d.Item}, {"grade", d.Grade}, {"reason", d.Reason}} {
		r.Need(f[0], f[1])
	}
	v := Regrade{Reason: r.Text("reason", d.Reason, draft.NoteLimit)}
	draft.Into(r, "item", d.Item, &v.Item)
	if g := readGrade(r, d.Scheme, d.Grade, unit.Scheme); g != nil {
		v.Grade = *g
	}
	return v, r.Faults
}
