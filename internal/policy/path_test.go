package policy

import (
	"net/url"
	"strings"
	"testing"
)

func TestPathThatOthersMayReadDifferently(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, path, text string }{
		{"dot segments", "/public/../admin", "dot segment"},
		{"dot segment at the end", "/public/..", "dot segment"},
		{"one dot", "/public/./admin", "dot segment"},
		{"encoded dots", "/public/%2e%2E/admin", "dot segment"},
		{"half encoded dots", "/public/.%2e/admin", "dot segment"},
		{"dots with parameters", "/public/..;x=1/admin", "dot segment"},
		{"dots with encoded parameters", "/public/..%3Bx/admin", "dot segment"},
		{"three dots", "/public/.../admin", "dot segment"},
		{"dots and a blank", "/public/..%20/admin", "dot segment"},
		{"encoded slash", "/public%2Fadmin", "encoded slash"},
		{"encoded slash in small letters", "/public/..%2fadmin", "encoded slash"},
		{"backslash", `/public\..\admin`, "backslash"},
		{"encoded backslash", "/public%5c..%5Cadmin", "backslash"},
		{"dots encoded twice", "/public/%252e%252e/admin", "encoded twice"},
		{"slash encoded twice", "/public%252Fadmin", "encoded twice"},
		{"percent sign", "/public/100%25", "encoded twice"},
		{"dots in too many bytes", "/public/%c0%ae%c0%ae/admin", "not valid UTF-8"},
		{"NUL", "/public%00/admin", "control character"},
		{"line end", "/public%0d%0a/admin", "control character"},
		{"delete", "/public%7f", "control character"},
		{"tab as it is", "/public\tx", "control character"},
		{"blank as it is", "/public /admin", "ends a path"},
		{"query", "/public?x", "ends a path"},
		{"fragment", "/public#x", "ends a path"},
		{"byte beyond ASCII as it is", "/publiç", "must be encoded"},
		{"damaged escape", "/public/%zz", "damaged escape"},
		{"escape cut short", "/public/%4", "damaged escape"},
		{"only a percent sign", "/public/%", "damaged escape"},
		{"host in front", "//public/admin", "two slashes"},
		{"only slashes", "//", "two slashes"},
		{"relative", "public", "does not begin with a slash"},
		{"asterisk", "*", "does not begin with a slash"},
		{"empty", "", "does not begin with a slash"},
		{"whole URL", "http://public/admin", "does not begin with a slash"},
	}
	rules := mustParse(t, `{"format":1,"rules":[{"name":"all","paths":["/"],"anyone":true}]}`)
	client := newHouse(t).client(t, "laptop")
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := rules.Permit(client, Request{"GET", c.path})
			wantReason(t, err, ReasonAmbiguousPath, c.text)
		})
	}
}

func TestCleanPath(t *testing.T) {
	t.Parallel()
	for sent, want := range map[string]string{
		"/": "/", "/a": "/a", "/a/": "/a", "/a//b///c/": "/a/b/c", "/a.b/.hidden/c..d": "/a.b/.hidden/c..d",
		"/%61%2e%62": "/a.b", "/a%3Fb%23c": "/a?b#c", "/;x/a": "/;x/a", "/%E9%96%A2%E6%89%80": "/関所", "/a;/b": "/a;/b",
	} {
		got, err := readPath(sent)
		if got != want || err != nil {
			t.Errorf("%s: got %q and %v, want %q", sent, got, err, want)
		}
	}
}

// What is read as a path is what everybody else reads: decoding agrees with
// net/url, cleaning leaves nothing to resolve, and reading it again changes
// nothing.
func FuzzReadPath(f *testing.F) {
	for _, seed := range []string{"/", "/a//b/", "/%61/.%2e/x", "//x", "/a%2fb", "/a;..;/b", "/%c0%ae/", "/\\", "/...", "/%25", "/関", "/%E9%96%A2"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, sent string) {
		path, err := readPath(sent)
		if err != nil {
			return
		}
		parsed, err := url.ParseRequestURI(sent)
		if err != nil {
			t.Fatalf("%q is read as %q, and net/url says %v", sent, path, err)
		}
		if path != clean(parsed.Path) || parsed.Host != "" || parsed.RawQuery != "" {
			t.Errorf("%q: got %q, net/url has %+v", sent, path, parsed)
		}
		resolved := (&url.URL{Scheme: "http", Host: "h", Path: "/"}).ResolveReference(&url.URL{Path: path})
		if resolved.Host != "h" || strings.TrimSuffix(resolved.Path, "/") != strings.TrimSuffix(path, "/") {
			t.Errorf("%q: got %q, which resolves to %s", sent, path, resolved)
		}
		again, err := readPath((&url.URL{Path: path}).EscapedPath())
		if again != path && !strings.Contains(path, "%") || err != nil {
			t.Errorf("%q: got %q, and then %q and %v", sent, path, again, err)
		}
	})
}
