package casefile

import (
	"math"
	"reflect"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"cutout/internal/day"
)

// take reads a node into the field. A value that cannot be taken leaves the field absent and a problem noted.
func (f *Field[T]) take(r *reader, n *yaml.Node, at string, tag reflect.StructTag) {
	if n.Kind == yaml.AliasNode {
		r.problem(n.Line, at, "casefile.alias")
		return
	}
	if isNull(n) {
		f.Set, f.Null = true, true
		return
	}
	switch p := any(&f.Value).(type) {
	case *string:
		*p, f.Set = r.text(n, at, tag)
	case *[]string:
		*p, f.Set = r.texts(n, at, tag)
	case *bool:
		f.Set = n.Kind == yaml.ScalarNode && n.ShortTag() == "!!bool" && n.Decode(p) == nil
		if !f.Set {
			r.wrong(n, at, "bool")
		}
	case *int:
		f.Set = n.Kind == yaml.ScalarNode && n.ShortTag() == "!!int" && n.Decode(p) == nil
		if !f.Set {
			r.wrong(n, at, "number")
		}
	case *float64:
		tagged := n.ShortTag() == "!!float" || n.ShortTag() == "!!int"
		f.Set = n.Kind == yaml.ScalarNode && tagged && n.Decode(p) == nil && !math.IsNaN(*p) && !math.IsInf(*p, 0)
		if !f.Set {
			*p = 0
			r.wrong(n, at, "number")
		}
	case *day.Period:
		*p, f.Set = r.date(n, at, tag)
	case *Acknowledgment:
		*p, f.Set = r.acknowledgment(n, at)
	default:
		v := reflect.ValueOf(p).Elem()
		if v.Kind() == reflect.Slice {
			before := len(r.problems)
			r.list(n, at, v)
			f.Set = len(r.problems) == before
			return
		}
		if keys := r.keys(n, at); keys != nil {
			r.fill(keys, at, n.Line, v)
			f.Set = true
		}
	}
}

// text is any single value as it was written: a number or a truth value unquoted is still its words.
func (r *reader) text(n *yaml.Node, at string, tag reflect.StructTag) (string, bool) {
	if n.Kind == yaml.AliasNode {
		r.problem(n.Line, at, "casefile.alias")
		return "", false
	}
	if n.Kind != yaml.ScalarNode {
		r.wrong(n, at, "text")
		return "", false
	}
	given := n.Value
	switch n.ShortTag() {
	case "!!bool":
		given = strings.ToLower(given)
	case "!!str", "!!int", "!!float", "!!timestamp":
	default:
		r.wrong(n, at, "text")
		return "", false
	}
	if vocabulary := tag.Get("code"); vocabulary != "" {
		r.word(n, at, given, vocabulary)
	}
	r.name(n, at, given, tag.Get("ref"))
	return given, true
}

// texts is a list of single values; one value alone is a list of one.
func (r *reader) texts(n *yaml.Node, at string, tag reflect.StructTag) ([]string, bool) {
	if n.Kind == yaml.ScalarNode {
		one, ok := r.text(n, at, tag)
		return []string{one}, ok
	}
	if n.Kind != yaml.SequenceNode {
		r.wrong(n, at, "list")
		return nil, false
	}
	all := make([]string, 0, len(n.Content))
	for i, item := range n.Content {
		if one, ok := r.text(item, under(at, strconv.Itoa(i)), tag); ok {
			all = append(all, one)
		}
	}
	return all, true
}

// date is a quoted date; only known_from may say "never".
func (r *reader) date(n *yaml.Node, at string, tag reflect.StructTag) (day.Period, bool) {
	if n.Kind != yaml.ScalarNode {
		r.wrong(n, at, "date")
		return day.Period{}, false
	}
	if n.ShortTag() != "!!str" {
		r.problem(n.Line, at, "casefile.date.unquoted", "Given", shown(n.Value))
		return day.Period{}, false
	}
	if n.Value == "never" && tag.Get("never") == "allowed" {
		return never, true
	}
	p, err := day.ParsePeriod(n.Value)
	if err != nil || p.IsZero() {
		r.problem(n.Line, at, "casefile.date", "Given", shown(n.Value))
		return day.Period{}, false
	}
	return p, true
}

// acknowledgment is a date, true or false, or words.
func (r *reader) acknowledgment(n *yaml.Node, at string) (Acknowledgment, bool) {
	if n.Kind == yaml.ScalarNode && n.ShortTag() == "!!bool" {
		return Acknowledgment{Given: strings.EqualFold(n.Value, "true")}, true
	}
	given, ok := r.text(n, at, `ref:"id"`)
	if !ok {
		return Acknowledgment{}, false
	}
	if p, err := day.ParsePeriod(given); err == nil && !p.IsZero() {
		return Acknowledgment{Given: true, On: p, Words: given}, true
	}
	return Acknowledgment{Given: true, Words: given}, true
}
