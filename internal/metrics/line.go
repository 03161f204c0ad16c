package metrics

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
)

// Limits of the format (CloudWatch User Guide, "Specification: Embedded metric
// format") and of CloudWatch itself (API reference, "Dimension").
const (
	maxMetrics        = 100
	maxDimensions     = 30
	maxDimensionBytes = 1024
	// maxValue bounds a value in both directions (API reference, "MetricDatum").
	maxValue = 0x1p360
)

// Line is what was measured of one thing at one time.
type Line struct {
	// Dimensions gives every dimension of the metrics below its value.
	Dimensions map[string]string
	// Values are the metrics by name, each in the unit of the table.
	Values map[string]float64
}

// directive tells CloudWatch which members of a line are metrics.
type directive struct {
	Namespace  string       `json:"Namespace"`
	Dimensions [][]string   `json:"Dimensions"`
	Metrics    []definition `json:"Metrics"`
}

type definition struct {
	Name string `json:"Name"`
	Unit Unit   `json:"Unit"`
}

type metadata struct {
	Timestamp         int64       `json:"Timestamp"`
	CloudWatchMetrics []directive `json:"CloudWatchMetrics"`
}

// Encode is the line with its line feed, measured now. CloudWatch drops what
// does not follow the format without telling whoever wrote it, so an error
// names what would not arrive.
func (l Line) Encode(now time.Time) ([]byte, error) {
	err := l.check()
	if err != nil {
		return nil, fmt.Errorf("writing metrics: %w", err)
	}
	members := map[string]any{"_aws": metadata{now.UnixMilli(), l.directives()}}
	for name, value := range l.Dimensions {
		members[name] = value
	}
	for name, value := range l.Values {
		members[name] = value
	}
	text, err := json.Marshal(members)
	if err != nil {
		return nil, fmt.Errorf("writing metrics: %w", err)
	}
	return append(text, '\n'), nil
}

// directives are one for each set of dimensions, in the order of the table.
func (l Line) directives() []directive {
	var all []directive
	for _, metric := range All() {
		_, measured := l.Values[metric.Name]
		if !measured {
			continue
		}
		at := slices.IndexFunc(all, func(d directive) bool { return slices.Equal(d.Dimensions[0], metric.Dimensions) })
		if at < 0 {
			at = len(all)
			all = append(all, directive{Namespace: Namespace, Dimensions: [][]string{metric.Dimensions}})
		}
		all[at].Metrics = append(all[at].Metrics, definition{metric.Name, metric.Unit})
	}
	return all
}

func (l Line) check() error {
	if len(l.Values) == 0 {
		return errors.New("nothing was measured")
	}
	if len(l.Values) > maxMetrics || len(l.Dimensions) > maxDimensions {
		return fmt.Errorf("%d metrics under %d dimensions are more than the %d and %d of a line", len(l.Values), len(l.Dimensions), maxMetrics, maxDimensions)
	}
	var problems []error
	for name, value := range l.Values {
		problems = append(problems, l.checkValue(name, value))
	}
	for name, value := range l.Dimensions {
		problems = append(problems, checkDimension(name, value))
	}
	return errors.Join(problems...)
}

func (l Line) checkValue(name string, value float64) error {
	metric, known := Find(name)
	if !known {
		return fmt.Errorf("%q is no metric of the table", name)
	}
	if math.IsNaN(value) || math.Abs(value) > maxValue {
		return fmt.Errorf("%s is %v, which CloudWatch does not take", name, value)
	}
	for _, dimension := range metric.Dimensions {
		_, given := l.Dimensions[dimension]
		if !given {
			return fmt.Errorf("%s lacks its dimension %s", name, dimension)
		}
	}
	return nil
}

// checkDimension keeps to what CloudWatch takes as a dimension's value:
// printable ASCII, not blank, and no colon to begin with.
func checkDimension(name, value string) error {
	if !slices.Contains([]string{Stack, Source, Reason, Listener}, name) {
		return fmt.Errorf("%q is no dimension of the table", name)
	}
	odd := strings.IndexFunc(value, func(r rune) bool { return r < ' ' || r > '~' }) >= 0
	if strings.TrimSpace(value) == "" || len(value) > maxDimensionBytes || odd || value[0] == ':' {
		return fmt.Errorf("dimension %s is %q, which CloudWatch does not take", name, value)
	}
	return nil
}
