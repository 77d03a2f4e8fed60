package ni

import (
	"context"
	"reflect"
	"slices"
	"time"

	"cutout/internal/casework"
	"cutout/internal/id"
	"cutout/internal/officer"
)

// generic drives the methods that nobody wrote a driver for, where ids, texts, times and numbers are all they take: with
// the id of every record, whatever its noun, and with what is no id.
func generic(out map[string][]probe, ids []string) {
	desk := reflect.TypeFor[*casework.Desk]()
	given := append(slices.Clone(ids), id.Long("rep", [16]byte{9}), "viewer", "late", words[0])
	for i := range desk.NumMethod() {
		m := desk.Method(i)
		in := m.Type.NumIn()
		if in < 3 || m.Type.In(2) != reflect.TypeFor[officer.Officer]() || out[m.Name] != nil || declared[m.Name] != "" {
			continue
		}
		args := func(s string) ([]reflect.Value, bool) {
			var vs []reflect.Value
			for k := 3; k < in; k++ {
				t := m.Type.In(k)
				v := reflect.New(t).Elem()
				x, _ := id.Raw(s)
				switch {
				case t.Kind() == reflect.String:
					v.SetString(s)
				case t.Kind() == reflect.Array && t.Len() == len(x):
					v.Set(reflect.ValueOf(x).Convert(t))
				case t == reflect.TypeFor[[]string](): // also of a variadic method
					v = reflect.ValueOf([]string{s})
				case t == reflect.TypeFor[time.Time]() || t.Kind() == reflect.Int || t.Kind() == reflect.Int64 || t.Kind() == reflect.Bool:
				default:
					return nil, false
				}
				vs = append(vs, v)
			}
			return vs, true
		}
		for n, s := range given {
			vs, ok := args(s)
			if !ok || in == 3 && n > 0 {
				break
			}
			out[m.Name] = append(out[m.Name], probe{m.Name + " of " + s, func(c context.Context, d *casework.Desk, o officer.Officer) (any, error) {
				in := append([]reflect.Value{reflect.ValueOf(d), reflect.ValueOf(c), reflect.ValueOf(o)}, vs...)
				var rs []reflect.Value
				if m.Type.IsVariadic() {
					rs = m.Func.CallSlice(in)
				} else {
					rs = m.Func.Call(in)
				}
				var answers []any
				for _, r := range rs {
					answers = append(answers, r.Interface())
				}
				return answers, nil
			}})
		}
	}
}
