package main

import (
	"bytes"
	"strconv"

	"gopkg.in/yaml.v3"

	"cutout/internal/fault"
)

// The bounds of a draft in YAML. No draft is so deep; and a reader that compares all keys of a mapping with each other, as
// the decoder does, needs the square of what it is given in memory.
const (
	mostDepth = 40
	mostTwice = 20 // faults of one kind that are named
)

// plainYAML finds what no draft has and what would make the decoder work far beyond the size of its input: anchors and
// aliases, depth, and the same key again and again. It reads every document of the stream without expanding anything; what
// cannot be read is left to the decoder to name.
func plainYAML(b []byte) fault.Faults {
	var f fault.Faults
	d := yaml.NewDecoder(bytes.NewReader(b))
	for {
		var doc yaml.Node
		if err := d.Decode(&doc); err != nil {
			return f
		}
		plainNode(&f, &doc, 0)
		if len(f) > 0 {
			return f
		}
	}
}

func plainNode(f *fault.Faults, n *yaml.Node, depth int) {
	if len(*f) >= mostTwice {
		return
	}
	line := strconv.Itoa(n.Line)
	switch {
	case n.Anchor != "", n.Kind == yaml.AliasNode:
		f.Add("file", "file.alias", "Line", line)
		return
	case depth > mostDepth:
		f.Add("file", "file.deep", "Line", line, "Limit", strconv.Itoa(mostDepth))
		return
	}
	seen := map[string]bool{}
	for i, c := range n.Content {
		if n.Kind == yaml.MappingNode && i%2 == 0 && c.Kind == yaml.ScalarNode {
			if seen[c.Value] && len(*f) < mostTwice {
				f.Add(c.Value, "file.twice", "Given", c.Value, "Line", strconv.Itoa(c.Line))
			}
			seen[c.Value] = true
		}
		plainNode(f, c, depth+1)
	}
}
