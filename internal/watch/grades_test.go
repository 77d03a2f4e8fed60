package watch

import (
	"fmt"
	"testing"

	"cutout/internal/day"
)

func TestGradeRules(t *testing.T) {
	mixed := func(other string) func(*world) {
		return func(w *world) {
			w.source("S-A", 0)
			w.report("R", "S-A", 1)
			for i, b := range []string{"direct", "direct", "direct", "direct", "hearsay", "hearsay"} {
				w.claim(fmt.Sprint("C", i), "R", 1, b)
			}
			w.outcome("C0", "true", 5)
			w.outcome("C1", "true", 6)
			w.outcome("C2", "true", 6)
			w.outcome("C3", other, 6)
			w.outcome("C4", "true", 7)
			w.outcome("C5", "false", 8)
		}
	}
	cheap := func(w *world) {
		w.source("S-A", 0)
		w.source("S-B", 0).Parent = "S-A"
		w.told("1", "S-A", 1, "direct").Importance = "low"
		w.told("2", "S-B", 9, "direct").UsefulUntil = on(8)
		for i, n := range []string{"3", "4"} {
			c := w.told(n, "S-B", 10+i, "hearsay")
			c.Importance, c.Verifiable = "high", "no"
		}
		w.outcome("C1", "true", 20)
		w.outcome("C2", "true", 21)
	}
	run(t, []ruleCase{
		{"reliability-unjudged", "first report of an unknown hand, until he is known", nil, func(w *world) {
			s := w.source("S-A", 0)
			s.Identity, s.Identified = "unknown", on(30)
			w.told("1", "S-A", 3, "direct")
		}, []string{"2: none", "3: S-A@3", "29: S-A@3", "30: none"}, []string{"S-A", "R1"}, "reason"},
		{"reliability-unjudged", "a claimed identity", nil, func(w *world) {
			w.source("S-A", 0).Identity = "claimed"
			w.told("1", "S-A", 3, "direct")
		}, []string{"9: none"}, nil, ""},
		{"reliability-unjudged", "a record of two decided claims", nil, func(w *world) {
			w.source("S-A", 0).Identity = "unknown"
			w.told("1", "S-A", 3, "direct")
			w.told("2", "S-A", 3, "direct")
			w.outcome("C1", "true", 10)
			w.outcome("C2", "false", 12)
		}, []string{"11: S-A@3", "12: none"}, nil, ""},

		{"axes-diverge", "trusted source, doubtful content, regraded", nil, func(w *world) {
			w.source("S-A", 0)
			w.told("1", "S-A", 1, "direct")
			w.grade("C1", "favorable", "doubtful", 2)
			w.grade("C1", "favorable", "possible", 9)
		}, []string{"1: none", "2: C1@2", "9: none"}, []string{"C1", "R1", "S-A"}, "trusted"},
		{"axes-diverge", "doubtful source, probable content", nil, func(w *world) {
			w.source("S-A", 0)
			w.told("1", "S-A", 1, "direct")
			w.grade("C1", "doubtful", "probable", 2)
		}, []string{"2: C1@2"}, nil, "doubted"},
		{"axes-diverge", "an unjudged source is not a doubtful one", nil, func(w *world) {
			w.source("S-A", 0)
			w.told("1", "S-A", 1, "direct")
			w.grade("C1", "unjudged", "probable", 2)
		}, []string{"2: none"}, nil, ""},

		{"single-hypothesis", "a suspicion of control, until a rival is recorded", nil, func(w *world) {
			w.source("S-A", 0)
			w.notice("W", "suspected-control", "S-A", 3)
			w.assess("A1", "S-A", 3).Hypotheses = []string{"planted"}
			w.assess("A2", "S-A", 9).Hypotheses = []string{"planted", "genuine"}
		}, []string{"2: none", "3: S-A@3", "8: S-A@3", "9: none"}, []string{"S-A", "W", "A1"}, "control"},
		{"single-hypothesis", "a suspicion of something that is no source", nil, func(w *world) {
			w.party("O-X", "partner", "")
			w.notice("W", "suspected-control", "O-X", 3)
			w.assess("A", "O-X", 6).Hypotheses = []string{"turned", "loyal"}
		}, []string{"3: O-X@3", "6: none"}, []string{"O-X", "W"}, "question"},
		{"single-hypothesis", "an undated rival does not count", nil, func(w *world) {
			w.source("S-A", 0)
			w.notice("W", "suspected-control", "S-A", 3)
			a := w.assess("A2", "S-A", 1)
			a.Hypotheses, a.When = []string{"planted", "genuine"}, day.Period{}
		}, []string{"3: S-A@3"}, nil, "control"},
		{"single-hypothesis", "two before the suspicion", nil, func(w *world) {
			w.source("S-A", 0)
			w.assess("A2", "S-A", 1).Hypotheses = []string{"planted", "genuine"}
			w.notice("W", "suspected-control", "S-A", 3)
		}, []string{"5: none"}, nil, ""},
		{"single-hypothesis", "a claim put as a hypothesis, until a rival claim", nil, func(w *world) {
			w.told("1", "", 1, "inference").Hypothesis = true
			c := w.told("2", "", 8, "inference")
			c.Hypothesis, c.Contradicts = true, []string{"C1"}
		}, []string{"1: C1@1", "7: C1@1", "8: none"}, []string{"C1", "R1"}, "claim"},
		{"single-hypothesis", "an ordinary claim", nil, func(w *world) { w.told("1", "", 1, "inference") }, []string{"9: none"}, nil, ""},

		{"refuted-claim-scope", "rumor refuted while first-hand claims are open, until assessed", nil, func(w *world) {
			w.source("S-A", 0)
			w.told("1", "S-A", 1, "hearsay")
			w.told("2", "S-A", 1, "direct")
			w.outcome("C1", "false", 5)
			w.assess("A0", "S-A", 5)
			w.assess("A1", "S-A", 12)
		}, []string{"4: none", "5: C1@5", "11: C1@5", "12: none"}, []string{"C1", "R1", "S-A"}, "siblings"},
		{"refuted-claim-scope", "siblings of the same basis only", nil, func(w *world) {
			w.source("S-A", 0)
			w.told("1", "S-A", 1, "hearsay")
			w.told("2", "S-A", 1, "inference")
			w.outcome("C1", "false", 5)
		}, []string{"5: none"}, nil, ""},
		{"refuted-claim-scope", "the last stronger sibling is decided", nil, func(w *world) {
			w.source("S-A", 0)
			w.told("1", "S-A", 1, "hearsay")
			w.told("2", "S-A", 1, "direct")
			w.told("3", "S-A", 1, "sub-source")
			w.outcome("C1", "false", 5)
			w.outcome("C2", "true", 6)
			w.outcome("C3", "true", 9)
		}, []string{"8: C1@5", "9: none"}, nil, "siblings"},
		{"refuted-claim-scope", "an important claim of a sub-source", nil, func(w *world) {
			w.source("S-A", 0)
			w.source("S-B", 0).Parent = "S-A"
			w.told("1", "S-B", 1, "direct").Importance = "high"
			w.outcome("C1", "false", 5)
		}, []string{"5: C1@5"}, []string{"C1", "S-B", "S-A"}, "tree"},

		{"confirmed-sibling-review", "second first-hand truth while one is open, until reviewed", nil, func(w *world) {
			mixed("unknown")(w)
			w.assess("A", "R", 9)
		}, []string{"5: none", "6: S-A@6", "8: S-A@6", "9: none"}, []string{"S-A", "R", "C0", "C1"}, "reason"},
		{"confirmed-sibling-review", "the second truth was hearsay", nil, func(w *world) {
			w.source("S-A", 0)
			w.told("1", "S-A", 1, "direct")
			w.told("2", "S-A", 1, "hearsay")
			w.told("3", "S-A", 1, "hearsay")
			w.outcome("C1", "true", 5)
			w.outcome("C2", "true", 5)
		}, []string{"9: none"}, nil, ""},
		{"confirmed-sibling-review", "nothing left open", nil, func(w *world) {
			mixed("false")(w)
		}, []string{"6: S-A@6", "7: S-A@6", "8: none"}, nil, ""},

		{"accuracy-splits-by-basis", "a quarter apart", nil, func(w *world) {
			mixed("false")(w) // 3 of 4 against 1 of 2
		}, []string{"7: none", "8: S-A@8"}, []string{"S-A", "C0", "C5"}, "reason"},
		{"accuracy-splits-by-basis", "under the split", Thresholds{"basis_split": 0.26}, mixed("false"), []string{"9: none"}, nil, ""},
		{"accuracy-splits-by-basis", "partly counts half", Thresholds{"basis_split": 0.37}, mixed("partly"), []string{"8: S-A@8"}, nil, ""},
		{"accuracy-splits-by-basis", "the rates meet again", nil, func(w *world) {
			mixed("false")(w)
			w.claim("C6", "R", 1, "hearsay")
			w.outcome("C6", "true", 15)
		}, []string{"14: S-A@8", "15: none"}, nil, ""},
		{"accuracy-splits-by-basis", "one decided is no rate", nil, func(w *world) {
			mixed("true")(w)
			w.Outcomes = w.Outcomes[:5]
		}, []string{"9: none"}, nil, ""},

		{"cheap-truths", "low or late truths beside dear claims, until one is checked", nil, func(w *world) {
			cheap(w)
			w.Claims[3].Checked = on(40)
		}, []string{"20: none", "21: S-A@21", "39: S-A@21", "40: none"}, []string{"S-A", "C1", "C2", "C3", "C4"}, "reason"},
		{"cheap-truths", "one useful truth", nil, func(w *world) {
			cheap(w)
			w.told("5", "S-A", 11, "direct").UsefulUntil = on(11)
			w.outcome("C5", "true", 30)
		}, []string{"29: S-A@21", "30: none"}, nil, ""},
		{"cheap-truths", "not late on the last day", nil, func(w *world) {
			cheap(w)
			w.Claims[1].UsefulUntil = on(9)
		}, []string{"25: none"}, nil, ""},
		{"cheap-truths", "one dear claim only", nil, func(w *world) {
			cheap(w)
			w.Claims[3].Verifiable = ""
		}, []string{"25: none"}, nil, ""},

		{"topic-base-rate", "many, from the end of the range", nil, func(w *world) {
			w.source("S-A", 0).Identity = "collective"
			w.told("1", "S-A", 3, "hearsay").Topic = "t"
			w.Reports[0].Volume, w.Reports[0].Counted = "many", 8
		}, []string{"7: none", "8: S-A+t@8", "99: S-A+t@8"}, []string{"S-A", "R1", "C1"}, "reason"},
		{"topic-base-rate", "several are not many", nil, func(w *world) {
			w.source("S-A", 0).Identity = "collective"
			w.told("1", "S-A", 3, "hearsay").Topic = "t"
			w.Reports[0].Volume = "several"
		}, []string{"9: none"}, nil, ""},
		{"topic-base-rate", "no longer collective when one man is meant", nil, func(w *world) {
			w.source("S-A", 0)
			w.told("1", "S-A", 3, "hearsay").Topic = "t"
			w.Reports[0].Volume = "many"
		}, []string{"9: none"}, nil, ""},

		{"discriminator-met", "until assigned and read", nil, func(w *world) {
			w.told("1", "", 3, "direct").Discriminator = "met"
			w.Reports[0].Assigned, w.Reports[0].Read = on(5), on(7)
		}, []string{"2: none", "3: C1@3", "6: C1@3", "7: none"}, []string{"C1", "R1"}, "reason"},
		{"discriminator-met", "not met", nil, func(w *world) { w.told("1", "", 3, "direct").Discriminator = "not-met" }, []string{"9: none"}, nil, ""},
	})
}
