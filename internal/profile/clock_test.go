package profile

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"cutout/internal/day"
)

func at(s string) time.Time {
	t, err := time.Parse("2006-01-02T15:04", s)
	if err != nil {
		panic(err)
	}
	return t
}

func TestExpiry(t *testing.T) {
	p := load(t)
	for _, c := range []struct {
		kind     string
		granted  string
		juvenile bool
		want     string
	}{
		{"chis-written", "2025-01-14T09:30", false, "2026-01-14T00:00"}, // to the end of 13 January 2026
		{"chis-written", "2025-01-14T00:00", false, "2026-01-14T00:00"},
		{"chis-written", "2025-01-14T23:59", false, "2026-01-14T00:00"},
		{"chis-written", "2024-02-29T09:00", false, "2025-03-01T00:00"}, // no such day in 2025: to the end of February
		{"chis-written", "2023-03-01T09:00", false, "2024-03-01T00:00"}, // 29 February 2024 is covered
		{"chis-written", "2023-02-28T09:00", false, "2024-02-28T00:00"},
		{"chis-written", "2024-12-31T09:00", false, "2025-12-31T00:00"},
		{"chis-written", "2025-01-14T09:30", true, "2025-05-14T00:00"},
		{"chis-written", "2024-10-31T09:30", true, "2025-03-01T00:00"},
		{"chis-written", "2023-10-31T09:30", true, "2024-03-01T00:00"},
		{"chis-written", "2023-10-29T09:30", true, "2024-02-29T00:00"},
		{"chis-written", "2025-05-31T09:30", true, "2025-10-01T00:00"},
		{"chis-oral", "2025-01-14T09:30", false, "2025-01-17T09:30"},
		{"chis-oral", "2024-02-27T23:59", false, "2024-03-01T23:59"},
		{"chis-oral", "2025-02-26T23:59", true, "2025-03-01T23:59"},
		{"criminal-conduct", "2025-01-14T09:30", true, "2025-05-14T00:00"},
	} {
		k, ok := p.AuthorityKind(c.kind)
		if !ok {
			t.Fatal(c.kind)
		}
		if got := k.Expiry(at(c.granted), c.juvenile); !got.Equal(at(c.want)) {
			t.Errorf("%s granted %s juvenile %v ends %s, want %s", c.kind, c.granted, c.juvenile, got.Format("2006-01-02T15:04"), c.want)
		}
	}
}

func TestExpiryKeepsTheUnitsClock(t *testing.T) {
	zone := time.FixedZone("unit", 3*3600)
	p := load(t)
	written, _ := p.AuthorityKind("chis-written")
	granted := time.Date(2025, 1, 14, 1, 0, 0, 0, zone) // still the 13th in UTC
	if got, want := written.Expiry(granted, false), time.Date(2026, 1, 14, 0, 0, 0, 0, zone); !got.Equal(want) {
		t.Errorf("%s, want %s", got, want)
	}
	oral, _ := p.AuthorityKind("chis-oral")
	if got := oral.Expiry(granted, false); got.Sub(granted) != 72*time.Hour {
		t.Errorf("%s", got.Sub(granted))
	}
}

func TestReviewDue(t *testing.T) {
	p := load(t)
	k, _ := p.AuthorityKind("chis-written")
	if _, ok := k.ReviewDue(0, false); ok {
		t.Error("an adult's review interval is the approver's")
	}
	for from, want := range map[day.Day]day.Day{
		day.Date(2025, 1, 31): day.Date(2025, 3, 1), day.Date(2025, 1, 14): day.Date(2025, 2, 14), day.Date(2024, 1, 29): day.Date(2024, 2, 29)} {
		if got, ok := k.ReviewDue(from, true); !ok || got != want {
			t.Errorf("%s: %s, want %s", from, got, want)
		}
	}
}

func TestDue(t *testing.T) {
	p := load(t)
	for _, c := range []struct {
		limit       string
		event, want day.Day
	}{
		{"criminal-conduct-notice", day.Date(2025, 1, 14), day.Date(2025, 1, 21)}, // seven days beginning with the 15th
		{"error-report", day.Date(2025, 1, 14), day.Date(2025, 1, 28)},            // ten working days from Wednesday
		{"error-report", day.Date(2025, 1, 17), day.Date(2025, 1, 31)},            // event on a Friday
		{"oral-full-text", day.Date(2025, 1, 17), day.Date(2025, 1, 20)},          // Friday's text is due on Monday
		{"oral-full-text", day.Date(2025, 1, 14), day.Date(2025, 1, 15)},
		{"register-retention", day.Date(2024, 2, 29), day.Date(2029, 2, 28)},
	} {
		l, ok := p.Limit(c.limit)
		if !ok {
			t.Fatal(c.limit)
		}
		if got := l.Due(c.event); got != c.want {
			t.Errorf("%s from %s is due %s, want %s", c.limit, c.event, got, c.want)
		}
	}
}

// TestClocksRunForward: a clock covers its first day, a later start never ends sooner, and months never lose a day that
// the calendar has.
func TestClocksRunForward(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		unit := rapid.SampledFrom([]Unit{Hours, Days, WorkingDays, Months, Years}).Draw(t, "unit")
		c := Clock{Figure{Value: float64(rapid.IntRange(1, 60).Draw(t, "n"))}, unit}
		from := day.Day(rapid.IntRange(0, 40000).Draw(t, "from"))
		end := c.EndDay(from)
		if end <= from {
			t.Fatalf("%v from %s ends %s", c, from, end)
		}
		if next := c.EndDay(from + 1); next < end {
			t.Fatalf("%v from %s ends %s, a day later ends %s", c, from, end, next)
		}
		if unit == Months {
			whole := day.Date(from.Time().Year(), from.Time().Month()+time.Month(c.Value), 1)
			if end < whole {
				t.Fatalf("%v from %s ends %s, before month %s begins", c, from, end, whole)
			}
		}
	})
}
