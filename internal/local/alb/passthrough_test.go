package alb

import (
	"context"
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"github.com/sekisho/sekisho/internal/pkitest"
)

// function is a function behind a passthrough listener: it remembers its events
// and gives a fixed answer.
type function struct {
	answer string
	err    error

	mu     sync.Mutex
	events []string
}

func (f *function) invoke(_ context.Context, event []byte) ([]byte, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.events = append(f.events, string(event))
	return []byte(f.answer), f.err
}

// headers are those of the last event, in multi-value form.
func (f *function) headers(tb testing.TB) map[string][]string {
	tb.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.events) == 0 {
		tb.Fatal("the function was not invoked")
	}
	var event struct {
		MultiValueHeaders map[string][]string `json:"multiValueHeaders"`
	}
	err := json.Unmarshal([]byte(f.events[len(f.events)-1]), &event)
	if err != nil {
		tb.Fatalf("reading the event: %v", err)
	}
	return event.MultiValueHeaders
}

func ok() *function {
	return &function{answer: `{"statusCode":200,"multiValueHeaders":{"Content-Type":["text/plain"]},"body":"hello"}`}
}

const certHeader = "x-amzn-mtls-clientcert"

func TestPassthroughForwardsThePresentedChain(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	verify := ok()
	address := s.passthrough(t, verify.invoke)
	tests := map[string]func() *pkitest.Leaf{
		"chain":       func() *pkitest.Leaf { return s.issuing.Issue(t, "client") },
		"another CA":  func() *pkitest.Leaf { return pkitest.NewCA(t, "Other").Issue(t, "client") },
		"Ed25519 key": func() *pkitest.Leaf { return s.issuing.IssueFor(t, ed25519Key(t), "client") },
		"RSA-1024":    func() *pkitest.Leaf { return s.issuing.IssueFor(t, rsaKey(t, 1024), "client") },
		"version 1": func() *pkitest.Leaf {
			leaf := s.issuing.Issue(t, "client")
			leaf.Chain[0] = version1(t, s.issuing, leaf.Cert)
			return leaf
		},
		"6 deep": func() *pkitest.Leaf {
			return s.issuing.ChildCA(t, "a").ChildCA(t, "b").ChildCA(t, "c").ChildCA(t, "d").Issue(t, "client")
		},
	}
	for name, make := range tests {
		leaf := make()
		status, body, err := get(s.client(t, leaf), address)
		if err != nil || status != 200 || body != "hello" {
			t.Errorf("%s: got %d %q %v", name, status, body, err)
			continue
		}
		want := []string{encodeChain(leaf.Chain)}
		if got := verify.headers(t)[certHeader]; !slices.Equal(got, want) {
			t.Errorf("%s: header: got %v, want %v", name, got, want)
		}
	}
}

// TestPassthroughProvesPossession: a client that sends somebody else's
// certificate does not get in, because it cannot sign with that key.
func TestPassthroughProvesPossession(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	verify := ok()
	address := s.passthrough(t, verify.invoke)
	stolen := s.issuing.Issue(t, "client")
	stolen.Key = pkitest.NewKey(t)
	for at, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		_, _, err := get(s.client(t, stolen, only(version)), address)
		if err == nil {
			t.Error("let in without the key")
		}
		entry := s.lastEntry(t, at+1)
		if entry.Code != CodeUnmapped || entry.Reason != ReasonHandshake {
			t.Errorf("log: got %q (%q)", entry.Code, entry.Reason)
		}
	}
	if len(verify.events) != 0 {
		t.Errorf("the function was invoked %d times", len(verify.events))
	}
}

