package profile

import (
	"errors"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"cutout/internal/day"
	"cutout/internal/fault"
	"cutout/internal/grading"
	"cutout/internal/officer"
)

func load(t testing.TB) *Pack {
	t.Helper()
	p, err := Load("uk-chis")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestEveryPackLoads(t *testing.T) {
	ids := List()
	if len(ids) == 0 {
		t.Fatal("no packs")
	}
	for _, id := range ids {
		p, err := Load(id)
		if err != nil {
			t.Errorf("%s: %v", id, err)
		} else if p.ID != id {
			t.Errorf("pack %s calls itself %s", id, p.ID)
		}
	}
	if _, err := Load("../profile"); !errors.Is(err, ErrUnknown) {
		t.Errorf("a path was taken for a pack: %v", err)
	}
}

func TestLookups(t *testing.T) {
	p := load(t)
	if c, ok := p.Category("AGENT"); !ok || c.Taskable != Yes || c.Authority != "chis-written" || !c.Registered {
		t.Errorf("AGENT: %+v", c)
	}
	for _, code := range []string{"NGO", "WITNESS", "VICTIM", "REFUGEE", "DETAINEE"} {
		if c, ok := p.Category(code); !ok || c.Taskable != No || c.Payable != No {
			t.Errorf("%s may be tasked or paid: %+v", code, c)
		}
	}
	if b, ok := p.Basis("hearsay"); !ok || b.Rank != 1 {
		t.Errorf("hearsay: %+v", b)
	}
	if l, ok := p.LevelOf(2); !ok || l.Code != "SECRET" || l.Order != 2 {
		t.Errorf("level 2: %+v", l)
	}
	if _, ok := p.LevelOf(200); ok {
		t.Error("level 200 exists")
	}
	if c, ok := p.Conflict(officer.Controller, officer.Handler); !ok || c.Rule != "R8" {
		t.Errorf("handler and controller: %+v", c)
	}
	if _, ok := p.Conflict(officer.Analyst, officer.Customer); ok {
		t.Error("analyst and customer do not check each other")
	}
	if h, ok := p.HandlingRule(grading.Europol, "H2"); !ok || h.Before[0] != "release" {
		t.Errorf("H2: %+v", h)
	}
	if n, ok := p.Notice("recall"); !ok || !n.InForce || len(n.Readers) == 0 {
		t.Errorf("recall: %+v", n)
	}
	if _, ok := p.Notice("rumor"); ok {
		t.Error("an unknown notice was found")
	}
	if l, ok := p.Limit("register-retention"); !ok || l.Clock.Value != 5 || l.Clock.Unit != Years {
		t.Errorf("the longer retention stands (R13): %+v", l)
	}
	if !p.InForce(p.ValidUntil) || p.InForce(p.ValidUntil+1) {
		t.Error("a pack is in force through its last day")
	}
	if w, ok := p.Term("requirement-kinds", "PIR"); !ok || w.Name.In("ar") == w.Name.In("en") {
		t.Errorf("PIR: %+v", w)
	}
	v := p.Vocabulary("grounds")
	v[0].Code = "changed"
	if p.Vocabulary("grounds")[0].Code == "changed" {
		t.Error("a caller changed the pack")
	}
}

func TestUnverifiedFiguresAskForConfirmation(t *testing.T) {
	p := load(t)
	check := func(what string, f Figure) {
		c, ok := p.Citation(f.Cite)
		if !ok || f.Verified == f.Confirm || (c.Mark == "M" && !f.Confirm) {
			t.Errorf("%s: %+v cited to %+v", what, f, c)
		}
	}
	for _, a := range p.Authorities {
		check(a.Code, a.Duration.Figure)
		check(a.Code, a.JuvenileDuration.Figure)
	}
	for _, l := range p.Limits {
		check(l.Code, l.Clock.Figure)
	}
	for _, th := range p.Thresholds() {
		check(th.Name, th.Figure)
	}
}

func TestThresholdsAreTheWatchs(t *testing.T) {
	p := load(t)
	if th, ok := p.Threshold("likeness"); !ok || !th.FromPack || th.Value != 0.8 {
		t.Errorf("likeness: %+v", th)
	}
	if _, ok := p.Threshold("no_such"); ok {
		t.Error("an unknown threshold was known")
	}
	q, err := Parse([]byte(strings.Replace(source(t), "  pattern_n:", "  # pattern_n:", 1)))
	if err != nil {
		t.Fatal(err)
	}
	if th, ok := q.Threshold("pattern_n"); !ok || th.FromPack || th.Int() != 4 || !th.Confirm {
		t.Errorf("a silent pack must say that the default stands: %+v", th)
	}
	text, err := os.ReadFile("../../../shared/design/watch.md")
	if err != nil {
		t.Skip("skipped: ../shared/design/watch.md is not beside the repository, so defaults are not compared with it")
	}
	found := regexp.MustCompile(`\[([a-z_]+) ([0-9.]+)\]`).FindAllStringSubmatch(string(text), -1)
	if len(found) != len(defaults) {
		t.Errorf("%d thresholds in watch.md, %d here", len(found), len(defaults))
	}
	for _, m := range found {
		want, _ := strconv.ParseFloat(m[2], 64)
		if d, ok := defaults[m[1]]; !ok || d.value != want {
			t.Errorf("%s: default %v, watch.md says %v", m[1], d.value, want)
		}
	}
}

func source(t testing.TB) string {
	t.Helper()
	b, err := packs.ReadFile("packs/uk-chis.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestStrict breaks the pack in one place at a time: each break gives its fault, with the line where it stands.
func TestStrict(t *testing.T) {
	text := source(t)
	for _, c := range []struct{ name, old, new, code string }{
		{"unknown key", "version: \"1\"", "version: \"1\"\nvresion: \"2\"", "pack.key-unknown"},
		{"missing key", "version: \"1\"\n", "", "pack.key-missing"},
		{"missing language", "en: Parcel, ar: طرد", "en: Parcel", "pack.key-missing"},
		{"empty word", "en: Parcel", "en: \"\"", "pack.empty"},
		{"key twice", "version: \"1\"", "version: \"1\"\nversion: \"1\"", "pack.key-repeated"},
		{"code twice", "code: parcel", "code: letter", "pack.code-repeated"},
		{"bad number", "{value: 72, unit: hours", "{value: many, unit: hours", "pack.number"},
		{"negative number", "{value: 72, unit: hours", "{value: -72, unit: hours", "pack.number"},
		{"fraction of a month", "{value: 12, unit: months", "{value: 1.5, unit: months", "pack.number"},
		{"NaN", "pattern_n: {value: 4", "pattern_n: {value: NaN", "pack.number"},
		{"share over one", "likeness: {value: 0.8", "likeness: {value: 80", "pack.number"},
		{"huge clock", "{value: 72, unit: hours", "{value: 99999999999, unit: hours", "pack.number"},
		{"unknown unit", "unit: hours", "unit: moons", "pack.choice"},
		{"unknown citation", "cite: welhat,", "cite: nobody,", "pack.cite-unknown"},
		{"unverified without confirm", "verified: false, confirm: true", "verified: false", "pack.confirm"},
		{"verified with confirm", "cite: welhat, verified: true", "cite: welhat, verified: true, confirm: true", "pack.confirm"},
		{"bad permission", `taskable: "yes"`, "taskable: maybe", "pack.choice"},
		{"bad truth value", "registered: false", "registered: nope", "pack.not-true-or-false"},
		{"unknown authority", "authority: undercover", "authority: nothing", "pack.authority-unknown"},
		{"unknown scheme", "allowed: [3x5x2,", "allowed: [6x6x6, 3x5x2,", "pack.choice"},
		{"default not allowed", "allowed: [3x5x2, admiralty,", "allowed: [admiralty,", "pack.default-not-allowed"},
		{"unknown duty", "{a: handler, b: controller", "{a: spy, b: controller", "pack.choice"},
		{"duty against itself", "{a: handler, b: controller", "{a: handler, b: handler", "pack.conflict-self"},
		{"covert action", "{code: carry,", "{code: sabotage,", "pack.task-forbidden"},
		{"coercion", "{code: carry,", "{code: threaten,", "pack.task-forbidden"},
		{"bad day", `valid_until: "2027-12-31"`, `valid_until: "2027-13-31"`, "pack.day"},
		{"list for mapping", "name: {en: United Kingdom source unit, ar: وحدة مصادر في المملكة المتحدة}", "name: [a]", "pack.not-mapping"},
		{"alias", "id: uk-chis", "id: &x uk-chis\nversion: *x", "pack.alias"},
		{"two documents", "id: uk-chis", "id: uk-chis\n---", "pack.not-yaml"},
	} {
		broken := strings.Replace(text, c.old, c.new, 1)
		if broken == text {
			t.Errorf("%s: %q is not in the pack", c.name, c.old)
			continue
		}
		_, err := Parse([]byte(broken))
		var e *fault.Error
		if !errors.As(err, &e) {
			t.Errorf("%s: was taken (%v)", c.name, err)
			continue
		}
		got := false
		for _, f := range e.Faults {
			if f.Code != c.code {
				continue
			}
			got = true
			if line, _ := strconv.Atoi(f.Params["Line"]); c.code != "pack.not-yaml" && (line < 1 || line > strings.Count(broken, "\n")+1) {
				t.Errorf("%s: line %q", c.name, f.Params["Line"])
			}
		}
		if !got {
			t.Errorf("%s: %v, want %s", c.name, err, c.code)
		}
	}
	_, err := Parse([]byte(strings.Replace(text, "{value: 72, unit: hours", "{value: many, unit: hours", 1)))
	var e *fault.Error
	errors.As(err, &e)
	want := strconv.Itoa(strings.Count(text[:strings.Index(text, "{value: 72, unit: hours")], "\n") + 1)
	if len(e.Faults) != 1 || e.Faults[0].Params["Line"] != want {
		t.Errorf("one bad number on line %s gave %v", want, err)
	}
	for _, s := range []string{"", "[", "a: b: c", "- 1", "null", strings.Repeat("#", most+1)} {
		if _, err := Parse([]byte(s)); err == nil {
			t.Errorf("%.20q was taken", s)
		}
	}
}

func TestCheckFindsWhatIsMissing(t *testing.T) {
	text := source(t)
	for _, c := range []struct{ line, code string }{
		{"  - {code: DEFECTOR,", "pack.incomplete"}, {"  - {code: hearsay,", "pack.incomplete"}, {"  - {code: RFI,", "pack.incomplete"},
		{"  - {code: lawyer,", "pack.count"}, {"  - {code: n, en:", "pack.count"}, {"  - {a: inspector, b: authorizing,", "pack.wall-missing"},
	} {
		i := strings.Index(text, c.line)
		j := i + strings.Index(text[i:], "\n") + 1
		p, err := Parse([]byte(text[:i] + text[j:]))
		if err != nil {
			t.Fatalf("%s: %v", c.line, err)
		}
		if err := Check(p); err == nil || !strings.Contains(err.Error(), c.code) {
			t.Errorf("without %q: %v", c.line, err)
		}
	}
	for _, c := range []struct{ old, new, code string }{
		{"ar: طرد", "ar: parcel", "pack.language"}, {"code: hearsay, en: Hearsay, ar: نقلًا عن آخرين, rank: 1", "code: hearsay, en: Hearsay, ar: نقلًا عن آخرين, rank: 3", "pack.rank"},
		{"scheme: 4x4, code: H3", "scheme: 4x4, code: H9", "pack.handling-unknown"}, {"default: 3x5x2", "default: prose", "pack.default-prose"},
	} {
		p, err := Parse([]byte(strings.Replace(text, c.old, c.new, 1)))
		if err != nil {
			t.Fatal(err)
		}
		if err := Check(p); err == nil || !strings.Contains(err.Error(), c.code) {
			t.Errorf("%s: %v", c.new, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	text := source(f)
	f.Add([]byte(text))
	f.Add([]byte("id: a\nlevels: [{code: x}]\nthresholds: {pattern_n: {value: 1e400}}"))
	f.Add([]byte("a: &a [*a]"))
	f.Add([]byte("? [a]\n: b"))
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := Parse(b)
		if (p == nil) == (err == nil) {
			t.Fatal("a pack or an error, never both or neither")
		}
		if err != nil {
			return
		}
		_ = Check(p) // must not panic
		at := time.Date(2025, 1, 31, 12, 0, 0, 0, time.UTC)
		for _, a := range p.Authorities {
			if !a.Expiry(at, false).After(at) || !a.Expiry(at, true).After(at) {
				t.Fatalf("%s ends before it begins", a.Code)
			}
		}
		for _, l := range p.Limits {
			if l.Due(day.Of(at)) < day.Of(at) {
				t.Fatalf("%s is due before it begins", l.Code)
			}
		}
	})
}
