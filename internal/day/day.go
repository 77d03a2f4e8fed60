// Package day holds calendar days and the vague dates people give: "1962", "1962-09", "1962-09-05", "1962-09-05T09:00",
// or "start/end". A Period keeps the words as given and knows the first and the last day they can mean.
package day

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Day is a civil day, counted from 1 January 1970. There is no time zone: a day is what the unit's calendar says.
type Day int32

// Never is later than every day a record can hold.
const Never Day = 1<<31 - 1

// ErrMalformed means a text is no date in one of the forms of the package comment.
var ErrMalformed = errors.New("day: not a date (write YYYY, YYYY-MM, YYYY-MM-DD, YYYY-MM-DDThh:mm or start/end)")

// Of is the civil day of t in its own location.
func Of(t time.Time) Day { return Date(t.Year(), t.Month(), t.Day()) }

// Date is the day of a calendar date; out-of-range values roll over as in time.Date.
func Date(y int, m time.Month, d int) Day {
	return Day(floorDiv(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix(), 86400))
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// Time is midnight UTC at the start of the day.
func (d Day) Time() time.Time { return time.Unix(int64(d)*86400, 0).UTC() }

// String is YYYY-MM-DD; Never is "never".
func (d Day) String() string {
	if d == Never {
		return "never"
	}
	return d.Time().Format("2006-01-02")
}

// Add moves by whole days.
func (d Day) Add(days int) Day {
	if d == Never {
		return d
	}
	return d + Day(days)
}

// AddMonths moves by calendar months; a day past the month's end is its last day (31 January + 1 = 28 or 29 February).
func (d Day) AddMonths(n int) Day {
	if d == Never {
		return d
	}
	t := d.Time()
	first := time.Date(t.Year(), t.Month()+time.Month(n), 1, 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return Date(first.Year(), first.Month(), min(t.Day(), last))
}

// MarshalText writes YYYY-MM-DD.
func (d Day) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads YYYY-MM-DD or "never".
func (d *Day) UnmarshalText(b []byte) error {
	if string(b) == "never" {
		*d = Never
		return nil
	}
	v, err := Parse(string(b))
	if err == nil {
		*d = v
	}
	return err
}

// Parse reads one exact day.
func Parse(s string) (Day, error) {
	p, err := ParsePeriod(s)
	if err != nil {
		return 0, err
	}
	if p.First != p.Last {
		return 0, fmt.Errorf("%w: %q is not one day", ErrMalformed, s)
	}
	return p.First, nil
}

// Period is a date as precise as it was given. The zero Period means "not known".
type Period struct {
	First, Last Day
	Text        string // as given
}

// ParsePeriod reads any form of the package comment. Empty text is the zero Period.
func ParsePeriod(s string) (Period, error) {
	s = strings.TrimSpace(s)
	if s == "" {
		return Period{}, nil
	}
	if a, b, ok := strings.Cut(s, "/"); ok {
		p, err := parseOne(a)
		if err != nil {
			return Period{}, err
		}
		q, err := parseOne(b)
		if err != nil {
			return Period{}, err
		}
		if q.Last < p.First {
			return Period{}, fmt.Errorf("%w: %q ends before it starts", ErrMalformed, s)
		}
		return Period{p.First, q.Last, s}, nil
	}
	return parseOne(s)
}

func parseOne(s string) (Period, error) {
	for _, form := range []string{"2006", "2006-01", "2006-01-02", "2006-01-02T15:04"} {
		if len(s) != len(form) {
			continue
		}
		t, err := time.Parse(form, s)
		if err != nil {
			return Period{}, fmt.Errorf("%w: %q", ErrMalformed, s)
		}
		first := Of(t)
		last := first
		switch form {
		case "2006":
			last = Date(t.Year(), 12, 31)
		case "2006-01":
			last = Date(t.Year(), t.Month()+1, 0)
		}
		return Period{first, last, s}, nil
	}
	return Period{}, fmt.Errorf("%w: %q", ErrMalformed, s)
}

// On is the exact period of one day.
func On(d Day) Period { return Period{d, d, d.String()} }

// IsZero reports whether nothing is known of the date.
func (p Period) IsZero() bool { return p == Period{} }

// String is the date as given.
func (p Period) String() string { return p.Text }

// Exact reports whether the date is known to the day.
func (p Period) Exact() bool { return !p.IsZero() && p.First == p.Last }

// MarshalText writes the date as given.
func (p Period) MarshalText() ([]byte, error) { return []byte(p.Text), nil }

// UnmarshalText reads any form of the package comment.
func (p *Period) UnmarshalText(b []byte) error {
	v, err := ParsePeriod(string(b))
	if err == nil {
		*p = v
	}
	return err
}
