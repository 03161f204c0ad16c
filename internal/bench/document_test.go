package main

import (
	"bufio"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sekisho/sekisho/internal/bench/measure"
)

func TestGoalVerdicts(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		goal    goal
		verdict string
		wanted  string
	}{
		{"enough", goal{got: 10, bound: 10, form: "%.0f times"}, "met", "at least 10 times"},
		{"too little", goal{got: 9.9, bound: 10, form: "%.0f times"}, "**missed**", "at least 10 times"},
		{"no more than allowed", goal{got: 1.5, bound: 1.5, most: true, form: "%.1f"}, "met", "at most 1.5"},
		{"too much", goal{got: 1.6, bound: 1.5, most: true, form: "%.1f"}, "**missed**", "at most 1.5"},
		{"nothing to compare with", goal{skipped: "no openssl", bound: 7, form: "%.0f"}, "not measured: no openssl", "at least 7"},
	} {
		if got := test.goal.verdict(); got != test.verdict {
			t.Errorf("%s: got %q, want %q", test.name, got, test.verdict)
		}
		if got := test.goal.wanted(); got != test.wanted {
			t.Errorf("%s: got %q, want %q", test.name, got, test.wanted)
		}
	}
}

// everything is a run in which each subject took as many milliseconds as its
// name is long.
func everything() results {
	r := results{samples: map[key][]measure.Sample{}, without: map[string]string{}, sizes: []size{{1_000, 1, 1}, {goalSize, 1, 1}}}
	names := append(inProcess(), oneCore, sekishoProgram, x509Program, opensslCheck, opensslConvert, opensslNothing)
	for _, size := range r.sizes {
		for _, name := range names {
			r.samples[key{name, size.entries}] = rounds(len(name))
		}
	}
	for _, run := range functionRuns(false) {
		r.samples[key{run.name, run.entries}] = rounds(len(run.name))
	}
	for _, name := range verifierSubjects() {
		r.samples[key{name, goalSize}] = rounds(len(name))
	}
	return r
}

func TestDocumentHasEveryFigure(t *testing.T) {
	t.Parallel()
	r := everything()
	text := r.document("Measured.\n", goals(r))
	for _, want := range []string{"Measured.", "| 500,000 |", "openssl crl -CAfile", "limit: SHA-256", "short serial numbers", "**missed**", "| met |"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if strings.Contains(text, "NaN") || strings.Contains(text, "%!") {
		t.Errorf("a figure is missing:\n%s", text)
	}
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "|") && !strings.HasSuffix(line, "|\n") {
			t.Errorf("a row that is not closed: %q", line)
		}
	}
}

func TestDocumentSaysWhyOpenSSLIsMissing(t *testing.T) {
	t.Parallel()
	r := everything()
	r.withoutOpenSSL = "openssl is not here"
	for name := range r.samples {
		if strings.HasPrefix(name.subject, "openssl") {
			delete(r.samples, name)
		}
	}
	text := r.document("", goals(r))
	if strings.Count(text, "not measured: openssl is not here") != 2 || !strings.Contains(text, "Not compared with openssl: openssl is not here") {
		t.Errorf("it does not say so:\n%s", text)
	}
}

func TestTablesGoBetweenTheMarkers(t *testing.T) {
	t.Parallel()
	got, err := between("before\n"+begin+"old\n"+end+"after\n", "new\n")
	if err != nil || got != "before\n"+begin+"new\n"+end+"after\n" {
		t.Errorf("got %q, %v", got, err)
	}
	for _, text := range []string{"", begin, end, end + begin} {
		_, err := between(text, "new\n")
		if err == nil || !strings.Contains(err.Error(), "bench: begin") {
			t.Errorf("%q: got %v, want an error that names the markers", text, err)
		}
	}
}

func TestInsertLeavesADocumentWithoutMarkersAlone(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "document.md")
	err := os.WriteFile(name, []byte("text\n"), 0o600)
	if err != nil {
		t.Fatal(err)
	}
	err = insert(name, "tables\n")
	text, errRead := os.ReadFile(name)
	if err == nil || errRead != nil || string(text) != "text\n" {
		t.Errorf("got %v, %q, %v", err, text, errRead)
	}
	err = insert(name+".none", "tables\n")
	if !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no document: got %v", err)
	}
}

func TestNumbersForPeople(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]string{7: "7", 999: "999", 1_000: "1,000", 500_000: "500,000", 1_000_007: "1,000,007"} {
		if got := count(n); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	for seconds, want := range map[float64]string{1.2345: "1234", 0.0666: "66.6", 0.00123: "1.23"} {
		if got := milliseconds(seconds); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestSameBytes(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ a, b, says string }{
		{"abc", "abc", ""}, {"", "", ""}, {"abc", "abd", "from byte 2 on"}, {"abc", "ab", "from byte 2 on"}, {"", "a", "from byte 0 on"},
	} {
		err := sameBytes(bufio.NewReader(strings.NewReader(test.a)), bufio.NewReader(strings.NewReader(test.b)))
		if (err == nil) != (test.says == "") || err != nil && !strings.Contains(err.Error(), test.says) {
			t.Errorf("%q and %q: got %v, want %q", test.a, test.b, err, test.says)
		}
	}
}
