package wording

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"cutout/internal/day"
	"cutout/internal/fault"
	"cutout/internal/officer"

	"github.com/BurntSushi/toml"
	"pgregory.net/rapid"
)

// flat reads a catalogue into id -> form -> text; a message without plural forms has the one form "".
func flat(t *testing.T, lang string) map[string]map[string]string {
	t.Helper()
	raw, err := catalogues.ReadFile(lang + ".toml")
	if err != nil {
		t.Fatal(err)
	}
	var tree map[string]map[string]any
	if err := toml.Unmarshal(raw, &tree); err != nil {
		t.Fatal(err)
	}
	out := map[string]map[string]string{}
	for section, messages := range tree {
		for key, v := range messages {
			id := section + "." + key
			switch v := v.(type) {
			case string:
				out[id] = map[string]string{"": v}
			case map[string]any:
				out[id] = map[string]string{}
				for form, text := range v {
					out[id][form] = text.(string)
				}
			}
		}
	}
	terms, err := loadTerms(catalogues)
	if err != nil {
		t.Fatal(err)
	}
	for id, m := range terms {
		text := m.En
		if lang == "ar" {
			text = m.Ar
		}
		out[id] = map[string]string{"": text}
	}
	return out
}

var variable = regexp.MustCompile(`\{\{\s*\.(\w+)\s*\}\}`)

