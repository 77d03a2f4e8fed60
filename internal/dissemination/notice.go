package dissemination

import (
	"slices"
	"strings"

	"cutout/internal/day"
	"cutout/internal/draft"
	"cutout/internal/fault"
	"cutout/internal/id"
	"cutout/internal/report"
	"cutout/internal/source"
)

type notice struct{}

// Prefix names notices "ntc_…" and "N-…".
func (notice) Prefix() (string, string) { return "ntc", "N" }

// NoticeID names a notice.
type NoticeID = id.Of[notice]

// NoticeKind is what a notice says.
type NoticeKind string

// The kinds the rules name; NoticeKinds lists all.
const (
	Fabrication      NoticeKind = "fabrication-notice"
	Recantation      NoticeKind = "recantation"
	RecallNotice     NoticeKind = "recall"
	Doubt            NoticeKind = "doubt"
	SuspectedControl NoticeKind = "suspected-control"
	Compromise       NoticeKind = "compromise"
	ThreatToLife     NoticeKind = "threat-to-life"
)

// NoticeKinds lists every kind.
func NoticeKinds() []NoticeKind {
	return []NoticeKind{Fabrication, Recantation, RecallNotice, Doubt, SuspectedControl, Compromise, "security", "contradiction", "dissent",
		"similarity", "allegation", "complaint", "adverse-review", "finding", "judgment", "criticism", ThreatToLife, "press-disclosure",
		"publication-hold", "estimate", "procedure"}
}

// Strikes reports whether a notice of this kind, while unresolved, bars new use of what it is about.
func (k NoticeKind) Strikes() bool {
	return k == Fabrication || k == Recantation || k == RecallNotice || k == SuspectedControl
}

// Notice is a warning about a source, report, item, party or release.
type Notice struct {
	Kind         NoticeKind `json:"kind"`
	KindText     string     `json:"kind_text,omitempty"`
	About        string     `json:"about"`  // id, or words for an old record
	Issuer       string     `json:"issuer"` // officer or party id, or words
	Text         string     `json:"text"`
	On           day.Period `json:"on"`
	Earliest     day.Period `json:"earliest,omitzero"` // for suspected control, the first day it may have begun; zero reaches all
	RelatesTo    []string   `json:"relates_to,omitempty"`
	ThreatTo     string     `json:"threat_to,omitempty"`
	Owner        string     `json:"owner,omitempty"`       // who must answer
	OwnerAsked   bool       `json:"owner_asked,omitempty"` // the record says whether there is an owner: empty then means none
	Due          day.Day    `json:"due"`                   // day.Never when none is set
	Readers      []string   `json:"readers,omitempty"`     // officers who must read it before they act
	Response     Response   `json:"response,omitempty"`    // as an old record gives it; live answers are NoticeResponses
	ReasonsAsked bool       `json:"reasons_asked,omitempty"`
	ReasonsBy    string     `json:"reasons_by,omitempty"`
	ActedOn      *bool      `json:"acted_on,omitempty"`
}

// Response is how a notice was answered: none, noted, partial, followed, overruled, unknown.
type Response string

// NoticeDraft is a notice as given.
type NoticeDraft struct {
	Kind         string   `json:"kind" yaml:"kind"`
	KindText     string   `json:"kind_text" yaml:"kind_text"`
	About        string   `json:"about" yaml:"about"`
	Issuer       string   `json:"issuer" yaml:"issuer"`
	Text         string   `json:"text" yaml:"text"`
	On           string   `json:"on" yaml:"on"`
	Earliest     string   `json:"earliest" yaml:"earliest"`
	RelatesTo    []string `json:"relates_to" yaml:"relates_to"`
	ThreatTo     string   `json:"threat_to" yaml:"threat_to"`
	Owner        string   `json:"owner" yaml:"owner"`
	OwnerAsked   string   `json:"owner_asked" yaml:"owner_asked"`
	Due          string   `json:"due" yaml:"due"`
	Readers      []string `json:"readers" yaml:"readers"`
	Response     string   `json:"response" yaml:"response"`
	ReasonsAsked string   `json:"reasons_asked" yaml:"reasons_asked"`
	ReasonsBy    string   `json:"reasons_by" yaml:"reasons_by"`
	ActedOn      string   `json:"acted_on" yaml:"acted_on"`
}

