package exercise

import (
	"slices"
	"strings"

	"cutout/internal/audit"
	"cutout/internal/casework"
	"cutout/internal/contact"
	"cutout/internal/day"
	"cutout/internal/dissemination"
	"cutout/internal/officer"
	"cutout/internal/report"
	"cutout/internal/requirement"
	"cutout/internal/source"
)

func demoReporting(x *demo) {
	reports, items := map[report.ID]bool{}, 0
	langs, schemes, bases, series := map[string]int{}, map[string]int{}, map[report.Basis]int{}, map[string]int{}
	supports, contradicts, predictions := 0, 0, 0
	contacts, types, money := map[contact.ID]bool{}, map[contact.Type]int{}, 0
	for _, duty := range []officer.Duty{officer.Registrar, officer.Controller} {
		for _, o := range x.holders(duty) {
			for cursor := ""; ; {
				p, err := x.desk.Reports(x.Context(), o, source.ID{}, cursor, 50)
				x.must(err)
				for _, r := range p.Reports {
					if reports[r.ID] {
						continue
					}
					reports[r.ID] = true
					series[r.Value.Series]++
					for _, it := range r.Value.Items {
						items++
						langs[it.Lang]++
						bases[it.Basis]++
						if it.Grade != nil {
							schemes[string(it.Grade.Scheme())]++
						}
						if c := it.Claim; c != nil {
							supports += len(c.Supports)
							contradicts += len(c.Contradicts)
							if !c.PredictionDue.IsZero() {
								predictions++
							}
						}
						if !slices.Contains([]string{"en", "ar"}, it.Lang) && it.Gist == "" {
							x.Errorf("an item in %s has no gist", it.Lang)
						}
					}
				}
				if cursor = p.Next; cursor == "" {
					break
				}
			}
			for cursor := ""; ; {
				p, err := x.desk.Contacts(x.Context(), o, source.ID{}, cursor, 50)
				x.must(err)
				for _, c := range p.Contacts {
					if contacts[c.ID] {
						continue
					}
					contacts[c.ID] = true
					types[c.Value.Type]++
					if c.Value.Record != nil {
						money += len(c.Value.Record.Money)
						if c.Value.Type.InPerson() && c.Value.Record.Welfare == "" && c.Value.Record.Side != "opponent" {
							x.Errorf("%s has no word on welfare", c.ID.Ref())
						}
					}
				}
				if cursor = p.Next; cursor == "" {
					break
				}
			}
		}
	}
	if len(reports) < 115 || items < 215 || langs["ar"] < 30 || langs["fr"] == 0 || langs["fa"] == 0 || len(schemes) < 2 || len(bases) < 6 || len(series) < 3 {
		x.Errorf("%d reports, %d items, %v, %v, %v, %v", len(reports), items, langs, schemes, bases, series)
	}
	if supports < 8 || contradicts < 4 || predictions < 4 {
		x.Errorf("%d supports, %d contradictions, %d predictions", supports, contradicts, predictions)
	}
	if len(contacts) < 60 || len(types) < 7 || money < 10 {
		x.Errorf("%d contacts, %v, %d entries of money", len(contacts), types, money)
	}
	decided := map[report.Result]int{}
	for _, o := range x.holders(officer.Analyst) {
		for id := range reports {
			p, err := x.desk.Report(x.Context(), o, id, timeZero)
			if err != nil {
				continue
			}
			for _, outs := range p.Outcomes {
				for _, v := range outs {
					decided[v.Value.Result]++
				}
			}
		}
	}
	if decided[report.True] < 20 || decided[report.False] < 8 || decided[report.Partly] == 0 {
		x.Errorf("outcomes %v", decided)
	}
}

