package watch

import (
	"reflect"

	"cutout/internal/day"
)

// stamps visits every day a View holds.
func (v *View) stamps(visit func(day.Day)) {
	var walk func(reflect.Value)
	walk = func(x reflect.Value) {
		switch {
		case x.Type() == reflect.TypeFor[day.Day]():
			visit(day.Day(x.Int()))
		case x.Type() == reflect.TypeFor[day.Period]():
			if p := x.Interface().(day.Period); !p.IsZero() {
				visit(p.First)
				visit(p.Last)
			}
		case x.Kind() == reflect.Struct:
			for i := range x.NumField() {
				walk(x.Field(i))
			}
		case x.Kind() == reflect.Slice && x.Type().Elem().Kind() == reflect.Struct:
			for i := range x.Len() {
				walk(x.Index(i))
			}
		}
	}
	walk(reflect.ValueOf(v).Elem())
}

// world builds small Views by hand. Days are numbers; an id's label is 0 unless the test says otherwise.
type world struct{ View }

func rec(id string, seen int) Record {
	return Record{ID: id, Seen: day.Day(seen), When: day.On(day.Day(seen))}
}

func on(d int) day.Period { return day.On(day.Day(d)) }

func (w *world) party(id, kind, org string) *Party {
	w.Parties = append(w.Parties, Party{ID: id, Kind: kind, Org: org})
	return &w.Parties[len(w.Parties)-1]
}

func (w *world) source(id string, seen int) *Source {
	w.Sources = append(w.Sources, Source{Record: rec(id, seen), Identity: "known"})
	return &w.Sources[len(w.Sources)-1]
}

func (w *world) report(id, source string, seen int) *Report {
	w.Reports = append(w.Reports, Report{Record: rec(id, seen), Source: source})
	return &w.Reports[len(w.Reports)-1]
}

func (w *world) claim(id, report string, seen int, basis string) *Claim {
	w.Claims = append(w.Claims, Claim{Record: rec(id, seen), Report: report, Basis: basis})
	return &w.Claims[len(w.Claims)-1]
}

// told is a report with one claim of the same number: R1 and C1.
func (w *world) told(n, source string, seen int, basis string) *Claim {
	w.report("R"+n, source, seen)
	return w.claim("C"+n, "R"+n, seen, basis)
}

func (w *world) outcome(claim, result string, seen int) {
	w.Outcomes = append(w.Outcomes, Outcome{Record: rec(claim+"-O"+result, seen), Claim: claim, Result: result})
}

func (w *world) grade(claim, source, content string, seen int) {
	w.Grades = append(w.Grades, Grade{Record: rec(claim+"-G"+source+content, seen), Claim: claim, Source: source, Content: content})
}

func (w *world) notice(id, kind, about string, seen int) *Notice {
	w.Notices = append(w.Notices, Notice{Record: rec(id, seen), Kind: kind, About: about, Response: "none"})
	return &w.Notices[len(w.Notices)-1]
}

func (w *world) assess(id, about string, seen int) *Assessment {
	w.Assessments = append(w.Assessments, Assessment{Record: rec(id, seen), About: about, By: "P-AN"})
	return &w.Assessments[len(w.Assessments)-1]
}

func (w *world) send(id, report, product string, seen int) *Dissemination {
	w.Disseminations = append(w.Disseminations, Dissemination{Record: rec(id, seen), Report: report, Product: product})
	return &w.Disseminations[len(w.Disseminations)-1]
}

func (w *world) receipt(notice, by string, seen int) {
	w.Receipts = append(w.Receipts, Receipt{Record: rec(notice+by, seen), Notice: notice, By: by})
}
