package casefile

import (
	"reflect"
	"slices"
	"strconv"
)

// mentions lists the ids a record names that are records of the case, each with its field, in the order of the type.
func mentions(rec Record, known func(id string) bool) []mention {
	var all []mention
	copied := reflect.New(reflect.TypeOf(rec).Elem())
	copied.Elem().Set(reflect.ValueOf(rec).Elem())
	prune(copied.Elem(), "", func(field, id string) bool {
		m := mention{field: field, id: id}
		if known(id) && id != rec.common().ID && !slices.Contains(all, m) {
			all = append(all, m)
		}
		return true
	})
	return all
}

type mention struct{ field, id string }

// prune drops from a copied record every reference that keep refuses: a single one becomes absent, one of a list is
// left out. Slices are copied before they change, so that the original stands.
func prune(v reflect.Value, at string, keep func(field, id string) bool) {
	for i := range v.NumField() {
		f, tag := v.Field(i), v.Type().Field(i).Tag
		field := under(at, tag.Get("key"))
		how := tag.Get("ref")
		switch p := f.Addr().Interface().(type) {
		case *Field[string]:
			if how != "" && p.Has() && !keep(field, p.Value) {
				*p = Field[string]{}
			}
		case *Field[[]string]:
			if how != "" && p.Has() {
				var kept []string
				for _, id := range p.Value {
					if keep(field, id) {
						kept = append(kept, id)
					}
				}
				p.Value = kept
			}
		case *Field[[]Restated]:
			kept := make([]Restated, len(p.Value))
			copy(kept, p.Value)
			for j := range kept {
				prune(reflect.ValueOf(&kept[j]).Elem(), under(field, strconv.Itoa(j)), keep)
			}
			p.Value = kept
		}
	}
}
