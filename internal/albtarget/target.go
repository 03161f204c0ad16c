package albtarget

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/aws/aws-lambda-go/events"
)

// targetOf reads path and query without decoding anything for good: URL.Path is
// decoded as always, URL.EscapedPath and RequestURI are what was sent.
func targetOf(event events.ALBTargetGroupRequest) (*url.URL, *refusal) {
	if !strings.HasPrefix(event.Path, "/") || strings.ContainsFunc(event.Path, endsPath) {
		return nil, refuse("malformed-path", "the path does not start with a slash, or holds what no path can")
	}
	uri := escape(event.Path, unfitForPath)
	query := rawQuery(event)
	if query != "" {
		uri += "?" + query
	}
	target, err := url.ParseRequestURI(uri)
	if err != nil {
		return nil, refuse("malformed-path", "the path holds a damaged escape")
	}
	return target, nil
}

// endsPath finds what cannot have come out of a request line as part of a path.
func endsPath(r rune) bool { return r <= ' ' || r == 0x7f || r == '?' || r == '#' }

// unfitForPath finds bytes that RFC 3986 wants escaped and that clients send
// all the same. Left as they are they would make URL.EscapedPath fall back to
// the decoded path, in which an escaped slash looks like any other.
func unfitForPath(c byte) bool { return c > 0x7f || strings.IndexByte("\"<>\\^`{|}", c) >= 0 }

// rawQuery puts the query together again. The load balancer took it apart and
// decoded nothing (ALB guide, "Lambda functions as targets"), so names and
// values go back as they are; only their order is lost, and is alphabetical here.
func rawQuery(event events.ALBTargetGroupRequest) string {
	var pairs []string
	for _, name := range slices.Sorted(maps.Keys(event.QueryStringParameters)) {
		pairs = append(pairs, pair(name, event.QueryStringParameters[name]))
	}
	for _, name := range slices.Sorted(maps.Keys(event.MultiValueQueryStringParameters)) {
		for _, value := range event.MultiValueQueryStringParameters[name] {
			pairs = append(pairs, pair(name, value))
		}
	}
	return strings.Join(pairs, "&")
}

func pair(name, value string) string {
	return escape(name, endsName) + "=" + escape(value, endsValue)
}

// endsName and endsValue find what would end a parameter or the query, and what
// no query may hold. None of it can have been sent unescaped; it must not become
// a parameter of its own if it comes all the same.
func endsName(c byte) bool  { return c == '=' || endsValue(c) }
func endsValue(c byte) bool { return c <= ' ' || c == 0x7f || c == '&' || c == '#' }

func escape(text string, unfit func(byte) bool) string {
	var b strings.Builder
	for i := range len(text) {
		if unfit(text[i]) {
			fmt.Fprintf(&b, "%%%02X", text[i])
			continue
		}
		b.WriteByte(text[i])
	}
	return b.String()
}
