package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/sekisho/sekisho/internal/local/endpoint"
	"github.com/sekisho/sekisho/internal/metrics"
)

// asTheTwin are settings with the names that the twin has.
const asTheTwin = `{"stackName": "local", "revocation": "require-leaf", "crlUrls": null, "sources": [
	{"name": "root", "urls": ["http://ca.example.com/root.crl"], "guards": {"maxShrinkPercent": 20, "onBreach": "hold"}},
	{"name": "issuing", "urls": ["http://ca.example.com/issuing.crl"], "certificateLifetime": "8760h", "guards": {"maxNewlyRevoked": 100}}]}`

// An alarm on a metric that nobody publishes never sounds. What every alarm of
// ours looks at was published in a real run of the deployed programs: the same
// name, in the same unit, under the same dimensions with the same values.
func TestAlarmsAreFedByARealRun(t *testing.T) {
	published := publishedByARealRun(t)
	for name, want := range metricsOfAlarms(of(t, with(t, asTheTwin))) {
		if name == "RefusedInbox" {
			continue // nothing deals with the inbox yet
		}
		if !published[want] {
			t.Errorf("%s looks at %s, published are\n\t%s", name, want, strings.Join(slices.Sorted(maps.Keys(published)), "\n\t"))
		}
	}
}

// metricsOfAlarms are what the alarms look at that is ours to publish.
func metricsOfAlarms(tm template) map[string]string {
	all := map[string]string{}
	for _, id := range tm.all("AWS::CloudWatch::Alarm") {
		r := tm.Resources[id]
		if r.property("Namespace") != metrics.Namespace {
			continue
		}
		all[strings.TrimPrefix(plain(id), "Alarms")] = fmt.Sprintf("%s %s in %s (%s)", r.property("Namespace"), r.property("MetricName"), r.property("Unit"), dimensionsOf(r))
	}
	return all
}

// publishedByARealRun has a client let in, a certificate revoked, and its list
// brought into force.
func publishedByARealRun(t *testing.T) map[string]bool {
	t.Helper()
	r := startTwin(t, func(endpoint.Call) endpoint.Fault { return endpoint.Fault{} })
	r.askAs("laptop")
	_, err := r.commands.Revoke(t.Context(), "laptop")
	r.must(err)
	r.refresh()
	published := map[string]bool{}
	logs, err := filepath.Glob(filepath.Join(r.commands.Dir, "log", "*.log"))
	if err != nil || len(logs) < 2 {
		t.Fatalf("got the logs %v and error %v, want those of both functions", logs, err)
	}
	for _, log := range logs {
		maps.Copy(published, publishedIn(t, log))
	}
	return published
}

// publishedIn are the metrics that CloudWatch would make of a log (CloudWatch
// User Guide, "Specification: Embedded metric format").
func publishedIn(t *testing.T, log string) map[string]bool {
	t.Helper()
	file, err := os.Open(log)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	found := map[string]bool{}
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		if strings.Contains(lines.Text(), `"_aws"`) {
			metricsIn(t, lines.Bytes(), found)
		}
	}
	if lines.Err() != nil {
		t.Fatal(lines.Err())
	}
	return found
}

func metricsIn(t *testing.T, line []byte, found map[string]bool) {
	t.Helper()
	var members map[string]any
	var read struct {
		AWS struct {
			CloudWatchMetrics []struct {
				Namespace  string
				Dimensions [][]string
				Metrics    []struct{ Name, Unit string }
			}
		} `json:"_aws"`
	}
	for _, into := range []any{&members, &read} {
		err := json.Unmarshal(line, into)
		if err != nil {
			t.Fatalf("%v in %s", err, line)
		}
	}
	for _, directive := range read.AWS.CloudWatchMetrics {
		for _, set := range directive.Dimensions {
			var dimensions []string
			for _, name := range set {
				dimensions = append(dimensions, fmt.Sprintf("%s=%v", name, members[name]))
			}
			for _, metric := range directive.Metrics {
				if _, number := members[metric.Name].(float64); number {
					found[fmt.Sprintf("%s %s in %s (%s)", directive.Namespace, metric.Name, metric.Unit, strings.Join(dimensions, " "))] = true
				}
			}
		}
	}
}
