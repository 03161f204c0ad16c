package runtime

import (
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestRuntimeAPIAnswersItsOwnNameOnly(t *testing.T) {
	t.Parallel()
	in := &instance{address: "127.0.0.1:7000"}
	for _, host := range []string{"evil.example", "localhost:7000", "127.0.0.1", ""} {
		request := httptest.NewRequest(http.MethodGet, "/2018-06-01/runtime/invocation/next", nil)
		request.Host = host
		recorder := httptest.NewRecorder()
		in.routes().ServeHTTP(recorder, request)
		if recorder.Code != http.StatusMisdirectedRequest {
			t.Errorf("host %q: got %d, want %d", host, recorder.Code, http.StatusMisdirectedRequest)
		}
	}
}

// A handler that streams its answer and fails half-way says so in trailers
// (Lambda Developer Guide, "Response streaming").
func TestAnswerBrokenOff(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, body, want string }{
		{"error in JSON", base64.StdEncoding.EncodeToString([]byte(`{"errorType":"Disk","errorMessage":"full"}`)), "Disk: full"},
		{"no error body", "", "Broken: the function reported an error of 0 bytes that is not JSON"},
		{"body not base64", "%%%", "Broken: the function broke off its answer"},
	}
	for _, c := range cases {
		in := &instance{answers: make(chan answer), ended: make(chan struct{})}
		request := httptest.NewRequest(http.MethodPost, "/", strings.NewReader("half an ans"))
		request.Trailer = http.Header{
			"Lambda-Runtime-Function-Error-Type": {"Broken"},
			"Lambda-Runtime-Function-Error-Body": {c.body},
		}
		go in.respond(httptest.NewRecorder(), request)
		a := <-in.answers
		a.status <- http.StatusAccepted
		if a.result.err == nil || a.result.err.Error() != c.want || a.result.payload != nil {
			t.Errorf("%s: got %q and %v, want no payload and %s", c.name, a.result.payload, a.result.err, c.want)
		}
	}
}

func TestReportThatIsNotJSONIsStillAnError(t *testing.T) {
	t.Parallel()
	got := reportedError("", []byte("<html>"))
	if got.Type != "Runtime.Unknown" || !strings.Contains(got.Message, "6 bytes that is not JSON") {
		t.Errorf("got %v, want an error of unknown type", got)
	}
}
