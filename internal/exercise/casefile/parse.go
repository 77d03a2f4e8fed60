package casefile

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"sort"
	"strconv"

	"gopkg.in/yaml.v3"

	"cutout/internal/day"
	"cutout/internal/fault"
)

// MaxBytes is the most a case file may hold; the largest real case is a few hundred kilobytes.
const MaxBytes = 5 << 20

// Parse reads one case file; name is used in messages only. The error is an *Error with every problem found, or
// the reader's own error. Keys the schema does not list are prose and are passed over unread.
func Parse(name string, in io.Reader) (*Case, error) {
	text, err := io.ReadAll(io.LimitReader(in, MaxBytes+1))
	if err != nil {
		return nil, err
	}
	r := &reader{ids: map[string]int{}}
	c := &Case{}
	if len(text) > MaxBytes {
		r.problem(0, "", "casefile.large", "Most", strconv.Itoa(MaxBytes>>20))
	} else {
		r.file(text, c)
	}
	if len(r.problems) > 0 {
		sort.SliceStable(r.problems, func(i, j int) bool {
			if r.problems[i].Line != r.problems[j].Line {
				return r.problems[i].Line < r.problems[j].Line
			}
			return r.problems[i].Field < r.problems[j].Field
		})
		return nil, &Error{File: name, Problems: r.problems}
	}
	return c, nil
}

// reader walks the file's nodes, collecting problems, the ids given and the ids named.
type reader struct {
	problems []Problem
	ids      map[string]int // id to the line that gives it
	named    []naming
}

// naming is one place that names an id.
type naming struct {
	id, field string
	line      int
}

func (r *reader) problem(line int, field, code string, kv ...string) {
	var f fault.Faults
	f.Add(field, code, kv...)
	r.problems = append(r.problems, Problem{Line: line, Fault: f[0]})
}

var yamlLine = regexp.MustCompile(`line (\d+)`)

func (r *reader) file(text []byte, c *Case) {
	var doc, more yaml.Node
	d := yaml.NewDecoder(bytes.NewReader(text))
	switch err := d.Decode(&doc); {
	case errors.Is(err, io.EOF):
		r.problem(0, "", "casefile.empty")
		return
	case err != nil:
		line := 0
		if m := yamlLine.FindStringSubmatch(err.Error()); m != nil {
			line, _ = strconv.Atoi(m[1])
		}
		r.problem(line, "", "casefile.yaml")
		return
	}
	if err := d.Decode(&more); !errors.Is(err, io.EOF) {
		r.problem(max(more.Line, 1), "", "casefile.documents")
	}
	root := doc.Content[0]
	keys := r.keys(root, "")
	if keys == nil {
		return
	}
	r.head(root, keys, c)
	r.fill(keys, "", root.Line, valueOf(c))
	if n := keys["metadata"]; n != nil {
		if inner := r.keys(n, "metadata"); inner != nil {
			r.fill(inner, "metadata", n.Line, valueOf(&c.Metadata))
			r.period(n, inner)
		}
	} else {
		r.problem(root.Line, "metadata", "casefile.key.missing", "Key", "metadata")
	}
	nameParts(c)
	r.references()
	if len(r.problems) == 0 {
		r.parents(c)
	}
}

// head reads what every case file must say about itself.
func (r *reader) head(root *yaml.Node, keys map[string]*yaml.Node, c *Case) {
	var version Field[int]
	if n := keys["schema_version"]; n == nil {
		r.problem(root.Line, "schema_version", "casefile.key.missing", "Key", "schema_version")
	} else if version.take(r, n, "schema_version", ""); version.Set && version.Value != 2 {
		r.problem(n.Line, "schema_version", "casefile.version", "Given", shown(n.Value))
	}
	var name Field[string]
	if n := keys["case"]; n == nil {
		r.problem(root.Line, "case", "casefile.key.missing", "Key", "case")
	} else if name.take(r, n, "case", ""); name.Set && name.Value == "" {
		r.problem(n.Line, "case", "casefile.key.missing", "Key", "case")
	}
	c.Name = name.Value
}

// period insists on the time the case covers: what has no date counts from its start.
func (r *reader) period(metadata *yaml.Node, keys map[string]*yaml.Node) {
	n := keys["period"]
	if n == nil || isNull(n) {
		r.problem(metadata.Line, "metadata.period", "casefile.key.missing", "Key", "period")
		return
	}
	if n.Kind != yaml.MappingNode {
		return // noted when it was read
	}
	for _, key := range []string{"start", "end"} {
		if v := child(n, key); v == nil || isNull(v) {
			r.problem(n.Line, "metadata.period."+key, "casefile.key.missing", "Key", key)
		}
	}
}

func child(n *yaml.Node, key string) *yaml.Node {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}

// looksLikeID is the shape of ids in case files: a noun's prefix and a name in capitals, or C and a number for a claim.
var looksLikeID = regexp.MustCompile(`^(?:(?:P|O|T|S|RO|J|PR|K|X|U|V|L|REP|A|B|N|D|W)-[A-Z0-9][A-Za-z0-9-]*|C\d+)$`)

// references checks that what looks like an id of the file is one.
func (r *reader) references() {
	for _, n := range r.named {
		if _, ok := r.ids[n.id]; !ok && looksLikeID.MatchString(n.id) {
			r.problem(n.line, n.field, "casefile.reference", "Given", shown(n.id))
		}
	}
}

// parents refuses a source that stands above itself: rules walk the chain to its root.
func (r *reader) parents(c *Case) {
	parent := map[string]string{}
	for _, s := range c.Sources {
		parent[s.ID] = s.Parent.Value
	}
	for i, s := range c.Sources {
		at, steps := parent[s.ID], 0
		for at != "" && at != s.ID && steps <= len(c.Sources) {
			at, steps = parent[at], steps+1
		}
		if at == s.ID {
			r.problem(r.ids[s.ID], "sources."+strconv.Itoa(i)+".parent", "casefile.parent.loop", "Given", shown(s.ID))
		}
	}
}

// nameParts names the records that carry no id after their place.
func nameParts(c *Case) {
	for i := range c.WhoKnew {
		if c.WhoKnew[i].ID == "" {
			c.WhoKnew[i].ID = "who_knew/" + strconv.Itoa(i+1)
		}
	}
	for i := range c.Sources {
		for j := range c.Sources[i].Lifecycle {
			if e := &c.Sources[i].Lifecycle[j]; e.ID == "" {
				e.ID = c.Sources[i].ID + "/lifecycle/" + strconv.Itoa(j+1)
			}
		}
	}
}

// never is the period of `known_from: never`.
var never = day.Period{First: day.Never, Last: day.Never, Text: "never"}
