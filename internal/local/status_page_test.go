package local

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sekisho/sekisho/internal/local/endpoint"
	"github.com/sekisho/sekisho/internal/refresh"
	"github.com/sekisho/sekisho/internal/statuspage"
)

func (r *running) page(path string) string {
	r.Helper()
	response, err := http.Get(r.twin.description.StatusPage + path)
	if err != nil {
		r.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		r.Fatalf("%s, %v: %s", response.Status, err, body)
	}
	return string(body)
}

func (r *running) shown() statuspage.Status {
	r.Helper()
	var status statuspage.Status
	err := json.Unmarshal([]byte(r.page("status.json")), &status)
	if err != nil {
		r.Fatal(err)
	}
	return status
}

// The page shows the story: let in, revoked, refused, and after how long.
func TestStatusPageShowsTheStory(t *testing.T) {
	r := startTwin(t)
	stolen := r.client("laptop-1")
	r.verify(stolen)
	r.passthrough(stolen)
	revoked, err := r.commands.Revoke(t.Context(), "laptop-1")
	if err != nil {
		t.Fatal(err)
	}
	r.refresh()
	r.verify(stolen)
	r.passthrough(stolen)
	page := r.page("")
	for _, want := range []string{"CN=laptop-1", "✔ let in", "✘ refused: revoked", revoked.Serials[0], "Sekisho local issuing CA", "replace (newer)", "<polyline", "<rect"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not show %q", want)
		}
	}
	status := r.shown()
	if len(status.Visits) != 4 || len(status.Refusals) != 2 || status.Refusals[0].After <= 0 || status.Refusals[0].After > time.Minute {
		t.Errorf("visits %+v, refusals %+v", status.Visits, status.Refusals)
	}
	for _, visit := range status.Visits {
		if visit.Subject != "CN=laptop-1" || visit.Serial != revoked.Serials[0] {
			t.Errorf("a visit by %q, serial number %s", visit.Subject, visit.Serial)
		}
	}
	for _, secret := range []string{"PRIVATE KEY", "BEGIN CERTIFICATE"} {
		if strings.Contains(page, secret) {
			t.Errorf("the page shows a %s", secret)
		}
	}
}

// What is in force stays on the page when a run cannot say.
func TestFailedRunLeavesTheListsOnThePage(t *testing.T) {
	var broken atomic.Bool
	r := startTwin(t, func(o *Options) {
		o.Fault = func(call endpoint.Call) endpoint.Fault {
			if broken.Load() && call.Action == "ListObjectsV2" {
				return endpoint.Fault{Effect: endpoint.Fail, Status: http.StatusForbidden, Code: "AccessDenied"}
			}
			return endpoint.Fault{}
		}
	})
	before := r.shown()
	broken.Store(true)
	run := r.refresh()
	after := r.shown()
	if run.Error == "" || after.Problem == "" || len(after.Sources) != len(before.Sources) || !after.Sources[0].InForce() {
		t.Errorf("run %q; on the page %q and %+v", run.Error, after.Problem, after.Sources)
	}
}

func TestSourcesAreReplacedAsOne(t *testing.T) {
	t.Parallel()
	var s sources
	s.take(refresh.Report{Outcomes: []refresh.Outcome{{Source: "a", Issuer: "1"}, {Source: "a", Issuer: "2"}, {Source: "b"}}})
	s.take(refresh.Report{})
	s.take(refresh.Report{Outcomes: []refresh.Outcome{{Source: "a", Issuer: "3"}}})
	got := s.all()
	if len(got) != 2 || got[0].Name != "b" || got[1].Issuer != "3" {
		t.Errorf("got %+v, want b and the new a", got)
	}
}
