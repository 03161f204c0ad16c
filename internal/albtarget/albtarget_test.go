package albtarget

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/sekisho/sekisho/internal/gate"
)

var _ lambda.Handler = (*Target)(nil)

func TestAnswer(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name    string
		handler http.HandlerFunc
		want    string
	}{
		{
			"nothing written",
			func(http.ResponseWriter, *http.Request) {},
			`{"statusCode":200,"statusDescription":"200 OK","body":"","isBase64Encoded":false}`,
		},
		{
			"status without a name",
			func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(299) },
			`{"statusCode":299,"statusDescription":"299","body":"","isBase64Encoded":false}`,
		},
		{
			"first status counts",
			func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(403); w.WriteHeader(200) },
			`{"statusCode":403,"statusDescription":"403 Forbidden","body":"","isBase64Encoded":false}`,
		},
		{
			"informational status is not final",
			func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(103); w.WriteHeader(401) },
			`{"statusCode":401,"statusDescription":"401 Unauthorized","body":"","isBase64Encoded":false}`,
		},
		{
			"header after the status is late",
			func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204); w.Header().Set("Late", "1") },
			`{"statusCode":204,"statusDescription":"204 No Content","body":"","isBase64Encoded":false}`,
		},
		{
			"type is found out",
			func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<html>&") },
			`{"statusCode":200,"statusDescription":"200 OK","headers":{"Content-Type":"text/html; charset=utf-8"},"body":"<html>&","isBase64Encoded":false}`,
		},
		{
			"binary body",
			func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "image/x")
				_, _ = w.Write([]byte{0xff, 0x00})
			},
			`{"statusCode":200,"statusDescription":"200 OK","headers":{"Content-Type":"image/x"},"body":"/wA=","isBase64Encoded":true}`,
		},
		{
			"encoded body",
			func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Encoding", "identity")
				_, _ = io.WriteString(w, "abc")
			},
			`{"statusCode":200,"statusDescription":"200 OK","headers":{"Content-Encoding":"identity"},"body":"YWJj","isBase64Encoded":true}`,
		},
		{
			"header without a value",
			func(w http.ResponseWriter, _ *http.Request) { w.Header()["Date"] = nil },
			`{"statusCode":200,"statusDescription":"200 OK","body":"","isBase64Encoded":false}`,
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := answerOf(t, c.handler, `{"httpMethod":"GET","path":"/"}`)
			if got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestAnswerToHEADHasNoBody(t *testing.T) {
	t.Parallel()
	got := answerOf(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "body") }, `{"httpMethod":"HEAD","path":"/"}`)
	if !strings.Contains(got, `"body":""`) {
		t.Errorf("got %s, want no body", got)
	}
}

func TestRefusedEvents(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, event, reason string }{
		{"both forms", `{"httpMethod":"GET","path":"/","headers":{"a":"1"},"multiValueHeaders":{"a":["1"]}}`, "ambiguous-headers"},
		{"damaged path", `{"httpMethod":"GET","path":"/%zz"}`, "malformed-path"},
		{"no path", `{"httpMethod":"GET"}`, "malformed-path"},
		{"no method", `{"path":"/"}`, "malformed-method"},
		{"method with a line end", `{"httpMethod":"GET\r\nX: y","path":"/"}`, "malformed-method"},
		{"damaged body", `{"httpMethod":"GET","path":"/","body":"%%","isBase64Encoded":true}`, "malformed-body"},
		{"event of another service", `{"Records":[]}`, "malformed-path"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			handler := func(http.ResponseWriter, *http.Request) { t.Error("the handler was asked") }
			var log bytes.Buffer
			answer, err := New(http.HandlerFunc(handler), slog.New(slog.NewTextHandler(&log, nil))).Invoke(context.Background(), []byte(c.event))
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(string(answer), `"statusCode":400`) || !strings.Contains(string(answer), `\"reason\":\"`+c.reason+`\"`) {
				t.Errorf("got %s, want status 400 and reason %s", answer, c.reason)
			}
			if !strings.Contains(log.String(), "reason="+c.reason) {
				t.Errorf("log: got %q, want the reason", log.String())
			}
		})
	}
}

