package albtarget

import (
	"context"
	"encoding/base64"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/aws/aws-lambda-go/events"

	"github.com/sekisho/sekisho/internal/gate"
)

// refusal is why an event cannot be a request.
type refusal struct{ reason, detail string }

func refuse(reason, detail string) *refusal { return &refusal{reason: reason, detail: detail} }

// newRequest is the request as a server would have read it from the wire.
func newRequest(ctx context.Context, event events.ALBTargetGroupRequest) (*http.Request, *refusal) {
	header, refused := headerOf(event)
	if refused != nil {
		return nil, refused
	}
	target, refused := targetOf(event)
	if refused != nil {
		return nil, refused
	}
	body, refused := bodyOf(event)
	if refused != nil {
		return nil, refused
	}
	if !isToken(event.HTTPMethod) {
		return nil, refuse("malformed-method", "the method is not a word")
	}
	request := &http.Request{
		Method:        event.HTTPMethod,
		URL:           target,
		RequestURI:    target.RequestURI(),
		Proto:         "HTTP/1.1",
		ProtoMajor:    1,
		ProtoMinor:    1,
		Header:        header,
		Host:          header.Get("Host"),
		Body:          readerOf(body),
		ContentLength: int64(len(body)),
	}
	header.Del("Host") // as net/http's server keeps it apart
	return request.WithContext(gate.WithOrigin(ctx, originOf(event, header))), nil
}

// headerOf reads whichever form the event has. A load balancer never sends
// both: such an event was put together by somebody else, and there is no
// telling which half is meant.
func headerOf(event events.ALBTargetGroupRequest) (http.Header, *refusal) {
	if len(event.Headers) > 0 && len(event.MultiValueHeaders) > 0 {
		return nil, refuse("ambiguous-headers", "the event has headers and multiValueHeaders")
	}
	// Names that differ only in case are one header with several values.
	header := http.Header{}
	for _, name := range slices.Sorted(maps.Keys(event.Headers)) {
		header.Add(name, event.Headers[name])
	}
	for _, name := range slices.Sorted(maps.Keys(event.MultiValueHeaders)) {
		for _, value := range event.MultiValueHeaders[name] {
			header.Add(name, value)
		}
	}
	return header, nil
}

func bodyOf(event events.ALBTargetGroupRequest) (string, *refusal) {
	if !event.IsBase64Encoded {
		return event.Body, nil
	}
	body, err := base64.StdEncoding.DecodeString(event.Body)
	if err != nil {
		return "", refuse("malformed-body", "the body is said to be base64 and is not")
	}
	return string(body), nil
}

func readerOf(body string) io.ReadCloser {
	if body == "" {
		return http.NoBody
	}
	return io.NopCloser(strings.NewReader(body))
}

// originOf is by which way the event came. The load balancer writes these
// headers itself; one that stands there twice tells nothing.
func originOf(event events.ALBTargetGroupRequest, header http.Header) gate.Origin {
	return gate.Origin{
		TargetGroupARN: event.RequestContext.ELB.TargetGroupArn,
		Port:           only(header["X-Forwarded-Port"]),
		Proto:          only(header["X-Forwarded-Proto"]),
		TraceID:        only(header["X-Amzn-Trace-Id"]),
	}
}

func only(values []string) string {
	if len(values) != 1 {
		return ""
	}
	return values[0]
}

// isToken follows RFC 9110, section 5.6.2, for letters alone: every method in
// use is made of them and hyphens.
func isToken(word string) bool {
	return word != "" && strings.Trim(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_") == ""
}
