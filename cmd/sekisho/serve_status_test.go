package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/sekisho/sekisho/internal/statuspage"
)

// statusOfServer asks the page, whose address is in the log.
func (p *post) statusOfServer(t *testing.T) statuspage.Status {
	t.Helper()
	var status statuspage.Status
	response, err := http.Get(p.statusAddress(t) + "status.json")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	err = json.NewDecoder(response.Body).Decode(&status)
	if err != nil {
		t.Fatal(err)
	}
	return status
}

func (p *post) statusAddress(t *testing.T) string {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(time.Millisecond) {
		_, after, found := strings.Cut(p.log.String(), `"msg":"status page","address":"`)
		if found {
			address, _, _ := strings.Cut(after, `"`)
			return address
		}
	}
	t.Fatalf("no status page:\n%s", p.log.String())
	return ""
}

// The page of a server shows the lists that it decides from, and its decisions.
func TestServeShowsItsStatus(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	leaf := p.issuing.Issue(t, "laptop", today)
	p.open(t, `{`+postFiles+`},"gate":{"maxSnapshotAge":"1ms"}}`, func(f *serveFlags) { f.status = "127.0.0.1:0" })
	p.want(t, "GET / HTTP/1.1", leaf, 200, "laptop")
	p.write(t, "issuing.crl", todaysList(t, p.issuing, 2, leaf.Cert.SerialNumber))
	p.eventually(t, "GET / HTTP/1.1", leaf, 403, "revoked")
	status := p.statusOfServer(t)
	if len(status.Sources) != 2 || len(status.Decisions) != 3 {
		t.Fatalf("got %+v, want two lists, one of them loaded twice", status)
	}
	for _, source := range status.Sources {
		if source.Issuer == "CN=issuing" && (source.Number != "2" || source.Entries != 1 || !source.InForce() || source.LifeLeft(status.Now) < 90) {
			t.Errorf("got %+v", source)
		}
	}
	newest, oldest := status.Visits[0], status.Visits[len(status.Visits)-1]
	if !newest.Refused || newest.Reason != "revoked" || oldest.Refused || newest.Serial == "" {
		t.Errorf("got %+v, want it let in first and refused in the end", status.Visits)
	}
	if at := p.statusAddress(t); !strings.HasPrefix(at, "http://127.0.0.1:") {
		t.Errorf("it listens at %s", at)
	}
}

// A list that cannot be relied on is seen on the page.
func TestServeShowsWhatIsWrong(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	leaf := p.issuing.Issue(t, "laptop", today)
	p.open(t, `{`+postFiles+`},"gate":{"maxSnapshotAge":"1ms","snapshotGrace":"0s"}}`, func(f *serveFlags) { f.status = "127.0.0.1:0" })
	p.want(t, "GET / HTTP/1.1", leaf, 200, "laptop")
	p.write(t, "issuing.crl", []byte("not a list"))
	p.eventually(t, "GET / HTTP/1.1", leaf, 503, "snapshot-unavailable")
	if got := p.statusOfServer(t); got.Problem == "" || len(got.Sources) != 2 {
		t.Errorf("got %+v, want the problem, and the lists before it", got)
	}
	p.write(t, "issuing.crl", todaysList(t, p.issuing, 2))
	p.eventually(t, "GET / HTTP/1.1", leaf, 200, "laptop")
	if got := p.statusOfServer(t); got.Problem != "" {
		t.Errorf("the problem is still there: %s", got.Problem)
	}
}

func TestStatusPageIsForThisMachineAlone(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	config := p.write(t, "config.json", []byte(`{`+postFiles+`}}`))
	for _, address := range []string{":0", "0.0.0.0:0", "192.0.2.1:80", "[::]:0", "nonsense"} {
		_, err := (serveFlags{listen: "127.0.0.1:0", config: config, status: address}).server(t.Context(), p.log)
		if err == nil || !strings.Contains(err.Error(), "want a loopback address") {
			t.Errorf("%s: got %v", address, err)
		}
	}
}
