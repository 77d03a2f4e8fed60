package attack

import (
	"net/url"
	"strings"
	"testing"

	"cutout/internal/report"
)

// shown writes down everything the lists, counts, searches and forms of both porches show an officer, and his commands.
func (u *unit) shown(t testing.TB, who string, words []string, commands bool) string {
	t.Helper()
	var b strings.Builder
	for _, p := range u.both(t, who) {
		for _, r := range p.routes() {
			if personal(r.pattern) {
				continue
			}
			if r.method == "GET" && len(holes(r.pattern)) == 0 {
				path := strings.TrimSuffix(r.pattern, "{$}")
				asks := []string{path, path + "?limit=1"}
				if p.html {
					for _, w := range words {
						asks = append(asks, path+"?q="+url.QueryEscape(w)+"&words=any", path+"?q="+url.QueryEscape(`"`+w+`"`))
					}
				}
				for _, a := range asks {
					b.WriteString(p.String() + a + "\n" + p.get(a).whole())
					if !strings.HasSuffix(path, "/search") && !strings.HasSuffix(a, "limit=1") && p.html {
						break
					}
				}
			}
			for _, w := range words {
				if r.name == "search" && !p.html {
					b.WriteString(w + "\n" + p.send(r.method, r.pattern, `{"words":"`+w+`","any":true,"limit":3}`).whole())
				}
			}
		}
	}
	if commands {
		for _, c := range [][]string{{"report", "list"}, {"search", words[0]}, {"watch", "list"}} {
			b.WriteString(u.run(t, who, append(c, "--format", "json")...).all())
		}
	}
	return b.String()
}

// Row 6, lists, counts and searches that are not filtered (Mattermost CVE-2026-24692, CVE-2026-2458): all that those see who
// may not see the north desk is the same, byte for byte, before and after its work of a whole day.
func TestRow06ListsAndCounts(t *testing.T) {
	u := own(t)
	viewers := []string{"low", "mate", "stranger"}
	words := []string{"afternoon", "southward", "gate", "northcanary"}
	was := map[string]string{}
	for _, who := range viewers {
		u.shown(t, who, words, false) // the sign-in, and what is said once
		was[who] = u.shown(t, who, words, who == "low")
		if who != "stranger" && !strings.Contains(was[who], u.south.word) {
			t.Errorf("%s sees nothing: nothing is proved", who)
		}
	}
	u.later(t, "afternoon")
	for _, who := range viewers {
		if is := u.shown(t, who, words, who == "low"); is != was[who] {
			t.Errorf("%s sees a difference made by what he may not see:\n%s", who, difference(was[who], is))
		}
	}
}

// later lets the north desk do its whole work once more, at one moment, in words of its own.
func (u *unit) later(t testing.TB, word string) side {
	t.Helper()
	s := side{desk: u.north.desk, word: word}
	u.mu.Lock()
	at := u.now
	u.mu.Unlock()
	steps(t, func() {
		u.play(&s, "handler", func(field, usual string, limit int) string {
			if strings.HasPrefix(field, "claim.") {
				return usual
			}
			return usual + " gate southward"
		})
		u.publish(&s, "handler", u.items[must(parse(s.ids["rep2"]))], plain)
		check(u.d.Settle(ctx))
	})
	u.mu.Lock()
	u.now = at
	u.mu.Unlock()
	return s
}

func parse(s string) (v report.ID, err error) { return v, v.UnmarshalText([]byte(s)) }

// Row 7, history and activity (BAY-01-001, -018): an officer of both desks ties hidden records to visible ones, and neither
// the log of a visible record nor any page about it shows more than before to those who see one side only.
func TestRow07History(t *testing.T) {
	u := own(t)
	p := u.machine(t, "keeper")
	for _, act := range []struct{ method, path, body string }{
		{"POST", "/links", `{"from":"` + u.south.ids["itm2"] + `","to":"` + u.north.ids["itm2"] + `"}`},
		{"POST", "/notices/" + u.south.ids["ntc"] + "/related", `{"records":["` + u.north.ids["rep2"] + `"]}`},
		{"POST", "/assessments", `{"about":"` + u.south.ids["rep2"] + `","view":"likely","weighs":["` + u.north.ids["rep"] + `"]}`},
		{"POST", "/outcomes", `{"item":"` + u.south.ids["itm2"] + `","result":"true","on":"2026-01-02","basis":"seen","evidence":["` + u.north.ids["rep"] + `"]}`},
	} {
		if a := p.send(act.method, act.path, act.body); a.status >= 300 {
			t.Logf("%s is not taken: %d %s", act.path, a.status, a.body) // a tie that cannot be made leaks nothing
		}
	}
	for _, who := range []string{"low", "mate"} {
		u.unread(t, who, u.south.all()...)
		m := u.machine(t, who)
		for _, v := range u.north.all() {
			if h, never := m.get("/log/"+v), m.get("/log/"+random(v)); h.whole() != never.whole() {
				t.Errorf("%s: the log of %s: %d", who, v, h.status)
			}
		}
		if a := m.get("/log"); a.status != 403 {
			t.Errorf("%s reads the unit's log: %d", who, a.status)
		}
		if a := u.page(t, who).get("/oversight?object=" + u.north.ids["rep"]); a.status != 403 {
			t.Errorf("%s reads the unit's log: %d", who, a.status)
		}
	}
}

