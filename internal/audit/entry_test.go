package audit

import (
	"bytes"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"cutout/internal/fault"

	"pgregory.net/rapid"
)

const (
	officerText = "off_4mt5xw2k8z7c3v9qhbn6jd1r0w"
	objectText  = "src_7k2mq40xw3v9zc8tbnh5jd6r1g"
)

func sample(seq int64) Entry {
	return Entry{
		Seq: seq, Time: time.Unix(1763800000+seq, 0).UTC(), Officer: officerText, Act: "report.file", Outcome: Done,
		Kind: "source", Object: objectText, Label: 7, Commit: Commitment([32]byte{byte(seq)}, []byte("details")), Pack: "uk-chis@1.4",
	}
}

func encoded(t testing.TB, e Entry) []byte {
	t.Helper()
	b, err := e.Encode(nil)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func drawEntry(t *rapid.T) Entry {
	idText := func(prefix string) string {
		return prefix + "_" + rapid.StringMatching(`[0-9a-hjkmnp-tv-z]{25}[048cgmrw]`).Draw(t, prefix)
	}
	e := Entry{
		Seq:     rapid.Int64Range(0, MaxSize-1).Draw(t, "seq"),
		Time:    time.Unix(rapid.Int64Range(minTime, maxTime).Draw(t, "time"), 0).UTC(),
		Act:     rapid.StringMatching(`[a-z]{1,10}(\.[a-z]{1,5}(-[a-z]{1,4})?){1,3}`).Draw(t, "act"),
		Outcome: Outcome(rapid.IntRange(1, 6).Draw(t, "outcome")),
		Label:   rapid.Int64Min(0).Draw(t, "label"),
		Commit:  [32]byte(rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "commit")),
	}
	if rapid.Bool().Draw(t, "officer") {
		e.Officer = idText("off")
	}
	if rapid.Bool().Draw(t, "kind") {
		e.Kind = rapid.StringMatching(`[a-z]{1,11}(-[a-z]{1,12})?`).Draw(t, "kindText")
		if rapid.Bool().Draw(t, "object") {
			e.Object = idText(rapid.StringMatching(`[a-z]{1,8}`).Draw(t, "prefix"))
		}
	}
	if rapid.Bool().Draw(t, "pack") {
		e.Pack = rapid.StringMatching(`[a-z]{1,8}(-[a-z]{1,8})?@[0-9]{1,4}(\.[0-9]{1,3}){0,2}`).Draw(t, "packText")
	}
	return e
}

func TestEntryRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := drawEntry(t)
		b, err := e.Encode(nil)
		if err != nil {
			t.Fatalf("%+v: %v", e, err)
		}
		if len(b) > MaxEntry {
			t.Fatalf("%d bytes, more than MaxEntry", len(b))
		}
		back, err := Decode(b)
		if err != nil || !reflect.DeepEqual(back, e) {
			t.Fatalf("wrote %+v, read %+v, %v", e, back, err)
		}
	})
}

// Each case spoils one field of a sound entry; nothing free-form may pass.
func TestEntryRefuses(t *testing.T) {
	for _, c := range []struct {
		field string
		spoil func(*Entry)
	}{
		{"seq", func(e *Entry) { e.Seq = -1 }},
		{"seq", func(e *Entry) { e.Seq = MaxSize }},
		{"time", func(e *Entry) { e.Time = e.Time.Add(time.Millisecond) }},
		{"time", func(e *Entry) { e.Time = e.Time.In(time.FixedZone("", 3600)) }},
		{"time", func(e *Entry) { e.Time = time.Time{} }},
		{"time", func(e *Entry) { e.Time = time.Date(1599, 12, 31, 23, 59, 59, 0, time.UTC) }},
		{"officer", func(e *Entry) { e.Officer = "karim" }},
		{"officer", func(e *Entry) { e.Officer = objectText }},
		{"officer", func(e *Entry) { e.Officer = strings.ToUpper(officerText) }},
		{"officer", func(e *Entry) { e.Officer = officerText[:len(officerText)-1] + "z" }}, // spare bits set
		{"act", func(e *Entry) { e.Act = "" }},
		{"act", func(e *Entry) { e.Act = "report" }},
		{"act", func(e *Entry) { e.Act = "report.file for Karim" }},
		{"act", func(e *Entry) { e.Act = "report..file" }},
		{"act", func(e *Entry) { e.Act = "report.file." }},
		{"act", func(e *Entry) { e.Act = "Report.file" }},
		{"act", func(e *Entry) { e.Act = "report.-file" }},
		{"act", func(e *Entry) { e.Act = "report.f--ile" }},
		{"act", func(e *Entry) { e.Act = "call.0791234567" }},
		{"act", func(e *Entry) { e.Act = "a.b.c.d.e" }},
		{"act", func(e *Entry) { e.Act = "كريم.ملف" }},
		{"act", func(e *Entry) { e.Act = "report.file\n" }},
		{"act", func(e *Entry) { e.Act = strings.Repeat("abcdefghij.", 5) + "a" }},
		{"outcome", func(e *Entry) { e.Outcome = 0 }},
		{"outcome", func(e *Entry) { e.Outcome = 7 }},
		{"kind", func(e *Entry) { e.Kind = "Karim Haddad" }},
		{"kind", func(e *Entry) { e.Kind = strings.Repeat("a", 25) }},
		{"object", func(e *Entry) { e.Object = "Karim Haddad" }},
		{"object", func(e *Entry) { e.Object = objectText + "0" }},
		{"object", func(e *Entry) { e.Object = "src_" + strings.Repeat("u", 25) + "0" }},
		{"object", func(e *Entry) { e.Kind = "" }},
		{"label", func(e *Entry) { e.Label = -1 }},
		{"pack", func(e *Entry) { e.Pack = "uk-chis" }},
		{"pack", func(e *Entry) { e.Pack = "uk-chis@" }},
		{"pack", func(e *Entry) { e.Pack = "uk-chis@latest" }},
		{"pack", func(e *Entry) { e.Pack = "uk-chis@1..2" }},
		{"pack", func(e *Entry) { e.Pack = "@1" }},
		{"pack", func(e *Entry) { e.Pack = strings.Repeat("a", 39) + "@1" }},
	} {
		e := sample(3)
		c.spoil(&e)
		_, err := e.Encode(nil)
		var f *fault.Error
		if !errors.As(err, &f) || len(f.Faults) != 1 || f.Faults[0].Field != c.field {
			t.Errorf("%s: %+v: got %v", c.field, e, err)
		}
		if err != nil && strings.Contains(err.Error(), "arim") {
			t.Errorf("the fault repeats what was given: %v", err)
		}
	}
	if f := (*fault.Error)(nil); !errors.As((Entry{Seq: -1, Officer: "x", Label: -1}).Check(), &f) || len(f.Faults) != 6 {
		t.Errorf("want six faults at once, got %v", f)
	}
}