// NewNotice reads a notice. A blank date is today.
func NewNotice(d NoticeDraft, words source.Vocabulary, today day.Day) (Notice, fault.Faults) {
	r := draft.New(words)
	for _, f := range [][2]string{{"kind", d.Kind}, {"about", d.About}, {"issuer", d.Issuer}, {"text", d.Text}} {
		r.Need(f[0], f[1])
	}
	n := Notice{Kind: draft.One(r, "kind", d.Kind, NoticeKinds()...), KindText: r.Identifier("kind_text", d.KindText), About: r.Identifier("about", d.About),
		Issuer: r.Identifier("issuer", d.Issuer), Text: r.Text("text", d.Text, draft.NoteLimit), On: r.Past("on", d.On, today),
		Earliest: r.Past("earliest", d.Earliest, today), RelatesTo: r.Refs("relates_to", d.RelatesTo), ThreatTo: r.Identifier("threat_to", d.ThreatTo),
		Owner: r.Identifier("owner", d.Owner), OwnerAsked: r.Flag("owner_asked", d.OwnerAsked), Due: r.Day("due", d.Due),
		Readers: r.Refs("readers", d.Readers, "off"), Response: responses(r, d.Response), ReasonsAsked: r.Flag("reasons_asked", d.ReasonsAsked),
		ReasonsBy: r.Identifier("reasons_by", d.ReasonsBy), ActedOn: r.Tri("acted_on", d.ActedOn)}
	if strings.TrimSpace(d.On) == "" {
		n.On = day.On(today)
	}
	if n.Kind == ThreatToLife {
		r.Need("threat_to", d.ThreatTo)
	}
	if n.Owner != "" && n.Owner == n.About {
		r.Add("owner", "notice.owner-is-subject")
	}
	return n, r.Faults
}

func responses(r *draft.Reading, s string) Response {
	return draft.One(r, "response", s, Response("none"), "noted", "partial", "followed", "overruled", "unknown")
}

// NoticeResponse is one answer to a notice. Answers are added, never changed.
type NoticeResponse struct {
	Of       NoticeID   `json:"of"`
	By       string     `json:"by"`
	On       day.Period `json:"on"`
	Response Response   `json:"response"`
	Reasons  string     `json:"reasons,omitempty"`
}

// NoticeResponseDraft is an answer as given.
type NoticeResponseDraft struct {
	Of       string `json:"of" yaml:"of"`
	Response string `json:"response" yaml:"response"`
	Reasons  string `json:"reasons" yaml:"reasons"`
}

// NewNoticeResponse reads an answer given today. Overruling a notice takes written reasons.
func NewNoticeResponse(d NoticeResponseDraft, words source.Vocabulary, by string, today day.Day) (NoticeResponse, fault.Faults) {
	r := draft.New(words)
	r.Need("of", d.Of)
	r.Need("response", d.Response)
	v := NoticeResponse{By: by, On: day.On(today), Response: responses(r, d.Response), Reasons: r.Text("reasons", d.Reasons, draft.NoteLimit)}
	draft.Into(r, "of", d.Of, &v.Of)
	if v.Response == "overruled" || v.Response == "partial" {
		r.Need("reasons", d.Reasons)
	}
	return v, r.Faults
}

// Recall takes back reports: no release or product may cite them from then on, and every reader is told.
type Recall struct {
	Notice  NoticeID    `json:"notice,omitzero"`
	Reports []report.ID `json:"reports"`
	On      day.Period  `json:"on"`
	By      string      `json:"by"`
	Reason  string      `json:"reason"`
	Keeps   []report.ID `json:"keeps,omitempty"` // reports of the same source that stand, with the reason for it
	KeepWhy string      `json:"keep_why,omitempty"`
}

// RecallDraft is a recall as given.
type RecallDraft struct {
	Notice  string   `json:"notice" yaml:"notice"`
	Reports []string `json:"reports" yaml:"reports"`
	Reason  string   `json:"reason" yaml:"reason"`
	Keeps   []string `json:"keeps" yaml:"keeps"`
	KeepWhy string   `json:"keep_why" yaml:"keep_why"`
}

// NewRecall reads a recall ordered today.
func NewRecall(d RecallDraft, words source.Vocabulary, by string, today day.Day) (Recall, fault.Faults) {
	r := draft.New(words)
	r.Need("reason", d.Reason)
	v := Recall{On: day.On(today), By: by, Reason: r.Text("reason", d.Reason, draft.NoteLimit), KeepWhy: r.Text("keep_why", d.KeepWhy, draft.NoteLimit)}
	draft.Into(r, "notice", d.Notice, &v.Notice)
	draft.IntoList(r, "reports", d.Reports, &v.Reports)
	draft.IntoList(r, "keeps", d.Keeps, &v.Keeps)
	if len(d.Reports)+len(d.Keeps) == 0 {
		r.Need("reports", "")
	}
	if len(v.Keeps) > 0 {
		r.Need("keep_why", d.KeepWhy)
	}
	for i, k := range v.Keeps {
		if slices.Contains(v.Reports, k) {
			r.Add(draft.At("keeps", i), "notice.recalled-and-kept")
		}
	}
	return v, r.Faults
}