func variables(forms map[string]string) []string {
	var out []string
	for _, text := range forms {
		for _, m := range variable.FindAllStringSubmatch(text, -1) {
			out = append(out, m[1])
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

var forms = map[string][]string{"en": {"one", "other"}, "ar": {"few", "many", "one", "other", "two", "zero"}}

func TestBothLanguagesSayTheSameMessages(t *testing.T) {
	en, ar := flat(t, "en"), flat(t, "ar")
	for id := range ar {
		if en[id] == nil {
			t.Errorf("%s is only in Arabic", id)
		}
	}
	for id, e := range en {
		a := ar[id]
		if a == nil {
			t.Errorf("%s is only in English", id)
			continue
		}
		if x, y := variables(e), variables(a); !slices.Equal(x, y) {
			t.Errorf("%s: English fills %v, Arabic fills %v", id, x, y)
		}
		for lang, m := range map[string]map[string]string{"en": e, "ar": a} {
			var have []string
			for form, text := range m {
				if strings.TrimSpace(text) == "" {
					t.Errorf("%s: %s %s is empty", id, lang, form)
				}
				if form != "" {
					have = append(have, form)
				}
			}
			slices.Sort(have)
			if len(have) > 0 && !slices.Equal(have, forms[lang]) {
				t.Errorf("%s: %s has the forms %v, needs %v", id, lang, have, forms[lang])
			}
		}
		if (len(e) == 1) != (len(a) == 1) {
			t.Errorf("%s is a plural in one language only", id)
		}
	}
}

func TestEveryMessageCanBeSaid(t *testing.T) {
	for _, lang := range Languages() {
		w := For(lang)
		for id, m := range flat(t, lang) {
			var kv []any
			for _, v := range variables(m) {
				kv = append(kv, v, "x")
			}
			for _, n := range []int{0, 1, 2, 3, 11, 100} {
				s := w.T(id, kv...)
				if len(m) > 1 {
					s = w.N(id, n, kv...)
				}
				if strings.Contains(s, "⟦") || strings.Contains(s, "<no value>") || s == "" {
					t.Errorf("%s %s says %q", lang, id, s)
				}
			}
		}
	}
}

func TestEveryDutyHasAWord(t *testing.T) {
	for _, lang := range Languages() {
		for _, d := range officer.Duties() {
			if id := "duty." + string(d); !For(lang).Has(id) {
				t.Errorf("%s has no %s", lang, id)
			}
		}
	}
}

func TestMissingMessageIsVisible(t *testing.T) {
	for _, lang := range Languages() {
		if got := For(lang).T("no.such"); got != "⟦no.such⟧" {
			t.Errorf("T = %q", got)
		}
		if got := For(lang).Fault(fault.Fault{Code: "no.such"}); got != "⟦fault.no.such⟧" {
			t.Errorf("Fault = %q", got)
		}
	}
}

func TestArabicPlurals(t *testing.T) {
	want := map[int]string{0: "لا مصادر", 1: "مصدر واحد", 2: "مصدران", 3: "٣ مصادر", 10: "١٠ مصادر",
		11: "١١ مصدرًا", 99: "٩٩ مصدرًا", 100: "١٠٠ مصدر", 103: "١٠٣ مصادر", 1111: "١٬١١١ مصدرًا"}
	for n, s := range want {
		if got := For("ar").N("count.sources", n); got != s {
			t.Errorf("%d: %q, want %q", n, got, s)
		}
	}
	if got := For("en").N("count.sources", 1) + ", " + For("en").N("count.sources", 0); got != "1 source, 0 sources" {
		t.Error(got)
	}
}

func TestDaysTimesNumbers(t *testing.T) {
	en, ar := For("en"), For("ar-SY")
	d := day.Date(2026, 11, 22)
	at := time.Date(2026, 11, 22, 9, 14, 0, 0, time.UTC)
	period := func(s string) day.Period {
		p, err := day.ParsePeriod(s)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	for _, c := range []struct{ got, want string }{
		{en.Day(d), "22 Nov 2026"}, {ar.Day(d), "٢٢ نوفمبر ٢٠٢٦"},
		{en.Day(day.Never), "no end"}, {ar.Day(day.Never), "بلا نهاية"},
		{en.Time(at), "22 Nov 2026, 09:14"}, {ar.Time(at), "٢٢ نوفمبر ٢٠٢٦، ٠٩:١٤"},
		{en.Time(time.Time{}), "unknown"},
		{en.Number(-1234567), "−1,234,567"}, {ar.Number(1234567), "١٬٢٣٤٬٥٦٧"}, {en.Number(123), "123"},
		{en.Decimal(0.583, 2), "0.58"}, {ar.Decimal(0.583, 2), "٠٫٥٨"},
		{en.Percent(0.9), "90\u00a0%"}, {ar.Percent(0.9), "٩٠٪"},
		{en.Money(125005, "USD"), "1,250.05\u00a0USD"}, {ar.Money(-5, "USD"), "−٠٫٠٥\u00a0\u2068USD\u2069"},
		{en.Period(period("1962")), "1962"}, {en.Period(period("1962-02")), "Feb 1962"},
		{en.Period(period("1962-09-05")), "5 Sep 1962"}, {en.Period(day.Period{}), "unknown"},
		{en.Period(period("1962-09-05/1962-09-07")), "5 Sep 1962 to 7 Sep 1962"},
		{ar.Period(period("1962-09")), "سبتمبر ١٩٦٢"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

func TestFaultIsSaidInTheReadersFigures(t *testing.T) {
	f := fault.Fault{Code: "field.long", Params: map[string]string{"Limit": "4000"}}
	if got := For("ar").Fault(f); !strings.Contains(got, "٤٠٠٠") {
		t.Errorf("the limit is not in Arabic digits: %q", got)
	}
	given := fault.Fault{Code: "reference.malformed", Params: map[string]string{"Given": "R-12x"}}
	if got := For("ar").Fault(given); !strings.Contains(got, "\u2068R-12x\u2069") {
		t.Errorf("what was given is not isolated and as typed: %q", got)
	}
	if got := For("en").Fault(given); strings.ContainsAny(got, "\u2068\u2069") {
		t.Errorf("isolates where none are needed: %q", got)
	}
}

func TestTermsThatMustBeTurnedAway(t *testing.T) {
	base := fstest.MapFS{"en.toml": {Data: []byte("[a]\nb = \"x\"\n")}, "ar.toml": {Data: []byte("[a]\nb = \"س\"\n")}}
	for name, files := range map[string]map[string]string{
		"one language":     {"terms/a.toml": "[\"c.d\"]\nen = \"x\"\n"},
		"another key":      {"terms/a.toml": "[\"c.d\"]\nen = \"x\"\nar = \"س\"\nfr = \"y\"\n"},
		"twice":            {"terms/a.toml": "[\"c.d\"]\nen = \"x\"\nar = \"س\"\n", "terms/b.toml": "[\"c.d\"]\nen = \"x\"\nar = \"س\"\n"},
		"overrules a page": {"terms/a.toml": "[\"a.b\"]\nen = \"x\"\nar = \"س\"\n"},
	} {
		fsys := fstest.MapFS{"en.toml": base["en.toml"], "ar.toml": base["ar.toml"]}
		for f, s := range files {
			fsys[f] = &fstest.MapFile{Data: []byte(s)}
		}
		if _, err := load(fsys); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
	if _, err := load(base); err != nil {
		t.Errorf("the base alone: %v", err)
	}
}

func TestNumbersKeepTheirDigits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int().Draw(t, "n")
		plain := strings.NewReplacer("٠", "0", "١", "1", "٢", "2", "٣", "3", "٤", "4", "٥", "5", "٦", "6", "٧", "7", "٨", "8",
			"٩", "9", "٬", ",").Replace(For("ar").Number(n))
		if plain != For("en").Number(n) {
			t.Fatalf("%d: %q and %q", n, For("ar").Number(n), For("en").Number(n))
		}
	})
}
