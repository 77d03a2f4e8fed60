// Package wording says everything the program says, in English and in Arabic: the words of the pages, faults, days,
// times and numbers. Both catalogues are written by hand. It never decides anything and never reads a record.
//
// Messages live in en.toml and ar.toml (go-i18n form, CLDR plurals). The terms directory holds more messages in a
// second form, one table a message with both languages side by side; packages hand in their faults and reasons so:
//
//	["fault.grade.unknown"]
//	en = "…"
//	ar = "…"
package wording

import (
	"fmt"
	"sync"
	"time"

	"cutout/internal/day"
	"cutout/internal/fault"

	"github.com/nicksnyder/go-i18n/v2/i18n"
)

// Languages are the languages every message is written in, the first being the one used when none is asked for.
func Languages() []string { return []string{"en", "ar"} }

// Words speaks one language. It is safe for use by several goroutines and holds nothing of any reader.
type Words struct {
	lang   string
	arabic bool
	say    *i18n.Localizer
	known  map[string]bool
}

var spoken = sync.OnceValues(func() (map[string]*Words, error) { return load(catalogues) })

// For is the language asked for ("en", "ar"; a regional form such as "ar-SY" counts as its language). Anything else is
// English. It panics only when the catalogues built into the program are damaged, which the tests rule out.
func For(lang string) *Words {
	all, err := spoken()
	if err != nil {
		panic("wording: " + err.Error())
	}
	if w, ok := all[lang]; ok {
		return w
	}
	if len(lang) > 2 && lang[2] == '-' {
		if w, ok := all[lang[:2]]; ok {
			return w
		}
	}
	return all["en"]
}

// Lang is "en" or "ar", for the lang attribute.
func (w *Words) Lang() string { return w.lang }

// Dir is "ltr" or "rtl", for the dir attribute.
func (w *Words) Dir() string {
	if w.arabic {
		return "rtl"
	}
	return "ltr"
}

// Has reports whether the message exists. Packages use it in tests to hold every code they can give.
func (w *Words) Has(id string) bool { return w.known[id] }

// T is the message with its variables filled: kv are names and values in turn. A value may be a string, int, day.Day,
// time.Time or another Words result; numbers and days are written the reader's way, and text that runs against the
// reader's direction is isolated. A message that does not exist shows as ⟦id⟧.
func (w *Words) T(id string, kv ...any) string {
	return w.localize(&i18n.LocalizeConfig{MessageID: id, TemplateData: w.data(kv)}, id)
}

// N is the message in the plural form that n asks for (two forms in English, six in Arabic), with {{.N}} the number.
func (w *Words) N(id string, n int, kv ...any) string {
	data := w.data(kv)
	data["N"] = w.Number(n)
	return w.localize(&i18n.LocalizeConfig{MessageID: id, PluralCount: n, TemplateData: data}, id)
}

// Fault is what is wrong and what would mend it. The code "grade.unknown" is the message "fault.grade.unknown".
func (w *Words) Fault(f fault.Fault) string {
	kv := make([]any, 0, 2*len(f.Params))
	for name, value := range f.Params {
		kv = append(kv, name, w.param(name, value))
	}
	return w.T("fault."+f.Code, kv...)
}

// param writes a fault's parameter the reader's way: numbers and days; what a person gave is repeated as given.
func (w *Words) param(name, value string) any {
	if name == "Given" {
		return value
	}
	if d, err := day.Parse(value); err == nil && len(value) == len("2006-01-02") {
		return d
	}
	if plainNumber(value) {
		return written(w.digits(value))
	}
	return value
}

// written marks text that is already in the reader's form and must not be isolated.
type written string

func (w *Words) data(kv []any) map[string]any {
	if len(kv)%2 != 0 {
		kv = append(kv, "")
	}
	m := make(map[string]any, len(kv)/2+1)
	for i := 0; i < len(kv); i += 2 {
		name := fmt.Sprint(kv[i])
		switch v := kv[i+1].(type) {
		case int:
			m[name] = w.Number(v)
		case day.Day:
			m[name] = w.Day(v)
		case time.Time:
			m[name] = w.Time(v)
		case written:
			m[name] = string(v)
		case string:
			m[name] = w.isolate(v)
		default:
			m[name] = w.isolate(fmt.Sprint(v))
		}
	}
	return m
}

func (w *Words) localize(c *i18n.LocalizeConfig, id string) string {
	if !w.known[id] {
		return "⟦" + id + "⟧"
	}
	s, err := w.say.Localize(c)
	if err != nil {
		return "⟦" + id + "⟧"
	}
	return s
}