func demoOutside(x *demo) {
	sent, drafts, approved, recalled, heard := 0, 0, 0, 0, 0
	seen := map[dissemination.ID]bool{}
	for _, o := range x.holders(officer.ReleaseOfficer) {
		p, err := x.desk.Releases(x.Context(), o, "", 100)
		x.must(err)
		for _, r := range p.Releases {
			if seen[r.ID] {
				continue
			}
			seen[r.ID] = true
			switch r.Value.State {
			case dissemination.Drafted:
				drafts++
			case dissemination.Approved:
				approved++
			default:
				sent++
			}
			if p.Recalled[r.ID] {
				recalled++
			}
			f, err := x.desk.Release(x.Context(), o, r.ID)
			x.must(err)
			heard += len(f.Feedback)
		}
	}
	if sent < 20 || drafts == 0 || approved == 0 || recalled < 2 || heard < 8 {
		x.Errorf("%d sent, %d drafts, %d approved, %d recalled, %d answers", sent, drafts, approved, recalled, heard)
	}
	copies, products, hops := 0, 0, 0
	for _, o := range x.holders(officer.Customer) {
		in, err := x.desk.Inbox(x.Context(), o, "", 100)
		x.must(err)
		mine := 0
		for _, c := range in.Copies {
			if in.Recalled[c.ID] {
				mine++
			}
		}
		if mine == 0 {
			x.Errorf("%s sees no recall among %d copies", o.Name, len(in.Copies))
		}
		copies += mine
		ps, err := x.desk.Products(x.Context(), o, "", 100)
		x.must(err)
		for _, p := range ps.Products {
			if ps.Recalled[p.ID] {
				products++
			}
			page, err := x.desk.Product(x.Context(), o, p.ID)
			x.must(err)
			for _, m := range page.Recalls {
				hops = max(hops, m.Value.Hops)
			}
		}
	}
	if products < 2 || hops < 4 {
		x.Errorf("the recall reached %d products and %d steps", products, hops)
	}
	// A finding that a recall was not acknowledged lasts until every reader of every copy it speaks of has seen the mark.
	recalledCopies, unread := map[string]bool{}, map[string]bool{}
	for _, o := range x.holders(officer.Customer) {
		in, err := x.desk.Inbox(x.Context(), o, "", 100)
		x.must(err)
		for _, c := range in.Copies {
			p, err := x.desk.Copy(x.Context(), o, c.ID)
			x.must(err)
			for _, m := range p.Recalls {
				recalledCopies[c.ID.String()] = true
				if !p.Confirmed[m.ID] {
					unread[c.ID.String()] = true
				}
			}
		}
	}
	waiting := 0
	for _, o := range x.holders(officer.ReleaseOfficer) {
		w, err := x.desk.Watch(x.Context(), o, false)
		x.must(err)
		for _, f := range w.Findings {
			if f.Rule != "recall-unacknowledged" {
				continue
			}
			waiting++
			if !slices.ContainsFunc(slices.Concat(f.Subjects, f.Added), func(id string) bool { return unread[id] }) {
				x.Errorf("the watch waits for readers who all confirmed: %v", f.Reason.Params)
			}
		}
	}
	if waiting < 2 || len(unread) == len(recalledCopies) {
		x.Errorf("%d recalled copies, %d unread by somebody; the watch waits for %d", len(recalledCopies), len(unread), waiting)
	}
	yes, no := 0, 0
	for _, o := range x.holders(officer.ReleaseOfficer) {
		ns, err := x.desk.Notices(x.Context(), o, "", 100)
		x.must(err)
		for _, n := range ns.Notices {
			p, err := x.desk.Notice(x.Context(), o, n.ID)
			x.must(err)
			for _, r := range p.Readers {
				if r.Acknowledged {
					yes++
				} else {
					no++
				}
			}
		}
	}
	if yes == 0 || no == 0 {
		x.Errorf("%d readers acknowledged, %d did not", yes, no)
	}
}

// raised is every open finding by rule and officer.
func (x *demo) raised() map[string][]string {
	x.Helper()
	out := map[string][]string{}
	for name, o := range x.as {
		p, err := x.desk.Watch(x.Context(), o, false)
		x.must(err)
		for _, f := range p.Findings {
			out[f.Rule] = append(out[f.Rule], name)
		}
	}
	return out
}

func demoWatch(x *demo) {
	found := x.raised()
	if len(found) < 10 {
		x.Errorf("only %d rules have findings: %v", len(found), found)
	}
	for rule, who := range found {
		slices.Sort(who)
		x.Logf("%s: %s", rule, strings.Join(who, " "))
		// What fires on everything is read by nobody.
		if per := len(who) / len(slices.Compact(slices.Clone(who))); per > 12 {
			x.Errorf("%s tells each of its readers %d findings", rule, per)
		}
	}
	for _, rule := range []string{"doubt-unanswered", "recall-unacknowledged", "text-likeness", "same-origin-series", "one-origin-share"} {
		if len(found[rule]) == 0 {
			x.Errorf("no finding of %s", rule)
		}
	}
	acts := 0
	for _, o := range x.as {
		p, err := x.desk.Watch(x.Context(), o, false)
		x.must(err)
		for _, f := range p.Findings {
			acts += len(f.Acts)
			if f.Raised > day.Of(x.desk.Now()) {
				x.Errorf("%s is raised in the future", f.Rule)
			}
		}
	}
	if acts == 0 {
		x.Error("nobody answered a finding")
	}
}

