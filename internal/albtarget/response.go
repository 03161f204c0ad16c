package albtarget

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/aws/aws-lambda-go/events"
)

// maxResponse is how large an answer may be as JSON, in bytes (ALB guide,
// "Lambda functions as targets": 1 MB).
const maxResponse = 1 << 20

// shape is the form of an event's headers, and so of its answer's.
type shape bool

const (
	singleValue shape = false
	multiValue  shape = true
)

// shapeOf follows the setting of the target group: with multi-value headers
// switched on, even an event without any header has that field.
func shapeOf(event events.ALBTargetGroupRequest) shape {
	return shape(event.MultiValueHeaders != nil)
}

// response is events.ALBTargetGroupResponse with one form of headers in it: the
// other one is left out, not null.
type response struct {
	StatusCode        int                 `json:"statusCode"`
	StatusDescription string              `json:"statusDescription"`
	Headers           map[string]string   `json:"headers,omitempty"`
	MultiValueHeaders map[string][]string `json:"multiValueHeaders,omitempty"`
	Body              string              `json:"body"`
	IsBase64Encoded   bool                `json:"isBase64Encoded"`

	excess bool // the body is not all there was
}

func newResponse(status int, header http.Header, body []byte, form shape) response {
	r := response{
		StatusCode:        status,
		StatusDescription: strings.TrimSpace(fmt.Sprintf("%d %s", status, http.StatusText(status))),
		Body:              string(body),
	}
	// A document in JSON holds text; anything else would be changed in it.
	if !utf8.Valid(body) || header.Get("Content-Encoding") != "" {
		r.Body, r.IsBase64Encoded = base64.StdEncoding.EncodeToString(body), true
	}
	if form == multiValue {
		r.MultiValueHeaders = header
		return r
	}
	r.Headers = single(header)
	return r
}

// single joins what may be joined (RFC 9110, section 5.3). Set-Cookie may not:
// of several the last one stays. Switch multi-value headers on to set more.
func single(header http.Header) map[string]string {
	joined := make(map[string]string, len(header))
	for name, values := range header {
		if len(values) == 0 {
			continue
		}
		joined[name] = strings.Join(values, ", ")
		if name == "Set-Cookie" {
			joined[name] = values[len(values)-1]
		}
	}
	return joined
}

// encodeWithin is r as JSON, or, when that is too large, what instead says.
func encodeWithin(r response, instead func(size int) response) ([]byte, error) {
	text, err := encode(r)
	if err != nil {
		return nil, err
	}
	if len(text) <= maxResponse && !r.excess {
		return text, nil
	}
	return encode(instead(len(text)))
}

func encode(r response) ([]byte, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false) // it only makes the document longer
	err := encoder.Encode(r)
	if err != nil {
		return nil, fmt.Errorf("encoding the answer: %w", err)
	}
	return bytes.TrimSuffix(text.Bytes(), []byte("\n")), nil
}
