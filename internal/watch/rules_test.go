package watch

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"cutout/internal/day"
)

// ruleCase says, for one rule and one View, on which days a key's finding stands and since when. Each line of want is
// "day: key@raised key@raised" or "day: none".
type ruleCase struct {
	rule, name string
	th         Thresholds
	build      func(*world)
	want       []string
	subjects   []string // of the first finding met, some of them
	code       string   // the end of its reason's code
}

func check(t *testing.T, c ruleCase) {
	t.Helper()
	w := &world{}
	c.build(w)
	th := Defaults()
	for k, v := range c.th {
		th[k] = v
	}
	seenSubjects := false
	for _, line := range c.want {
		d, want, _ := strings.Cut(line, ": ")
		var n int
		fmt.Sscan(d, &n)
		var got []string
		for _, f := range Sweep(&w.View, day.Day(n), th) {
			if f.Rule != c.rule {
				continue
			}
			mustSay(t, f.Reason)
			if f.Public != nil {
				mustSay(t, f.Public.Reason)
			}
			got = append(got, fmt.Sprintf("%s@%d", f.Key, f.Raised))
			if !seenSubjects {
				for _, s := range c.subjects {
					if !slices.Contains(f.Subjects, s) {
						t.Errorf("subjects %v lack %s", f.Subjects, s)
					}
				}
				if !strings.HasSuffix(f.Reason.Code, c.code) {
					t.Errorf("reason %s, want …%s", f.Reason.Code, c.code)
				}
				seenSubjects = true
			}
		}
		if g := strings.Join(got, " "); g != want && (g != "" || want != "none") {
			t.Errorf("day %s: got %q, want %q", d, g, want)
		}
	}
	if !seenSubjects && len(c.subjects) > 0 {
		t.Error("no finding met, so no subjects were looked at")
	}
}

func run(t *testing.T, cases []ruleCase) {
	for _, c := range cases {
		t.Run(c.rule+"/"+c.name, func(t *testing.T) { check(t, c) })
	}
}

func supported(w *world) {
	w.source("S-A", 0)
	w.source("S-B", 0)
	w.told("1", "S-A", 1, "direct")
	w.told("2", "S-B", 5, "direct").Supports = []string{"C1"}
}

