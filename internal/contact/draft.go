package contact

import (
	"slices"
	"strings"
	"time"

	"cutout/internal/day"
	"cutout/internal/draft"
	"cutout/internal/fault"
	"cutout/internal/source"
)

// Draft is a contact as given: a plan, a record, or both.
type Draft struct {
	Source   string       `json:"source" yaml:"source"`
	Desk     string       `json:"desk" yaml:"desk"` // of a contact without a source; blank: the only desk the officer holds
	Type     string       `json:"type" yaml:"type"`
	TypeText string       `json:"type_text" yaml:"type_text"`
	Plan     *PlanDraft   `json:"plan" yaml:"plan"`
	Record   *RecordDraft `json:"record" yaml:"record"`
	Missed   *MissedDraft `json:"missed" yaml:"missed"`
}

// MissedDraft is a contact that did not take place, as given.
type MissedDraft struct {
	By   string `json:"by" yaml:"by"`
	When string `json:"when" yaml:"when"`
	Text string `json:"text" yaml:"text"`
}

// PlanDraft is a plan as given.
type PlanDraft struct {
	When         string   `json:"when" yaml:"when"`
	Time         string   `json:"time" yaml:"time"`
	Place        string   `json:"place" yaml:"place"`
	Area         string   `json:"area" yaml:"area"`
	Participants []string `json:"participants" yaml:"participants"`
	Safety       string   `json:"safety" yaml:"safety"`
	Cover        string   `json:"cover" yaml:"cover"`
	Fallback     string   `json:"fallback" yaml:"fallback"`
	Recontact    string   `json:"recontact" yaml:"recontact"`
	Channel      string   `json:"channel" yaml:"channel"`
	Signal       string   `json:"signal" yaml:"signal"`
	Changes      string   `json:"changes" yaml:"changes"`
	Tasks        []string `json:"tasks" yaml:"tasks"`
	Adult        string   `json:"adult" yaml:"adult"`
	Waiver       string   `json:"waiver" yaml:"waiver"`
	WaivedBy     string   `json:"waived_by" yaml:"waived_by"`
}

// RecordDraft is a record as given.
type RecordDraft struct {
	When                string           `json:"when" yaml:"when"`
	Time                string           `json:"time" yaml:"time"`
	Place               string           `json:"place" yaml:"place"`
	Area                string           `json:"area" yaml:"area"`
	Side                string           `json:"side" yaml:"side"`
	Participants        []string         `json:"participants" yaml:"participants"`
	Summary             string           `json:"summary" yaml:"summary"`
	Tasks               []string         `json:"tasks" yaml:"tasks"`
	Demands             string           `json:"demands" yaml:"demands"`
	Obtained            string           `json:"obtained" yaml:"obtained"`
	Welfare             string           `json:"welfare" yaml:"welfare"`
	Security            string           `json:"security" yaml:"security"`
	SecurityText        string           `json:"security_text" yaml:"security_text"`
	Money               []MoneyDraft     `json:"money" yaml:"money"`
	NewRisks            string           `json:"new_risks" yaml:"new_risks"`
	NextContact         string           `json:"next_contact" yaml:"next_contact"`
	NextOn              string           `json:"next_on" yaml:"next_on"`
	Account             string           `json:"account" yaml:"account"`
	EarlierAccount      string           `json:"earlier_account" yaml:"earlier_account"`
	Authentication      string           `json:"authentication" yaml:"authentication"`
	Attributable        string           `json:"attributable" yaml:"attributable"`
	Duress              string           `json:"duress" yaml:"duress"`
	AnswerAwaited       string           `json:"answer_awaited" yaml:"answer_awaited"`
	AnsweredOn          string           `json:"answered_on" yaml:"answered_on"`
	DisclosesIdentityOf []string         `json:"discloses_identity_of" yaml:"discloses_identity_of"`
	Safeguards          *SafeguardsDraft `json:"safeguards" yaml:"safeguards"`
	Interview           *InterviewDraft  `json:"interview" yaml:"interview"`
	UnforeseenAct       string           `json:"unforeseen_act" yaml:"unforeseen_act"`
	Adult               string           `json:"adult" yaml:"adult"`
}

// SafeguardsDraft is the safeguards as given.
type SafeguardsDraft struct {
	Voluntary   string `json:"voluntary" yaml:"voluntary"`
	NoPromise   string `json:"no_promise" yaml:"no_promise"`
	Interpreter string `json:"interpreter" yaml:"interpreter"`
}

