package templates

import (
	"strconv"
	"strings"
	"testing"

	"cutout/internal/wording"

	"pgregory.net/rapid"
)

// The frame mirrors, the data does not: later points stand further right in both languages, and all inside the frame.
func TestLineChartKeepsTimeAndFrame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		share := rapid.Float64Range(0, 1)
		var c LineChart
		c.ChangeAfter = rapid.IntRange(-1, 12).Draw(t, "change")
		for range rapid.IntRange(0, 10).Draw(t, "points") {
			low := share.Draw(t, "low")
			high := low + (1-low)*share.Draw(t, "high")
			c.Points = append(c.Points, LinePoint{Estimate: low + (high-low)/2, Low: low, High: high})
		}
		for _, lang := range wording.Languages() {
			v := c.view(wording.For(lang))
			last := -1.0
			for _, d := range v.Dots {
				if d.X <= last {
					t.Fatalf("%s: time runs backwards", lang)
				}
				last = d.X
			}
			for _, p := range strings.Fields(v.Band) {
				xs, ys, _ := strings.Cut(p, ",")
				x, err := strconv.ParseFloat(xs, 64)
				if err != nil {
					t.Fatal(err)
				}
				y, err := strconv.ParseFloat(ys, 64)
				if err != nil {
					t.Fatal(err)
				}
				if x < v.Left || x > v.Right || y < plotTop-0.1 || y > plotBottom+0.1 {
					t.Fatalf("%s: %s stands outside the plot", lang, p)
				}
			}
		}
	})
}

func TestOriginTreeMirrors(t *testing.T) {
	tree := TreeNode{Kind: "claim", Name: "c", Children: []TreeNode{{Kind: "origin", Name: "o", Children: []TreeNode{{Kind: "report", Name: "r"}, {Kind: "report", Name: "s"}}}}}
	ltr, rtl := tree.view(false), tree.view(true)
	if len(ltr.Nodes) != 4 || len(ltr.Edges) != 3 || ltr.Origins != 1 || ltr.Height != 2*nodeApart {
		t.Fatalf("%d nodes, %d edges, %d origins, %g high", len(ltr.Nodes), len(ltr.Edges), ltr.Origins, ltr.Height)
	}
	for i := range ltr.Nodes {
		if a, b := ltr.Nodes[i].X, rtl.Nodes[i].X; a+b+nodeWidth != treeWidth {
			t.Errorf("node %d stands at %g and at %g", i, a, b)
		}
	}
}
