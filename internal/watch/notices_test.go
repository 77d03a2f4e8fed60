package watch

import (
	"slices"
	"testing"

	"cutout/internal/day"
)

func TestNoticeRules(t *testing.T) {
	cited := func(w *world) {
		supported(w)
		w.notice("W", "fabrication-notice", "S-A", 10)
	}
	exposed := func(w *world) {
		w.party("O-KGB", "opponent", "")
		w.party("P-MOLE", "person", "O-KGB")
		w.party("P-CUT", "person", "")
		w.source("S-A", 0)
		w.told("1", "S-A", 2, "direct")
		w.told("2", "S-A", 8, "direct")
		w.Roles = append(w.Roles, Role{Record: rec("RO", 5), Person: "P-CUT", Source: "S-A", Role: "cutout"},
			Role{Record: rec("RH", 0), Person: "P-H", Source: "S-A", Role: "handler"})
	}
	meeting := func(w *world) {
		w.source("S-A", 0)
		w.notice("W", "security", "S-A", 4).Readers = []string{"off-1", "off-2"}
		w.Acts = append(w.Acts, Act{Record: rec("PLAN", 6), Kind: "meeting", Source: "S-A"})
		w.Acts[0].When = on(20)
	}
	credit := func(w *world) *Credit {
		w.source("S-A", 0)
		w.told("1", "S-A", 2, "direct")
		w.Credits = append(w.Credits, Credit{Record: rec("B", 5), Source: "S-A", Report: "R1", Assessor: "P-X"})
		return &w.Credits[0]
	}
	run(t, []ruleCase{
		{"notice-without-recall", "until recalled", nil, func(w *world) {
			cited(w)
			w.notice("W2", "recall", "R1", 15)
		}, []string{"9: none", "10: W@10", "14: W@10", "15: none"}, []string{"W", "R1", "S-A"}, "reason"},
		{"notice-without-recall", "until kept with reasons", nil, func(w *world) {
			cited(w)
			w.Keeps = append(w.Keeps, Keep{rec("KP", 12), "W", "R1"})
		}, []string{"11: W@10", "12: none"}, nil, ""},
		{"notice-without-recall", "a later report is not an earlier one", nil, func(w *world) {
			w.source("S-A", 0)
			w.notice("W", "recantation", "S-A", 1)
			w.told("1", "S-A", 5, "direct")
		}, []string{"9: none"}, nil, ""},
		{"notice-without-recall", "what stood below him falls too", nil, func(w *world) {
			cited(w)
			w.Sources[1].Parent = "S-A"
			w.notice("W2", "recall", "R1", 10)
		}, []string{"10: W@10"}, []string{"R2", "S-B"}, "reason"},

		{"notice-without-recall", "a report that came through him", nil, func(w *world) {
			cited(w)
			w.Reports[1].SubSource = "S-A"
			w.notice("W2", "recall", "R1", 10)
		}, []string{"10: W@10"}, []string{"R2", "S-B"}, "reason"},
		{"recall-unacknowledged", "reader and reader of the product, until both acknowledge", nil, func(w *world) {
			cited(w)
			w.send("D1", "R1", "P", 3)
			w.send("D2", "P", "", 5)
			w.receipt("W", "D1", 12)
			w.receipt("W", "D2", 14)
		}, []string{"9: none", "10: W@10", "13: W@10", "14: none"}, []string{"W", "D1", "D2", "R1"}, "reason"},
		{"recall-unacknowledged", "sent after the notice", nil, func(w *world) {
			cited(w)
			w.send("D1", "R1", "P", 11)
		}, []string{"20: none"}, nil, ""},
		{"recall-unacknowledged", "a receipt for another notice", nil, func(w *world) {
			cited(w)
			w.send("D1", "R1", "", 3)
			w.receipt("W9", "D1", 12)
		}, []string{"20: W@10"}, nil, ""},
		{"recall-unacknowledged", "an import that does not say", nil, func(w *world) {
			cited(w)
			w.send("D1", "R1", "", 3).ReceiptUnknown = true
		}, []string{"20: none"}, nil, ""},

		{"recalled-cited", "after the notice, until withdrawn", nil, func(w *world) {
			cited(w)
			w.send("D1", "R1", "P", 12).Withdrawn = on(18)
		}, []string{"11: none", "12: D1@12", "17: D1@12", "18: none"}, []string{"D1", "W", "R1", "S-A"}, "reason"},
		{"recalled-cited", "three hops up", nil, func(w *world) {
			cited(w)
			w.send("D1", "R1", "P1", 3)
			w.Citations = append(w.Citations, Citation{rec("X1", 4), "P2", "P1"}, Citation{rec("X2", 5), "P3", "P2"})
			w.send("D9", "P3", "", 12)
		}, []string{"11: none", "12: D9@12"}, []string{"D9", "W", "R1"}, "reason"},
		{"recalled-cited", "before the notice", nil, func(w *world) {
			cited(w)
			w.send("D1", "R1", "P", 9)
		}, []string{"20: none"}, nil, ""},
		{"recalled-cited", "on the very day", nil, func(w *world) {
			cited(w)
			w.send("D1", "R1", "P", 10)
		}, []string{"10: D1@10"}, nil, ""},
		{"recalled-cited", "in the same vague month, no order is known", nil, func(w *world) {
			cited(w)
			w.send("D1", "R1", "P", 10).When = day.Period{First: 1, Last: 10, Text: "month"}
		}, []string{"20: none"}, nil, ""},
		{"recalled-cited", "the label is carried", nil, func(w *world) {
			cited(w)
			w.send("D1", "R1", "P", 12).Carries = []string{"W"}
		}, []string{"20: none"}, nil, ""},
		{"recalled-cited", "after the notice was resolved", nil, func(w *world) {
			cited(w)
			w.assess("A", "S-A", 11).Resolves = []string{"W"}
			w.send("D1", "R1", "P", 12)
		}, []string{"20: none"}, nil, ""},

		{"doubt-unanswered", "thirty days without an answer", nil, func(w *world) {
			w.source("S-A", 0)
			n := w.notice("W", "doubt", "S-A", 3)
			n.Response, n.Responded = "followed", on(50)
		}, []string{"32: none", "33: S-A@33", "49: S-A@33", "50: none"}, []string{"S-A", "W"}, "waiting"},
		{"doubt-unanswered", "the pack waits longer", Thresholds{"doubt_days": 40}, func(w *world) {
			w.source("S-A", 0)
			w.notice("W", "doubt", "S-A", 3)
		}, []string{"42: none", "43: S-A@43"}, nil, "waiting"},
		{"doubt-unanswered", "the holder's doubt at once, and of its own", nil, func(w *world) {
			w.source("S-A", 0).Holder = "O-L"
			w.party("P-L", "person", "O-L")
			w.notice("W1", "doubt", "S-A", 1)
			w.notice("W", "doubt", "S-A", 3).Issuer = "P-L"
		}, []string{"2: none", "3: S-A+W@3", "31: S-A@31 S-A+W@3"}, []string{"S-A", "W"}, "holder"},
		{"doubt-unanswered", "followed at once", nil, func(w *world) {
			w.source("S-A", 0)
			w.notice("W", "doubt", "S-A", 3).Response = "followed"
		}, []string{"99: none"}, nil, ""},
		{"doubt-unanswered", "a contradiction of a claim", nil, func(w *world) {
			supported(w)
			w.notice("W", "contradiction", "C1", 10)
		}, []string{"39: none", "40: C1@40"}, []string{"C1", "R1", "S-A", "W"}, "waiting"},

		{"control-date-review", "a compromised go-between taints what came after", nil, func(w *world) {
			exposed(w)
			w.notice("W", "compromise", "P-CUT", 7)
			w.assess("A0", "S-A", 9).By = "P-H"
			w.assess("A1", "S-A", 14)
		}, []string{"7: none", "8: S-A+compromise@8", "13: S-A+compromise@8", "14: none"}, []string{"S-A", "W", "RO", "P-CUT", "R2"}, "compromise"},
		{"control-date-review", "a hostile man knows him", nil, func(w *world) {
			exposed(w)
			w.Knows = append(w.Knows, Knows{rec("KN", 9), "P-MOLE", "P-CUT"})
			w.Knows[0].When = on(1)
		}, []string{"8: none", "9: S-A+known@9"}, []string{"P-MOLE", "R1", "R2"}, "known"},
		{"control-date-review", "another source of the same gang knows him", nil, func(w *world) {
			exposed(w)
			w.source("S-B", 0).Person = "P-MOLE"
			w.Knows = append(w.Knows, Knows{rec("KN", 9), "P-MOLE", "S-A"})
		}, []string{"20: none"}, nil, ""},
		{"control-date-review", "a friend knows him", nil, func(w *world) {
			exposed(w)
			w.Knows = append(w.Knows, Knows{rec("KN", 9), "P-CUT", "S-A"})
		}, []string{"20: none"}, nil, ""},
		{"control-date-review", "lost", nil, func(w *world) {
			exposed(w)
			w.Sources[0].Lifecycle = []Event{{"lost", 12, on(12)}}
		}, []string{"11: none", "12: S-A+lost@12"}, []string{"R1", "R2"}, "lost"},
		{"control-date-review", "control dated after his last report", nil, func(w *world) {
			exposed(w)
			w.notice("W", "suspected-control", "S-A", 20).ControlFrom = on(9)
		}, []string{"30: none"}, nil, ""},

		{"adverse-unseen", "a warning unread before a meeting, until the last has read it", nil, func(w *world) {
			meeting(w)
			w.receipt("W", "off-1", 7)
			w.receipt("W", "off-2", 9)
		}, []string{"5: none", "6: PLAN@6", "8: PLAN@6", "9: none"}, []string{"PLAN", "W", "S-A"}, "unread"},
		{"adverse-unseen", "all have read it", nil, func(w *world) {
			meeting(w)
			w.receipt("W", "off-1", 4)
			w.receipt("W", "off-2", 5)
		}, []string{"6: none"}, nil, ""},
		{"adverse-unseen", "a warning after the meeting", nil, func(w *world) {
			meeting(w)
			w.Acts[0].When = on(3)
		}, []string{"30: none"}, nil, ""},
		{"adverse-unseen", "a meeting held though nobody acted on the warning", nil, func(w *world) {
			w.source("S-A", 0)
			w.notice("W", "security", "S-A", 4)
			w.Contacts = append(w.Contacts, Contact{Record: rec("K", 9), Source: "S-A", Type: "meeting"})
		}, []string{"8: none", "9: K@9"}, []string{"K", "W", "S-A"}, "unread"},
		{"adverse-unseen", "a waiver nobody signed", nil, func(w *world) {
			w.source("S-A", 0)
			w.Acts = append(w.Acts, Act{Record: rec("WV", 3), Kind: "waiver", Source: "S-A"})
		}, []string{"3: WV@3"}, []string{"WV"}, "no-approver"},
		{"adverse-unseen", "a signed waiver", nil, func(w *world) {
			w.source("S-A", 0)
			w.Acts = append(w.Acts, Act{Record: rec("WV", 3), Kind: "waiver", Source: "S-A", Approver: "off-1"})
		}, []string{"3: none"}, nil, ""},
		{"adverse-unseen", "an application with a stale digest", nil, func(w *world) {
			w.source("S-A", 0)
			w.Acts = append(w.Acts, Act{Record: Record{ID: "AP", Seen: 5}, Kind: "application", Source: "S-A", Digest: on(5)})
			w.notice("W", "complaint", "S-A", 8)
		}, []string{"7: none", "8: AP@8"}, []string{"AP", "W"}, "stale-digest"},
		{"adverse-unseen", "an application with no digest", nil, func(w *world) {
			w.source("S-A", 0)
			w.Acts = append(w.Acts, Act{Record: Record{ID: "AP", Seen: 5}, Kind: "application", Source: "S-A"})
		}, []string{"5: AP@5"}, nil, "no-digest"},

		{"credit-without-report", "no report", nil, func(w *world) { credit(w).Report = "" }, []string{"4: none", "5: B@5"}, []string{"B", "S-A"}, "no-report"},
		{"credit-without-report", "an import that does not say", nil, func(w *world) {
			c := credit(w)
			c.Report, c.ReportUnknown = "", true
		}, []string{"9: none"}, nil, ""},
		{"credit-without-report", "linked and assessed", nil, func(w *world) { credit(w) }, []string{"9: none"}, nil, ""},
		{"credit-without-report", "nobody assessed it", nil, func(w *world) { credit(w).Assessor = "" }, []string{"5: B@5"}, nil, "no-assessor"},
		{"credit-without-report", "his own handler did", nil, func(w *world) {
			credit(w)
			w.Roles = append(w.Roles, Role{Record: rec("RH", 0), Person: "P-X", Source: "S-A", Role: "handler"})
		}, []string{"5: B@5"}, nil, "own-line"},
		{"credit-without-report", "another man's report", nil, func(w *world) {
			credit(w)
			w.source("S-B", 0)
			w.Reports[0].Source = "S-B"
		}, []string{"5: B@5"}, []string{"S-B", "R1"}, "other-source"},
	})
}

