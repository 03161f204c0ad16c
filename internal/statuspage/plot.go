package statuspage

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// The size of a plot's area in its own units; the margin around it has room for
// the labels.
const (
	plotWidth  = 560
	plotHeight = 160
)

// plot is a drawing: lines over time, or bars.
type plot struct {
	// Top is the largest value, at the upper edge.
	Top   string
	Lines []line
	Bars  []bar
}

// Empty says that there is nothing to draw.
func (p plot) Empty() bool { return len(p.Lines) == 0 && len(p.Bars) == 0 }

// line is one source's number of entries over time. Points are for SVG; Last is
// the value at the right edge, and Y its height.
type line struct {
	Name   string
	Points string
	Last   int
	Y      int
	// Kind counts the lines from 0, for their colours.
	Kind int
}

type bar struct{ X, Y, Width, Height int }

// entriesPlot draws steps: a number holds until the next one.
func entriesPlot(counts []Count, now time.Time) plot {
	if len(counts) == 0 {
		return plot{}
	}
	top, begin := 1, counts[0].At
	var names []string
	for _, c := range counts {
		top = max(top, c.Entries)
		if !slices.Contains(names, c.Source) {
			names = append(names, c.Source)
		}
	}
	span := max(now.Sub(begin), time.Second)
	x := func(at time.Time) int { return int(plotWidth * min(max(at.Sub(begin), 0), span) / span) }
	y := func(entries int) int { return plotHeight - plotHeight*entries/top }
	p := plot{Top: fmt.Sprint(top)}
	for kind, name := range names {
		p.Lines = append(p.Lines, steps(counts, name, kind%4, x, y))
	}
	return p
}

func steps(counts []Count, name string, kind int, x func(time.Time) int, y func(int) int) line {
	l := line{Name: name, Kind: kind}
	var points []string
	for _, c := range counts {
		if c.Source != name {
			continue
		}
		if len(points) > 0 {
			points = append(points, fmt.Sprintf("%d,%d", x(c.At), l.Y))
		}
		l.Last, l.Y = c.Entries, y(c.Entries)
		points = append(points, fmt.Sprintf("%d,%d", x(c.At), l.Y))
	}
	l.Points = strings.Join(append(points, fmt.Sprintf("%d,%d", plotWidth, l.Y)), " ")
	return l
}

// barsShown is how many of the newest refusals are drawn.
const barsShown = 28

func delaysPlot(refusals []Refusal) plot {
	refusals = refusals[max(0, len(refusals)-barsShown):]
	if len(refusals) == 0 {
		return plot{}
	}
	top := time.Second
	for _, r := range refusals {
		top = max(top, r.After)
	}
	p := plot{Top: fmt.Sprintf("%.1f", top.Seconds())}
	const step = plotWidth / barsShown
	for i, r := range refusals {
		height := max(int(plotHeight*r.After/top), 1)
		p.Bars = append(p.Bars, bar{X: i * step, Y: plotHeight - height, Width: step - 4, Height: height})
	}
	return p
}
