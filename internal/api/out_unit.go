package api

import (
	"time"

	"cutout/internal/audit"
	"cutout/internal/casework"
)

// Unit is what the unit is called and the rules it works under.
type Unit struct {
	Name      string   `json:"name"`
	Pack      string   `json:"pack"`
	Languages []string `json:"languages"`
	Levels    []string `json:"levels" doc:"codes, lowest first"`
	LogName   string   `json:"log_name"`
	LogKey    string   `json:"log_key" doc:"the public key that signs the log's checkpoints"`
}

// Officer is an officer as colleagues know him; rights stand there for those who keep them.
type Officer struct {
	ID        string    `json:"id"`
	Name      string    `json:"name"`
	Duties    []string  `json:"duties,omitempty"`
	Closed    bool      `json:"closed,omitempty"`
	Clearance string    `json:"clearance,omitempty"`
	Org       string    `json:"org,omitempty"`
	Holdings  []Holding `json:"holdings,omitempty"`
}

// Holding is a compartment held for a time.
type Holding struct {
	Compartment string `json:"compartment"`
	From        string `json:"from"`
	Until       string `json:"until,omitempty"`
}

func (c *call) officers(ls []casework.OfficerLine, rights bool) Page[Officer] {
	p := Page[Officer]{Items: []Officer{}}
	for _, l := range ls {
		v := Officer{ID: l.ID.String(), Name: l.Name, Duties: words(l.Duties), Closed: l.Closed}
		if rights {
			if n := int(l.Rights.Clearance); n < len(c.levels) {
				v.Clearance = c.levels[n]
			}
			v.Org = string(l.Rights.Org)
			for _, h := range l.Rights.Holdings {
				v.Holdings = append(v.Holdings, Holding{h.Compartment.String(), h.From.String(), until(h.Until)})
			}
		}
		p.Items = append(p.Items, v)
	}
	return p
}

// Compartment is a desk's compartment.
type Compartment struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Party is a person or organization on a desk's list.
type Party struct {
	Record
	Kind         string   `json:"kind"`
	Name         string   `json:"name"`
	NameVariants []string `json:"name_variants,omitempty"`
	OrgKind      string   `json:"org_kind,omitempty"`
	Staff        bool     `json:"staff,omitempty"`
	Country      string   `json:"country,omitempty"`
	Note         string   `json:"note,omitempty"`
}

func (c *call) party(r casework.PartyRecord) Party {
	p := r.Value
	return Party{head(c, r.ID, r.Head), string(p.Kind), p.Name, p.NameVariants, string(p.OrgKind), p.Staff, p.Country, p.Note}
}

// Assessment is a dated view of a source.
type Assessment struct {
	Record
	By         string       `json:"by"`
	On         string       `json:"on"`
	View       string       `json:"view"`
	Hypotheses []Hypothesis `json:"hypotheses,omitempty"`
}

// Hypothesis is one explanation and what would disprove it.
type Hypothesis struct {
	Name     string `json:"name"`
	Disproof string `json:"disproof,omitempty"`
}

func (c *call) assessment(r casework.AssessmentRecord) Assessment {
	v := Assessment{Record: head(c, r.ID, r.Head), By: r.Value.By, On: r.Value.On.Text, View: r.Value.View}
	for _, h := range r.Value.Hypotheses {
		v.Hypotheses = append(v.Hypotheses, Hypothesis{h.Name, h.Disproof})
	}
	return v
}

// Finding is what the watch raised, in your own view.
type Finding struct {
	Rule     string            `json:"rule"`
	Key      string            `json:"key"`
	Severity string            `json:"severity"`
	Raised   string            `json:"raised"`
	Due      string            `json:"due,omitempty"`
	Cleared  string            `json:"cleared,omitempty"`
	Title    string            `json:"title" doc:"in the reader's language"`
	Reason   string            `json:"reason" doc:"in the reader's language"`
	Code     string            `json:"code"`
	Params   map[string]string `json:"params,omitempty"`
	Act      string            `json:"act"`
	Subjects []string          `json:"subjects,omitempty"`
	Evidence []string          `json:"evidence,omitempty"`
	Names    map[string]string `json:"names,omitempty" doc:"short names of the records, by id"`
	Answers  []FindingAnswer   `json:"answers,omitempty"`
}

// FindingAnswer is what an officer did about a finding.
type FindingAnswer struct {
	Kind   string `json:"kind"`
	By     string `json:"by"`
	On     string `json:"on"`
	Reason string `json:"reason,omitempty"`
}

func (c *call) finding(l casework.FindingLine) Finding {
	f := l.Finding
	v := Finding{Rule: f.Rule, Key: f.Key, Severity: string(f.Severity), Raised: f.Raised.String(), Due: until(f.Due), Cleared: until(l.Cleared),
		Title: c.words.T("finding." + f.Rule + ".title"), Code: f.Reason.Code, Params: f.Reason.Params, Act: f.Act,
		Subjects: seen(l.Names, f.Subjects...), Evidence: seen(l.Names, f.Evidence...), Names: l.Names}
	var kv []any
	for _, k := range sortedKeys(f.Reason.Params) {
		kv = append(kv, k, f.Reason.Params[k])
	}
	v.Reason = c.words.T(f.Reason.Code, kv...)
	for _, a := range l.Acts {
		v.Answers = append(v.Answers, FindingAnswer{a.Kind, a.By, a.On.String(), a.Reason})
	}
	return v
}

// Hit is one record found.
type Hit struct {
	Kind    string    `json:"kind"`
	ID      string    `json:"id"`
	Ref     string    `json:"ref"`
	Title   string    `json:"title,omitempty"`
	Snippet []Segment `json:"snippet,omitempty"`
}

// Segment is a piece of a snippet; the pieces that are no gap are the record's own words in order.
type Segment struct {
	Text string `json:"text,omitempty"`
	Hit  bool   `json:"hit,omitempty"`
	Gap  bool   `json:"gap,omitempty"`
}

func hit(h casework.Hit) Hit {
	v := Hit{Kind: h.Kind, ID: h.ID, Ref: h.Ref, Title: h.Title}
	for _, s := range h.Snippet {
		v.Snippet = append(v.Snippet, Segment{s.Text, s.Hit, s.Gap})
	}
	return v
}

// LogEntry is who did what to which record when.
type LogEntry struct {
	Seq     int64     `json:"seq,omitempty" doc:"place in the log, for those who read all of it"`
	Time    time.Time `json:"time"`
	Officer string    `json:"officer,omitempty"`
	Name    string    `json:"name,omitempty"`
	Act     string    `json:"act"`
	Outcome string    `json:"outcome"`
	Kind    string    `json:"kind,omitempty"`
	Object  string    `json:"object,omitempty"`
	Pack    string    `json:"pack,omitempty"`
}

// LogPage is a stretch of the log, newest first.
type LogPage struct {
	Entries []LogEntry `json:"entries" nullable:"false"`
	Size    int64      `json:"size,omitempty"`
	Before  int64      `json:"before,omitempty" doc:"ask for entries before this number to go on"`
}

// logged gives entries their numbers only where the whole log is read: between two entries of one record they would tell
// how much was done elsewhere.
func logged(entries []audit.Entry, names map[string]string, numbered bool) []LogEntry {
	out := []LogEntry{}
	for _, e := range entries {
		v := LogEntry{Time: e.Time, Officer: e.Officer, Name: names[e.Officer], Act: e.Act, Outcome: e.Outcome.String(), Kind: e.Kind, Object: e.Object, Pack: e.Pack}
		if numbered {
			v.Seq = e.Seq
		}
		out = append(out, v)
	}
	return out
}
