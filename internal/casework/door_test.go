package casework_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"cutout/internal/assessment"
	"cutout/internal/casework"
	"cutout/internal/contact"
	"cutout/internal/dissemination"
	"cutout/internal/identity"
	"cutout/internal/report"
	"cutout/internal/source"
)

func faultsOf(err error) []string {
	var e *casework.Error
	var out []string
	if errors.As(err, &e) {
		for _, f := range e.Faults {
			out = append(out, f.Field+" "+f.Code)
		}
	}
	return out
}

// Every bad report is refused with all its faults at once, each at its field, and nothing of it is written.
func TestBadReports(t *testing.T) {
	engines(t, func(t *testing.T, u *unit) {
		c := u.meet(u.src, "2026-03-02")
		for _, x := range []struct {
			name   string
			change func(d *report.Draft)
			want   []string
		}{
			{"unknown grade", func(d *report.Draft) { d.Items[0].Grade = "Z9" }, []string{"items.1.grade grade.unknown"}},
			{"letters of another scheme", func(d *report.Draft) { d.Items[0].Scheme, d.Items[0].Grade = "9x9x9", "B2" }, []string{"items.1.grade grade.scheme-unknown"}},
			{"date of information after receipt", func(d *report.Draft) { d.When, d.Received = "2026-03-02", "2026-03-01" }, []string{"when report.after-receipt"}},
			{"no basis", func(d *report.Draft) { d.Items[0].Basis = "" }, []string{"items.1.basis field.required"}},
			{"no items", func(d *report.Draft) { d.Items = nil }, []string{"items report.no-items"}},
			{"ten megabytes", func(d *report.Draft) { d.Items[0].Text = strings.Repeat("a", 10<<20) }, []string{"items field.long", "items.1.text field.long"}},
			{"a language nobody reads", func(d *report.Draft) { d.Items[0].Lang = "fa" }, []string{"items.1.gist report.gist"}},
			{"three faults at once", func(d *report.Draft) { d.Items[0].Basis, d.Items[0].Grade, d.Received = "", "Z9", "2030-01-01" },
				[]string{"items.1.basis field.required", "items.1.grade grade.unknown", "received field.future"}},
		} {
			d := report.Draft{Contact: c.String(), Title: "x", Items: []report.ItemDraft{item("a")}}
			x.change(&d)
			_, err := u.d.FileReport(u.ctx, u.in("handler"), casework.ReportDraft{Draft: d})
			got := faultsOf(err)
			slices.Sort(got)
			if !slices.Equal(got, x.want) || casework.KindOf(err) != casework.Invalid {
				t.Errorf("%s: %v, want %v", x.name, err, x.want)
			}
		}
		bidi := report.Draft{Contact: c.String(), Title: "gate\u202e4", Items: []report.ItemDraft{item("a")}}
		if _, err := u.d.FileReport(u.ctx, u.in("handler"), casework.ReportDraft{Draft: bidi}); len(faultsOf(err)) != 1 || !strings.HasPrefix(faultsOf(err)[0], "title ") {
			t.Errorf("bidi control in a title: %v", err)
		}
		p, err := u.d.Reports(u.ctx, u.in("analyst"), u.src, "", 10)
		u.must(err)
		if len(p.Reports) != 0 {
			t.Errorf("%d refused reports were written", len(p.Reports))
		}
	})
}

// A contact outside one's Scope does not exist: the answer is that for an id nobody ever drew.
func TestReportForAHiddenContact(t *testing.T) {
	engines(t, func(t *testing.T, u *unit) {
		c := u.meet(u.src, "2026-03-02")
		stranger := u.add("stranger", true, "handler")
		u.d.Lock(u.who["registrar"].ID)
		u.in("registrar") // whoever holds the name key seals it to those who came since
		try := func(id string) error {
			_, err := u.d.FileReport(u.ctx, stranger, casework.ReportDraft{Draft: report.Draft{Contact: id, Items: []report.ItemDraft{item("a")}}})
			return err
		}
		hidden, missing := try(c.String()), try(contact.ID{1, 2, 3}.String())
		if casework.KindOf(hidden) != casework.NotFound || hidden != missing {
			t.Errorf("hidden %v, missing %v", hidden, missing)
		}
	})
}

func TestLapsedAuthority(t *testing.T) {
	engines(t, func(t *testing.T, u *unit) {
		u.now = time.Date(2027, 3, 1, 23, 59, 0, 0, time.UTC) // the last day of twelve months from 2 March 2026
		if _, err := u.file(u.meet(u.src, "2027-03-01"), item("still covered")); err != nil {
			t.Fatalf("on the last day: %v", err)
		}
		u.now = time.Date(2027, 3, 4, 9, 0, 0, 0, time.UTC)
		c := u.meet(u.src, "2027-03-03") // what happened is written down all the same
		_, err := u.file(c, item("too late"))
		var e *casework.Error
		if !errors.As(err, &e) || e.Kind != casework.Refused || e.Code != "refused.authority.lapsed" || e.Params["Since"] != "2027-03-02 00:00" {
			t.Errorf("%v %v", err, e)
		}
		_, err = u.d.PlanContact(u.ctx, u.in("handler"), contact.Draft{Source: u.src.String(), Type: "meeting", Plan: &contact.PlanDraft{When: "2027-03-10", Place: "town",
			Participants: []string{u.who["handler"].ID.String()}, Safety: "watched", Fallback: "a week later"}})
		if !errors.As(err, &e) || e.Code != "refused.authority.lapsed" {
			t.Errorf("planning: %v", err)
		}
	})
}