func TestNotAnEvent(t *testing.T) {
	t.Parallel()
	for _, payload := range []string{"", "[]", `"x"`, "{"} {
		answer, err := New(http.NotFoundHandler(), slog.New(slog.DiscardHandler)).Invoke(context.Background(), []byte(payload))
		if err == nil || answer != nil || !strings.HasPrefix(err.Error(), "decoding the load balancer's event: ") {
			t.Errorf("%q: got %s and %v, want an error", payload, answer, err)
		}
	}
}

// The limit is on the document, so that quotes and base64 count as they grow.
func TestAnswerTooLarge(t *testing.T) {
	t.Parallel()
	overhead := len(answerOf(t, write(""), `{"httpMethod":"GET","path":"/"}`))
	cases := []struct {
		name string
		body string
		want int
	}{
		{"just fits", strings.Repeat("x", maxResponse-overhead), 200},
		{"one byte too many", strings.Repeat("x", maxResponse-overhead+1), 502},
		{"body alone too large", strings.Repeat("x", maxResponse+1), 502},
		{"too large once quoted", strings.Repeat(`"`, maxResponse*2/3), 502},
		{"too large as base64", strings.Repeat("\xff", maxResponse*4/5), 502},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := answerOf(t, write(c.body), `{"httpMethod":"GET","path":"/"}`)
			if !strings.HasPrefix(got, fmt.Sprintf(`{"statusCode":%d,`, c.want)) || len(got) > maxResponse {
				t.Errorf("got %d bytes beginning %.60s, want status %d", len(got), got, c.want)
			}
			if c.want == 502 && !strings.Contains(got, "answer-too-large") {
				t.Errorf("got %.200s, want the reason", got)
			}
		})
	}
}

// A handler that writes in pieces gets an error, and nothing half is answered.
func TestAnswerTooLargeInPieces(t *testing.T) {
	t.Parallel()
	var last error
	got := answerOf(t, func(w http.ResponseWriter, _ *http.Request) {
		for range 3 {
			_, last = w.Write(make([]byte, maxResponse/2))
		}
	}, `{"httpMethod":"GET","path":"/","multiValueHeaders":{}}`)
	if last == nil || !strings.Contains(got, `"statusCode":502`) || !strings.Contains(got, `"multiValueHeaders":`) {
		t.Errorf("got error %v and %.100s, want an error, and 502 in the event's form", last, got)
	}
}

func TestContextIsPassedOn(t *testing.T) {
	t.Parallel()
	type key struct{}
	ctx := context.WithValue(context.Background(), key{}, "deadline and all")
	var seen any
	var origin gate.Origin
	handler := func(_ http.ResponseWriter, r *http.Request) {
		seen, origin = r.Context().Value(key{}), gate.OriginOf(r.Context())
	}
	event := `{"httpMethod":"GET","path":"/","requestContext":{"elb":{"targetGroupArn":"arn:x"}}}`
	_, err := New(http.HandlerFunc(handler), slog.New(slog.DiscardHandler)).Invoke(ctx, []byte(event))
	if err != nil || seen != "deadline and all" || origin.TargetGroupARN != "arn:x" {
		t.Errorf("got %v, %v, %v; want the context of the invocation and the origin", seen, origin, err)
	}
}

// Whatever the bytes, the answer brings exactly them.
func FuzzBody(f *testing.F) {
	f.Add([]byte("text"))
	f.Add([]byte{0xff, 0xfe, 0})
	f.Add([]byte("\u2028<&>\""))
	f.Fuzz(func(t *testing.T, body []byte) {
		text, err := encode(newResponse(200, http.Header{}, body, multiValue))
		if err != nil {
			t.Fatal(err)
		}
		var got struct {
			Body            string
			IsBase64Encoded bool
		}
		err = json.Unmarshal(text, &got)
		if err != nil {
			t.Fatal(err)
		}
		back := []byte(got.Body)
		if got.IsBase64Encoded {
			back, err = base64.StdEncoding.DecodeString(got.Body)
		}
		if err != nil || !bytes.Equal(back, body) {
			t.Errorf("got %q and %v, want %q", back, err, body)
		}
	})
}

func write(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain")
		if body != "" {
			_, _ = io.WriteString(w, body)
		}
	}
}

func answerOf(t *testing.T, handler http.HandlerFunc, event string) string {
	t.Helper()
	answer, err := New(handler, slog.New(slog.DiscardHandler)).Invoke(context.Background(), []byte(event))
	if err != nil {
		t.Fatal(err)
	}
	return string(answer)
}
