package profile

import (
	"time"

	"cutout/internal/day"
)

// Unit is what a clock counts.
type Unit string

// The units. Hours are exact; all others are calendar time, first day counted.
const (
	Hours       Unit = "hours"
	Days        Unit = "days"
	WorkingDays Unit = "working-days" // Monday to Friday; the unit's public holidays are not known here
	Months      Unit = "months"
	Years       Unit = "years"
)

// Clock is a length of time with its citation. Value is a whole number of Unit.
type Clock struct {
	Figure
	Unit Unit
}

// End is the first moment that the clock, started at from, no longer covers. Hours run exactly. Every other unit begins
// with the whole day of from in from's location, so 12 months from any time on 14 January 2025 end with 13 January 2026
// and End is midnight after it. Where the last month has no such day the clock ends with that month (one month from 31
// January ends with February): a period that "begins with" a day runs to the day before the corresponding day, and the
// last of the month stands for a day that is not there.
func (c Clock) End(from time.Time) time.Time {
	if c.Unit == Hours {
		return from.Add(time.Duration(c.Value) * time.Hour)
	}
	end := c.EndDay(day.Of(from)).Time()
	return time.Date(end.Year(), end.Month(), end.Day(), 0, 0, 0, 0, from.Location())
}

// EndDay is the first day not covered when the clock begins with the day from. Hours count as the days they touch when
// the clock starts at the day's first minute, rounded up.
func (c Clock) EndDay(from day.Day) day.Day {
	n := int(c.Value)
	switch c.Unit {
	case Years:
		return corresponding(from, 12*n)
	case Months:
		return corresponding(from, n)
	case Hours:
		return from.Add((n + 23) / 24)
	case WorkingDays:
		d := from
		for ; n > 0; d++ { // n working days are covered, and the weekend before them
			if w := d.Time().Weekday(); w != time.Saturday && w != time.Sunday {
				n--
			}
		}
		return d
	}
	return from.Add(n)
}

// corresponding is the same day of the month n months on, or the first of the month after when there is none.
func corresponding(from day.Day, n int) day.Day {
	t := from.Time()
	d := from.AddMonths(n)
	if d.Time().Day() != t.Day() {
		return d.Add(1)
	}
	return d
}

// Due is the last day on which what the limit asks is in time, for an event on the day. For a limit in hours use
// Clock.End on the event's time.
func (l Limit) Due(event day.Day) day.Day {
	if l.NextDay {
		event = event.Add(1)
	}
	return l.Clock.EndDay(event).Add(-1)
}

// Expiry is the first moment that an authority of the kind, taking effect at grantedAt, is no longer in force.
// Juvenile is whether the source is under 18 on that day: age is computed on each date, so ask again after a birthday.
func (k AuthorityKind) Expiry(grantedAt time.Time, juvenile bool) time.Time {
	if juvenile {
		return k.JuvenileDuration.End(grantedAt)
	}
	return k.Duration.End(grantedAt)
}

// ReviewDue is the first day on which a review is overdue when the last one, or the grant, was on the day given. ok is
// false when the pack sets no longest interval and the approver does.
func (k AuthorityKind) ReviewDue(last day.Day, juvenile bool) (due day.Day, ok bool) {
	c := k.Review
	if juvenile {
		c = k.JuvenileReview
	}
	if c == nil {
		return 0, false
	}
	return c.EndDay(last), true
}
