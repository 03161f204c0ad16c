package reference_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sekisho/sekisho/internal/settings/reference"
)

// go test ./internal/settings/reference -update writes the schema anew.
var update = flag.Bool("update", false, "write docs/settings.schema.json")

var schemaFile = filepath.FromSlash("../../../docs/settings.schema.json")

func TestSchemaIsThatOfTheTypes(t *testing.T) {
	want, err := reference.Schema(comments(t))
	if err != nil {
		t.Fatalf("making the schema: %v", err)
	}
	if *update {
		writeSchema(t, want)
	}
	got, err := os.ReadFile(schemaFile)
	if err != nil {
		t.Fatalf("reading the schema: %v", err)
	}
	if string(got) != string(want) {
		t.Errorf("%s is not that of the types: run go test ./internal/settings/reference -update", schemaFile)
	}
}

func writeSchema(t *testing.T, text []byte) {
	t.Helper()
	err := os.MkdirAll(filepath.Dir(schemaFile), 0o755)
	if err != nil {
		t.Fatalf("making the directory: %v", err)
	}
	err = os.WriteFile(schemaFile, text, 0o644)
	if err != nil {
		t.Fatalf("writing the schema: %v", err)
	}
}

func TestTable(t *testing.T) {
	t.Parallel()
	table, err := reference.Table(comments(t))
	if err != nil {
		t.Fatalf("making the table: %v", err)
	}
	for _, want := range []string{
		"| key | type | default | meaning |\n",
		"\n| `caBundle` | list of text |  | The files with ",
		"\n| `revocation` | `require`, `require-leaf`, `allow-missing`, `off` | `require` | ",
		"\n| `sources[].urls` | list of text | needed | ",
		"\n| `sources[].timeout` | duration | `20s` | ",
		"\n| `limits.entries` | number | `500000` | ",
		"\n| `clientKeepAlive` | duration | `5m` | ",
		"\n| `internetFacing` | true or false | `false` | ",
		"\n| `passthroughRules[].backend.protocol` | `HTTP`, `HTTPS` | `HTTP` | ",
		"\n| `refresher.network.access` | `endpoints`, `nat`, `existing` | `endpoints` | ",
		"\n| `sources[].allowScoped` | true or false | `false` | ",
		"\n| `verifier.grace` | duration | `0s` | ",
	} {
		if !strings.Contains(table, want) {
			t.Errorf("the table lacks %q", want)
		}
	}
	for row := range strings.Lines(table) {
		if strings.Count(row, "|") != 5 {
			t.Errorf("want four columns, got %q", row)
		}
	}
}

func TestEveryFieldMustHaveAComment(t *testing.T) {
	t.Parallel()
	all := comments(t)
	delete(all, "Source.URLs")
	_, err := reference.Schema(all)
	const want = "describing the settings: Source.URLs has no comment: write what it means to an operator"
	if err == nil || err.Error() != want {
		t.Errorf("got error %v, want %q", err, want)
	}
}

func comments(t *testing.T) reference.Comments {
	t.Helper()
	all, err := reference.ReadComments("..")
	if err != nil {
		t.Fatalf("reading the comments: %v", err)
	}
	return all
}
