package albtarget

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sekisho/sekisho/internal/gate"
)

var update = flag.Bool("update", false, "write the golden files anew")

// Each event in testdata goes through a handler that answers with what it saw.
func TestGoldenEvents(t *testing.T) {
	t.Parallel()
	paths, err := filepath.Glob("testdata/*.event.json")
	if err != nil || len(paths) < 8 {
		t.Fatalf("got %d events and %v, want all of them", len(paths), err)
	}
	for _, path := range paths {
		name := strings.TrimSuffix(path, ".event.json")
		t.Run(filepath.Base(name), func(t *testing.T) {
			t.Parallel()
			answer, err := New(http.HandlerFunc(tell), slog.New(slog.DiscardHandler)).Invoke(context.Background(), readFile(t, path))
			if err != nil {
				t.Fatal(err)
			}
			compare(t, name+".answer.json", answer)
		})
	}
}

// sight is what a handler sees of a request.
type sight struct {
	Method, Host, RequestURI, Path, RawPath, EscapedPath, RawQuery string

	Header http.Header
	Body   string
	Length int64
	Origin gate.Origin
}

func tell(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(err)
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Add("Set-Cookie", "a=1")
	w.Header().Add("Set-Cookie", "b=2")
	w.Header().Add("Vary", "Accept")
	w.Header().Add("Vary", "Origin")
	w.WriteHeader(http.StatusAccepted)
	_ = json.NewEncoder(w).Encode(sight{
		Method: r.Method, Host: r.Host, RequestURI: r.RequestURI,
		Path: r.URL.Path, RawPath: r.URL.RawPath, EscapedPath: r.URL.EscapedPath(), RawQuery: r.URL.RawQuery,
		Header: r.Header, Body: string(body), Length: r.ContentLength, Origin: gate.OriginOf(r.Context()),
	})
}

// compare lays the body open, if it is JSON, so that the files can be read.
func compare(t *testing.T, path string, answer []byte) {
	t.Helper()
	var document map[string]any
	err := json.Unmarshal(answer, &document)
	if err != nil {
		t.Fatalf("the answer is not JSON: %v", err)
	}
	var body any
	text, _ := document["body"].(string)
	err = json.Unmarshal([]byte(text), &body)
	if err == nil {
		document["body"] = body
	}
	var got bytes.Buffer
	encoder := json.NewEncoder(&got)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	err = encoder.Encode(document)
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		writeFile(t, path, got.Bytes())
	}
	diff := cmp.Diff(string(readFile(t, path)), got.String())
	if diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}

func readFile(t *testing.T, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func writeFile(t *testing.T, path string, text []byte) {
	t.Helper()
	err := os.WriteFile(path, text, 0o600)
	if err != nil {
		t.Fatal(err)
	}
}
