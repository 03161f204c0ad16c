package alb

import (
	"encoding/base64"
	"encoding/json"
	"mime"
	"net/http"
	"strings"
	"unicode/utf8"
)

// event is what the load balancer sends to a function (ALB guide, "Lambda
// functions as targets": receive events). It has either the multi-value fields
// or the single-value ones.
type event struct {
	RequestContext    requestContext       `json:"requestContext"`
	HTTPMethod        string               `json:"httpMethod"`
	Path              string               `json:"path"`
	Query             *map[string]string   `json:"queryStringParameters,omitempty"`
	MultiValueQuery   *map[string][]string `json:"multiValueQueryStringParameters,omitempty"`
	Headers           map[string]string    `json:"headers,omitempty"`
	MultiValueHeaders map[string][]string  `json:"multiValueHeaders,omitempty"`
	Body              string               `json:"body"`
	IsBase64Encoded   bool                 `json:"isBase64Encoded"`
}

type requestContext struct {
	ELB struct {
		TargetGroupARN string `json:"targetGroupArn"`
	} `json:"elb"`
}

// newEvent makes the event for r, whose headers are complete.
func newEvent(r *http.Request, body []byte, targetGroupARN string, singleValue bool) ([]byte, error) {
	path, query := splitTarget(r)
	e := event{HTTPMethod: r.Method, Path: path}
	e.RequestContext.ELB.TargetGroupARN = targetGroupARN
	e.Body, e.IsBase64Encoded = eventBody(r.Header, body)
	headers, parameters := eventHeaders(r), eventQuery(query)
	if singleValue {
		last := lastValues(parameters)
		e.Headers, e.Query = lastValues(headers), &last
		return json.Marshal(e)
	}
	e.MultiValueHeaders, e.MultiValueQuery = headers, &parameters
	return json.Marshal(e)
}

// splitTarget is path and query as the client wrote them: nothing is decoded.
func splitTarget(r *http.Request) (string, string) {
	if !strings.HasPrefix(r.RequestURI, "/") {
		return r.URL.EscapedPath(), r.URL.RawQuery
	}
	path, query, _ := strings.Cut(r.RequestURI, "?")
	return path, query
}

func eventHeaders(r *http.Request) map[string][]string {
	headers := map[string][]string{}
	if r.Host != "" {
		headers["host"] = []string{r.Host}
	}
	for name, values := range r.Header {
		headers[strings.ToLower(name)] = values
	}
	return headers
}

func eventQuery(query string) map[string][]string {
	parameters := map[string][]string{}
	for pair := range strings.SplitSeq(query, "&") {
		if pair == "" {
			continue
		}
		key, value, _ := strings.Cut(pair, "=")
		parameters[key] = append(parameters[key], value)
	}
	return parameters
}

// lastValues is what single-value events hold: the last value of each name.
func lastValues(all map[string][]string) map[string]string {
	last := make(map[string]string, len(all))
	for name, values := range all {
		if len(values) > 0 {
			last[name] = values[len(values)-1]
		}
	}
	return last
}

// eventBody is the body and whether it is in base64: with a Content-Encoding,
// or of a type that is not one of the textual ones that the guide names. Text
// that is not UTF-8 goes in base64 too, because JSON cannot carry it.
func eventBody(h http.Header, body []byte) (string, bool) {
	if len(body) == 0 {
		return "", false
	}
	if h.Get("Content-Encoding") == "" && textual(h.Get("Content-Type")) && utf8.Valid(body) {
		return string(body), false
	}
	return base64.StdEncoding.EncodeToString(body), true
}

func textual(contentType string) bool {
	kind, _, err := mime.ParseMediaType(contentType)
	if err != nil {
		return false
	}
	switch kind {
	case "application/json", "application/javascript", "application/xml":
		return true
	default:
		return strings.HasPrefix(kind, "text/")
	}
}