// InterviewDraft is an interview as given.
type InterviewDraft struct {
	Custody        string          `json:"custody" yaml:"custody"`
	Registration   string          `json:"registration" yaml:"registration"`
	Met            []string        `json:"met" yaml:"met"`
	Unmet          string          `json:"unmet" yaml:"unmet"`
	Interpreter    string          `json:"interpreter" yaml:"interpreter"`
	ConsentVersion string          `json:"consent_version" yaml:"consent_version"`
	ConsentUses    []string        `json:"consent_uses" yaml:"consent_uses"`
	Phases         []string        `json:"phases" yaml:"phases"`
	Breaks         string          `json:"breaks" yaml:"breaks"`
	Withdrawn      string          `json:"withdrawn" yaml:"withdrawn"`
	OtherAccounts  string          `json:"other_accounts" yaml:"other_accounts"`
	Questions      []QuestionDraft `json:"questions" yaml:"questions"`
}

// QuestionDraft is a question as given.
type QuestionDraft struct {
	Kind   string `json:"kind" yaml:"kind"`
	Text   string `json:"text" yaml:"text"`
	Answer string `json:"answer" yaml:"answer"`
}

// New reads a draft. A record cannot lie in the future; a plan may lie anywhere, because plans are also filed late.
func New(d Draft, words source.Vocabulary, today day.Day) (Contact, fault.Faults) {
	r := draft.New(words)
	r.Need("type", d.Type)
	c := Contact{Type: draft.One(r, "type", d.Type, Types()...), TypeText: r.Identifier("type_text", d.TypeText)}
	draft.Into(r, "source", d.Source, &c.Source)
	draft.Into(r, "desk", d.Desk, &c.Desk)
	if d.Plan == nil && d.Record == nil && d.Missed == nil {
		r.Add("plan", "contact.empty")
	}
	if d.Plan != nil {
		p := draft.New(words)
		c.Plan = plan(p, *d.Plan, c.Type)
		r.Merge("plan.", p.Faults)
	}
	if d.Record != nil {
		p := draft.New(words)
		c.Record = record(p, *d.Record, c.Type, words, today)
		r.Merge("record.", p.Faults)
	}
	if m := d.Missed; m != nil {
		r.Need("missed.by", m.By)
		c.Missed = &Missed{draft.One(r, "missed.by", m.By, MissedBy("source"), "officer", "both", "unknown"),
			r.Past("missed.when", m.When, today), r.Text("missed.text", m.Text, draft.NoteLimit)}
		if d.Record != nil {
			r.Add("missed.by", "contact.missed-and-held")
		}
	}
	return c, r.Faults
}

func plan(r *draft.Reading, d PlanDraft, t Type) *Plan {
	r.Need("when", d.When)
	r.Need("safety", d.Safety)
	r.Need("fallback", d.Fallback)
	if t.InPerson() {
		r.Need("place", d.Place)
	}
	note := func(field, s string) string { return r.Text(field, s, draft.NoteLimit) }
	p := Plan{When: r.Period("when", d.When), Time: clock(r, d.Time), Place: r.Identifier("place", d.Place), Area: r.Identifier("area", d.Area),
		Participants: people(r, d.Participants), Safety: note("safety", d.Safety), Cover: note("cover", d.Cover), Fallback: note("fallback", d.Fallback),
		Recontact: note("recontact", d.Recontact), Channel: r.Identifier("channel", d.Channel), Signal: note("signal", d.Signal),
		Changes: note("changes", d.Changes), Adult: r.Ref("adult", d.Adult, "pty", "off"), Waiver: note("waiver", d.Waiver),
		WaivedBy: r.Ref("waived_by", d.WaivedBy, "off")}
	draft.IntoList(r, "tasks", d.Tasks, &p.Tasks)
	if p.Waiver != "" {
		r.Need("waived_by", d.WaivedBy)
	}
	return &p
}

