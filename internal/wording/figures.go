package wording

import (
	"strconv"
	"strings"
	"time"
	"unicode"

	"cutout/internal/day"
)

// Months as the two languages write them. Arabic follows the usage of Egypt, the Gulf and the United Nations.
var months = map[string][12]string{
	"en": {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"},
	"ar": {"يناير", "فبراير", "مارس", "أبريل", "مايو", "يونيو", "يوليو", "أغسطس", "سبتمبر", "أكتوبر", "نوفمبر", "ديسمبر"},
}

// Day is a calendar day: "22 Nov 2026", "٢٢ نوفمبر ٢٠٢٦". day.Never is a phrase.
func (w *Words) Day(d day.Day) string {
	if d == day.Never {
		return w.T("date.never")
	}
	return w.date(d.Time())
}

// Period is a date as precisely as it is known: "1962", "Sep 1962", "5 Sep 1962", "1962 to 1964". The zero Period is
// the word for "unknown".
func (w *Words) Period(p day.Period) string {
	if p.IsZero() {
		return w.T("state.unknown")
	}
	if p.First == p.Last {
		return w.Day(p.First)
	}
	a, b := p.First.Time(), p.Last.Time()
	switch {
	case a.Year() == b.Year() && a.YearDay() == 1 && b.Month() == 12 && b.Day() == 31:
		return w.digits(strconv.Itoa(a.Year()))
	case a.Year() == b.Year() && a.Month() == b.Month() && a.Day() == 1 && b.AddDate(0, 0, 1).Day() == 1:
		return months[w.lang][a.Month()-1] + " " + w.digits(strconv.Itoa(a.Year()))
	}
	return w.T("date.range", "From", written(w.date(a)), "Until", written(w.date(b)))
}

// Time is a moment in its own location, to the minute: "22 Nov 2026, 09:14", "٢٢ نوفمبر ٢٠٢٦، ٠٩:١٤". The zero time is
// the word for "unknown".
func (w *Words) Time(t time.Time) string {
	if t.IsZero() {
		return w.T("state.unknown")
	}
	sep := ", "
	if w.arabic {
		sep = "، "
	}
	return w.date(t) + sep + w.Clock(t)
}

// Clock is the time of day alone: "09:14", "٠٩:١٤".
func (w *Words) Clock(t time.Time) string { return w.digits(t.Format("15:04")) }

func (w *Words) date(t time.Time) string {
	return w.digits(strconv.Itoa(t.Day())) + " " + months[w.lang][t.Month()-1] + " " + w.digits(strconv.Itoa(t.Year()))
}

// Number is a whole number with its thousands set apart: "1,234", "١٬٢٣٤".
func (w *Words) Number(n int) string { return w.group(strconv.Itoa(n)) }

// Decimal is a number to the given places: "0.58", "٠٫٥٨".
func (w *Words) Decimal(x float64, places int) string {
	return w.group(strconv.FormatFloat(x, 'f', places, 64))
}

// Percent is a share from 0 to 1 as whole hundredths: "90 %" (the space does not break), "٩٠٪".
func (w *Words) Percent(share float64) string {
	s := w.group(strconv.FormatFloat(share*100, 'f', 0, 64))
	if w.arabic {
		return s + "٪"
	}
	return s + "\u00a0%"
}

// Money is an amount in hundredths of the currency named by its three letters: "1,250.00 USD", "١٬٢٥٠٫٠٠ USD".
func (w *Words) Money(hundredths int64, currency string) string {
	sign := ""
	if hundredths < 0 {
		sign = "-"
		hundredths = -hundredths
	}
	cents := strconv.FormatInt(hundredths%100, 10)
	if len(cents) == 1 {
		cents = "0" + cents
	}
	return w.group(sign+strconv.FormatInt(hundredths/100, 10)+"."+cents) + "\u00a0" + w.isolate(currency)
}

// group sets thousands apart in a plain decimal number and writes it in the reader's digits.
func (w *Words) group(s string) string {
	sign := ""
	if strings.HasPrefix(s, "-") {
		sign, s = "\u2212", s[1:]
	}
	whole, rest, point := strings.Cut(s, ".")
	var b strings.Builder
	for i, r := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(r)
	}
	if point {
		b.WriteString("." + rest)
	}
	s = b.String()
	if w.arabic {
		s = w.digits(strings.NewReplacer(",", "٬", ".", "٫").Replace(s))
	}
	return sign + s
}

// digits writes 0 to 9 as Arabic-Indic digits for an Arabic reader.
func (w *Words) digits(s string) string {
	if !w.arabic {
		return s
	}
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return '٠' + r - '0'
		}
		return r
	}, s)
}

// plainNumber reports whether the text is nothing but ASCII digits.
func plainNumber(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// isolate wraps text in first-strong isolates (U+2068, U+2069) when it holds a letter that runs against the reader's
// direction, so that a code name in an Arabic sentence, or an Arabic name in an English one, moves nothing around it.
func (w *Words) isolate(s string) string {
	for _, r := range s {
		rtl := unicode.In(r, unicode.Arabic, unicode.Hebrew, unicode.Syriac)
		if unicode.IsLetter(r) && rtl != w.arabic {
			return "\u2068" + s + "\u2069"
		}
	}
	return s
}
