package watch

import (
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"text/template"

	"github.com/BurntSushi/toml"
)

var reasons = sync.OnceValues(func() (map[string]map[string]*template.Template, error) {
	var raw map[string]map[string]string
	if _, err := toml.DecodeFile("../wording/terms/watch.toml", &raw); err != nil {
		return nil, err
	}
	out := map[string]map[string]*template.Template{}
	for code, words := range raw {
		out[code] = map[string]*template.Template{}
		for lang, text := range words {
			tpl, err := template.New(code).Option("missingkey=error").Parse(text)
			if err != nil {
				return nil, err
			}
			out[code][lang] = tpl
		}
	}
	return out, nil
})

// mustSay fails when a reason has no sentence, or the sentence asks for what the reason does not give.
func mustSay(t interface {
	Helper()
	Fatalf(string, ...any)
}, r Reason) {
	t.Helper()
	all, err := reasons()
	if err != nil {
		t.Fatalf("REASONS.toml: %v", err)
	}
	for _, lang := range []string{"en", "ar"} {
		tpl := all[r.Code][lang]
		if tpl == nil {
			t.Fatalf("%s has no sentence in %s", r.Code, lang)
		}
		if err := tpl.Execute(io.Discard, r.Params); err != nil {
			t.Fatalf("%v", err)
		}
	}
}

func TestEveryRuleHasItsWords(t *testing.T) {
	all, err := reasons()
	if err != nil {
		t.Fatal(err)
	}
	want := []string{}
	for _, r := range Rules() {
		want = append(want, "finding."+r.ID+".title", "finding."+r.ID+".act", "finding.group."+r.Group, "finding.severity."+string(r.Severity))
		if !slices.ContainsFunc(slices.Collect(keys(all)), func(k string) bool { return strings.HasPrefix(k, "finding."+r.ID+".reason") }) {
			t.Errorf("%s has no reason", r.ID)
		}
		if len(r.Told) == 0 || r.Act == "" || r.Version < 1 || r.Severity.Rank() > 3 {
			t.Errorf("%s is not whole: %+v", r.ID, r)
		}
	}
	for _, k := range want {
		for _, lang := range []string{"en", "ar"} {
			if all[k][lang] == nil {
				t.Errorf("%s has no words in %s", k, lang)
			}
		}
	}
	if len(Rules()) != 24 {
		t.Errorf("%d rules, the three groups have 24", len(Rules()))
	}
}

func keys(m map[string]map[string]*template.Template) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}