// TestClientSentHeader goes through every setting of the two switches of a
// passthrough listener, with and without a certificate, a forged header and a
// renamed one.
func TestClientSentHeader(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	leaf := s.issuing.Issue(t, "client")
	own := encodeChain(leaf.Chain)
	tests := []struct {
		sent                    ClientSentHeader
		without                 WithoutCertificate
		forged, forgedAndLeaf   []string // with a forged header
		honestLeaf, honestEmpty []string // without one
	}{
		{HeaderReplaced, HeaderAbsent, nil, []string{own}, []string{own}, nil},
		{HeaderReplaced, HeaderEmpty, []string{""}, []string{own}, []string{own}, []string{""}},
		{HeaderKept, HeaderAbsent, []string{"forged"}, []string{"forged"}, []string{own}, nil},
		{HeaderKept, HeaderEmpty, []string{"forged"}, []string{"forged"}, []string{own}, []string{""}},
		{HeaderAppended, HeaderAbsent, []string{"forged"}, []string{"forged", own}, []string{own}, nil},
		{HeaderAppended, HeaderEmpty, []string{"forged", ""}, []string{"forged", own}, []string{own}, []string{""}},
	}
	for _, name := range []string{"X-Amzn-Mtls-Clientcert", "X-Our-Secret-7f3a"} {
		for _, test := range tests {
			t.Run(name+" "+test.sent.String()+" "+test.without.String(), func(t *testing.T) {
				verify := ok()
				address := s.passthrough(t, verify.invoke, func(c *PassthroughConfig) {
					c.Switches = Switches{ClientSentHeader: test.sent, WithoutCertificate: test.without}
					if name != "X-Amzn-Mtls-Clientcert" {
						c.Headers.Clientcert = name
					}
				})
				ask := func(what string, leaf *pkitest.Leaf, forged bool, want []string) {
					t.Helper()
					request, _ := http.NewRequest(http.MethodGet, "https://"+address+"/", nil)
					if forged {
						request.Header.Set(strings.ToUpper(name), "forged")
					}
					do(t, s.client(t, leaf), request)
					got := verify.headers(t)[strings.ToLower(name)]
					if !slices.Equal(got, want) {
						t.Errorf("%s: got %d values %.40q, want %.40q", what, len(got), got, want)
					}
				}
				ask("forged without a certificate", nil, true, test.forged)
				ask("forged with a certificate", leaf, true, test.forgedAndLeaf)
				ask("certificate", leaf, false, test.honestLeaf)
				ask("nothing", nil, false, test.honestEmpty)
			})
		}
	}
}

// TestRenamedHeaderLeavesTheDefaultNameAlone: under another name the default
// one is a client header like any other, and tells the function nothing.
func TestRenamedHeaderLeavesTheDefaultNameAlone(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	verify := ok()
	address := s.passthrough(t, verify.invoke, func(c *PassthroughConfig) { c.Headers.Clientcert = "X-Secret" })
	request, _ := http.NewRequest(http.MethodGet, "https://"+address+"/", nil)
	request.Header.Set("X-Amzn-Mtls-Clientcert", "forged")
	do(t, s.client(t, nil), request)
	headers := verify.headers(t)
	if got := headers[certHeader]; !slices.Equal(got, []string{"forged"}) {
		t.Errorf("default name: got %q", got)
	}
	if got := headers["x-secret"]; got != nil {
		t.Errorf("renamed: got %q, want none", got)
	}
}

