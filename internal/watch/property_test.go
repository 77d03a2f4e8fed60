package watch

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"cutout/internal/day"
)

// small thresholds let small random worlds reach every rule.
var small = Thresholds{"one_origin_reports": 2, "one_origin_share": 0.6, "agree_lines": 2, "agree_days": 4, "likeness": 0.5,
	"independent_min": 2, "basis_split": 0.25, "doubt_days": 5}

const horizon = 30

// randomWorld draws a View in which no record is seen before what it speaks of. The ids start with a prefix, so that two
// worlds can be laid over each other.
func randomWorld(t *rapid.T) *world {
	w := &world{}
	pick := func(name string, from ...string) string { return rapid.SampledFrom(from).Draw(t, name) }
	d := func(floor day.Day) int { return rapid.IntRange(int(floor), horizon).Draw(t, "day") }
	may := func(p day.Period) day.Period {
		if rapid.IntRange(0, 3).Draw(t, "dated") == 0 {
			return p
		}
		return day.Period{}
	}
	w.party("O-US", "own-service", "")
	w.party("O-L", "liaison-service", "")
	w.party("O-BAD", "opponent", "")
	w.party("P-BAD", "person", "O-BAD")
	w.party("P-CUT", "person", "")
	w.party("P-US", "person", "O-US").Staff = true
	var sources []string
	for i := range rapid.IntRange(1, 5).Draw(t, "sources") {
		id, floor, parent := fmt.Sprint("S", i), day.Day(0), ""
		if i > 0 && rapid.Bool().Draw(t, "below") {
			p := rapid.IntRange(0, i-1).Draw(t, "parent")
			parent, floor = w.Sources[p].ID, w.Sources[p].Seen
		}
		s := w.source(id, rapid.IntRange(int(floor), min(horizon, int(floor)+8)).Draw(t, "from"))
		s.Parent = parent
		s.Identity = pick("identity", "known", "unknown", "collective", "known")
		s.Identified = may(on(d(0)))
		s.Holder = pick("holder", "", "", "O-US", "O-L")
		s.Person = pick("person", "", "", "P-SAME")
		s.ServiceContact = pick("reached", "none", "none", "direct", "")
		s.Channel = pick("channel", "x", "x", "P-CUT", "y")
		if rapid.IntRange(0, 3).Draw(t, "introduced") == 0 {
			s.IntroducedBy = []string{pick("by", "P-INT", "O-L")}
		}
		if rapid.IntRange(0, 4).Draw(t, "lost") == 0 {
			e := d(s.Seen)
			s.Lifecycle = []Event{{"lost", day.Day(e), on(e)}}
		}
		sources = append(sources, id)
	}
	var reports, claims []string
	seenOf := map[string]day.Day{}
	for i := range rapid.IntRange(1, 7).Draw(t, "reports") {
		src, floor := "", day.Day(0)
		if rapid.IntRange(0, 5).Draw(t, "sourced") > 0 {
			k := rapid.IntRange(0, len(sources)-1).Draw(t, "source")
			src, floor = sources[k], w.Sources[k].Seen
		}
		r := w.report(fmt.Sprint("R", i), src, d(floor))
		r.Series = pick("series", "", "I", "K")
		r.Volume = pick("volume", "one", "many")
		r.Count = rapid.IntRange(0, 4).Draw(t, "count")
		r.Counted = r.Seen + day.Day(rapid.IntRange(0, 5).Draw(t, "counted"))
		r.Assigned, r.Read = may(on(d(r.Seen))), may(on(d(r.Seen)))
		if rapid.IntRange(0, 3).Draw(t, "through") == 0 {
			k := rapid.IntRange(0, len(sources)-1).Draw(t, "sub-source")
			r.SubSource = sources[k]
			r.Seen = max(r.Seen, w.Sources[k].Seen)
			r.Counted = max(r.Counted, r.Seen)
		}
		if rapid.IntRange(0, 4).Draw(t, "built") == 0 {
			r.BuiltFrom = []string{sources[0], sources[len(sources)-1]}
			for _, s := range w.Sources {
				r.Seen = max(r.Seen, s.Seen)
			}
			r.Counted = max(r.Counted, r.Seen)
		}
		reports = append(reports, r.ID)
		seenOf[r.ID] = r.Seen
	}
	for i := range rapid.IntRange(0, 12).Draw(t, "claims") {
		r := pick("of", reports...)
		c := w.claim(fmt.Sprint("C", i), r, d(seenOf[r]), pick("basis", "direct", "document", "hearsay", "sub-source", "unknown"))
		c.Topic = pick("topic", "", "t", "u")
		c.Importance = pick("importance", "", "high", "low")
		c.Verifiable = pick("verifiable", "no", "no", "yes")
		c.Checked = may(on(d(c.Seen)))
		c.UsefulUntil = may(on(d(0)))
		c.Hypothesis = rapid.IntRange(0, 5).Draw(t, "hypothesis") == 0
		c.Discriminator = pick("discriminator", "", "met")
		if len(claims) > 0 {
			if rapid.Bool().Draw(t, "backs") {
				c.Supports = []string{pick("supported", claims...)}
			}
			if rapid.IntRange(0, 4).Draw(t, "denies") == 0 {
				c.Contradicts = []string{pick("denied", claims...)}
			}
		}
		claims = append(claims, c.ID)
		seenOf[c.ID] = c.Seen
	}
	chickenfeed := rapid.IntRange(0, 3).Draw(t, "chickenfeed") == 0 // a world of cheap truths and dear promises
	for i, c := range claims {
		if chickenfeed {
			w.Claims[i].Importance, w.Claims[i].Verifiable, w.Claims[i].Checked = "high", "no", day.Period{}
			if i%2 == 0 {
				w.Claims[i].Importance = "low"
				w.Outcomes = append(w.Outcomes, Outcome{rec(fmt.Sprint("O", i), d(seenOf[c])), c, "true"})
			}
			continue
		}
		for j := range rapid.IntRange(0, 2).Draw(t, "outcomes") {
			w.Outcomes = append(w.Outcomes, Outcome{rec(fmt.Sprint("O", i, "-", j), d(seenOf[c])), c, pick("result", "true", "true", "false", "partly", "unknown")})
		}
		if rapid.IntRange(0, 2).Draw(t, "graded") == 0 {
			w.Grades = append(w.Grades, Grade{rec(fmt.Sprint("G", i), d(seenOf[c])), c, pick("mark", "favorable", "doubtful", "unjudged"), pick("content", "confirmed", "doubtful", "probable")})
		}
	}
	for _, s := range w.Sources {
		seenOf[s.ID] = s.Seen
	}
	things := slices.Concat(sources, reports, claims)
	var notices []string
	for i := range rapid.IntRange(0, 5).Draw(t, "notices") {
		about := pick("about", append(things, "P-CUT")...)
		n := w.notice(fmt.Sprint("W", i), pick("kind", "fabrication-notice", "recantation", "recall", "suspected-control", "doubt", "contradiction", "similarity", "compromise", "security"), about, d(seenOf[about]))
		n.Issuer = pick("issuer", "O-L", "P-US", "somebody")
		n.Response = pick("response", "none", "noted", "followed")
		n.Responded = may(on(d(n.Seen)))
		n.ControlFrom = may(on(d(0)))
		if rapid.Bool().Draw(t, "mandatory") {
			n.Readers = []string{"off-1"}
		}
		notices = append(notices, n.ID)
		seenOf[n.ID] = n.Seen
	}
	for i := range rapid.IntRange(0, 4).Draw(t, "assessments") {
		about := pick("assessed", things...)
		a := w.assess(fmt.Sprint("A", i), about, d(seenOf[about]))
		a.Hypotheses = [][]string{nil, {"planted"}, {"planted", "genuine"}}[rapid.IntRange(0, 2).Draw(t, "words")]
		if len(notices) > 0 && rapid.Bool().Draw(t, "resolves") {
			a.Resolves = []string{pick("resolved", notices...)}
		}
	}
	for i := range rapid.IntRange(0, 6).Draw(t, "sent") {
		what := pick("what", append(reports, "P1", "P2")...)
		s := w.send(fmt.Sprint("D", i), what, pick("product", "", "P1", "P2"), d(seenOf[what]))
		s.Confidence = pick("confidence", "", "high", "high", "moderate")
		s.Withdrawn = may(on(d(s.Seen)))
		for _, n := range notices {
			if rapid.IntRange(0, 3).Draw(t, "acknowledged") == 0 {
				w.receipt(n, s.ID, d(max(s.Seen, seenOf[n])))
			}
		}
	}
	for _, n := range notices {
		if rapid.IntRange(0, 2).Draw(t, "read") == 0 {
			w.receipt(n, "off-1", d(seenOf[n]))
		}
	}
	for i := range rapid.IntRange(0, 3).Draw(t, "citations") {
		w.Citations = append(w.Citations, Citation{rec(fmt.Sprint("X", i), d(0)), pick("from", append(reports, "P1", "P2")...), pick("to", append(reports, "P1", "P2")...)})
	}
	if len(reports) > 1 {
		w.Likenesses = append(w.Likenesses, Likeness{Record: rec("L", d(0)), A: reports[0], B: reports[1], Score: 0.6, Explained: may(on(d(0)))})
	}
	src := pick("acted", sources...)
	w.Roles = append(w.Roles, Role{Record: rec("RO", d(seenOf[src])), Person: "P-CUT", Source: src, Role: "cutout"})
	w.Knows = append(w.Knows, Knows{rec("KN", d(seenOf[src])), "P-BAD", pick("known", src, "P-CUT")})
	w.Contacts = append(w.Contacts, Contact{Record: rec("K", d(seenOf[src])), Source: src, Type: "meeting", Participants: []string{"P-US"}})
	for i, k := range []string{"meeting", "waiver", "application"} {
		w.Acts = append(w.Acts, Act{Record: rec(fmt.Sprint("ACT", i), d(seenOf[src])), Kind: k, Source: src, Digest: may(on(d(0)))})
	}
	w.Credits = append(w.Credits, Credit{Record: rec("B", d(seenOf[src])), Source: src, Report: pick("credited", append(reports, "")...), Assessor: "P-AN"})
	for _, r := range reports {
		w.Credits[0].Seen = max(w.Credits[0].Seen, seenOf[r])
	}
	return w
}

