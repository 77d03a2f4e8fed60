package profile

import (
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"cutout/internal/grading"
	"cutout/internal/officer"
)

// people reads what concerns sources and the persons who work with them.
func (p *Pack) people(r *reader, o object) {
	kinds := map[string]bool{}
	o.list("authorities", func(n *yaml.Node, field string) {
		a := r.object(n, field, termKeys+" duration juvenile review? juvenile_review? urgent? own_authority?")
		r.unique(n, field, a.text("code"), kinds)
		k := AuthorityKind{Term: a.term(), Urgent: a.boolean("urgent"), OwnAuthority: a.boolean("own_authority")}
		clock := func(key string) (c Clock) {
			if a.has(key) {
				c = r.clock(a.keys[key], field+"."+key)
			}
			return c
		}
		k.Duration, k.JuvenileDuration = clock("duration"), clock("juvenile")
		if a.has("review") {
			c := clock("review")
			k.Review = &c
		}
		if a.has("juvenile_review") {
			c := clock("juvenile_review")
			k.JuvenileReview = &c
		}
		p.Authorities = append(p.Authorities, k)
	})
	seen := map[string]bool{}
	o.list("categories", func(n *yaml.Node, field string) {
		c := r.object(n, field, termKeys+" taskable payable registered authority?")
		r.unique(n, field, c.text("code"), seen)
		kind := c.text("authority")
		if kind != "" && !kinds[kind] {
			r.fault(c.keys["authority"], field+".authority", "pack.authority-unknown", "Given", clip(kind))
		}
		p.Categories = append(p.Categories, Category{c.term(), c.permission("taskable"), c.permission("payable"), c.boolean("registered"), kind})
	})
	seen = map[string]bool{}
	o.list("overlays", func(n *yaml.Node, field string) {
		v := r.object(n, field, termKeys+" below_age? taskable payable higher_approver risk_assessment")
		r.unique(n, field, v.text("code"), seen)
		ov := Overlay{Term: v.term(), Taskable: v.permission("taskable"), Payable: v.permission("payable"),
			HigherApprover: v.boolean("higher_approver"), RiskAssessment: v.boolean("risk_assessment")}
		if v.has("below_age") {
			f := r.object(v.keys["below_age"], field+".below_age", figureKeys).figure(1, 150, true)
			ov.BelowAge = &f
		}
		p.Overlays = append(p.Overlays, ov)
	})
	seen = map[string]bool{}
	o.list("conflicts", func(n *yaml.Node, field string) {
		c := r.object(n, field, "a b rule en ar")
		a, b := c.choice("a", dutyCodes()...), c.choice("b", dutyCodes()...)
		if a != "" && a == b {
			r.fault(n, field, "pack.conflict-self", "Given", a)
		}
		r.unique(n, field, min(a, b)+" / "+max(a, b), seen)
		p.Conflicts = append(p.Conflicts, Conflict{officer.Duty(a), officer.Duty(b), c.text("rule"), Words{English: c.text("en"), Arabic: c.text("ar")}})
	})
}

// time reads the limits and the thresholds of the watch.
func (p *Pack) time(r *reader, o object) {
	seen := map[string]bool{}
	o.list("limits", func(n *yaml.Node, field string) {
		l := r.object(n, field, termKeys+" clock next_day?")
		r.unique(n, field, l.text("code"), seen)
		lim := Limit{Term: l.term(), NextDay: l.boolean("next_day")}
		if l.has("clock") {
			lim.Clock = r.clock(l.keys["clock"], field+".clock")
		}
		p.Limits = append(p.Limits, lim)
	})
	if !o.has("thresholds") {
		return
	}
	names := make([]string, 0, len(defaults))
	for name := range defaults {
		names = append(names, name+"?") // an absent threshold runs at its default and says so
	}
	t := r.object(o.keys["thresholds"], "thresholds", strings.Join(names, " "))
	for name, def := range defaults {
		if !t.has(name) {
			continue
		}
		f := r.object(t.keys[name], "thresholds."+name, figureKeys)
		if def.share {
			p.thresholds[name] = f.figure(0.01, 1, false)
		} else {
			p.thresholds[name] = f.figure(1, 36500, true)
		}
	}
}