func do(tb testing.TB, client *http.Client, request *http.Request) (*http.Response, string) {
	tb.Helper()
	response, err := client.Do(request)
	if err != nil {
		tb.Fatalf("requesting: %v", err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		tb.Fatalf("reading the answer: %v", err)
	}
	return response, string(body)
}

func TestFunctionAnswers(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	big := strings.Repeat("x", 1<<20)
	tests := []struct {
		name   string
		single bool
		answer string
		err    error
		status int
		body   string
		header http.Header
	}{
		{name: "plain", answer: `{"statusCode":201,"multiValueHeaders":{"X-A":["1","2"]},"body":"b"}`,
			status: 201, body: "b", header: http.Header{"X-A": {"1", "2"}, "Server": {"awselb/2.0"}, "Content-Length": {"1"}}},
		{name: "no content type is guessed", answer: `{"statusCode":200,"body":"<html>"}`, status: 200, body: "<html>", header: http.Header{"Content-Type": nil}},
		{name: "base64", answer: `{"statusCode":200,"isBase64Encoded":true,"body":"` + base64.StdEncoding.EncodeToString([]byte{0, 255}) + `"}`, status: 200, body: "\x00\xff"},
		{name: "hop-by-hop headers ignored", answer: `{"statusCode":200,"multiValueHeaders":{"connection":["close"],"Keep-Alive":["x"],"TE":["x"],"Trailer":["X-T"],"Transfer-Encoding":["chunked"],"Upgrade":["h2c"],"Proxy-Connection":["x"],"Content-Length":["99"],"Server":["mine"]},"body":"b"}`,
			status: 200, body: "b", header: http.Header{"Connection": nil, "Keep-Alive": nil, "Te": nil, "Trailer": nil, "Upgrade": nil, "Proxy-Connection": nil, "Server": {"mine"}, "Content-Length": {"1"}}},
		{name: "single-value field ignored under multi-value headers", answer: `{"statusCode":200,"headers":{"X-A":"1"}}`, status: 200, header: http.Header{"X-A": nil}},
		{name: "single-value", single: true, answer: `{"statusCode":200,"headers":{"X-A":"1"},"multiValueHeaders":{"X-B":["2"]}}`, status: 200, header: http.Header{"X-A": {"1"}, "X-B": nil}},
		{name: "no content", answer: `{"statusCode":204,"body":"ignored"}`, status: 204},
		{name: "status description", answer: `{"statusCode":403,"statusDescription":"403 Nope","body":"no"}`, status: 403, body: "no"},
		{name: "function error", err: errors.New("unhandled"), status: 502},
		{name: "not JSON", answer: `hello`, status: 502},
		{name: "two documents", answer: `{"statusCode":200}{"statusCode":200}`, status: 502},
		{name: "empty", answer: ``, status: 502},
		{name: "null", answer: `null`, status: 502},
		{name: "no status code", answer: `{"body":"b"}`, status: 502},
		{name: "status code as text", answer: `{"statusCode":"200"}`, status: 502},
		{name: "status code 101", answer: `{"statusCode":101}`, status: 502},
		{name: "status code 1000", answer: `{"statusCode":1000}`, status: 502},
		{name: "header as a number", answer: `{"statusCode":200,"multiValueHeaders":{"X-A":[1]}}`, status: 502},
		{name: "broken base64", answer: `{"statusCode":200,"isBase64Encoded":true,"body":"*"}`, status: 502},
		{name: "more than 1 MB", answer: `{"statusCode":200,"body":"` + big + `"}`, status: 502},
		{name: "more than 32 K of headers", answer: `{"statusCode":200,"multiValueHeaders":{"X-A":["` + big[:32<<10] + `"]}}`, status: 502},
		{name: "line break in a header", answer: `{"statusCode":200,"multiValueHeaders":{"X-A":["1\r\nX-B: 2"]}}`, status: 200, header: http.Header{"X-B": nil}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f := &function{answer: test.answer, err: test.err}
			address := s.passthrough(t, f.invoke, func(c *PassthroughConfig) { c.SingleValueHeaders = test.single })
			request, _ := http.NewRequest(http.MethodGet, "https://"+address+"/", nil)
			response, body := do(t, s.client(t, nil), request)
			if response.StatusCode != test.status {
				t.Fatalf("status: got %d, want %d", response.StatusCode, test.status)
			}
			if test.status != http.StatusBadGateway && body != test.body {
				t.Errorf("body: got %q, want %q", body, test.body)
			}
			for name, want := range test.header {
				if got := response.Header.Values(name); !slices.Equal(got, want) {
					t.Errorf("%s: got %q, want %q", name, got, want)
				}
			}
		})
	}
}

func TestRequestsTheLoadBalancerAnswersItself(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	verify := ok()
	address := s.passthrough(t, verify.invoke)
	long := func(size int) string { return strings.Repeat("x", size) }
	tests := []struct {
		name   string
		status int
		edit   func(*http.Request)
	}{
		{"as large a header as may be", 200, func(r *http.Request) { r.Header.Set("X-A", long(16<<10-len("X-A: \r\n"))) }},
		{"single header above 16 K", 400, func(r *http.Request) { r.Header.Set("X-A", long(16<<10)) }},
		{"all headers above 64 K", 400, func(r *http.Request) {
			for _, name := range []string{"X-A", "X-B", "X-C", "X-D"} {
				r.Header.Set(name, long(16<<10-10))
			}
			r.Header.Set("X-E", long(500))
		}},
		{"request line above 16 K", 414, func(r *http.Request) { r.URL.Path = "/" + long(16<<10) }},
		{"TRACE", 405, func(r *http.Request) { r.Method = http.MethodTrace }},
		{"upgrade", 400, func(r *http.Request) {
			r.Header.Set("Connection", "keep-alive, Upgrade")
			r.Header.Set("Upgrade", "websocket")
		}},
		{"upgrade header without the connection option", 200, func(r *http.Request) { r.Header.Set("Upgrade", "websocket") }},
		{"1 MB of body", 200, func(r *http.Request) { setBody(r, long(1<<20)) }},
		{"more than 1 MB of body", 413, func(r *http.Request) { setBody(r, long(1<<20+1)) }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			request, _ := http.NewRequest(http.MethodGet, "https://"+address+"/", nil)
			test.edit(request)
			response, body := do(t, s.client(t, nil), request)
			if response.StatusCode != test.status {
				t.Errorf("got %d %q, want %d", response.StatusCode, body, test.status)
			}
		})
	}
}

