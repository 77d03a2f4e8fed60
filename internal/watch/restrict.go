package watch

import (
	"reflect"
	"slices"
)

// Restrict is the View without the records whose label is not admitted, and without every mention of them in what
// remains: what a reader would have been given in a world where they were never made. It is for tests of that promise;
// casework fills the View of a reader from the store.
func (v *View) Restrict(admits func(LabelRef) bool) *View {
	gone := map[string]bool{}
	out := &View{Labels: slices.Clone(v.Labels)}
	from, to := reflect.ValueOf(v).Elem(), reflect.ValueOf(out).Elem()
	for i := range from.NumField() {
		if from.Type().Field(i).Name == "Labels" {
			continue
		}
		for j := range from.Field(i).Len() {
			r := from.Field(i).Index(j)
			if admits(LabelRef(r.FieldByName("Label").Int())) {
				to.Field(i).Set(reflect.Append(to.Field(i), r))
			} else if id := r.FieldByName("ID").String(); id != "" {
				gone[id] = true
			}
		}
	}
	for i := range to.NumField() {
		if to.Type().Field(i).Name != "Labels" {
			scrub(to.Field(i), gone)
		}
	}
	// A link to something hidden is itself hidden.
	out.Citations = slices.DeleteFunc(out.Citations, func(c Citation) bool { return c.From == "" || c.To == "" })
	out.Likenesses = slices.DeleteFunc(out.Likenesses, func(l Likeness) bool { return l.A == "" || l.B == "" })
	return out
}

// scrub blanks every mention of a gone id, and drops it from lists; lists are copied first, so the original stays whole.
func scrub(x reflect.Value, gone map[string]bool) {
	switch x.Kind() {
	case reflect.String:
		if gone[x.String()] {
			x.SetString("")
		}
	case reflect.Struct:
		for i := range x.NumField() {
			scrub(x.Field(i), gone)
		}
	case reflect.Slice:
		kept := reflect.MakeSlice(x.Type(), 0, x.Len())
		for i := range x.Len() {
			e := reflect.New(x.Type().Elem()).Elem()
			e.Set(x.Index(i))
			scrub(e, gone)
			named := e
			if e.Type() == reflect.TypeFor[Restated]() {
				named = e.FieldByName("Claim")
			}
			if named.Kind() != reflect.String || named.String() != "" {
				kept = reflect.Append(kept, e)
			}
		}
		if x.Len() > 0 {
			x.Set(kept)
		}
	}
}
