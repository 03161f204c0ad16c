package refresh

import (
	"slices"
	"strings"
	"testing"

	"github.com/sekisho/sekisho/internal/snapshot"
)

func TestRunWithSeveralSources(t *testing.T) {
	t.Parallel()
	a, b := newPublisher(t, "A", 3), newPublisher(t, "B", 3)
	r := newRig(t, a, b)
	r.serve(a, 1)
	r.serve(b, 1)
	r.well()
	r.points("A1", "B1")
	r.serve(a, 2)
	down(r, b.url())
	report := r.well()
	r.wants(r.of(report, a), Replace, Newer, "")
	r.wants(r.of(report, b), Keep, "unreachable", "")
	r.points("A2", "B1")
	r.serve(b, 2)
	r.serve(a, 3)
	r.well()
	r.points("A3", "B2")
	if len(r.cloud.ids()) != 2 {
		t.Errorf("the trust store holds %s, want two lists", r.cloud)
	}
}

func down(r *rig, url string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.served, url)
}

// TestRunDoesNotLetASlowSourceStarveTheOthers: the slow one does not answer
// before the manifest names the other one's list.
func TestRunDoesNotLetASlowSourceStarveTheOthers(t *testing.T) {
	t.Parallel()
	slow, quick := newPublisher(t, "S", 1), newPublisher(t, "Q", 1)
	r := newRig(t, slow, quick)
	r.serve(slow, 1)
	r.serve(quick, 1)
	pointed := make(chan struct{})
	r.party.seen = func(uint64) {
		if len(r.cloud.manifest().Lists) == 1 {
			close(pointed)
			r.party.seen = nil
		}
	}
	r.wait = func(url string) {
		if url == slow.url() {
			<-pointed
		}
	}
	r.well()
	r.points("Q1", "S1")
}

func TestRunSharesTheQuotaBetweenSources(t *testing.T) {
	t.Parallel()
	a, b := newPublisher(t, "A", 2), newPublisher(t, "B", 2)
	r := newRig(t, a, b)
	r.refresher.Limits.Entries = 3
	r.serve(a, 2)
	r.serve(b, 2)
	report, err := r.run()
	if err == nil || len(r.cloud.ids()) != 1 {
		t.Errorf("got %v and %s, want one of the two lists refused", err, r.cloud)
	}
	refused := slices.DeleteFunc(report.Outcomes, func(o Outcome) bool { return o.Action != Refuse })
	if len(refused) != 1 || refused[0].Reason != QuotaEntries {
		t.Errorf("got %+v, want one refusal for the quota", report.Outcomes)
	}
	r.points("A2", "B2")
}

func TestRunRefusesTwoSourcesOfOneIdentity(t *testing.T) {
	t.Parallel()
	ca := newPublisher(t, "L", 3)
	r := newRig(t, ca)
	r.refresher.Sources = append(r.refresher.Sources, Source{Name: "again", URLs: []string{"http://mirror.example/"}})
	for _, start := range []string{"at once", "later"} {
		r.serveAt("http://mirror.example/", ca.at(3).der)
		r.serve(ca, 2)
		report, err := r.run()
		if err != nil {
			t.Fatalf("%s: %v", start, err)
		}
		claimed := slices.DeleteFunc(report.Outcomes, func(o Outcome) bool { return o.Reason != Claimed })
		if len(claimed) != 1 || !strings.Contains(claimed[0].Error, "mirrors of one source") || start == "later" && claimed[0].Action != Refuse {
			t.Errorf("%s: got %+v, want one of the sources refused", start, report.Outcomes)
		}
	}
	r.points("L3")
	if len(r.cloud.ids()) != 1 {
		t.Errorf("the trust store holds %s, want one list", r.cloud)
	}
}

func TestRunTakesEveryListOfAFile(t *testing.T) {
	t.Parallel()
	a, b, foreign := newPublisher(t, "A", 2), newPublisher(t, "B", 1), newPublisher(t, "X", 1)
	r := newRig(t, a, b)
	r.refresher.Sources = []Source{{Name: "file", URLs: []string{"http://ca.example/all.pem"}}}
	file := func(parts ...[]byte) { r.serveAt("http://ca.example/all.pem", slices.Concat(parts...)) }
	file([]byte("# lists\r\n"), a.at(1).pem, b.at(1).pem)
	r.well()
	r.points("A1", "B1")
	file(a.at(2).pem, b.at(1).pem, foreign.at(1).pem)
	report := r.well()
	r.wants(r.of(report, a), Replace, Newer, "")
	r.wants(r.of(report, b), Keep, Unchanged, "")
	if len(report.Outcomes) != 3 || report.Outcomes[2].Reason != "unknown-issuer" {
		t.Errorf("got %+v, want the third list refused by name", report.Outcomes)
	}
	r.points("A2", "B1")
	r.restart()
	r.well()
	if r.fetched() != "0 conditional, 1 whole" {
		t.Errorf("fetched %s, want a whole answer as long as a part of it is refused", r.fetched())
	}
}

