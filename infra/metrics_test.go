package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
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
	{"name": "issuing", "urls": ["http://ca.example.com/issuing.crl"], "certificateLifetime": "8760h", "guards": {"maxNewlyRevoked": 100}}],
	"canary": {"enabled": true, "hostName": "gate.example.com", "goodSecretArn": "` + goodSecret + `", "revokedSecretArn": "` + revokedSecret + `"}}`

// An alarm on a metric that nobody publishes never sounds. What every alarm of
// ours looks at was published in a real run of the deployed programs: the same
// name, in the same unit, under the same dimensions with the same values.
func TestAlarmsAreFedByARealRun(t *testing.T) {
	wanted := metricsOfAlarms(of(t, with(t, asTheTwin)))
	r := startTwin(t, func(endpoint.Call) endpoint.Fault { return endpoint.Fault{} })
	r.askAs("laptop")
	_, err := r.commands.Revoke(t.Context(), "laptop")
	r.must(err)
	r.drop("junk")
	r.refresh()
	printed, _ := r.runCanary()
	var published map[string]bool
	r.eventually(func() bool {
		published = r.published()
		maps.Copy(published, publishedIn(r.T, strings.NewReader(printed)))
		return slices.IndexFunc(slices.Collect(maps.Values(wanted)), func(metric string) bool { return !published[metric] }) < 0
	})
	for name, metric := range wanted {
		if !published[metric] {
			t.Errorf("%s looks at %s, published are\n\t%s", name, metric, strings.Join(slices.Sorted(maps.Keys(published)), "\n\t"))
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

// published are the metrics in the logs of the functions.
func (r realRun) published() map[string]bool {
	r.Helper()
	found := map[string]bool{}
	logs, err := filepath.Glob(filepath.Join(r.commands.Dir, "log", "*.log"))
	if err != nil || len(logs) < 2 {
		r.Fatalf("got the logs %v and error %v, want those of both functions", logs, err)
	}
	for _, log := range logs {
		file, err := os.Open(log)
		r.must(err)
		maps.Copy(found, publishedIn(r.T, file))
		r.must(file.Close())
	}
	return found
}

// publishedIn are the metrics that CloudWatch would make of a log (CloudWatch
// User Guide, "Specification: Embedded metric format").
func publishedIn(t *testing.T, log io.Reader) map[string]bool {
	t.Helper()
	found := map[string]bool{}
	lines := bufio.NewScanner(log)
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

// The saved queries ask for fields that the programs write.
func TestQueriesAskForWhatIsWritten(t *testing.T) {
	r := startTwin(t, func(endpoint.Call) endpoint.Fault { return endpoint.Fault{} })
	r.askAs("laptop")
	r.refresh()
	for _, test := range []struct {
		query
		log, message string
	}{
		{refusedToday, "verify", "decision"},
		{decisionsTaken, "refresh", "revocation list"},
	} {
		var written map[string]bool
		r.eventually(func() bool {
			written = membersWritten(t, filepath.Join(r.commands.Dir, "log"), test.log, test.message)
			return len(written) > 0
		})
		for _, field := range fieldsOf(test.text) {
			if !written[field] {
				t.Errorf("the query %q asks for %s, which no %q says: %v", test.name, field, test.message, slices.Sorted(maps.Keys(written)))
			}
		}
	}
}

// fieldsOf are the fields that a query asks for, without those of CloudWatch.
func fieldsOf(query string) []string {
	first, _, _ := strings.Cut(query, "\n")
	var fields []string
	for field := range strings.SplitSeq(strings.TrimPrefix(first, "fields "), ", ") {
		if !strings.HasPrefix(field, "@") {
			fields = append(fields, field)
		}
	}
	return append(fields, "msg")
}

// membersWritten are the members of the last line with a message, in the logs
// of a function.
func membersWritten(t *testing.T, dir, function, message string) map[string]bool {
	t.Helper()
	logs, err := filepath.Glob(filepath.Join(dir, "*"+function+"*.log"))
	if err != nil || len(logs) == 0 {
		t.Fatalf("got the logs %v and error %v", logs, err)
	}
	found := map[string]bool{}
	for _, log := range logs {
		content, err := os.ReadFile(log)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.SplitSeq(string(content), "\n") {
			var members map[string]any
			err := json.Unmarshal([]byte(line), &members)
			if err == nil && members["msg"] == message {
				for name := range members {
					found[name] = true
				}
			}
		}
	}
	return found
}