func (u *unit) releaseDraft(it report.ItemID, text string) casework.ReleaseDraft {
	return casework.ReleaseDraft{Draft: dissemination.Draft{Title: "Gate 4", Marking: []string{"TLP:AMBER"}, Officers: []string{u.who["customer"].ID.String()},
		Items: []dissemination.ItemDraft{{From: []string{it.String()}, Text: text, Lang: "en"}}}}
}

func TestAReleaseNeverNamesItsSource(t *testing.T) {
	engines(t, func(t *testing.T, u *unit) {
		_, it := u.filed("two containers left")
		other := u.register("registrar", identity.NameDraft{Full: "Ptolemy Featherstone"})
		_ = other
		for text, words := range map[string]string{
			"Quackenbush saw two containers":           "quackenbush",
			"zephyrine, and QUACKENBUSH too, saw them": "quackenbush, zephyrine",
			"Ptolemy saw two containers":               "", // another source's name is no matter of this release
			"two containers left":                      "",
		} {
			_, err := u.d.WriteRelease(u.ctx, u.in("releaser"), u.releaseDraft(it, text))
			var e *casework.Error
			if words == "" {
				if err != nil {
					t.Errorf("%q: %v", text, err)
				}
				continue
			}
			if !errors.As(err, &e) || len(e.Faults) != 1 || e.Faults[0].Code != "release.names-source" || e.Faults[0].Params["Words"] != words {
				t.Errorf("%q: %v", text, err)
			}
		}
		d := u.releaseDraft(it, "Zephyrine Street was closed")
		d.OtherPerson = "the street is named after a queen"
		if _, err := u.d.WriteRelease(u.ctx, u.in("releaser"), d); err != nil {
			t.Errorf("one word with a reason: %v", err)
		}
		d.Items[0].Text = "Zephyrine Quackenbush Street"
		if _, err := u.d.WriteRelease(u.ctx, u.in("releaser"), d); err == nil {
			t.Error("two parts of the name passed with a reason")
		}
	})
}

// The recall of a report reaches the reader of its release, and the author of a product that cites a product that cites it.
func TestRecallReachesThreeHops(t *testing.T) {
	engines(t, func(t *testing.T, u *unit) {
		rep, it := u.filed("two containers left")
		rel, err := u.d.WriteRelease(u.ctx, u.in("releaser"), u.releaseDraft(it, "Two containers left."))
		u.must(err)
		if err := u.d.ApproveRelease(u.ctx, u.in("releaser"), rel); casework.KindOf(err) != casework.Refused {
			t.Errorf("the writer approved his own release: %v", err)
		}
		u.must(u.d.ApproveRelease(u.ctx, u.in("second"), rel))
		sent, err := u.d.SendRelease(u.ctx, u.in("releaser"), rel)
		u.must(err)
		product := func(who, title, cites string, readers ...string) dissemination.ProductID {
			p, err := u.d.WriteProduct(u.ctx, u.in(who), casework.ProductDraft{ProductDraft: dissemination.ProductDraft{Title: title, Cites: []string{cites}, Text: "x"}, Readers: readers})
			u.must(err)
			return p
		}
		estimate := product("customer", "Estimate", sent.String(), u.who["minister"].ID.String())
		speech := product("minister", "Speech", estimate.String())
		n, err := u.d.Recall(u.ctx, u.in("releaser"), dissemination.RecallDraft{Reports: []string{rep.String()}, Reason: "invented"})
		u.must(err)

		c, err := u.d.Copy(u.ctx, u.in("customer"), sent)
		u.must(err)
		p, err := u.d.Product(u.ctx, u.in("minister"), speech)
		u.must(err)
		if len(c.Recalls) != 1 || len(p.Recalls) != 1 || !p.Recalls[0].Value.Recalled || p.Recalls[0].Value.Hops != 4 {
			t.Fatalf("copy %+v, product %+v", c.Recalls, p.Recalls)
		}
		waiting := func() (out []string) {
			p, err := u.d.Notice(u.ctx, u.in("releaser"), n)
			u.must(err)
			for _, r := range p.Readers {
				if !r.Acknowledged {
					out = append(out, r.Name+" "+r.Kind)
				}
			}
			slices.Sort(out)
			return out
		}
		if got := waiting(); !slices.Equal(got, []string{"customer issued", "customer product", "minister product"}) {
			t.Errorf("reached: %v", got)
		}
		u.must(u.d.ConfirmRecall(u.ctx, u.in("minister"), p.Recalls[0].ID))
		if got := waiting(); !slices.Equal(got, []string{"customer issued", "customer product"}) {
			t.Errorf("after the minister answered: %v", got)
		}
		// Nothing new may cite it, at any hop.
		if _, err := u.d.WriteRelease(u.ctx, u.in("releaser"), u.releaseDraft(it, "Again.")); len(faultsOf(err)) != 1 || !strings.HasSuffix(faultsOf(err)[0], "release.under-notice") {
			t.Errorf("a recalled report was released: %v", err)
		}
		_, err = u.d.WriteProduct(u.ctx, u.in("minister"), casework.ProductDraft{ProductDraft: dissemination.ProductDraft{Title: "Second speech", Cites: []string{speech.String()}, Text: "x"}})
		if len(faultsOf(err)) != 1 || !strings.HasSuffix(faultsOf(err)[0], "product.under-notice") {
			t.Errorf("a recalled product was cited: %v", err)
		}
		// An assessment from outside the line resolves the notice, and its marks no longer stand.
		if _, err := u.d.Assess(u.ctx, u.in("validator"), casework.AssessmentDraft{Draft: assessmentDraft(u.src.String(), n.String())}); err == nil {
			t.Error("the validator, who does not hold the source, resolved a notice about it")
		}
		_, err = u.d.Assess(u.ctx, u.in("validator"), casework.AssessmentDraft{Draft: assessmentDraft(rep.String(), n.String())})
		u.must(err)
		if c, err = u.d.Copy(u.ctx, u.in("customer"), sent); err != nil || len(c.Recalls) != 0 {
			t.Errorf("after the assessment: %v, %+v", err, c.Recalls)
		}
	})
}