func TestDecodeRefuses(t *testing.T) {
	good := encoded(t, sample(3))
	for n := range good {
		if _, err := Decode(good[:n]); !errors.Is(err, ErrMalformed) {
			t.Errorf("cut to %d bytes: %v", n, err)
		}
	}
	if _, err := Decode(append(bytes.Clone(good), 0)); !errors.Is(err, ErrMalformed) {
		t.Errorf("one byte more: %v", err)
	}
	good[0] = 2
	if _, err := Decode(good); !errors.Is(err, ErrMalformed) {
		t.Errorf("unknown version: %v", err)
	}
}

func TestCommitment(t *testing.T) {
	a, b := NewSalt(), NewSalt()
	if a == b {
		t.Fatal("two salts are equal")
	}
	d := []byte("opened for review")
	first, again := Commitment(a, d), Commitment(a, slices.Clone(d))
	if first == Commitment(b, d) || first == Commitment(a, d[1:]) || first != again {
		t.Error("a commitment must depend on salt and details and on nothing else")
	}
}

func TestOutcomeWords(t *testing.T) {
	seen := map[string]bool{}
	for o := Done; o <= Failed; o++ {
		w, _ := o.MarshalText()
		if len(w) == 0 || seen[string(w)] {
			t.Errorf("outcome %d has the word %q", o, w)
		}
		seen[string(w)] = true
	}
	if Outcome(7).String() != "" || Outcome(0).String() != "" {
		t.Error("a number that is no outcome has a word")
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(encoded(f, sample(0)))
	f.Add(encoded(f, Entry{Time: time.Unix(0, 0).UTC(), Act: "watch.run", Outcome: Failed}))
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := Decode(b)
		if err != nil {
			return
		}
		again, err := e.Encode(nil)
		if err != nil || !bytes.Equal(again, b) {
			t.Fatalf("two encodings of one entry: %x and %x (%v)", b, again, err)
		}
	})
}

// The log of a replay runs in the time of its case: times before 1970 encode, and the bounds are the days they are said to be.
func TestOldTimes(t *testing.T) {
	for _, at := range []time.Time{time.Date(1600, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(1939, 11, 4, 12, 0, 0, 0, time.UTC),
		time.Unix(-1, 0).UTC(), time.Unix(0, 0).UTC(), time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)} {
		e := Entry{Time: at, Act: "watch.run", Outcome: Done}
		b, err := e.Encode(nil)
		if err != nil {
			t.Errorf("%v: %v", at, err)
			continue
		}
		if got, err := Decode(b); err != nil || !got.Time.Equal(at) {
			t.Errorf("%v came back as %v, %v", at, got.Time, err)
		}
	}
}

// TestFieldsOfAnEntry holds every field of an entry to a class. A field that can hold what somebody typed, a name or a
// word of a record has no class: an entry takes none. Whoever adds a field says here what it can hold, and why an inspector
// and a thief of the log may read it.
func TestFieldsOfAnEntry(t *testing.T) {
	classes := map[string]string{"Seq": "number", "Time": "number", "Officer": "random id", "Act": "closed word", "Outcome": "closed word", "Kind": "closed word",
		"Object": "random id", "Label": "number", "Commit": "salted commitment", "Pack": "closed word"}
	texts := []string{"Zephyrine Quackenbush", "أحمد الحموي", "+447946071000", "PASS-99417", "zephyrine.q@example.org", "a container left gate 4", strings.Repeat("a", 300)}
	e := reflect.TypeFor[Entry]()
	for i := range e.NumField() {
		f := e.Field(i)
		class := classes[f.Name]
		switch class {
		case "number":
			if k := f.Type.Kind(); k != reflect.Int64 && f.Type != reflect.TypeFor[time.Time]() {
				t.Errorf("%s is no number", f.Name)
			}
		case "salted commitment":
			if f.Type != reflect.TypeFor[[32]byte]() {
				t.Errorf("%s is no commitment", f.Name)
			}
		case "random id", "closed word":
			for _, text := range texts {
				v := sample(3)
				to := reflect.ValueOf(&v).Elem().Field(i)
				if to.Kind() != reflect.String {
					continue
				}
				to.SetString(text)
				if v.Check() == nil {
					t.Errorf("%s takes %q", f.Name, text)
				}
			}
		default:
			t.Errorf("Entry.%s has no class: say here what it can hold", f.Name)
		}
		delete(classes, f.Name)
	}
	if len(classes) > 0 {
		t.Errorf("classes of fields that are gone: %v", classes)
	}
}