// closedTasks is every task a source may be given anywhere. A pack may leave some out and add none: there is no code
// for covert action or coercion, and so no way to write one down (G1).
var closedTasks = []string{"report", "confirm", "attend", "identify", "locate", "describe", "obtain-copy", "introduce", "carry", "maintain", "report-negative"}

// befores are the acts a handling rule can hold back.
var befores = []string{"action", "release", "court", "sanitization", "arrest"}

// lists reads the remaining vocabularies.
func (p *Pack) lists(r *reader, o object) {
	for _, name := range strings.Fields(vocabularyKeys) {
		seen := map[string]bool{}
		o.list(name, func(n *yaml.Node, field string) {
			t := r.object(n, field, termKeys)
			term := t.term()
			r.unique(n, field, term.Code, seen)
			if name == "task-types" && term.Code != "" && !slices.Contains(closedTasks, term.Code) {
				r.fault(n, field, "pack.task-forbidden", "Given", clip(term.Code), "Choices", strings.Join(closedTasks, ", "))
			}
			p.vocabularies[name] = append(p.vocabularies[name], term)
		})
	}
	seen := map[string]bool{}
	o.list("contacts", func(n *yaml.Node, field string) {
		c := r.object(n, field, termKeys+" in_person")
		r.unique(n, field, c.text("code"), seen)
		p.Contacts = append(p.Contacts, ContactType{c.term(), c.boolean("in_person")})
	})
	seen = map[string]bool{}
	o.list("bases", func(n *yaml.Node, field string) {
		b := r.object(n, field, termKeys+" rank")
		r.unique(n, field, b.text("code"), seen)
		p.Bases = append(p.Bases, Basis{b.term(), int(b.number("rank", 0, 3, true))})
	})
	seen = map[string]bool{}
	o.list("notices", func(n *yaml.Node, field string) {
		k := r.object(n, field, termKeys+" in_force readers")
		r.unique(n, field, k.text("code"), seen)
		kind := NoticeKind{Term: k.term(), InForce: k.boolean("in_force")}
		for _, d := range k.texts("readers", dutyCodes()) {
			kind.Readers = append(kind.Readers, officer.Duty(d))
		}
		p.Notices = append(p.Notices, kind)
	})
	seen = map[string]bool{}
	o.list("handling", func(n *yaml.Node, field string) {
		h := r.object(n, field, termKeys+" scheme before")
		rule := HandlingRule{h.term(), grading.Scheme(h.choice("scheme", schemeCodes()...)), h.texts("before", befores)}
		r.unique(n, field, string(rule.Scheme)+" "+rule.Code, seen)
		p.Handling = append(p.Handling, rule)
	})
	if o.has("payments") {
		m := r.object(o.keys["payments"], "payments", "two_signatures contingent in_custody tied_to_aid ladder")
		p.Payments = PaymentRules{TwoSignatures: m.boolean("two_signatures"), Contingent: m.boolean("contingent"),
			InCustody: m.boolean("in_custody"), TiedToAid: m.boolean("tied_to_aid")}
		seen = map[string]bool{}
		m.list("ladder", func(n *yaml.Node, field string) {
			s := r.object(n, field, "duty single year career")
			step := PaymentStep{Duty: officer.Duty(s.choice("duty", dutyCodes()...))}
			r.unique(n, field, string(step.Duty), seen)
			for key, to := range map[string]*Figure{"single": &step.Single, "year": &step.Year, "career": &step.Career} {
				if s.has(key) {
					*to = r.object(s.keys[key], field+"."+key, figureKeys).figure(0, 1e9, false)
				}
			}
			p.Payments.Ladder = append(p.Payments.Ladder, step)
		})
	}
}