func demoNeedToKnow(x *demo) {
	analysts := []officer.Officer{x.as["salwa"], x.as["idris"]}
	var seen [2]map[report.ID]bool
	for i, o := range analysts {
		seen[i] = map[report.ID]bool{}
		for cursor := ""; ; {
			p, err := x.desk.Reports(x.Context(), o, source.ID{}, cursor, 50)
			x.must(err)
			for _, r := range p.Reports {
				seen[i][r.ID] = true
			}
			if cursor = p.Next; cursor == "" {
				break
			}
		}
	}
	if len(seen[0]) < 30 || len(seen[1]) < 30 {
		x.Errorf("the analysts see %d and %d reports", len(seen[0]), len(seen[1]))
	}
	for id := range seen[0] {
		if seen[1][id] {
			x.Errorf("both analysts see %s", id.Ref())
		}
		if _, err := x.desk.Report(x.Context(), analysts[1], id, timeZero); casework.KindOf(err) != casework.NotFound {
			x.Errorf("a report of the other desk answers %v", err)
		}
	}
	for i, words := range []string{"شاحنات", "lorries"} {
		a, err := x.desk.Search(x.Context(), analysts[0], words, "", false, "", 50)
		x.must(err)
		b, err := x.desk.Search(x.Context(), analysts[1], words, "", false, "", 50)
		x.must(err)
		if len(a.Hits) == 0 || len(b.Hits) == 0 {
			x.Errorf("search %d found %d and %d", i, len(a.Hits), len(b.Hits))
		}
		for _, h := range a.Hits {
			if slices.ContainsFunc(b.Hits, func(k casework.Hit) bool { return k.ID == h.ID }) {
				x.Errorf("both analysts find %s", h.Ref)
			}
		}
	}
}

func demoClocks(x *demo) {
	lapsed, blocked := 0, 0
	now := x.desk.Now()
	for id, s := range x.register() {
		for _, o := range x.holders(officer.Controller) {
			p, err := x.desk.Source(x.Context(), o, id, timeZero)
			if err != nil || p.InForce != nil || len(p.Authorities) == 0 || s.Value.State.Ended() {
				continue
			}
			a := p.Authorities[0].Value
			if ago := now.Sub(a.Until).Hours() / 24; a.Refused || a.Cancelled != nil || ago < 0 || ago > 14 {
				continue
			}
			lapsed++
			for _, h := range x.holders(officer.Handler) {
				_, err := x.desk.PlanContact(x.Context(), h, contact.Draft{Source: id.String(), Type: "telephone", Plan: &contact.PlanDraft{
					When: day.Of(now).Add(2).String(), Safety: "A second officer within call.", Fallback: "The next day."}})
				var no *casework.Error
				if err == nil {
					x.Errorf("%s plans a contact without an authority", h.Name)
				} else if no, _ = err.(*casework.Error); no != nil && no.Code == "refused.authority.lapsed" {
					blocked++
				}
			}
		}
	}
	if lapsed != 1 || blocked != 1 {
		x.Errorf("%d authorities lapsed in the last days, %d plans refused for it", lapsed, blocked)
	}
}

func demoCoverage(x *demo) {
	gap, single := 0, 0
	for _, o := range x.holders(officer.CollectionManager) {
		p, err := x.desk.Coverage(x.Context(), o)
		x.must(err)
		kinds := map[requirement.Kind]int{}
		for i, r := range p.Rows {
			kinds[p.Requirements[i].Value.Kind]++
			if r.Gap {
				gap++
			}
			if r.SingleOrigin {
				single++
			}
		}
		if len(p.Rows) > 0 && (kinds["PIR"] < 2 || kinds["EEI"] < 3 || kinds["SIR"] < 5) {
			x.Errorf("requirements %v", kinds)
		}
	}
	if gap == 0 || single == 0 {
		x.Errorf("%d requirements nobody covers, %d rest on one source", gap, single)
	}
}

func demoLog(x *demo) {
	o := x.holders(officer.Inspector)[0]
	c, err := x.desk.Checkpoint(x.Context(), o)
	x.must(err)
	r, err := x.desk.VerifyLog(x.Context(), o, c)
	x.must(err)
	if r.Finding != audit.Sound || r.Size < 500 || r.Held == 0 {
		x.Errorf("the log: %+v", r)
	}
}
