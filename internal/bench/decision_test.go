package main

import (
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/sekisho/sekisho/internal/bench/peer"
)

// verifierSubjects are all subjects about the verifier.
func verifierSubjects() []string {
	names := []string{sekishoHandshake, nginxHandshake, snapshotLoad, x509Parse, verifyStart}
	for _, kind := range keyKinds(false) {
		names = append(names, knownClient+kind, newClient+kind, signature+kind, naiveGo+kind)
		for _, p := range peer.All() {
			names = append(names, p.Name+", "+kind)
		}
	}
	return names
}

const goOutput = `goos: linux
BenchmarkClient/P-256/known   	  571666	       643.7 ns/op	       0 B/op	       2 allocs/op
BenchmarkClient/P-256/new     	    2859	    123421 ns/op	     60471 new-ns	     50466 signature-ns	         1.198 times	    6909 B/op	      87 allocs/op
BenchmarkClient/broken        	    2859	    12x ns/op
PASS
`

func TestGoBenchmarksAreRead(t *testing.T) {
	t.Parallel()
	known, err := goBenchmark([]byte(goOutput), "BenchmarkClient/P-256/known")
	if err != nil || known["allocs/op"] != 2 || known.duration("ns/op") != 643*time.Nanosecond {
		t.Errorf("got %v and %v", known, err)
	}
	first, err := goBenchmark([]byte(goOutput), "BenchmarkClient/P-256/new")
	if err != nil || first.duration("new-ns") != 60471 || first.duration("signature-ns") != 50466 || first["times"] != 1.198 {
		t.Errorf("got %v and %v", first, err)
	}
	for _, name := range []string{"BenchmarkClient/RSA-2048/new", "BenchmarkClient/broken", "BenchmarkClient", ""} {
		_, err := goBenchmark([]byte(goOutput), name)
		if err == nil {
			t.Errorf("%q: got no error", name)
		}
	}
}

// What is not installed is said, and fails nothing.
func TestPeersThatAreMissingAreSaid(t *testing.T) {
	t.Parallel()
	b := testBench()
	php := peer.All()[0]
	b.optional(php.Name, "/no/such/program", key{php.Name + ", P-256", goalSize}, nil)
	b.optional(nginxHandshake, "sh", key{nginxHandshake, goalSize}, exec.CommandContext(t.Context(), "sh", "-c", "echo broken >&2; exit 1"))
	r := everything()
	r.without = b.results.without
	delete(r.samples, key{php.Name + ", P-256", goalSize})
	delete(r.samples, key{nginxHandshake, goalSize})
	text := r.document("", goals(r))
	for _, want := range []string{"| not measured |", "Not compared with " + php.Name, "no such file", "not measured: measuring handshake, nginx: exit status 1: broken"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}

// The quickest of the others decides.
func TestGoalAgainstPeersIsTheHardest(t *testing.T) {
	t.Parallel()
	r := everything()
	r.samples[key{newClient + "P-256", goalSize}] = rounds(10)
	r.samples[key{naiveGo + "P-256", goalSize}] = rounds(30)
	for i, p := range peer.All() {
		r.samples[key{p.Name + ", P-256", goalSize}] = rounds(20 + 10*i)
	}
	got := r.againstPeers("P-256")
	if got.got != 2 || !got.met() {
		t.Errorf("got %+v, want 2 times as fast", got)
	}
}
