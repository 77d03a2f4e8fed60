package main

import (
	"context"
	"strings"
	"testing"

	"cutout/internal/casework"
	"cutout/internal/wording"
)

// FuzzDecode holds that no input file stops the program, and that whatever is wrong with one is said in words.
func FuzzDecode(f *testing.F) {
	for _, s := range []string{"", "title: x", "{\"title\": \"x\"}", "title: [x", "{\"title\": 1}", "items: {a: b}", "a: &a [*a]", "title: x\ntitle: y", "---\n---\n", "[1]", "{}{}", "\xff",
		"items:\n- text: x\n  colour: red", "{\"items\": [{\"colour\": 1}]}", "? [a]\n: b", "title: !!binary AAAA", "<<: {title: x}"} {
		f.Add([]byte(s))
	}
	s := newSession(context.Background(), "en")
	f.Fuzz(func(t *testing.T, b []byte) {
		var d casework.ReportDraft
		err := decode(b, &d)
		if err == nil {
			return
		}
		if casework.KindOf(err) != casework.Invalid {
			t.Fatalf("%q: %v", b, err)
		}
		for _, lang := range wording.Languages() {
			s.words = wording.For(lang)
			said, exit := s.worded(err)
			if exit != exitInvalid || len(said.Faults) == 0 {
				t.Fatalf("%q: exit %d with %d faults", b, exit, len(said.Faults))
			}
			for _, x := range said.Faults {
				if x.Detail == "" || strings.Contains(x.Detail, "⟦") || strings.Contains(x.Detail, "<no value>") {
					t.Errorf("%q: %q has no words: %q", b, x.Code, x.Detail)
				}
			}
		}
	})
}

// TestFlagsOverruleTheFile holds that a flag replaces what the file says of its field and nothing beside it.
func TestFlagsOverruleTheFile(t *testing.T) {
	var d casework.ReportDraft
	if err := decode([]byte("title: from the file\ncomments: kept\nitems:\n- {text: first, basis: direct}\n- {text: second, basis: hearsay}\n"), &d); err != nil {
		t.Fatal(err)
	}
	if err := overlay(&reportFile{Title: "from the flag", Close: true}, &d); err != nil {
		t.Fatal(err)
	}
	if d.Title != "from the flag" || d.Comments != "kept" || d.Close != "yes" || len(d.Items) != 2 || d.Items[1].Text != "second" {
		t.Errorf("%+v", d)
	}
	if err := overlay(&reportFile{Item: "third", Basis: "direct"}, &d); err != nil {
		t.Fatal(err)
	}
	if len(d.Items) != 1 || d.Items[0].Text != "third" || d.Items[0].Basis != "direct" {
		t.Errorf("the item of the flags: %+v", d.Items)
	}
	var c struct {
		Plan *struct{ When, Place string }
	}
	if err := decode([]byte("plan: {when: \"2026\", place: here}"), &c); err != nil {
		t.Fatal(err)
	}
	if err := overlay(&contactPlan{When: "2027"}, &c); err != nil {
		t.Fatal(err)
	}
	if c.Plan.When != "2027" || c.Plan.Place != "here" {
		t.Errorf("a part of the plan was lost: %+v", c.Plan)
	}
}