func TestOriginRules(t *testing.T) {
	run(t, []ruleCase{
		{"false-corroboration", "a notice on the supporting source, until resolved", nil, func(w *world) {
			supported(w)
			w.notice("W", "fabrication-notice", "S-B", 9)
			w.assess("A", "S-B", 20).Resolves = []string{"W"}
		}, []string{"8: none", "9: S-B@9", "19: S-B@9", "20: none"}, []string{"S-B", "W", "R2", "C2"}, "notice"},
		{"false-corroboration", "a doubt is no notice in force", nil, func(w *world) {
			supported(w)
			w.notice("W", "doubt", "S-B", 9)
		}, []string{"50: none"}, nil, ""},
		{"false-corroboration", "the same introducer", nil, func(w *world) {
			supported(w)
			w.Sources[0].IntroducedBy, w.Sources[1].IntroducedBy = []string{"P-X", "P-Y"}, []string{"P-Y"}
		}, []string{"4: none", "5: S-B@5", "99: S-B@5"}, []string{"S-B", "C2", "R2", "C1", "R1", "S-A"}, "origin"},
		{"false-corroboration", "one steered the other", nil, func(w *world) {
			supported(w)
			w.Sources[0].Person, w.Sources[1].SteeredBy = "P-A", []string{"P-A"}
		}, []string{"5: S-B@5"}, nil, "origin"},
		{"false-corroboration", "two sources of the own service are not one", nil, func(w *world) {
			supported(w)
			w.party("O-US", "own-service", "")
			w.Sources[0].Holder, w.Sources[1].Holder = "O-US", "O-US"
		}, []string{"9: none"}, nil, ""},
		{"false-corroboration", "two sources behind one liaison service are", nil, func(w *world) {
			supported(w)
			w.party("O-L", "liaison-service", "")
			w.Sources[0].Holder, w.Sources[1].Holder = "O-L", "O-L"
		}, []string{"9: S-B@5"}, nil, "origin"},
		{"false-corroboration", "support withdrawn", nil, func(w *world) {
			supported(w)
			w.Claims[1].Supports = nil
			w.notice("W", "recall", "R2", 9)
		}, []string{"9: none"}, nil, ""},

		{"same-origin-series", "second series", nil, func(w *world) {
			w.source("S-A", 0)
			w.report("R1", "S-A", 1).Series = "IRON"
			w.report("R2", "S-A", 4).Series = "CHICK"
			w.report("R3", "S-A", 6).Series = "THIRD"
		}, []string{"3: none", "4: S-A@4", "9: S-A@4"}, []string{"S-A", "R1", "R2"}, "reason"},
		{"same-origin-series", "one series twice, and two sources", nil, func(w *world) {
			w.source("S-A", 0)
			w.source("S-B", 0)
			w.report("R1", "S-A", 1).Series = "IRON"
			w.report("R2", "S-A", 4).Series = "IRON"
			w.report("R3", "S-B", 4).Series = "CHICK"
			w.report("R4", "S-A", 4)
		}, []string{"9: none"}, nil, ""},

		{"one-origin-share", "ten counted at the end of the range, falls under the share", nil, func(w *world) {
			w.source("S-A", 0)
			w.source("S-B", 0)
			w.told("1", "S-A", 1, "direct").Topic = "t"
			w.Reports[0].Count, w.Reports[0].Counted = 10, 8
			for i := range 3 {
				w.told(fmt.Sprint(i+2), "S-B", 20+i, "direct").Topic = "t"
			}
		}, []string{"7: none", "8: t+S-A@8", "21: t+S-A@8", "22: none"}, []string{"t", "S-A", "R1"}, "reason"},
		{"one-origin-share", "nine are too few", nil, func(w *world) {
			w.source("S-A", 0)
			w.told("1", "S-A", 1, "direct").Topic = "t"
			w.Reports[0].Count, w.Reports[0].Counted = 9, 1
		}, []string{"8: none"}, nil, ""},
		{"one-origin-share", "share just met", Thresholds{"one_origin_share": 0.9}, func(w *world) {
			w.source("S-A", 0)
			w.source("S-B", 0)
			w.told("1", "S-A", 1, "direct").Topic = "t"
			w.Reports[0].Count, w.Reports[0].Counted = 18, 1
			w.told("2", "S-B", 2, "direct").Topic = "t"
			w.told("3", "S-B", 3, "direct").Topic = "t"
			w.told("4", "S-B", 4, "direct").Topic = "t"
		}, []string{"3: t+S-A@1", "4: none"}, nil, ""},
		{"one-origin-share", "a collective source is many mouths", nil, func(w *world) {
			w.source("S-A", 0).Identity = "collective"
			w.told("1", "S-A", 1, "direct").Topic = "t"
			w.Reports[0].Count = 100
		}, []string{"8: none"}, nil, ""},

		{"one-tree-support", "two supports of one root, until another root speaks", nil, func(w *world) {
			supported(w)
			w.Claims[0].Importance = "high"
			w.source("S-C", 0).Parent = "S-B"
			w.source("S-D", 0)
			w.told("3", "S-C", 7, "direct").Supports = []string{"C1"}
			w.told("4", "S-D", 12, "direct").Supports = []string{"C1"}
		}, []string{"6: none", "7: R1@7", "11: R1@7", "12: none"}, []string{"R1", "C1", "C2", "C3", "S-B"}, "tree"},
		{"one-tree-support", "two roots", nil, func(w *world) {
			supported(w)
			w.Claims[0].Importance = "high"
			w.source("S-C", 0)
			w.told("3", "S-C", 7, "direct").Supports = []string{"C1"}
		}, []string{"9: none"}, nil, ""},
		{"one-tree-support", "not important", nil, func(w *world) {
			supported(w)
			w.source("S-C", 0).Parent = "S-B"
			w.told("3", "S-C", 7, "direct").Supports = []string{"C1"}
		}, []string{"9: none"}, nil, ""},
		{"one-tree-support", "two mouths of one report", nil, func(w *world) {
			w.source("S-A", 0)
			w.told("1", "S-A", 3, "direct").Importance = "high"
			for _, id := range []string{"X", "Y"} {
				c := w.claim("C"+id, "R1", 4, "sub-source")
				c.SubSource, c.Supports = "P-"+id, []string{"C1"}
			}
		}, []string{"3: none", "4: R1@4"}, []string{"CX", "CY", "S-A"}, "tree"},
		{"one-tree-support", "put together from one tree", nil, func(w *world) {
			w.source("S-A", 0)
			w.source("S-B", 0).Parent = "S-A"
			w.told("1", "S-A", 3, "direct").Importance = "high"
			w.Reports[0].BuiltFrom = []string{"S-A", "S-B"}
		}, []string{"3: R1@3"}, []string{"S-A", "S-B"}, "tree"},
		{"one-tree-support", "a support that cites a product built on the report", nil, func(w *world) {
			supported(w)
			w.send("D", "R1", "PAPER", 3)
			w.Citations = append(w.Citations, Citation{rec("X", 5), "R2", "PAPER"})
			w.source("S-D", 0)
			w.told("4", "S-D", 12, "direct").Supports = []string{"C1"}
		}, []string{"4: none", "5: R1@5", "12: none"}, []string{"R1", "R2", "C2"}, "circle"},

		{"subsources-one-channel", "two unmet, until one is met", nil, func(w *world) {
			w.source("S-A", 0)
			for i, d := range []int{3, 8} {
				s := w.source(fmt.Sprint("S-", i), d)
				s.Parent, s.Channel, s.ServiceContact = "S-A", "S-A", "none"
			}
			w.party("P-US", "person", "O").Staff = true
			w.Contacts = append(w.Contacts, Contact{Record: rec("K", 20), Source: "S-1", Type: "meeting", Participants: []string{"P-US"}})
		}, []string{"7: none", "8: S-A@8", "19: S-A@8", "20: none"}, []string{"S-A", "S-0", "S-1"}, "reason"},
		{"subsources-one-channel", "no channel on record: the one above speaks for both", nil, func(w *world) {
			w.source("S-A", 0)
			for i, d := range []int{3, 8} {
				s := w.source(fmt.Sprint("S-", i), d)
				s.Parent, s.ServiceContact = "S-A", "relayed"
			}
		}, []string{"7: none", "8: S-A@8"}, nil, ""},
		{"subsources-one-channel", "own channels", nil, func(w *world) {
			w.source("S-A", 0)
			for i, d := range []int{3, 8} {
				s := w.source(fmt.Sprint("S-", i), d)
				s.Parent, s.Channel, s.ServiceContact = "S-A", fmt.Sprint(i), "none"
			}
		}, []string{"9: none"}, nil, ""},
		{"subsources-one-channel", "silence on contact is not absence", nil, func(w *world) {
			w.source("S-A", 0)
			for i, d := range []int{3, 8} {
				s := w.source(fmt.Sprint("S-", i), d)
				s.Parent, s.Channel = "S-A", "x"
			}
		}, []string{"9: none"}, nil, ""},

		{"agreement-too-good", "four lines over a year, until a check", nil, func(w *world) {
			lines(w, 4, 365)
			w.Claims[0].Checked = on(500)
		}, []string{"364: none", "365: S-0@365", "499: S-0@365", "500: none"}, []string{"S-0", "S-3", "C3"}, "reason"},
		{"agreement-too-good", "a day short", nil, func(w *world) { lines(w, 4, 364) }, []string{"400: none"}, nil, ""},
		{"agreement-too-good", "three lines", nil, func(w *world) { lines(w, 3, 900) }, []string{"999: none"}, nil, ""},
		{"agreement-too-good", "a contradiction", nil, func(w *world) {
			lines(w, 4, 365)
			w.told("9", "S-2", 400, "direct").Contradicts = []string{"C1"}
		}, []string{"399: S-0@365", "400: none"}, nil, ""},

		{"text-likeness", "score at the bar, until explained", nil, func(w *world) { alike(w, 0.8, false) },
			[]string{"4: none", "5: R1+R2@5", "29: R1+R2@5", "30: none"}, []string{"R1", "R2", "S-A", "S-B"}, "score"},
		{"text-likeness", "under the bar", nil, func(w *world) { alike(w, 0.79, false) }, []string{"9: none"}, nil, ""},
		{"text-likeness", "a declared common text", nil, func(w *world) { alike(w, 0.9, true) }, []string{"9: none"}, nil, ""},
		{"text-likeness", "a recorded warning", nil, func(w *world) {
			w.source("S-A", 0)
			w.notice("W", "similarity", "S-A", 3)
			w.assess("A", "S-A", 7).Resolves = []string{"W"}
		}, []string{"2: none", "3: W@3", "7: none"}, []string{"W", "S-A"}, "notice"},

		{"confidence-unsupported", "one origin; a second is added", nil, func(w *world) {
			supported(w)
			w.send("D1", "R1", "P", 10).Confidence = "high"
			w.send("D2", "R2", "P", 14)
		}, []string{"9: none", "10: P@10", "13: P@10", "14: none"}, []string{"P", "D1", "R1", "S-A"}, "product"},
		{"confidence-unsupported", "two origins, one falls under a notice", nil, func(w *world) {
			supported(w)
			w.send("D1", "R1", "P", 10).Confidence = "high"
			w.send("D2", "R2", "P", 10)
			w.notice("W", "recall", "R2", 20)
			w.send("D3", "R1", "P", 30).Confidence = "moderate"
		}, []string{"19: none", "20: P@20", "29: P@20", "30: none"}, []string{"P", "D1", "D2"}, "product"},
		{"confidence-unsupported", "moderate needs no second", nil, func(w *world) {
			supported(w)
			w.send("D1", "R1", "P", 10).Confidence = "moderate"
		}, []string{"19: none"}, nil, ""},
		{"confidence-unsupported", "three wanted", Thresholds{"independent_min": 3}, func(w *world) {
			supported(w)
			w.send("D1", "R1", "P", 10).Confidence = "high"
			w.send("D2", "R2", "P", 10)
		}, []string{"10: P@10"}, nil, ""},
		{"confidence-unsupported", "graded confirmed alone, then backed", nil, func(w *world) {
			supported(w)
			w.grade("C1", "favorable", "confirmed", 2)
		}, []string{"1: none", "2: C1@2", "4: C1@2", "5: none"}, []string{"C1", "R1", "S-A"}, "grade"},
		{"confidence-unsupported", "graded confirmed, regraded", nil, func(w *world) {
			w.source("S-A", 0)
			w.told("1", "S-A", 1, "direct")
			w.grade("C1", "favorable", "confirmed", 2)
			w.grade("C1", "favorable", "probable", 6)
		}, []string{"5: C1@2", "6: none"}, nil, "grade"},
	})
}

// lines is a root S-0 with n lines that agree; the last claim comes span days after the first.
func lines(w *world, n, span int) {
	for i := range n {
		s := w.source(fmt.Sprint("S-", i), 0)
		d := i
		if i > 0 {
			s.Parent = "S-0"
		}
		if i == n-1 {
			d = span
		}
		w.told(fmt.Sprint(i), s.ID, d, "direct")
	}
}

func alike(w *world, score float64, common bool) {
	supported(w)
	w.Likenesses = append(w.Likenesses, Likeness{Record: rec("L", 3), A: "R2", B: "R1", Score: score, CommonText: common, Explained: on(30)})
}
