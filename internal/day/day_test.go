package day

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestParsePeriod(t *testing.T) {
	for _, c := range []struct{ in, first, last string }{
		{"1962", "1962-01-01", "1962-12-31"},
		{"1962-09", "1962-09-01", "1962-09-30"},
		{"2024-02", "2024-02-01", "2024-02-29"},
		{"1962-09-05", "1962-09-05", "1962-09-05"},
		{"1962-11-02T09:00", "1962-11-02", "1962-11-02"},
		{"2000-01/2001-09", "2000-01-01", "2001-09-30"},
		{"1950/1959", "1950-01-01", "1959-12-31"},
		{" 1939-11 ", "1939-11-01", "1939-11-30"},
	} {
		p, err := ParsePeriod(c.in)
		if err != nil || p.First.String() != c.first || p.Last.String() != c.last {
			t.Errorf("%q: %v to %v, %v; want %s to %s", c.in, p.First, p.Last, err, c.first, c.last)
		}
	}
	for _, bad := range []string{"1962-13", "1962-02-30", "62", "1962-9-5", "2001/2000", "today", "1962-09-05T25:00", "1962/", "/"} {
		if p, err := ParsePeriod(bad); err == nil {
			t.Errorf("%q was read as %v to %v", bad, p.First, p.Last)
		}
	}
	if p, err := ParsePeriod(""); err != nil || !p.IsZero() {
		t.Errorf("empty text: %v, %v", p, err)
	}
	if _, err := Parse("1962-09"); err == nil {
		t.Error("a month was taken for a day")
	}
}

func TestDaysBeforeTheEpoch(t *testing.T) {
	d := Date(1939, time.November, 4)
	if d.String() != "1939-11-04" || Of(d.Time()) != d || Of(d.Time().Add(23*time.Hour+59*time.Minute)) != d {
		t.Errorf("%v", d)
	}
}

func TestAddMonths(t *testing.T) {
	for _, c := range []struct {
		from string
		n    int
		want string
	}{{"2025-01-31", 1, "2025-02-28"}, {"2024-01-31", 1, "2024-02-29"}, {"2025-01-14", 12, "2026-01-14"}, {"2025-03-31", -1, "2025-02-28"}, {"2024-02-29", 12, "2025-02-28"}} {
		d, err := Parse(c.from)
		if err != nil {
			t.Fatal(err)
		}
		if got := d.AddMonths(c.n).String(); got != c.want {
			t.Errorf("%s + %d months = %s, want %s", c.from, c.n, got, c.want)
		}
	}
	if Never.Add(1) != Never || Never.AddMonths(1) != Never {
		t.Error("never came nearer")
	}
}

func TestText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := Day(rapid.Int32Range(-700_000, 2_900_000).Draw(t, "day"))
		b, _ := d.MarshalText()
		var back Day
		if err := back.UnmarshalText(b); err != nil || back != d {
			t.Fatalf("%s reads back as %v, %v", b, back, err)
		}
		p := On(d)
		var q Period
		if err := q.UnmarshalText([]byte(p.String())); err != nil || q != p {
			t.Fatalf("%v reads back as %v, %v", p, q, err)
		}
	})
}

func FuzzParsePeriod(f *testing.F) {
	f.Add("1962-09-05/1963")
	f.Fuzz(func(t *testing.T, s string) {
		if p, err := ParsePeriod(s); err == nil && !p.IsZero() && p.First > p.Last {
			t.Errorf("%q ends before it starts", s)
		}
	})
}
