package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"gopkg.in/yaml.v3"

	"cutout/internal/casework"
	"cutout/internal/fault"
	"cutout/internal/officer"
)

// mostInput bounds one input file, in bytes: more than any draft may hold, so that a text too long is named as such.
const mostInput = 32 << 20

// fromFile is the flag of every command that takes a draft.
type fromFile struct {
	File string `short:"f" placeholder:"FILE"`
}

// read reads a whole input: a file, or standard input for "-".
func (s *session) read(name string) ([]byte, error) {
	var from io.Reader
	if name == "-" {
		if err := s.takeInput(); err != nil {
			return nil, err
		}
		from = s.in
	} else {
		f, err := os.Open(name)
		if err != nil {
			return nil, usage("cli.no-file", "Path", name)
		}
		defer f.Close()
		from = f
	}
	b, err := io.ReadAll(io.LimitReader(from, mostInput+1))
	if err != nil {
		return nil, machine(err)
	}
	if len(b) > mostInput {
		return nil, faulty(oneFault("file", "file.large", "Limit", strconv.Itoa(mostInput>>20)))
	}
	return b, nil
}

func oneFault(field, code string, kv ...string) fault.Faults {
	var f fault.Faults
	f.Add(field, code, kv...)
	return f
}

// decode reads YAML or JSON strictly into a draft: a field the draft does not have is a fault that names it.
func decode(b []byte, into any) error {
	if len(bytes.TrimSpace(b)) == 0 {
		return nil
	}
	if first := bytes.TrimSpace(b)[0]; first == '{' || first == '[' {
		err := json.Unmarshal(b, into, json.RejectUnknownMembers(true))
		if err == nil {
			return nil
		}
		return faulty(jsonFault(b, err))
	}
	if f := plainYAML(b); len(f) > 0 {
		return faulty(f)
	}
	d := yaml.NewDecoder(bytes.NewReader(b))
	d.KnownFields(true)
	err := d.Decode(into)
	if err == nil {
		if d.Decode(new(yaml.Node)) != io.EOF {
			return faulty(oneFault("file", "file.several"))
		}
		return nil
	}
	return faulty(yamlFaults(err))
}

// jsonFault words what the JSON reader said.
func jsonFault(b []byte, err error) fault.Faults {
	var meaning *json.SemanticError
	if errors.As(err, &meaning) {
		line := strconv.Itoa(1 + bytes.Count(b[:min(int(meaning.ByteOffset), len(b))], []byte("\n")))
		field := strings.ReplaceAll(strings.TrimPrefix(string(meaning.JSONPointer), "/"), "/", ".")
		if errors.Is(err, json.ErrUnknownName) {
			return oneFault(field, "file.field", "Given", field[strings.LastIndexByte(field, '.')+1:], "Line", line)
		}
		return oneFault(field, "file.value", "Line", line)
	}
	return oneFault("file", "file.malformed", "Reason", strings.TrimPrefix(err.Error(), "jsontext: "))
}

var (
	unknownField = regexp.MustCompile(`^line (\d+): field (.+) not found in type `)
	wrongValue   = regexp.MustCompile(`^line (\d+): cannot unmarshal `)
	givenTwice   = regexp.MustCompile(`^line (\d+): mapping key "(.+)" already defined`)
)

// yamlFaults words what the YAML reader said: every fault of the file at once.
func yamlFaults(err error) fault.Faults {
	var f fault.Faults
	var kinds *yaml.TypeError
	if !errors.As(err, &kinds) {
		f.Add("file", "file.malformed", "Reason", strings.TrimPrefix(err.Error(), "yaml: "))
		return f
	}
	for _, e := range kinds.Errors {
		if m := unknownField.FindStringSubmatch(e); m != nil {
			f.Add(m[2], "file.field", "Given", m[2], "Line", m[1])
		} else if m := givenTwice.FindStringSubmatch(e); m != nil {
			f.Add(m[2], "file.twice", "Given", m[2], "Line", m[1])
		} else if m := wrongValue.FindStringSubmatch(e); m != nil {
			f.Add("file", "file.value", "Line", m[1])
		} else {
			f.Add("file", "file.malformed", "Reason", e)
		}
	}
	return f
}

