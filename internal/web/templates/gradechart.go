package templates

import (
	"fmt"
	"strings"

	"cutout/internal/wording"
)

// GradeChart is the grades officers gave to what a source said, over time: one scale of marks from best to worst, and
// beside it those that say "cannot be judged", which stand apart because they are no bottom of the scale.
type GradeChart struct {
	Name   string
	Scale  []string // marks of the source axis, best first
	Apart  string   // the mark for "cannot be judged"; empty where the scheme has none
	Points []GradeStep
}

// GradeStep is one grade. Level is its place in Scale, or len(Scale) for Apart.
type GradeStep struct {
	When, Grade string
	Level       int
}

// gradeView is the geometry of a GradeChart in the units of its viewBox.
type gradeView struct {
	Name                 string
	Left, Right, ScaleAt float64
	Line                 string
	Dots                 []gradeDot
	Scale                []scaleView
}

// gradeDot is one grade; Apart marks one that judges nothing.
type gradeDot struct {
	dotView
	Apart bool
}

// view places the grades left to right in either language; only the side of the scale is mirrored.
func (c GradeChart) view(w *wording.Words) gradeView {
	v := gradeView{Name: c.Name, Left: 0, Right: chartWidth - frame, ScaleAt: chartWidth - frame + 8}
	if w.Dir() == "rtl" {
		v.Left, v.Right, v.ScaleAt = frame, chartWidth, 2
	}
	marks := c.Scale
	if c.Apart != "" {
		marks = append(append([]string{}, marks...), c.Apart)
	}
	y := func(level int) float64 {
		if len(marks) < 2 {
			return (plotTop + plotBottom) / 2
		}
		return round(plotTop - 14 + float64(level)/float64(len(marks)-1)*(plotBottom-plotTop+22))
	}
	x := func(i int) float64 {
		room := v.Right - v.Left - 2*inset
		if len(c.Points) < 2 {
			return round(v.Left + inset + room/2)
		}
		return round(v.Left + inset + room*float64(i)/float64(len(c.Points)-1))
	}
	for i, m := range marks {
		v.Scale = append(v.Scale, scaleView{y(i), y(i) + 4, m})
	}
	// A grade stands until the next is given. A mark that judges nothing is a dot of its own: no line falls to it.
	var line []string
	last := -1
	for i, p := range c.Points {
		apart := p.Level >= len(c.Scale)
		v.Dots = append(v.Dots, gradeDot{dotView{x(i), y(p.Level), p.Grade}, apart})
		if apart {
			continue
		}
		if last >= 0 {
			line = append(line, fmt.Sprintf("%g,%g", x(i), y(last)))
		}
		line = append(line, fmt.Sprintf("%g,%g", x(i), y(p.Level)))
		last = p.Level
	}
	v.Line = strings.Join(line, " ")
	return v
}