func bytesOf(t *rapid.T, fs []Finding) string {
	b, err := json.Marshal(fs)
	if err != nil {
		t.Fatal(err)
	}
	labels := ""
	for _, f := range fs {
		labels += fmt.Sprint(f.Labels)
		if f.Public != nil {
			labels += fmt.Sprint(f.Public.Labels)
		}
	}
	return string(b) + labels
}

// A finding says the same, and the same first day, on every day until its cause ends; and that day is the first of them.
func TestRaisedIsTheFirstDay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := randomWorld(t)
		before := map[string]Finding{}
		for d := day.Day(-1); d <= horizon+8; d++ {
			now := map[string]Finding{}
			for _, f := range Sweep(&w.View, d, small) {
				k := f.Rule + " " + f.Key
				if _, twice := now[k]; twice {
					t.Fatalf("day %d: two findings of %s", d, k)
				}
				now[k] = f
				mustSay(t, f.Reason)
				old, stood := before[k]
				switch {
				case !stood && f.Raised != d:
					t.Fatalf("day %d: %s appears, raised %d", d, k, f.Raised)
				case stood && (f.Raised != old.Raised || !slices.Equal(f.Subjects, old.Subjects) || !reflect.DeepEqual(f.Reason, old.Reason)):
					t.Fatalf("day %d: %s was\n%+v, is\n%+v", d, k, old, f)
				}
			}
			before = now
		}
	})
}