func record(r *draft.Reading, d RecordDraft, t Type, words source.Vocabulary, today day.Day) *Record {
	r.Need("when", d.When)
	r.Need("summary", d.Summary)
	side := draft.One(r, "side", d.Side, Side("own"), "opponent")
	if t.InPerson() && side != "opponent" {
		r.Need("welfare", d.Welfare)
	}
	note := func(field, s string) string { return r.Text(field, s, draft.NoteLimit) }
	c := Record{When: r.Past("when", d.When, today), Time: clock(r, d.Time), Place: r.Identifier("place", d.Place), Area: r.Identifier("area", d.Area),
		Side: side, Participants: people(r, d.Participants), Summary: note("summary", d.Summary), Demands: note("demands", d.Demands),
		Obtained: note("obtained", d.Obtained), Welfare: note("welfare", d.Welfare),
		Security: draft.One(r, "security", d.Security, SecurityCheck("surveillance"), "none"), SecurityText: note("security_text", d.SecurityText),
		NewRisks: note("new_risks", d.NewRisks), NextContact: note("next_contact", d.NextContact), NextOn: r.Day("next_on", d.NextOn),
		Account:        draft.One(r, "account", d.Account, Account("first"), "repeated", "changed"),
		Authentication: draft.One(r, "authentication", d.Authentication, Authentication("matched"), "mismatched", "none"),
		Attributable:   r.Flag("attributable", d.Attributable), Duress: r.Flag("duress", d.Duress), AnswerAwaited: r.Flag("answer_awaited", d.AnswerAwaited),
		AnsweredOn:          r.Past("answered_on", d.AnsweredOn, today),
		DisclosesIdentityOf: r.Refs("discloses_identity_of", d.DisclosesIdentityOf, "src", "pty"),
		UnforeseenAct:       note("unforeseen_act", d.UnforeseenAct), Adult: r.Ref("adult", d.Adult, "pty", "off")}
	draft.IntoList(r, "tasks", d.Tasks, &c.Tasks)
	draft.Into(r, "earlier_account", d.EarlierAccount, &c.EarlierAccount)
	r.Ordered(c.When, c.AnsweredOn, "answered_on", "when")
	if r.Few("money", len(d.Money)) {
		for i, m := range d.Money {
			v, part := NewMoney(m, words, today)
			r.Merge(draft.At("money", i)+".", part)
			c.Money = append(c.Money, v)
		}
	}
	if s := d.Safeguards; s != nil {
		given := func(field, s string) Given {
			return draft.One(r, "safeguards."+field, s, Given("recorded"), "not-recorded")
		}
		c.Safeguards = &Safeguards{given("voluntary", s.Voluntary), given("no_promise", s.NoPromise), given("interpreter", s.Interpreter)}
	}
	if d.Interview != nil {
		p := draft.New(words)
		c.Interview = interview(p, *d.Interview)
		r.Merge("interview.", p.Faults)
		if c.Interview.Custody && slices.ContainsFunc(c.Money, func(m Money) bool { return m.Kind != Receipt }) {
			r.Add("money", "contact.custody-money")
		}
	}
	return &c
}

func interview(r *draft.Reading, d InterviewDraft) *Interview {
	v := Interview{Custody: r.Flag("custody", d.Custody), Registration: r.Identifier("registration", d.Registration),
		Unmet: r.Text("unmet", d.Unmet, draft.NoteLimit), Interpreter: r.Ref("interpreter", d.Interpreter, "pty", "off"),
		ConsentVersion: r.Identifier("consent_version", d.ConsentVersion), ConsentUses: r.Identifiers("consent_uses", d.ConsentUses),
		Breaks: r.Number("breaks", d.Breaks, 0, 0, 1000), Withdrawn: r.Flag("withdrawn", d.Withdrawn),
		OtherAccounts: r.Text("other_accounts", d.OtherAccounts, draft.NoteLimit)}
	r.Each("met", d.Met, func(f, s string) {
		if m := draft.One(r, f, s, Mendez()...); m != "" && !slices.Contains(v.Met, m) {
			v.Met = append(v.Met, m)
		}
	})
	r.Each("phases", d.Phases, func(f, s string) {
		if p := draft.One(r, f, s, "planning", "engage", "account", "closure", "evaluation"); p != "" {
			v.Phases = append(v.Phases, p)
		}
	})
	if v.Custody {
		r.Need("registration", d.Registration)
		if len(v.Met) < len(Mendez()) {
			r.Need("unmet", d.Unmet)
		}
	}
	if r.Few("questions", len(d.Questions)) {
		for i, q := range d.Questions {
			f := draft.At("questions", i) + "."
			r.Need(f+"text", q.Text)
			k := draft.One(r, f+"kind", q.Kind, QuestionKind("open"), "repeat", "control")
			if q.Kind == "" {
				k = "open"
			}
			v.Questions = append(v.Questions, Question{k, r.Text(f+"text", q.Text, draft.NoteLimit), r.Text(f+"answer", q.Answer, draft.NoteLimit)})
		}
	}
	return &v
}

func people(r *draft.Reading, list []string) []string {
	return r.Refs("participants", list, "off", "pty", "src")
}

func clock(r *draft.Reading, s string) string {
	s = strings.TrimSpace(s)
	if s == "" {
		return ""
	}
	if _, err := time.Parse("15:04", s); err != nil || len(s) != 5 {
		r.Add("time", "contact.time")
		return ""
	}
	return s
}