func TestBlocksAnswerAsTheRules(t *testing.T) {
	w := &world{}
	supported(w)
	w.notice("W", "recall", "R1", 10)
	w.send("D1", "R1", "P", 3)
	if got := NewIndex(&w.View, 9).RecalledCited("P"); len(got) != 0 {
		t.Errorf("before the notice: %v", got)
	}
	got := NewIndex(&w.View, 10).RecalledCited("P")
	if len(got) != 1 || got[0].Notice != "W" || got[0].Report != "R1" || got[0].Since != 10 {
		t.Errorf("on the day of the notice: %v", got)
	}
	if got := NewIndex(&w.View, 10).RecalledCited("P", "W"); len(got) != 0 {
		t.Errorf("with the label carried: %v", got)
	}
	w.Acts = append(w.Acts, Act{Record: rec("PLAN", 5), Kind: "meeting", Source: "S-A"})
	w.Acts[0].When = day.Period{}
	w.notice("W2", "security", "S-A", 12).Readers = []string{"off-1"}
	w.receipt("W2", "off-1", 15)
	for _, c := range []struct {
		on   day.Day
		want []string
	}{{11, nil}, {12, []string{"off-1"}}, {15, nil}} {
		var readers []string
		for _, u := range NewIndex(&w.View, c.on).AdverseUnseen("PLAN") {
			readers = append(readers, u.Readers...)
		}
		if !slices.Equal(readers, c.want) {
			t.Errorf("day %d: %v, want %v", c.on, readers, c.want)
		}
	}
}