// act reads a draft from the file and the flags of a command, signs in and does the work. A flag overrules the file.
func act[T any](s *session, file string, flags any, work func(*casework.Desk, officer.Officer, T) (named, error)) error {
	var draft T
	if file != "" {
		b, err := s.read(file)
		if err != nil {
			return err
		}
		if err := decode(b, &draft); err != nil {
			return err
		}
	}
	return s.as(func(d *casework.Desk, o officer.Officer) error {
		if err := s.resolve(d, o, flags); err != nil {
			return err
		}
		if err := overlay(flags, &draft); err != nil {
			return err
		}
		made, err := work(d, o, draft)
		if err != nil {
			return err
		}
		return s.made(made)
	})
}

// overlay writes the flags given into the draft, each at the path of its "draft" tag.
func overlay(flags, draft any) error {
	tree := map[string]any{}
	eachFlag(reflect.ValueOf(flags), func(f reflect.StructField, v reflect.Value) {
		path := f.Tag.Get("draft")
		if path == "" || v.IsZero() {
			return
		}
		var value any = v.Interface()
		if v.Kind() == reflect.Bool {
			value = "yes"
		}
		plant(tree, strings.Split(path, "."), value)
	})
	if len(tree) == 0 {
		return nil
	}
	b, err := yaml.Marshal(tree)
	if err != nil {
		return err
	}
	d := yaml.NewDecoder(bytes.NewReader(b))
	d.KnownFields(true)
	return d.Decode(draft)
}

// plant puts a value at a path of names; a number in the path is a place in a list, counted from 0.
func plant(tree map[string]any, path []string, value any) {
	tree[path[0]] = planted(tree[path[0]], path[1:], value)
}

// mostPlanted bounds the places of a list that a path can name.
const mostPlanted = 200

func planted(had any, path []string, value any) any {
	if len(path) == 0 {
		return value
	}
	n, err := strconv.Atoi(path[0])
	if err != nil || n < 0 || n >= mostPlanted {
		under, _ := had.(map[string]any)
		if under == nil {
			under = map[string]any{}
		}
		under[path[0]] = planted(under[path[0]], path[1:], value)
		return under
	}
	list, _ := had.([]any)
	for len(list) <= n {
		list = append(list, nil)
	}
	list[n] = planted(list[n], path[1:], value)
	return list
}

// eachFlag visits the flags of a command, those it shares with others included.
func eachFlag(v reflect.Value, visit func(reflect.StructField, reflect.Value)) {
	for v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if f.Anonymous && f.Type.Kind() == reflect.Struct {
			eachFlag(v.Field(i), visit)
			continue
		}
		visit(f, v.Field(i))
	}
}

// resolve replaces what a person types by what the door takes: a colleague's name by his id, a short reference by the
// long id of the one record of that reference he can see.
func (s *session) resolve(d *casework.Desk, o officer.Officer, flags any) (err error) {
	find := finder{s: s, d: d, o: o}
	eachFlag(reflect.ValueOf(flags), func(f reflect.StructField, v reflect.Value) {
		kind := f.Tag.Get("ref")
		if kind == "" || err != nil {
			return
		}
		switch v.Kind() {
		case reflect.String:
			var id string
			if id, err = find.id(kind, v.String()); err == nil {
				v.SetString(id)
			}
		case reflect.Slice:
			for i := range v.Len() {
				var id string
				if id, err = find.id(kind, v.Index(i).String()); err != nil {
					return
				}
				v.Index(i).SetString(id)
			}
		default:
			err = fmt.Errorf("the flag %s cannot hold a reference", f.Name)
		}
	})
	return err
}
