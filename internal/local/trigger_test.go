package local

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// logged waits for a line in a function's log with all of these words.
func (r *running) logged(function string, words ...string) string {
	r.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for time.Now().Before(deadline) {
		text, err := os.ReadFile(r.twin.dir.file("log", function+".log"))
		if err != nil {
			r.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			if containsAll(line, words) {
				return line
			}
		}
		time.Sleep(20 * time.Millisecond)
	}
	r.Fatalf("the log of %s has no line with %q", function, words)
	return ""
}

func containsAll(line string, words []string) bool {
	for _, word := range words {
		if !strings.Contains(line, word) {
			return false
		}
	}
	return true
}

func (r *running) put(key string) {
	r.Helper()
	client := newAWSClient(r.twin.description.AWSEndpoint).s3
	_, err := client.PutObject(r.Context(), &s3.PutObjectInput{Bucket: aws.String(bucketName), Key: aws.String(key), Body: bytes.NewReader([]byte("x"))})
	if err != nil {
		r.Fatal(err)
	}
}

// TestObjectInTheInboxTriggersARun: as the stack's rule does, and no other
// object.
func TestObjectInTheInboxTriggersARun(t *testing.T) {
	r := startTwin(t)
	r.put("elsewhere/new.crl")
	r.put("inbox/new.crl")
	line := r.logged(refreshFunction, `"msg":"triggered"`, `"trigger":"inbox"`)
	var read struct{ Source, DetailType, Key string }
	err := json.Unmarshal([]byte(line), &read)
	if err != nil || read.Source != "aws.s3" || read.DetailType != "Object Created" || read.Key != "inbox/new.crl" {
		t.Errorf("got %v, %+v", err, read)
	}
	text, err := os.ReadFile(r.twin.dir.file("log", refreshFunction+".log"))
	if err != nil || strings.Contains(string(text), "elsewhere") {
		t.Errorf("an object elsewhere triggered a run, or %v", err)
	}
}

// TestScheduleThatPolls: revocations come into force while one run goes on, and
// whoever asks meanwhile is not made to wait.
func TestScheduleThatPolls(t *testing.T) {
	r := startTwin(t, func(o *Options) { o.PollEvery = time.Second })
	client := r.client("laptop-1")
	if got := r.verify(client); got.Verdict != Served {
		t.Fatalf("before the revocation: %s", got)
	}
	revoked, err := r.commands.Revoke(t.Context(), "laptop-1")
	if err != nil {
		t.Fatal(err)
	}
	waited, err := AwaitRefusal(t.Context(), r.twin.Description(), client.Client, revoked.At)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("refused by verify after %s, by passthrough after %s (on a busy machine)", waited.Verify, waited.Passthrough)
	state := r.twin.refresh.State()
	if state.Phase != "running" || state.Invocations != 1 {
		t.Errorf("the schedule's run is %s after %d invocations, want the first one to go on", state.Phase, state.Invocations)
	}
	asked := time.Now()
	run := r.refresh()
	if run.Error != "" || time.Since(asked) > 20*time.Second {
		t.Errorf("a run by hand took %s: %s", time.Since(asked), run.Error)
	}
	r.put("inbox/new.crl")
	r.logged(refreshFunction, `"trigger":"inbox"`)
}

// TestMetricsOfTheTwin: both functions publish under the twin's name.
func TestMetricsOfTheTwin(t *testing.T) {
	r := startTwin(t)
	r.passthrough(r.client("laptop-1"))
	r.logged(refreshFunction, `"_aws"`, `"Stack":"local"`, `"Source":"issuing"`, `"Success":1`, `"LifeLeftPercent":`, `"QuotaUsedPercent":`)
	r.logged(verifyFunction, `"_aws"`, `"Stack":"local"`, `"Reason":"accepted"`, `"Latency":`, `"Unavailable":0`)
}