func TestRunKeepsAListThatItsSourceDropped(t *testing.T) {
	t.Parallel()
	a, b := newPublisher(t, "A", 1), newPublisher(t, "B", 2)
	r := newRig(t, a, b)
	r.refresher.Sources = r.refresher.Sources[:1]
	r.serveAt(a.url(), slices.Concat(a.at(1).pem, b.at(1).pem))
	r.well()
	r.serve(a, 1)
	r.wants(r.of(r.well(), b), Keep, Unchanged, "does not deliver this list any more")
	r.points("A1", "B1")
	// Another source may take it over now.
	r.refresher.Sources = append(r.refresher.Sources, Source{Name: "B", URLs: []string{b.url()}})
	r.serve(b, 2)
	r.wants(r.of(r.well(), b), Replace, Newer, "")
	r.points("A1", "B2")
}

// TestRunRemembersAListUnderAnyNameAndAddress: what is remembered hangs on the
// identity of the list.
func TestRunRemembersAListUnderAnyNameAndAddress(t *testing.T) {
	t.Parallel()
	ca := newPublisher(t, "L", 2)
	for name, source := range map[string]Source{
		"renamed": {Name: "other", URLs: []string{ca.url()}},
		"moved":   {Name: "L", URLs: []string{"http://new.example/"}},
		"both":    {Name: "other", URLs: []string{"http://new.example/"}},
	} {
		r := newRig(t, ca)
		r.serve(ca, 2)
		r.well()
		r.refresher.Sources = []Source{source}
		r.serve(ca, 1)
		r.serveAt("http://new.example/", ca.at(1).der)
		outcome := r.of(r.well(), ca)
		if outcome.Reason != "behind" || outcome.Source != source.Name || r.made("add") != 0 {
			t.Errorf("%s: got %+v, want the older list to be behind", name, outcome)
		}
		r.serveAt(source.URLs[0], ca.at(2).der)
		r.well()
		r.holds("{1:L2}")
		if got := r.cloud.state(ca.identity()).Source; got != source.Name {
			t.Errorf("%s: the state names source %s, want %s", name, got, source.Name)
		}
	}
}

func TestRunHealsTheListOfASourceThatIsNotConfiguredAnyMore(t *testing.T) {
	t.Parallel()
	a, b := newPublisher(t, "A", 1), newPublisher(t, "B", 1)
	r := newRig(t, a, b)
	r.serve(a, 1)
	r.serve(b, 1)
	r.well()
	r.refresher.Sources = r.refresher.Sources[:1]
	for _, id := range r.cloud.ids() {
		if r.cloud.imports[id].list == b.at(1) {
			r.cloud.remove([]int64{id})
		}
	}
	r.cloud.law.peaks = map[string]levels{}
	r.wants(r.of(r.well(), b), Heal, NotInForce, "")
	r.points("A1", "B1")
}

func TestRunFailsWhereACAHasNoListAndMust(t *testing.T) {
	t.Parallel()
	a, b := newPublisher(t, "A", 1), newPublisher(t, "B", 1)
	r := newRig(t, a, b)
	r.refresher.Sources = r.refresher.Sources[:1]
	r.serve(a, 1)
	report := r.well()
	if !slices.Equal(report.Uncovered, []string{"CN=B"}) {
		t.Errorf("uncovered are %v, want CN=B", report.Uncovered)
	}
	r.refresher.RequireCoverage = true
	_, err := r.run()
	if err == nil || reasonOf(err) != Uncovered || !strings.Contains(err.Error(), "no list of CN=B is in force") {
		t.Errorf("got %v, want the CA named", err)
	}
}

// TestRunAsksWholeUntilEveryListOfAFileIsStored: what came with the file must
// not be a condition while one of its lists is not at hand.
func TestRunAsksWholeUntilEveryListOfAFileIsStored(t *testing.T) {
	t.Parallel()
	a, b := newPublisher(t, "A", 2), newPublisher(t, "B", 2)
	for _, failed := range []*publisher{a, b} {
		r := newRig(t, a, b)
		r.refresher.Sources = r.refresher.Sources[:1]
		r.serveAt(a.url(), slices.Concat(a.at(1).pem, b.at(1).pem))
		r.well()
		r.serveAt(a.url(), slices.Concat(a.at(2).pem, b.at(2).pem))
		r.refresher.Bucket = failingPuts{r.party, snapshot.StateKey(failed.identity())}
		r.well()
		r.restart()
		r.well()
		r.points("A2", "B2")
	}
}