func setBody(r *http.Request, body string) {
	r.Method = http.MethodPost
	r.Body = io.NopCloser(strings.NewReader(body))
	r.ContentLength = int64(len(body))
}

func TestInvalidHeaderNamesAreDropped(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	verify := ok()
	address := s.passthrough(t, verify.invoke)
	request, _ := http.NewRequest(http.MethodGet, "https://"+address+"/", nil)
	request.Header["X_Amzn_Mtls_Clientcert"] = []string{"forged"}
	request.Header["X-Good.Bad"] = []string{"dropped"}
	request.Header["X-Good"] = []string{"kept"}
	do(t, s.client(t, nil), request)
	headers := verify.headers(t)
	for name := range headers {
		if strings.ContainsAny(name, "_.") || name != strings.ToLower(name) {
			t.Errorf("header %q in the event", name)
		}
	}
	if got := headers["x-good"]; !slices.Equal(got, []string{"kept"}) {
		t.Errorf("x-good: got %q", got)
	}
}

// TestAnswerHeader looks at what a client would not show: net/http takes some of
// these headers for itself.
func TestAnswerHeader(t *testing.T) {
	t.Parallel()
	given := map[string][]string{"x-a": {"1", "2"}, "CONTENT-TYPE": {"text/plain"}}
	for _, name := range []string{
		"connection", "Keep-Alive", "proxy-authenticate", "proxy-authorization", "proxy-connection",
		"TE", "trailer", "transfer-encoding", "upgrade", "content-length",
	} {
		given[name] = []string{"close"}
	}
	got := answerHeader(given)
	want := http.Header{"X-A": {"1", "2"}, "Content-Type": {"text/plain"}}
	if !maps.EqualFunc(got, want, slices.Equal) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// deadlineRecorder is a ResponseWriter that notes the deadlines set on its
// connection.
type deadlineRecorder struct {
	*httptest.ResponseRecorder
	deadlines []time.Time
}

func (r *deadlineRecorder) SetReadDeadline(t time.Time) error {
	r.deadlines = append(r.deadlines, t)
	return nil
}

// TestBodyIsAwaitedForTheIdleTimeout: the wait has an end, and the end is gone
// once the body is there, so that it does not cut off the function.
func TestBodyIsAwaitedForTheIdleTimeout(t *testing.T) {
	t.Parallel()
	config := PassthroughConfig{Config: Config{IdleTimeout: time.Hour}}
	w := &deadlineRecorder{ResponseRecorder: httptest.NewRecorder()}
	start := time.Now()
	body, err := config.readBody(w, httptest.NewRequest(http.MethodPost, "/", strings.NewReader("body")))
	if err != nil || string(body) != "body" {
		t.Fatalf("got %q, %v", body, err)
	}
	if len(w.deadlines) != 2 || w.deadlines[0].Before(start.Add(time.Hour)) || !w.deadlines[1].IsZero() {
		t.Errorf("deadlines: got %v, want one in an hour, then none", w.deadlines)
	}
}

func TestBodyThatFails(t *testing.T) {
	t.Parallel()
	tests := map[error]int{os.ErrDeadlineExceeded: http.StatusRequestTimeout, io.ErrUnexpectedEOF: http.StatusBadRequest}
	for failure, want := range tests {
		w := &deadlineRecorder{ResponseRecorder: httptest.NewRecorder()}
		config := PassthroughConfig{Config: Config{IdleTimeout: time.Hour}}
		config.serve(w, httptest.NewRequest(http.MethodPost, "/", iotest.ErrReader(failure)))
		if w.Code != want {
			t.Errorf("%v: got %d, want %d", failure, w.Code, want)
		}
	}
}

func TestHeaderLimitsOverHTTP2(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	address := s.passthrough(t, ok().invoke)
	client := s.client(t, nil, overHTTP2)
	for size, want := range map[int]int{16 << 10: 400, 100 << 10: 400, 16<<10 - 100: 200} {
		request := mustRequest(t, address)
		request.Header.Set("X-A", strings.Repeat("x", size))
		response, _ := do(t, client, request)
		if response.StatusCode != want || response.ProtoMajor != 2 {
			t.Errorf("%d bytes: got HTTP/%d %s, want %d", size, response.ProtoMajor, response.Status, want)
		}
	}
}
