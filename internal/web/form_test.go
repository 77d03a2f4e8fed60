package web

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"cutout/internal/casework"
	"cutout/internal/draft"
	"cutout/internal/fault"
	"cutout/internal/wording"

	"pgregory.net/rapid"
)

// TestGapsClose: whatever entries of a list are left blank, what is handed in are the others, in their order.
func TestGapsClose(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		topics := rapid.SliceOfN(rapid.SampledFrom([]string{"", " ", "gate", "harbor", "ميناء"}), 0, 12).Draw(t, "topics")
		f := &form{Values: url.Values{"do": {"finish"}, "note": {"n"}}, posted: true, lists: []string{"access"}}
		var want []string
		for i, topic := range topics {
			f.Values.Set(fmt.Sprintf("access.%d.topic", i), topic)
			if strings.TrimSpace(topic) != "" {
				want = append(want, topic)
			}
		}
		f.rearrange("finish")
		var d casework.SourceDraft
		f.into(&d)
		var got []string
		for _, a := range d.Access {
			got = append(got, a.Topic)
		}
		if !slices.Equal(got, want) || d.Note != "n" {
			t.Fatalf("%q became %q", topics, got)
		}
	})
}

// TestFormFills: embedded drafts stand beside the rest, pointers appear only when something is in them, lists come from
// lines, boxes and entries.
func TestFormFills(t *testing.T) {
	f := &form{Values: url.Values{"category": {"AGENT"}, "level": {"SECRET"}, "motives": {"money\r\n\n work "}, "overlays": {"juvenile", "vulnerable"}, "access.0.topic": {"a"}, "access.2.topic": {"c"}, "release_condition.text": {" "}}}
	var d casework.SourceDraft
	f.into(&d)
	if d.Category != "AGENT" || d.Level != "SECRET" || !slices.Equal(d.Motives, []string{"money", "work"}) || !slices.Equal(d.Overlays, []string{"juvenile", "vulnerable"}) {
		t.Errorf("%+v", d)
	}
	if len(d.Access) != 3 || d.Access[2].Topic != "c" || d.Identity != nil || d.ReleaseCondition != nil {
		t.Errorf("%+v %v %v", d.Access, d.Identity, d.ReleaseCondition)
	}
	f.Values.Set("identity.names.0.full", "x")
	f.into(&d)
	if d.Identity == nil || d.Identity.Names[0].Full != "x" {
		t.Error("the identity is not filled")
	}
}

// TestFaultsFindTheirFields: a fault of the third line as people count stands beside the third line of the form.
func TestFaultsFindTheirFields(t *testing.T) {
	f := &form{words: wording.For("en")}
	if err := f.take(&casework.Error{Kind: casework.Invalid, Faults: fault.Faults{{Field: draft.At("access", 2) + ".topic", Code: "field.required"}, {Field: draft.At("motives", 1), Code: "field.utf8"}, {Field: "note", Code: "field.utf8"}}}); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"access.2.topic", "motives", "note"} {
		if len(f.faults(name)) != 1 {
			t.Errorf("%s has %v", name, f.faults(name))
		}
	}
	if f.Status != 422 {
		t.Error(f.Status)
	}
}

// FuzzForm: no body makes the form fail or grow without end.
func FuzzForm(f *testing.F) {
	for _, s := range []string{"do=add-item", "do=remove-item.3&access.1.topic=x", "access.200.topic=x&access.201.topic=y&do=finish", "access..topic=1", "identity.names.0.fathers=a%0Ab&do=add.identity.names", "access.00.topic=z"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, body string) {
		v, err := url.ParseQuery(body)
		if err != nil {
			return
		}
		x := &form{Values: v, posted: true, lists: []string{"access", "identity.names"}, words: wording.For("en")}
		x.rearrange(v.Get("do"))
		var d casework.SourceDraft
		x.into(&d)
		if len(d.Access) > draft.ListLimit+1 {
			t.Errorf("%d lines", len(d.Access))
		}
	})
}