// Row 15, ranking that weighs what is hidden (STRESS, IEEE S&P 2017; bm25): four hidden reports that hold one word of a
// query change neither the order nor the words of an answer, and no answer shows a score.
func TestRow15Ranking(t *testing.T) {
	u := own(t)
	steps(t, func() {
		u.ensure("low")
		s := u.south
		for _, words := range []string{"barge barge lantern", "lantern quay", "barge orchard", "lantern lantern barge orchard"} {
			u.file(&s, "more", "low", "more", words, plain)
		}
	})
	asks := []string{"barge lantern", "lantern barge", "barge", "orchard lantern"}
	look := func() string {
		var b strings.Builder
		for _, q := range asks {
			for _, anyWord := range []string{"true", "false"} {
				b.WriteString(string(u.machine(t, "low").send("POST", "/search", `{"words":"`+q+`","any":`+anyWord+`}`).body))
			}
			b.WriteString(u.page(t, "low").get("/search?words=any&q=" + url.QueryEscape(q)).whole())
		}
		return b.String()
	}
	look()
	before := look()
	steps(t, func() {
		u.ensure("handler")
		s := u.north
		at := u.clock()
		for range 4 {
			u.file(&s, "more", "handler", "more", "barge barge barge barge", plain)
		}
		u.now = at
	})
	if after := look(); after != before {
		t.Errorf("hidden reports change what a search shows:\n%s", difference(before, after))
	}
	if strings.Contains(before, `"score"`) || strings.Contains(before, `"rank"`) || strings.Count(before, "barge") < 10 {
		t.Error("a search shows a score, or found nothing to rank")
	}
}

// Row 16, one's own copy tells that another exists (Gogs CVE-2026-52812, Gitea CVE-2026-28740): a report, party and
// requirement equal to hidden ones are taken like any other and are told nothing of them.
func TestRow16EqualTexts(t *testing.T) {
	u := own(t)
	file := func(text string) string {
		body := strings.ReplaceAll(mustJSON(t, u.bodies(u.south)["file-report"]), `"seen"`, `"`+text+`"`)
		var out strings.Builder
		for _, p := range []*port{u.machine(t, "low")} {
			a := p.send("POST", "/reports", body)
			if a.status != 201 {
				t.Fatalf("a report is not taken: %d %s", a.status, a.body)
			}
			id := anyID.FindString(string(a.body))
			steps(t, func() { check(u.d.Settle(ctx)) })
			out.WriteString(p.get("/reports/" + id).whole())
			out.WriteString(p.get("/log/" + id).whole())
			out.WriteString(u.page(t, "low").get("/reports/" + id).whole())
			out.WriteString(p.get("/findings").whole())
		}
		u.d.Settle(ctx)
		return anyID.ReplaceAllString(strings.NewReplacer(text, "TEXT", text[:60], "TEXT").Replace(out.String()), "ID")
	}
	shape := func(s string) string { return digits.ReplaceAllString(refs.ReplaceAllString(s, "REF"), "0") }
	// The words of both are as long and as new to the low officer; one is letter by letter a hidden report's.
	hidden := "northbound barge carried nineteen crates past the customs quay before dawn"
	fresh := "southbound wagon brought seventeen drums over the railway yard after dusk"
	steps(t, func() {
		u.ensure("handler")
		s := u.north
		at := u.clock()
		u.file(&s, "more", "handler", "more", hidden, plain)
		u.now = at
		check(u.d.Settle(ctx))
	})
	same, other := shape(file(hidden)), shape(file(fresh))
	if same != other {
		t.Errorf("filing what is hidden already shows otherwise:\n%s", difference(other, same))
	}
}

// Row 17, unique constraints (SQLite "UNIQUE constraint failed", PostgreSQL "duplicate key value"): names taken on a hidden
// desk are free on one's own.
func TestRow17UniqueNames(t *testing.T) {
	u := own(t)
	p := u.machine(t, "low")
	send := func(op string, body object) string {
		for _, r := range p.routes() {
			if r.name == op {
				a := p.send(r.method, fill(r.pattern, u.south.of(r.noun())), mustJSON(t, body))
				return refs.ReplaceAllString(anyID.ReplaceAllString(a.whole(), "ID"), "REF")
			}
		}
		t.Fatalf("no operation %s", op)
		return ""
	}
	with := func(op, field, value string) object {
		b := u.bodies(u.south)[op]
		b[field] = value
		return b
	}
	for _, x := range []struct{ op, field, taken, free string }{
		{"register-source", "code_name", u.north.code, "VELVET QUARRY"}, {"revise-source", "code_name", u.north.code, "VELVET QUARRY"},
		{"add-party", "name", u.north.word + " Ilyas", u.north.word + " Idris"},
		{"state-requirement", "number", "1", "8"},
		{"file-report", "series", "N/1", "N/2"}, {"write-product", "title", u.north.word + " estimate", u.north.word + " another"},
	} {
		taken, free := send(x.op, with(x.op, x.field, x.taken)), send(x.op, with(x.op, x.field, x.free))
		if strings.ReplaceAll(taken, `"`+x.taken, `"NAME`) != strings.ReplaceAll(free, `"`+x.free, `"NAME`) {
			t.Errorf("%s: %s %q, taken on a hidden desk, is answered otherwise:\n%s", x.op, x.field, x.taken, difference(free, taken))
		}
	}
}
