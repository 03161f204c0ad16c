package metrics

import (
	"encoding/json"
	"flag"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var update = flag.Bool("update", false, "write the golden lines anew")

// noon is when everything here is measured.
var noon = time.Date(2026, 7, 1, 12, 0, 0, 250_000_000, time.UTC)

func TestLines(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		line Line
	}{
		{"source", Line{
			Dimensions: map[string]string{Stack: "gate", Source: "issuing"},
			Values:     map[string]float64{LifeLeft: 43_200, LifeLeftPercent: 50, ListAge: 43_200, Entries: 4711, Success: 1, Refused: 0, Held: 0, Mismatched: 0, QuotaUsedPercent: 0.9422},
		}},
		{"source-failed", Line{
			Dimensions: map[string]string{Stack: "gate", Source: "issuing", Reason: "timeout"},
			Values:     map[string]float64{Success: 0, Failures: 1, LifeLeft: -90.5},
		}},
		{"decision", Line{
			Dimensions: map[string]string{Stack: "gate", Reason: "revoked"},
			Values:     map[string]float64{Decisions: 1, Unavailable: 0, Latency: 812},
		}},
		{"canary", Line{
			Dimensions: map[string]string{Stack: "gate", Listener: "verify"},
			Values:     map[string]float64{GoodServed: 1, RevokedRefused: 1, Unknown: 0, SecondsToEnforcement: 11.25},
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := test.line.Encode(noon)
			if err != nil {
				t.Fatal(err)
			}
			golden := filepath.Join("testdata", test.name+".json")
			if *update {
				err = os.WriteFile(golden, got, 0o644)
				if err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), string(got)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestWhatCloudWatchWouldDropIsAnError(t *testing.T) {
	t.Parallel()
	good := map[string]string{Stack: "gate", Source: "issuing"}
	with := func(name, value string) map[string]string {
		return map[string]string{Stack: "gate", Source: "issuing", name: value}
	}
	one := map[string]float64{Success: 1}
	for _, test := range []struct {
		name string
		line Line
		says string
	}{
		{"no value", Line{Dimensions: good}, "nothing was measured"},
		{"unknown metric", Line{good, map[string]float64{"Successes": 1}}, `"Successes" is no metric of the table`},
		{"unknown dimension", Line{with("Region", "eu"), one}, `"Region" is no dimension of the table`},
		{"no dimension", Line{map[string]string{Stack: "gate"}, one}, "Success lacks its dimension Source"},
		{"no reason", Line{good, map[string]float64{Failures: 1}}, "Failures lacks its dimension Reason"},
		{"empty dimension", Line{with(Source, ""), one}, `dimension Source is "", which`},
		{"blank dimension", Line{with(Source, "  "), one}, `dimension Source is "  ", which`},
		{"line feed in a dimension", Line{with(Source, "a\nb"), one}, `dimension Source is "a\nb", which`},
		{"dimension beyond ASCII", Line{with(Source, "関所"), one}, `dimension Source is "関所", which`},
		{"dimension with a colon first", Line{with(Source, ":a"), one}, `dimension Source is ":a", which`},
		{"long dimension", Line{with(Source, strings.Repeat("a", 1025)), one}, "which CloudWatch does not take"},
		{"not a number", Line{good, map[string]float64{Success: math.NaN()}}, "Success is NaN, which"},
		{"infinite", Line{good, map[string]float64{Success: math.Inf(-1)}}, "Success is -Inf, which"},
		{"beyond the range", Line{good, map[string]float64{Success: 0x1p361}}, "which CloudWatch does not take"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := test.line.Encode(noon)
			if got != nil || err == nil || !strings.Contains(err.Error(), test.says) {
				t.Errorf("got %s, %v, want %q", got, err, test.says)
			}
		})
	}
	many := Line{Dimensions: good, Values: map[string]float64{}}
	for i := range maxMetrics + 1 {
		many.Values[strings.Repeat("x", i+1)] = 1
	}
	_, err := many.Encode(noon)
	if err == nil || !strings.Contains(err.Error(), "101 metrics under 2 dimensions are more than the 100 and 30") {
		t.Errorf("got %v", err)
	}
}

// document is a line as CloudWatch reads it.
type document struct {
	AWS *struct {
		Timestamp         *int64
		CloudWatchMetrics []struct {
			Namespace  string
			Dimensions [][]string
			Metrics    []struct{ Name, Unit string }
		}
	} `json:"_aws"`
}

// TestLineFollowsTheFormat: whatever is measured, each metric that is named has
// its number at the top, each dimension its text, and nothing is left out.
func TestLineFollowsTheFormat(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		line := anyLine(t)
		text, err := line.Encode(noon)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Count(string(text), "\n") != 1 || text[len(text)-1] != '\n' {
			t.Fatalf("not one line: %q", text)
		}
		named := conforms(t, text)
		want := map[string]float64{}
		for name, value := range line.Values {
			want[name] = value
		}
		if diff := cmp.Diff(want, named); diff != "" {
			t.Fatalf("measured and published (-want +got):\n%s", diff)
		}
	})
}

func anyLine(t *rapid.T) Line {
	names := rapid.SliceOfNDistinct(rapid.SampledFrom(All()), 1, -1, func(m Metric) string { return m.Name }).Draw(t, "metrics")
	line := Line{Dimensions: map[string]string{}, Values: map[string]float64{}}
	for _, metric := range names {
		line.Values[metric.Name] = rapid.Float64Range(-1e12, 1e12).Draw(t, metric.Name)
		for _, dimension := range metric.Dimensions {
			line.Dimensions[dimension] = rapid.StringMatching(`[A-Za-z0-9][ -~]{0,40}`).Draw(t, dimension)
		}
	}
	return line
}

// conforms checks a line against the specification, on its own terms, and
// returns the metrics that CloudWatch takes from it.
func conforms(t *rapid.T, text []byte) map[string]float64 {
	var members map[string]any
	var read document
	for _, into := range []any{&members, &read} {
		err := json.Unmarshal(text, into)
		if err != nil {
			t.Fatal(err)
		}
	}
	if read.AWS == nil || read.AWS.Timestamp == nil || *read.AWS.Timestamp != noon.UnixMilli() {
		t.Fatalf("no metadata, or another time: %s", text)
	}
	named := map[string]float64{}
	for _, d := range read.AWS.CloudWatchMetrics {
		if d.Namespace != "Sekisho" || len(d.Dimensions) != 1 || len(d.Dimensions[0]) > 30 || len(d.Metrics) == 0 || len(d.Metrics) > 100 {
			t.Fatalf("directive %+v", d)
		}
		for _, dimension := range d.Dimensions[0] {
			if value, ok := members[dimension].(string); !ok || value == "" || len(value) > 1024 {
				t.Fatalf("dimension %s is %v", dimension, members[dimension])
			}
		}
		for _, metric := range d.Metrics {
			value, ok := members[metric.Name].(float64)
			if !ok || !slices.Contains([]string{"Seconds", "Microseconds", "Percent", "Count"}, metric.Unit) {
				t.Fatalf("metric %+v is %v", metric, members[metric.Name])
			}
			named[metric.Name] = value
		}
	}
	return named
}
