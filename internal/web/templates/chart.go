package templates

import (
	"fmt"
	"math"
	"strings"

	"cutout/internal/wording"
)

// LineChart is an estimate over time with its interval, and the grade officers gave at each point. Values lie in 0 to 1;
// points stand in order of time. ChangeAfter is the index of the last point before a likely change, -1 for none.
type LineChart struct {
	Name        string
	Share       float64 // of the interval, 0.9
	Points      []LinePoint
	ChangeAfter int
	Change      string // the words at the line, "May 2026"
}

// LinePoint is one moment of a LineChart.
type LinePoint struct {
	When, Grade         string
	Estimate, Low, High float64
}

const (
	chartWidth, chartHeight = 560.0, 232.0
	plotTop, plotBottom     = 34.0, 176.0
	frame                   = 38.0 // room for the scale on one side
	inset                   = 26.0 // from the edge of the plot to the first and last point
)

// lineView is the geometry of a LineChart in the units of its viewBox.
type lineView struct {
	Name, Share            string
	Left, Right            float64
	Band, Line             string
	Dots                   []dotView
	Scale                  []scaleView
	ScaleAt                float64
	Changed                bool
	ChangeAt, ChangeWordAt float64
	ChangeAnchor, Change   string
	Points                 []LinePoint
}

type dotView struct {
	X, Y  float64
	Grade string
}

type scaleView struct {
	Y, WordY float64
	Word     string
}

// view places the data left to right in either language: time is not mirrored, only the frame is (the scale stands at
// the end of the line of reading).
func (c LineChart) view(w *wording.Words) lineView {
	v := lineView{Name: c.Name, Share: w.Percent(c.Share), Left: 0, Right: chartWidth - frame, ScaleAt: chartWidth - frame + 8, Points: c.Points}
	if w.Dir() == "rtl" {
		v.Left, v.Right, v.ScaleAt = frame, chartWidth, 2
	}
	low, high := 1.0, 0.0
	for _, p := range c.Points {
		low, high = min(low, p.Low), max(high, p.High)
	}
	bottom := max(0, math.Floor(low*5)/5)
	top := min(1, math.Ceil(high*5)/5)
	if top <= bottom {
		bottom, top = 0, 1
	}
	y := func(value float64) float64 {
		return round(plotBottom - (value-bottom)/(top-bottom)*(plotBottom-plotTop))
	}
	x := func(i int) float64 {
		room := v.Right - v.Left - 2*inset
		if len(c.Points) < 2 {
			return round(v.Left + inset + room/2)
		}
		return round(v.Left + inset + room*float64(i)/float64(len(c.Points)-1))
	}
	for s := bottom; s <= top+1e-9; s += 0.2 {
		v.Scale = append(v.Scale, scaleView{y(s), y(s) + 4, w.Decimal(s, 1)})
	}
	var line, over, under []string
	for i, p := range c.Points {
		v.Dots = append(v.Dots, dotView{x(i), y(p.Estimate), p.Grade})
		line = append(line, fmt.Sprintf("%g,%g", x(i), y(p.Estimate)))
		over = append(over, fmt.Sprintf("%g,%g", x(i), y(p.High)))
		under = append([]string{fmt.Sprintf("%g,%g", x(i), y(p.Low))}, under...)
	}
	v.Line, v.Band = strings.Join(line, " "), strings.Join(append(over, under...), " ")
	if c.ChangeAfter >= 0 && c.ChangeAfter+1 < len(c.Points) {
		v.Changed = true
		v.ChangeAt = round((x(c.ChangeAfter) + x(c.ChangeAfter+1)) / 2)
		v.Change = w.T("chart.change_likely", "When", c.Change)
		// The words stand on the side with more room. In a right-to-left text "start" is its right end.
		toRight := v.ChangeAt < (v.Left+v.Right)/2
		v.ChangeWordAt = v.ChangeAt - 7
		if toRight {
			v.ChangeWordAt = v.ChangeAt + 7
		}
		v.ChangeAnchor = "start"
		if toRight == (w.Dir() == "rtl") {
			v.ChangeAnchor = "end"
		}
	}
	return v
}

// TreeNode is a claim (the root), an origin it stands on, or a report that carries it. Kind: claim, origin, shared
// (an origin that several reports go back to) or report.
type TreeNode struct {
	Kind, Name, Note string
	Children         []TreeNode
}

const (
	nodeWidth, nodeHeight = 156.0, 44.0
	nodeApart, columns    = 58.0, 3
	treeWidth             = 560.0
)

// treeView is the geometry of a tree: boxes and the lines between them.
type treeView struct {
	Width, Height float64
	Nodes         []nodeView
	Edges         []string
	Root          TreeNode
	Origins       int
}

type nodeView struct {
	X, Y, W, H, TextX, NameY, NoteY float64
	Kind, Name, Note, Full          string
}

// view lays the tree out from the start of the line of reading: the root first, its leaves last, one row a leaf.
func (n TreeNode) view(mirrored bool) treeView {
	v := treeView{Width: treeWidth, Root: n, Origins: len(n.Children)}
	step := (treeWidth - nodeWidth - 4) / float64(columns-1)
	row := 0.0
	var place func(t TreeNode, depth int) float64
	place = func(t TreeNode, depth int) float64 {
		var at []float64
		for _, c := range t.Children {
			at = append(at, place(c, depth+1))
		}
		y := row
		if len(at) > 0 {
			y = (at[0] + at[len(at)-1]) / 2
		} else {
			row += nodeApart
		}
		x := 2 + step*float64(min(depth, columns-1))
		from, to := x+nodeWidth, x+step
		if mirrored {
			x = treeWidth - x - nodeWidth
			from, to = x, x-step+nodeWidth
		}
		for _, c := range at {
			mid := (from + to) / 2
			v.Edges = append(v.Edges, fmt.Sprintf("M%g %g C%g %g %g %g %g %g", round(from), round(y+nodeHeight/2), round(mid), round(y+nodeHeight/2),
				round(mid), round(c+nodeHeight/2), round(to), round(c+nodeHeight/2)))
		}
		v.Nodes = append(v.Nodes, nodeView{round(x), round(y + 2), nodeWidth, nodeHeight - 4, round(x + nodeWidth/2), round(y + 19), round(y + 34),
			t.Kind, cut(t.Name, 18), cut(t.Note, 24), t.Name + " " + t.Note})
		return y
	}
	place(n, 0)
	v.Height = row
	return v
}

// cut shortens text that would leave its box; the whole stands in the box's title and in the list beside the tree.
func cut(s string, letters int) string {
	r := []rune(s)
	if len(r) <= letters {
		return s
	}
	return strings.TrimSpace(string(r[:letters-1])) + "…"
}

func round(x float64) float64 { return math.Round(x*10) / 10 }
