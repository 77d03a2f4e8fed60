package profile

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"cutout/internal/fault"
)

// reader walks a pack's YAML and collects every fault with its line. It is strict: a key it does not expect, a key that
// is missing, a key or code given twice, and a value of another kind are faults.
type reader struct {
	faults fault.Faults
	cites  map[string]bool
}

func (r *reader) fault(n *yaml.Node, field, code string, kv ...string) {
	r.faults.Add(field, code, append(kv, "Line", strconv.Itoa(n.Line))...)
}

// object is a mapping's values by key, with where it stands.
type object struct {
	r     *reader
	node  *yaml.Node
	field string
	keys  map[string]*yaml.Node
}

// object reads a mapping. Keys are parted by blanks; a key with "?" may be absent.
func (r *reader) object(n *yaml.Node, field, keys string) object {
	o := object{r, n, field, map[string]*yaml.Node{}}
	if n.Kind != yaml.MappingNode {
		r.fault(n, field, "pack.not-mapping")
		return o
	}
	expected := map[string]bool{}
	for _, k := range strings.Fields(keys) {
		name, optional := strings.CutSuffix(k, "?")
		expected[name] = !optional
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k := n.Content[i]
		_, known := expected[k.Value]
		switch {
		case k.Kind != yaml.ScalarNode || !known:
			r.fault(k, field, "pack.key-unknown", "Key", clip(k.Value))
		case o.keys[k.Value] != nil:
			r.fault(k, field, "pack.key-repeated", "Key", k.Value)
		default:
			o.keys[k.Value] = n.Content[i+1]
		}
	}
	for _, k := range strings.Fields(keys) {
		if expected[k] && o.keys[k] == nil {
			r.fault(n, field, "pack.key-missing", "Key", k)
		}
	}
	return o
}

func (o object) at(key string) string {
	if o.field == "" {
		return key
	}
	return o.field + "." + key
}

func (o object) has(key string) bool { return o.keys[key] != nil }

// text is a non-empty string; an absent key is "" (its absence was noted where it matters).
func (o object) text(key string) string {
	n := o.keys[key]
	if n == nil {
		return ""
	}
	if n.Kind != yaml.ScalarNode || n.Tag == "!!null" || strings.TrimSpace(n.Value) == "" {
		o.r.fault(n, o.at(key), "pack.empty")
		return ""
	}
	return n.Value
}

func (o object) boolean(key string) bool {
	n := o.keys[key]
	if n == nil {
		return false
	}
	if n.Kind != yaml.ScalarNode || (n.Value != "true" && n.Value != "false") {
		o.r.fault(n, o.at(key), "pack.not-true-or-false", "Given", clip(n.Value))
	}
	return n.Value == "true"
}

// number is a finite number from low to high; whole asks for no fraction.
func (o object) number(key string, low, high float64, whole bool) float64 {
	n := o.keys[key]
	if n == nil {
		return 0
	}
	v, err := strconv.ParseFloat(n.Value, 64)
	if n.Kind != yaml.ScalarNode || err != nil || math.IsNaN(v) || v < low || v > high || (whole && v != math.Trunc(v)) {
		o.r.fault(n, o.at(key), "pack.number", "Given", clip(n.Value),
			"Low", strconv.FormatFloat(low, 'g', -1, 64), "High", strconv.FormatFloat(high, 'g', -1, 64))
		return 0
	}
	return v
}

// choice is one of the given values.
func (o object) choice(key string, values ...string) string {
	v := o.text(key)
	if v != "" && !slices.Contains(values, v) {
		o.r.fault(o.keys[key], o.at(key), "pack.choice", "Given", clip(v), "Choices", strings.Join(values, ", "))
		return ""
	}
	return v
}

// cite is a key of the pack's citations.
func (o object) cite(key string) string {
	v := o.text(key)
	if v != "" && !o.r.cites[v] {
		o.r.fault(o.keys[key], o.at(key), "pack.cite-unknown", "Given", clip(v))
	}
	return v
}

// list reads each item of a sequence.
func (o object) list(key string, each func(n *yaml.Node, field string)) {
	n := o.keys[key]
	if n == nil {
		return
	}
	if n.Kind != yaml.SequenceNode {
		o.r.fault(n, o.at(key), "pack.not-list")
		return
	}
	for i, item := range n.Content {
		each(item, o.at(key)+"."+strconv.Itoa(i))
	}
}

// texts is a list of strings, each one of the choices.
func (o object) texts(key string, choices []string) (out []string) {
	o.list(key, func(n *yaml.Node, field string) {
		switch {
		case n.Kind != yaml.ScalarNode || !slices.Contains(choices, n.Value):
			o.r.fault(n, field, "pack.choice", "Given", clip(n.Value), "Choices", strings.Join(choices, ", "))
		case slices.Contains(out, n.Value):
			o.r.fault(n, field, "pack.code-repeated", "Code", n.Value)
		default:
			out = append(out, n.Value)
		}
	})
	return out
}

// words reads a mapping with en and ar.
func (o object) words(key string) Words {
	if o.keys[key] == nil {
		return Words{}
	}
	w := o.r.object(o.keys[key], o.at(key), "en ar")
	return Words{English: w.text("en"), Arabic: w.text("ar")}
}

const figureKeys = "value cite verified confirm?"

// figure reads value, cite, verified and confirm. An unverified figure must say confirm, and no other may.
func (o object) figure(low, high float64, whole bool) Figure {
	f := Figure{o.number("value", low, high, whole), o.cite("cite"), o.boolean("verified"), o.boolean("confirm")}
	if o.has("verified") && f.Verified == f.Confirm {
		o.r.fault(o.node, o.field, "pack.confirm")
	}
	return f
}

// clock reads a figure with a unit. The longest span is 100 years in every unit, so that no sum of days overflows.
func (r *reader) clock(n *yaml.Node, field string) Clock {
	o := r.object(n, field, figureKeys+" unit")
	unit := Unit(o.choice("unit", string(Hours), string(Days), string(WorkingDays), string(Months), string(Years)))
	most := map[Unit]float64{Hours: 876000, Days: 36500, WorkingDays: 26000, Months: 1200, Years: 100}[unit]
	return Clock{o.figure(1, max(most, 1), true), unit}
}

const termKeys = "code en ar rule? cite?"

func (o object) term() Term {
	t := Term{Code: o.text("code"), Name: Words{English: o.text("en"), Arabic: o.text("ar")}, Rule: o.text("rule")}
	if o.has("cite") {
		t.Cite = o.cite("cite")
	}
	return t
}

// unique notes a code given twice in one list.
func (r *reader) unique(n *yaml.Node, field, code string, seen map[string]bool) {
	if code != "" && seen[code] {
		r.fault(n, field, "pack.code-repeated", "Code", clip(code))
	}
	seen[code] = true
}

func clip(s string) string {
	if c := []rune(strings.ToValidUTF8(s, "\ufffd")); len(c) > 40 {
		return string(c[:40]) + "…"
	}
	return strings.ToValidUTF8(s, "\ufffd")
}