func assessmentDraft(about, resolves string) assessment.Draft {
	return assessment.Draft{About: about, View: "checked against the gate's own books: true", Resolves: []string{resolves}}
}

func TestAsKnownOn(t *testing.T) {
	engines(t, func(t *testing.T, u *unit) {
		rep, it := u.filed("two containers left")
		before := u.now
		u.now = u.now.Add(48 * time.Hour)
		_, err := u.d.RecordOutcome(u.ctx, u.in("analyst"), report.OutcomeDraft{Item: it.String(), Result: "true", On: "2026-03-03", Basis: "the gate's books"})
		u.must(err)
		now, err := u.d.Report(u.ctx, u.in("analyst"), rep, time.Time{})
		u.must(err)
		then, err := u.d.Report(u.ctx, u.in("analyst"), rep, before)
		u.must(err)
		if len(now.Outcomes[it]) != 1 || len(then.Outcomes[it]) != 0 {
			t.Errorf("outcomes now %d, then %d", len(now.Outcomes[it]), len(then.Outcomes[it]))
		}
	})
}

func TestHandlerIsNeverController(t *testing.T) {
	engines(t, func(t *testing.T, u *unit) {
		err := u.d.Assign(u.ctx, u.in("registrar"), casework.AssignDraft{Source: u.src.String(), Officer: u.who["handler"].ID.String(), Duty: "controller"})
		if len(faultsOf(err)) != 1 || faultsOf(err)[0] != "duty officer.conflict" {
			t.Errorf("%v", err)
		}
	})
}

// A name may stand in no text about its source, whatever the record.
func TestNamesStandNowhere(t *testing.T) {
	engines(t, func(t *testing.T, u *unit) {
		const named = "Quackenbush was nervous"
		today := u.now.Format(time.DateOnly)
		for what, try := range map[string]func() error{
			"contact": func() error {
				_, err := u.d.RecordContact(u.ctx, u.in("handler"), contact.ID{}, contact.Draft{Source: u.src.String(), Type: "meeting", Record: &contact.RecordDraft{When: today, Place: "town",
					Participants: []string{u.who["handler"].ID.String()}, Summary: named, Welfare: "well", Security: "none"}})
				return err
			},
			"life event": func() error {
				return u.d.RecordLife(u.ctx, u.in("registrar"), source.LifeEventDraft{Source: u.src.String(), Kind: "reviewed", When: today, Text: named})
			},
			"notice": func() error {
				_, err := u.d.IssueNotice(u.ctx, u.in("controller"), casework.NoticeDraft{NoticeDraft: dissemination.NoticeDraft{Kind: "doubt", About: u.src.String(), Text: named}})
				return err
			},
			"assessment": func() error {
				_, err := u.d.Assess(u.ctx, u.in("controller"), casework.AssessmentDraft{Draft: assessment.Draft{About: u.src.String(), View: named}})
				return err
			},
		} {
			var e *casework.Error
			if err := try(); !errors.As(err, &e) || len(e.Faults) != 1 || e.Faults[0].Code != "report.names-source" {
				t.Errorf("%s: %v", what, err)
			}
		}
	})
}
