// Package watch asks, again and again, the questions that inquiries found nobody had asked. A rule is a pure function: a
// View of the records one reader may see, a day, and the thresholds of the profile pack in; findings out.
//
// It never reads a true name, a clock, a database or the order in which records arrived; it never grades, names a liar,
// closes or punishes anyone. Findings carry ids, dates, numbers and codes; the wording package (terms/watch.toml) turns them into sentences.
package watch

import (
	"cutout/internal/day"
	"cutout/internal/officer"
)

// Severity orders findings: life before legal before integrity before quality.
type Severity string

// The severities, worst first. Life pages a person.
const (
	Life      Severity = "life"
	Legal     Severity = "legal"
	Integrity Severity = "integrity"
	Quality   Severity = "quality"
)

// Rank is 0 for life and grows as a finding gets less urgent; an unknown severity ranks last.
func (s Severity) Rank() int {
	for i, t := range []Severity{Life, Legal, Integrity, Quality} {
		if s == t {
			return i
		}
	}
	return 4
}

// NoDue is the DueDays of a rule whose finding is a mark to be shown, not a task with a date.
const NoDue = -1

// Rule is one row of the catalog. Told names duties of package officer only: the catalog's "approver of the product" is
// the release officer, "counter-intelligence" the validator, "holders of the report" and "past readers" the customers.
// Whoever routes leaves out the person the finding is about.
type Rule struct {
	ID       string // "false-corroboration"
	Group    string // "origin", "grades" or "notices"
	Severity Severity
	Told     []officer.Duty
	DueDays  int    // days from raising; 0 at once or before the act; NoDue for a display mark
	Act      string // code of the one act suggested, "withdraw-support"
	Version  int    // rises when the same records would give other findings
	Blocks   bool   // the act itself is refused while the cause lasts

	run func(*sweep)
}

// Reason is one sentence, by code ("finding.false-corroboration.reason.notice") with its ids, dates and numbers.
type Reason struct {
	Code   string            `json:"code"`
	Params map[string]string `json:"params,omitempty"`
}

// Public is what a reader may see who needs the consequence but not the cause ("these two series are not independent").
// Its labels are those of its own subjects only, so the caller joins these and not the finding's.
type Public struct {
	Reason   Reason     `json:"reason"`
	Subjects []string   `json:"subjects"`
	Labels   []LabelRef `json:"-"`
}

// Finding is one cause that holds on the day of the sweep. It depends on the records alone: a sweep on a later day finds
// the same Raised, Subjects and Reason for as long as the cause lasts. A cause that has ended is absent; the caller, who
// keeps the record of findings, notes that it cleared.
type Finding struct {
	Rule     string   `json:"rule"`
	Version  int      `json:"version"`
	Key      string   `json:"key"`             // parts joined with "+"; one finding per rule and key
	Subjects []string `json:"subjects"`        // the key's ids (or topic, or product), then every record that made the rule fire on the day it was raised
	Added    []string `json:"added,omitempty"` // records that joined the cause since
	Severity Severity `json:"severity"`

	// Raised is the first day on which the cause was visible and its duration had run, without a break since.
	Raised day.Day        `json:"raised"`
	Due    day.Day        `json:"due"` // day.Never for a display mark
	Reason Reason         `json:"reason"`
	Told   []officer.Duty `json:"told"`
	Act    string         `json:"act"`

	Evidence  []string   `json:"evidence,omitempty"`  // further records to look at
	Labels    []LabelRef `json:"-"`                   // of all records above; the finding's label is their Join
	Defaulted []string   `json:"defaulted,omitempty"` // thresholds the pack did not give
	Public    *Public    `json:"public,omitempty"`
}

// Rules lists the rules in the order of the catalog.
func Rules() []Rule {
	var out []Rule
	for _, g := range [][]Rule{originRules, gradeRules, noticeRules} {
		out = append(out, g...)
	}
	return out
}

// Sweep runs every rule over what is known on the day. The answer is sorted by rule in catalog order and then by key, and
// the same View, day and thresholds give the same bytes whatever order the records stand in.
func Sweep(v *View, on day.Day, th Thresholds) []Finding {
	return NewIndex(v, on).Sweep(th, Rules()...)
}

// Sweep runs the given rules over an Index, so that one Index serves many questions.
func (ix *Index) Sweep(th Thresholds, rules ...Rule) []Finding {
	var out []Finding
	for i := range rules {
		s := &sweep{Index: ix, rule: &rules[i], given: th}
		rules[i].run(s)
		out = append(out, s.findings()...)
	}
	return out
}