func TestSubjectsAreSkipped(t *testing.T) {
	w := &world{}
	s := w.source("S-A", 0)
	s.Subject, s.Identity = true, "unknown"
	s.Lifecycle = []Event{{"lost", 9, on(9)}}
	c := w.told("1", "S-A", 1, "direct")
	c.Topic, c.Discriminator = "t", "met"
	w.Reports[0].Count = 50
	w.notice("W", "doubt", "S-A", 2)
	w.notice("W1", "suspected-control", "S-A", 2)
	w.grade("C1", "favorable", "confirmed", 2)
	w.grade("C1", "favorable", "doubtful", 3)
	for _, f := range Sweep(&w.View, 99, Defaults()) {
		t.Errorf("%s %s: a man looked into is no source", f.Rule, f.Key)
	}
}

func TestDefaultsAreReported(t *testing.T) {
	w := &world{}
	w.source("S-A", 0)
	w.notice("W", "doubt", "S-A", 3)
	for _, c := range []struct {
		th   Thresholds
		want []string
	}{{Thresholds{}, []string{"doubt_days"}}, {Thresholds{"doubt_days": 30}, nil}} {
		fs := Sweep(&w.View, 99, c.th)
		if len(fs) != 1 || !slices.Equal(fs[0].Defaulted, c.want) {
			t.Errorf("given %v: %+v", c.th, fs)
		}
	}
	if m := (Thresholds{"likeness": 1}).Missing(); slices.Contains(m, "likeness") || len(m) != len(Defaults())-1 {
		t.Errorf("missing %v", m)
	}
}