// The random worlds are only worth something if they reach every rule.
func TestRandomWorldsReachEveryRule(t *testing.T) {
	worlds, met := rapid.Custom(randomWorld), map[string]int{}
	for seed := range 400 {
		v := &worlds.Example(seed).View
		for d := day.Day(0); d <= horizon+8; d += 4 {
			for _, f := range Sweep(v, d, small) {
				met[f.Rule]++
			}
		}
	}
	for _, r := range Rules() {
		if met[r.ID] == 0 {
			t.Errorf("%s never fires, so the properties show nothing about it", r.ID)
		}
	}
}

// No order of arrival changes a byte.
func TestOrderOfArrival(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := randomWorld(t)
		on := day.Day(rapid.IntRange(0, horizon+8).Draw(t, "on"))
		want := bytesOf(t, Sweep(&w.View, on, small))
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		v := reflect.ValueOf(&w.View).Elem()
		for i := range v.NumField() {
			if v.Type().Field(i).Name != "Labels" {
				r.Shuffle(v.Field(i).Len(), reflect.Swapper(v.Field(i).Interface()))
			}
		}
		if got := bytesOf(t, Sweep(&w.View, on, small)); got != want {
			t.Fatalf("order matters:\n%s\n%s", got, want)
		}
	})
}

// Two worlds: records the reader cannot see, and every tie to them, change nothing. A second random world is laid over
// the first under other ids, hidden, and tied to it both ways.
func TestTwoWorlds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seen, hidden := randomWorld(t), randomWorld(t)
		on := day.Day(rapid.IntRange(0, horizon+8).Draw(t, "on"))
		want := bytesOf(t, Sweep(&seen.View, on, small))

		rename(reflect.ValueOf(&hidden.View).Elem())
		both := seen.View
		for i := range both.Claims { // visible records name hidden ones
			c := &both.Claims[i]
			c.Supports = append(slices.Clone(c.Supports), "h:C0")
			c.Contradicts = append(slices.Clone(c.Contradicts), "h:C1")
		}
		for i := range both.Sources {
			both.Sources[i].IntroducedBy = append(slices.Clone(both.Sources[i].IntroducedBy), "h:S0")
			if both.Sources[i].Parent == "" {
				both.Sources[i].Parent = "h:S0"
			}
		}
		for i := range hidden.Claims { // and hidden ones name visible
			hidden.Claims[i].Supports = append(hidden.Claims[i].Supports, "C0", "C1")
		}
		for i := range hidden.Notices {
			hidden.Notices[i].Relates = []string{"S0", "R0", "C0"}
		}
		for i := range hidden.Assessments {
			hidden.Assessments[i].About, hidden.Assessments[i].Resolves = "S0", []string{"W0", "W1"}
		}
		for i := range hidden.Disseminations {
			hidden.Disseminations[i].Report = "R0"
		}
		bv, hv := reflect.ValueOf(&both).Elem(), reflect.ValueOf(&hidden.View).Elem()
		for i := range bv.NumField() {
			if bv.Type().Field(i).Name != "Labels" {
				all := reflect.MakeSlice(bv.Field(i).Type(), 0, 0)
				bv.Field(i).Set(reflect.AppendSlice(reflect.AppendSlice(all, hv.Field(i)), bv.Field(i)))
			}
		}
		mine := both.Restrict(func(l LabelRef) bool { return l == 0 })
		if got := bytesOf(t, Sweep(mine, on, small)); got != want {
			t.Fatalf("hidden records show:\n%s\n%s", got, want)
		}
	})
}

// rename puts "h:" before every id and gives every record the hidden label; codes and dates stay.
func rename(v reflect.Value) {
	ids := map[string]bool{"P1": true, "P2": true, "off-1": true}
	for i := range v.NumField() {
		for j := range v.Field(i).Len() {
			if r := v.Field(i).Index(j); r.Kind() == reflect.Struct && r.FieldByName("ID").IsValid() {
				ids[r.FieldByName("ID").String()] = true
				r.FieldByName("Label").SetInt(1)
			}
		}
	}
	var walk func(reflect.Value)
	walk = func(x reflect.Value) {
		switch x.Kind() {
		case reflect.String:
			if ids[x.String()] {
				x.SetString("h:" + x.String())
			}
		case reflect.Struct:
			if x.Type() != reflect.TypeFor[day.Period]() {
				for i := range x.NumField() {
					walk(x.Field(i))
				}
			}
		case reflect.Slice:
			for i := range x.Len() {
				walk(x.Index(i))
			}
		}
	}
	walk(v)
}
