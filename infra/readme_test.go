package main

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/sekisho/sekisho/internal/settings/reference"
)

// go test ./infra -run TestReadme -update writes the tables anew.
var update = flag.Bool("update", false, "write the tables of README.md")

const readme = "README.md"

// The table of settings is that of the types.
func TestReadmeSettings(t *testing.T) {
	comments, err := reference.ReadComments("internal/settings")
	if err != nil {
		t.Fatalf("reading the comments: %v", err)
	}
	table, err := reference.Table(comments)
	if err != nil {
		t.Fatalf("making the table: %v", err)
	}
	expectBetween(t, "settings", table)
}

// about is what each example shows.
var about = map[string]string{
	"attach":                 "an existing trust store: the refresher alone",
	"existing-load-balancer": "an existing load balancer and target group",
	"existing-vpc":           "an existing VPC, instances behind the verify listener",
	"full":                   "public, dual-stack, its own domain and certificate, two CAs with guards, mirrors, polls every ten seconds, servers, path rules, web ACL, alarms by e-mail, a canary",
	"given-bucket":           "an existing bucket, a list in S3, a function behind the verify listener",
	"minimal":                "the least that must be written: a new VPC, a private load balancer, a built-in page",
	"private-endpoint":       "a distribution point that is only reached from inside a VPC",
}

// The examples, and how many resources each makes.
func TestReadmeExamples(t *testing.T) {
	var table strings.Builder
	table.WriteString("| example | what it is for | resources |\n|---|---|---|\n")
	for _, name := range examples(t) {
		if about[name] == "" {
			t.Errorf("nothing is said about the example %s", name)
		}
		fmt.Fprintf(&table, "| [`%s`](docs/examples/%s.json) | %s | %d |\n", name, name, about[name], len(example(t, name).Resources))
	}
	expectBetween(t, "examples", table.String())
}

// expectBetween holds what stands in the README between two marks.
func expectBetween(t *testing.T, mark, want string) {
	t.Helper()
	content, err := os.ReadFile(readme)
	if err != nil {
		t.Fatalf("reading the README: %v", err)
	}
	before, rest, found := strings.Cut(string(content), "<!-- "+mark+" -->\n")
	got, after, closed := strings.Cut(rest, "<!-- /"+mark+" -->\n")
	if !found || !closed {
		t.Fatalf("the README has no place for the %s", mark)
	}
	if *update && got != want {
		err = os.WriteFile(readme, []byte(before+"<!-- "+mark+" -->\n"+want+"<!-- /"+mark+" -->\n"+after), 0o644)
		if err != nil {
			t.Fatalf("writing the README: %v", err)
		}
		return
	}
	if got != want {
		t.Errorf("the %s in the README are not as they are: run go test ./infra -run TestReadme -update", mark)
	}
}
