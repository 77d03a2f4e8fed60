package casefile

import (
	"reflect"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

func valueOf(pointer any) reflect.Value { return reflect.ValueOf(pointer).Elem() }

// slot is a Field of any type.
type slot interface {
	take(r *reader, n *yaml.Node, at string, tag reflect.StructTag)
}

// keys is a mapping's values by key; nil, with a problem noted, when the node is no mapping.
func (r *reader) keys(n *yaml.Node, at string) map[string]*yaml.Node {
	if n.Kind == yaml.AliasNode {
		r.problem(n.Line, at, "casefile.alias")
		return nil
	}
	if n.Kind != yaml.MappingNode {
		r.wrong(n, at, "mapping")
		return nil
	}
	keys := make(map[string]*yaml.Node, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		k := n.Content[i]
		switch {
		case k.Kind == yaml.AliasNode || k.Kind == yaml.ScalarNode && k.ShortTag() == "!!merge":
			r.problem(k.Line, at, "casefile.alias")
		case k.Kind != yaml.ScalarNode:
			r.wrong(k, at, "key")
		case keys[k.Value] != nil:
			r.problem(k.Line, under(at, shown(k.Value)), "casefile.key.twice", "Key", shown(k.Value))
		default:
			keys[k.Value] = n.Content[i+1]
		}
	}
	return keys
}

// wrong notes a value of the wrong YAML type. Wanted names the type in the schema's words.
func (r *reader) wrong(n *yaml.Node, at, wanted string) {
	r.problem(n.Line, at, "casefile.type."+wanted)
}

// fill reads a mapping's listed keys into a struct by the `key` tags; line is the mapping's own.
func (r *reader) fill(keys map[string]*yaml.Node, at string, line int, v reflect.Value) {
	for i := range v.NumField() {
		f, tag := v.Field(i), v.Type().Field(i).Tag
		name := tag.Get("key")
		if common, ok := f.Addr().Interface().(*Common); ok {
			r.common(keys, at, line, v, common)
			continue
		}
		if name == ",inline" {
			r.fill(keys, at, line, f)
			continue
		}
		n := keys[name]
		if name == "" || n == nil {
			continue
		}
		switch f := f.Addr().Interface().(type) {
		case slot:
			f.take(r, n, under(at, name), tag)
		default:
			r.list(n, under(at, name), valueOf(f))
		}
	}
	if c, ok := v.Addr().Interface().(*CompartmentConflict); ok {
		c.readings(keys)
	}
	if g, ok := v.Addr().Interface().(*Grade); ok && g.Scheme.Value == "prose" {
		r.prose(keys, at)
	}
}

// common reads an id, which every record must have except what somebody knew and a lifecycle event.
func (r *reader) common(keys map[string]*yaml.Node, at string, line int, v reflect.Value, c *Common) {
	r.fill(keys, at, line, reflect.ValueOf(c).Elem())
	var given Field[string]
	if n := keys["id"]; n != nil {
		given.take(r, n, under(at, "id"), "")
		line = n.Line
	}
	c.ID = given.Value
	switch v.Addr().Interface().(type) {
	case *Knows, *LifecycleEvent:
	default:
		if c.ID == "" && (keys["id"] == nil || given.Set) {
			r.problem(line, under(at, "id"), "casefile.key.missing", "Key", "id")
		}
	}
	if c.ID == "" {
		return
	}
	if first, ok := r.ids[c.ID]; ok {
		r.problem(line, under(at, "id"), "casefile.id.twice", "Given", shown(c.ID), "First", strconv.Itoa(first))
		return
	}
	r.ids[c.ID] = line
}

// list reads a sequence of mappings into a slice of structs; an explicit null is an empty list.
func (r *reader) list(n *yaml.Node, at string, v reflect.Value) {
	if isNull(n) {
		return
	}
	if n.Kind == yaml.AliasNode {
		r.problem(n.Line, at, "casefile.alias")
		return
	}
	if n.Kind != yaml.SequenceNode {
		r.wrong(n, at, "list")
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content)))
	for i, item := range n.Content {
		place := under(at, strconv.Itoa(i))
		if keys := r.keys(item, place); keys != nil {
			r.fill(keys, place, item.Line, v.Index(i))
		}
	}
}

// prose checks a prose grade against its closed words.
func (r *reader) prose(keys map[string]*yaml.Node, at string) {
	for _, axis := range []string{"source", "content"} {
		if n := keys[axis]; n != nil && n.Kind == yaml.ScalarNode && !isNull(n) {
			r.word(n, under(at, axis), n.Value, "grade.prose."+axis)
		}
	}
}

// readings keeps what one version says of each compartment; the keys are the compartments' own names.
func (c *CompartmentConflict) readings(keys map[string]*yaml.Node) {
	c.Readings = map[string]string{}
	for name, n := range keys {
		switch name {
		case "version", "ref", "unverified", "note":
		default:
			if n.Kind == yaml.ScalarNode {
				c.Readings[name] = n.Value
			}
		}
	}
}

// word checks a code against its closed vocabulary.
func (r *reader) word(n *yaml.Node, at, given, vocabulary string) {
	if !slices.Contains(words[vocabulary], given) {
		r.problem(n.Line, at, "casefile.word", "Given", shown(given), "Allowed", strings.Join(words[vocabulary], ", "))
	}
}

// name notes an id or the words standing in its place.
func (r *reader) name(n *yaml.Node, at, given, how string) {
	if how == "id" { // "words": a claim may be about a thing named like an id (the U-2, the A-4)
		r.named = append(r.named, naming{id: given, field: at, line: n.Line})
	}
}

func under(at, name string) string {
	if at == "" {
		return name
	}
	return at + "." + name
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" }
