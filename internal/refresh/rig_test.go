package refresh

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sekisho/sekisho/internal/pkitest"
)

// rig is one refresher that runs again and again, between a cloud that checks
// the law and distribution points that serve what a test says.
type rig struct {
	t         *testing.T
	cloud     *cloud
	party     *party
	refresher *Refresher
	now       time.Time

	mu sync.Mutex
	// served are the answers by URL; what is not there is down.
	served map[string][]byte
	// wait, if it is set, is called before an answer.
	wait func(url string)
	// requests are those of the latest run.
	requests []Request
}

// newRig is a rig with one source for each publisher, which is down.
func newRig(t *testing.T, publishers ...*publisher) *rig {
	t.Helper()
	r := &rig{t: t, cloud: newCloud(), now: pkitest.Epoch, served: map[string][]byte{}}
	r.party = &party{name: "run", cloud: r.cloud, network: r.answer}
	r.refresher = r.party.refresher(bundleOf(publishers...))
	r.refresher.Clock = func() time.Time { return r.now }
	r.refresher.Sources = nil
	for _, p := range publishers {
		r.refresher.Sources = append(r.refresher.Sources, Source{Name: p.ca.Cert.Subject.CommonName, URLs: []string{p.url()}})
	}
	return r
}

func (p *publisher) url() string {
	return "http://ca.example/" + p.ca.Cert.Subject.CommonName + ".crl"
}

// restart makes a new process of the refresher, which remembers nothing.
func (r *rig) restart() {
	old := r.refresher
	r.refresher = &Refresher{
		Fetcher: r.party, Bucket: r.party, TrustStore: r.party, Contents: r.party,
		Sources: old.Sources, Bundle: old.Bundle, Limits: old.Limits, TrustStoreARN: old.TrustStoreARN,
		RequireCoverage: old.RequireCoverage, Clock: old.Clock, Pause: old.Pause,
	}
}

// serve has a publisher's distribution point serve a list from now on.
func (r *rig) serve(p *publisher, level int) { r.serveAt(p.url(), p.at(level).der) }

func (r *rig) serveAt(url string, body []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.served[url] = body
}

// answer is the network: the entity tag of an answer is its content.
func (r *rig) answer(_ context.Context, request Request) (Fetched, string, error) {
	url := request.URLs[0]
	if r.wait != nil {
		r.cloud.mu.Unlock()
		r.wait(url)
		r.cloud.mu.Lock()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.requests = append(r.requests, request)
	body, up := r.served[url]
	if !up {
		return Fetched{}, "", because("unreachable", errors.New("no route to host"))
	}
	tag := newObject(body).tag
	if request.Held.ETag == tag && request.Held.URL == url {
		return Fetched{URL: url, NotModified: true, Validators: request.Held}, "", nil
	}
	return Fetched{URL: url, Body: bytes.Clone(body), Validators: Validators{URL: url, ETag: tag}}, "", nil
}

// run makes one run, and fails the test if the law was broken on the way.
func (r *rig) run() (Report, error) {
	r.t.Helper()
	r.party.calls, r.party.dead, r.requests = nil, false, nil
	r.cloud.law.begin(r.cloud)
	report, err := r.refresher.Run(context.Background())
	for _, broken := range r.cloud.law.broken {
		r.t.Errorf("the law: %s", broken)
	}
	return report, err
}

// well is a run that must end without an error.
func (r *rig) well() Report {
	r.t.Helper()
	report, err := r.run()
	if err != nil {
		r.t.Fatalf("the run failed: %v\n%s", err, r.party.transcript())
	}
	return report
}

// of is the outcome for a publisher's list.
func (r *rig) of(report Report, p *publisher) Outcome {
	r.t.Helper()
	at := slices.IndexFunc(report.Outcomes, func(o Outcome) bool { return o.Identity == p.identity() })
	if at < 0 {
		r.t.Fatalf("no outcome for %s in %+v", p.ca.Cert.Subject, report.Outcomes)
	}
	return report.Outcomes[at]
}

// holds compares the trust store.
func (r *rig) holds(want string) {
	r.t.Helper()
	if got := r.cloud.String(); got != want {
		r.t.Errorf("the trust store holds %s, want %s\n%s", got, want, r.party.transcript())
	}
}

// points compares the manifest: the names of the lists.
func (r *rig) points(want ...string) {
	r.t.Helper()
	var got []string
	for _, list := range r.cloud.manifest().Lists {
		registry.Lock()
		got = append(got, registry.byHash[list.SHA256].name)
		registry.Unlock()
	}
	slices.Sort(got)
	if !slices.Equal(got, want) {
		r.t.Errorf("the manifest names %v, want %v", got, want)
	}
}

// wants compares an outcome: action, reason, the list's name, and words that
// must be in its error or detail.
func (r *rig) wants(o Outcome, action Action, reason Reason, words string) {
	r.t.Helper()
	if o.Action != action || o.Reason != reason || !strings.Contains(o.Error+o.Detail, words) {
		r.t.Errorf("got %s, %s: %s %s; want %s, %s: …%s…", o.Action, o.Reason, o.Error, o.Detail, action, reason, words)
	}
}

// made counts the calls of a kind in the latest run.
func (r *rig) made(kind string) int {
	n := 0
	for _, c := range r.party.calls {
		if c.kind == kind {
			n++
		}
	}
	return n
}

// fetched says how often the latest run asked with a condition, and without.
func (r *rig) fetched() string {
	held := 0
	for _, request := range r.requests {
		if request.Held != (Validators{}) {
			held++
		}
	}
	return fmt.Sprintf("%d conditional, %d whole", held, len(r.requests)-held)
}
