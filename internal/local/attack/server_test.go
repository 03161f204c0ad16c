package attack

import (
	"encoding/json"
	"maps"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/sekisho/sekisho/internal/programtest"
)

// server is "sekisho serve" in a process of its own, over a twin's bucket.
type server struct {
	suite   *suite
	setting string
	address string
	output  *lines
	// decisions counts the answers that were the verifier's decisions.
	decisions int
}

// startServer starts one; its configuration looks at the bucket before every
// decision. fields are more of the configuration's.
func startServer(t *testing.T, w *twin, fields map[string]any, flags ...string) *server {
	t.Helper()
	given := verifySettings(t, w)
	config := map[string]any{
		"gate":   map[string]any{"maxSnapshotAge": "0s"},
		"bucket": map[string]any{"name": given.Bucket, "caBundleSha256": given.BundleSHA256},
	}
	maps.Copy(config, fields)
	text, err := json.Marshal(config)
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "verifier.json")
	err = os.WriteFile(name, text, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	s := &server{output: &lines{}}
	process := exec.Command(programtest.Command(), append([]string{"serve", "--listen", "127.0.0.1:0", "--config", name}, flags...)...)
	process.Env = []string{"AWS_REGION=" + w.Region, "AWS_ACCESS_KEY_ID=serve", "AWS_SECRET_ACCESS_KEY=local", "AWS_ENDPOINT_URL=" + w.AWSEndpoint}
	process.Stdout, process.Stderr = s.output, s.output
	err = process.Start()
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- process.Wait() }()
	t.Cleanup(func() { s.stop(t, process.Process, ended) })
	s.await(t)
	return s
}

// await waits until the server says where it listens.
func (s *server) await(t *testing.T) {
	t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		for line := range strings.Lines(s.output.String()) {
			var entry struct{ Msg, Address string }
			err := json.Unmarshal([]byte(line), &entry)
			if err == nil && entry.Msg == "listening" {
				s.address = entry.Address
				return
			}
		}
	}
	t.Fatalf("the server does not listen: %s", s.output)
}

// stop ends the server as an operator does. One that has ended by itself, or
// does not end well, was harmed.
func (s *server) stop(t *testing.T, process *os.Process, ended chan error) {
	t.Helper()
	err := process.Signal(syscall.SIGTERM)
	if err != nil {
		t.Errorf("the server is gone: %s", s.output)
	}
	select {
	case err = <-ended:
		if err != nil {
			t.Errorf("the server ended with %v: %s", err, s.output)
		}
	case <-time.After(time.Minute):
		_ = process.Kill()
		<-ended
		t.Error("the server did not end")
	}
}

// send writes to the server from an address of this machine.
func (s *server) send(t *testing.T, from, raw string) []answer {
	t.Helper()
	dialer := net.Dialer{Timeout: patience, LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}
	connection, err := dialer.Dial("tcp", s.address)
	if err != nil {
		t.Fatal(err)
	}
	return talk(connection, raw)
}

// judge counts an answer and holds it against what must come back.
func (s *server) judge(t *testing.T, name string, want verdict, got answer) {
	t.Helper()
	if got.letIn() != "" || got.document().Reason != "" && got.status != http.StatusBadRequest {
		s.decisions++
	}
	s.suite.tally.judge(t, s.setting, name, want, got)
}

// tries makes one request as the proxy, and judges the answer.
func (s *server) tries(t *testing.T, name, raw string, want verdict) {
	t.Helper()
	s.judge(t, name, want, first(t, name, s.send(t, proxy, raw)))
}

// tryAll makes a crafted request as the proxy, and judges all answers.
func (s *server) tryAll(t *testing.T, r crafted, want []verdict) {
	t.Helper()
	got := s.send(t, proxy, r.raw)
	if len(got) != len(want) {
		t.Errorf("%s: %d answers %v, want %v", r.name, len(got), got, want)
	}
	for i := range min(len(got), len(want)) {
		s.judge(t, r.name, want[i], got[i])
	}
}

// proxy is where the server expects its proxy.
const proxy = "127.0.0.1"

// certified is the header line that a proxy adds.
func certified(c credential) string { return defaultHeader + ": " + c.value() }
