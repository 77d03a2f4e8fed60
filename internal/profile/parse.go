package profile

import (
	"bytes"
	"errors"
	"io"
	"strings"

	"gopkg.in/yaml.v3"

	"cutout/internal/day"
	"cutout/internal/fault"
	"cutout/internal/grading"
	"cutout/internal/officer"
)

// most is the largest pack read, in bytes.
const most = 1 << 20

const packKeys = `id version name jurisdiction valid_until citations levels grading categories overlays authorities limits
conflicts contacts bases notices handling payments thresholds ` + vocabularyKeys

// vocabularyKeys are the lists that hold terms and nothing else.
const vocabularyKeys = `grounds requirement-kinds task-types roles particulars application safeguards peace-phases document-categories`

// Parse reads a pack strictly: all faults at once, each with its field and line. It proves form only; ask Check whether
// the pack is complete. A pack of more than 1 MiB, with more than one document, or with YAML aliases is refused.
func Parse(text []byte) (*Pack, error) {
	root, err := document(text)
	if err != nil {
		return nil, err
	}
	r := &reader{cites: map[string]bool{}}
	o := r.object(root, "", packKeys)
	p := &Pack{ID: o.text("id"), Version: o.text("version"), Name: o.words("name"), Jurisdiction: o.words("jurisdiction"),
		vocabularies: map[string][]Term{}, thresholds: map[string]Figure{}}
	if s := o.text("valid_until"); s != "" {
		if p.ValidUntil, err = day.Parse(s); err != nil {
			r.fault(o.keys["valid_until"], "valid_until", "pack.day", "Given", clip(s))
		}
	}
	o.list("citations", func(n *yaml.Node, field string) {
		c := r.object(n, field, "key text mark")
		r.unique(n, field, c.text("key"), r.cites)
		p.Citations = append(p.Citations, Citation{c.text("key"), c.text("text"), c.choice("mark", "V", "V2", "M", "D")})
	})
	seen := map[string]bool{}
	o.list("levels", func(n *yaml.Node, field string) {
		l := r.object(n, field, termKeys+" color")
		r.unique(n, field, l.text("code"), seen)
		if len(p.Levels) == 255 {
			r.fault(n, field, "pack.too-many-levels")
			return
		}
		p.Levels = append(p.Levels, Level{l.term(), uint8(len(p.Levels)), l.text("color")})
	})
	if o.has("grading") {
		g := r.object(o.keys["grading"], "grading", "default allowed")
		for _, s := range g.texts("allowed", schemeCodes()) {
			p.Schemes = append(p.Schemes, grading.Scheme(s))
		}
		p.DefaultScheme = grading.Scheme(g.choice("default", schemeCodes()...))
		if g.has("default") && !p.AllowsScheme(p.DefaultScheme) {
			r.fault(o.keys["grading"], "grading.default", "pack.default-not-allowed")
		}
	}
	p.people(r, o)
	p.time(r, o)
	p.lists(r, o)
	if err := r.faults.Err(); err != nil {
		return nil, err
	}
	return p, nil
}

// document is the one document's mapping.
func document(text []byte) (*yaml.Node, error) {
	var f fault.Faults
	if len(text) > most {
		f.Add("", "pack.too-large")
		return nil, f.Err()
	}
	var doc, second yaml.Node
	d := yaml.NewDecoder(bytes.NewReader(text))
	if err := d.Decode(&doc); err != nil || len(doc.Content) != 1 {
		reason := "empty"
		if err != nil && !errors.Is(err, io.EOF) {
			reason = clip(strings.TrimPrefix(err.Error(), "yaml: "))
		}
		f.Add("", "pack.not-yaml", "Reason", reason)
		return nil, f.Err()
	}
	if err := d.Decode(&second); !errors.Is(err, io.EOF) {
		f.Add("", "pack.not-yaml", "Reason", "more than one document")
		return nil, f.Err()
	}
	if line := alias(&doc); line > 0 {
		r := reader{}
		r.fault(&yaml.Node{Line: line}, "", "pack.alias")
		return nil, r.faults.Err()
	}
	return doc.Content[0], nil
}

// alias is the line of the first YAML alias, or 0.
func alias(n *yaml.Node) int {
	if n.Kind == yaml.AliasNode {
		return max(n.Line, 1)
	}
	for _, c := range n.Content {
		if line := alias(c); line > 0 {
			return line
		}
	}
	return 0
}

func schemeCodes() (out []string) {
	for _, s := range grading.Schemes() {
		out = append(out, string(s))
	}
	return out
}

func dutyCodes() (out []string) {
	for _, d := range officer.Duties() {
		out = append(out, string(d))
	}
	return out
}

func (o object) permission(key string) Permission {
	return Permission(o.choice(key, string(Yes), string(Approval), string(No)))
}
