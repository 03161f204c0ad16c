package albtarget

import (
	"net/url"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"
)

func TestPath(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, path, wantEscaped, wantDecoded string }{
		{"root", "/", "/", "/"},
		{"escaped slash", "/a%2Fb", "/a%2Fb", "/a/b"},
		{"escaped slash in lower case", "/a%2fb", "/a%2fb", "/a/b"},
		{"escaped twice", "/a%252Fb", "/a%252Fb", "/a%2Fb"},
		{"dot segments stay", "/a/../b/./c", "/a/../b/./c", "/a/../b/./c"},
		{"escaped dot segments stay", "/a/%2e%2E/b", "/a/%2e%2E/b", "/a/../b"},
		{"two slashes are no host", "//evil.example/a", "//evil.example/a", "//evil.example/a"},
		{"plus is a plus", "/a+b", "/a+b", "/a+b"},
		{"semicolon and comma", "/a;v=1,2", "/a;v=1,2", "/a;v=1,2"},
		{"raw letter outside ASCII beside an escaped slash", "/é%2Fb", "/%C3%A9%2Fb", "/é/b"},
		{"raw pipe beside an escaped slash", "/|%2Fb", "/%7C%2Fb", "/|/b"},
		{"raw backslash", `/a\b`, "/a%5Cb", `/a\b`},
		{"escaped question mark", "/a%3Fb", "/a%3Fb", "/a?b"},
		{"escaped NUL is the handler's to judge", "/a%00", "/a%00", "/a\x00"},
		{"invalid UTF-8", "/\xff%2F", "/%FF%2F", "/\xff/"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, refused := targetOf(events.ALBTargetGroupRequest{Path: c.path})
			if refused != nil {
				t.Fatalf("refused: %v", *refused)
			}
			if got.EscapedPath() != c.wantEscaped || got.Path != c.wantDecoded || got.RequestURI() != c.wantEscaped {
				t.Errorf("got %q, %q, %q; want %q, %q", got.EscapedPath(), got.Path, got.RequestURI(), c.wantEscaped, c.wantDecoded)
			}
		})
	}
}

func TestPathRefused(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"", "*", "a", "http://evil.example/", "/a?b", "/a#b", "/a b", "/a\x00", "/a\nb", "/a\x7f", "/%", "/%zz", "/%2"} {
		got, refused := targetOf(events.ALBTargetGroupRequest{Path: path})
		if refused == nil || refused.reason != "malformed-path" {
			t.Errorf("%q: got %v and %v, want malformed-path", path, got, refused)
		}
	}
}

func TestQuery(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name   string
		single map[string]string
		multi  map[string][]string
		want   string
	}{
		{"none", nil, nil, ""},
		{"escapes stay", map[string]string{"a%5B%5D": "x%26y%3Dz%2B"}, nil, "a%5B%5D=x%26y%3Dz%2B"},
		{"plus stays", map[string]string{"a": "b+c"}, nil, "a=b+c"},
		{"percent alone stays", map[string]string{"a": "100%"}, nil, "a=100%"},
		{"semicolon stays", map[string]string{"a": "b;c"}, nil, "a=b;c"},
		{"equals sign in a value stays", map[string]string{"a": "b=c"}, nil, "a=b=c"},
		{"names in order", map[string]string{"b": "2", "a": "1"}, nil, "a=1&b=2"},
		{"values in their order", nil, map[string][]string{"a": {"2", "1"}}, "a=2&a=1"},
		{"no name", map[string]string{"": "x"}, nil, "=x"},
		{"name without values", nil, map[string][]string{"a": {}}, ""},
		{"raw ampersand begins no parameter", map[string]string{"a": "x&admin=1"}, nil, "a=x%26admin=1"},
		{"raw equals sign in a name", map[string]string{"a=b": "c"}, nil, "a%3Db=c"},
		{"raw number sign ends nothing", map[string]string{"a": "x#y"}, nil, "a=x%23y"},
		{"raw line end", map[string]string{"a": "x\r\ny"}, nil, "a=x%0D%0Ay"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			event := events.ALBTargetGroupRequest{Path: "/", QueryStringParameters: c.single, MultiValueQueryStringParameters: c.multi}
			got, refused := targetOf(event)
			if refused != nil {
				t.Fatalf("refused: %v", *refused)
			}
			if got.RawQuery != c.want {
				t.Errorf("got %q, want %q", got.RawQuery, c.want)
			}
		})
	}
}

// The laws: what is accepted means what was sent, its escaped form says exactly
// that, and a value stays one value.
func FuzzTarget(f *testing.F) {
	for _, path := range []string{"/", "/a%2Fb", "//h/é%2f|", "/%2e%2e/", "/a?b", "/%zz", `/\"<>`} {
		f.Add(path, "key", "a+b%26")
	}
	f.Fuzz(func(t *testing.T, path, name, value string) {
		event := events.ALBTargetGroupRequest{Path: path, QueryStringParameters: map[string]string{name: value}}
		target, refused := targetOf(event)
		if refused != nil {
			return
		}
		decoded, err := url.PathUnescape(path)
		if err != nil || decoded != target.Path {
			t.Errorf("path %q: got %q, want %q (%v)", path, target.Path, decoded, err)
		}
		sent, _, _ := strings.Cut(target.RequestURI(), "?")
		if target.EscapedPath() != sent || strings.Count(sent, "/") != strings.Count(path, "/") {
			t.Errorf("path %q: escaped path %q, request URI %q", path, target.EscapedPath(), target.RequestURI())
		}
		if strings.Contains(target.RawQuery, "&") || target.Fragment != "" || target.Host != "" {
			t.Errorf("query %q=%q became %q", name, value, target)
		}
	})
}
