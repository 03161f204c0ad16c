package attack

import (
	"encoding/json"
	"strings"
	"testing"
)

// arrival is an event that comes by another way than it should, or says so.
type arrival struct {
	name  string
	event []byte
	want  verdict
}

const certificateHeader = "x-amzn-mtls-clientcert"

// arrivals are events of a good client, each with something about them changed
// that a client cannot change at the load balancer, but that whoever can invoke
// the function, or attach another listener to its target group, can.
func arrivals(t *testing.T, h *house) []arrival {
	value := of(h.good).value()
	good := carrying(value)
	same := served(h.good.Cert)
	var all []arrival
	add := func(name string, e event, want verdict) { all = append(all, arrival{name, e.json(t), want}) }
	headers := func(name string, want verdict, headers map[string][]string) {
		headers[certificateHeader] = []string{value}
		add(name, newEvent(headers), want)
	}
	context := func(arn any) event {
		return good.with("requestContext", map[string]any{"elb": map[string]any{"targetGroupArn": arn}})
	}
	add("event with multi-value headers", good, same)
	add("event with single-value headers", good.single(), same)
	add("event with both", good.with("headers", map[string]string{"x-other": "x"}), malformed("ambiguous-headers"))
	add("event with both, each with a certificate", good.with("headers", map[string]string{certificateHeader: of(h.laptop).value()}), malformed("ambiguous-headers"))
	add("both, one spelled otherwise", good.with("HEADERS", map[string]string{certificateHeader: of(h.laptop).value()}), malformed("ambiguous-headers"))

	add("other target group", context(strings.Replace(targetGroup, "verifier", "other", 1)), refused("target-group"))
	add("target group whose name goes on", context(strings.Replace(targetGroup, "verifier", "verifier2", 1)), refused("target-group"))
	add("target group whose ARN goes on", context(targetGroup+"/x"), refused("target-group"))
	add("target group of another account", context(strings.Replace(targetGroup, ":000000000000:", ":111111111111:", 1)), refused("target-group"))
	add("target group in capitals", context(strings.ToUpper(targetGroup)), refused("target-group"))
	add("no target group", context(""), refused("target-group"))
	add("target group that is null", context(nil), refused("target-group"))
	add("no request context", good.with("requestContext", nil), refused("target-group"))

	headers("port of a listener without TLS", refused("listener-port"), map[string][]string{"x-forwarded-port": {"80"}})
	headers("no port", refused("listener-port"), map[string][]string{"x-forwarded-port": nil})
	headers("port twice", refused("listener-port"), map[string][]string{"x-forwarded-port": {"443", "443"}})
	headers("port twice, in two cases", refused("listener-port"), map[string][]string{"X-Forwarded-Port": {"80"}})
	headers("two ports in one value", refused("listener-port"), map[string][]string{"x-forwarded-port": {"443,80"}})
	headers("port with a zero before it", refused("listener-port"), map[string][]string{"x-forwarded-port": {"0443"}})
	headers("protocol without TLS", refused("listener-protocol"), map[string][]string{"x-forwarded-proto": {"http"}})
	headers("no protocol", refused("listener-protocol"), map[string][]string{"x-forwarded-proto": nil})
	headers("protocol in capitals", refused("listener-protocol"), map[string][]string{"x-forwarded-proto": {"HTTPS"}})

	add("name of the header in other case", newEvent(map[string][]string{defaultHeader: {value}}), same)
	add("header in two spellings", newEvent(map[string][]string{certificateHeader: {value}, defaultHeader: {value}}), refused("several-headers"))
	add("header in two spellings, single-value", newEvent(map[string][]string{certificateHeader: {value}, defaultHeader: {value}}).single(), refused("several-headers"))
	add("header twice", newEvent(map[string][]string{certificateHeader: {value, value}}), refused("several-headers"))
	add("header twice, first empty", newEvent(map[string][]string{certificateHeader: {"", value}}), refused("several-headers"))
	add("header twice, last empty", newEvent(map[string][]string{certificateHeader: {value, ""}}), refused("several-headers"))
	add("header of two clients", newEvent(map[string][]string{certificateHeader: {value, of(h.laptop).value()}}), refused("several-headers"))
	add("header without a value", newEvent(map[string][]string{certificateHeader: {}}), nobody())
	add("header with an empty value", carrying(""), nobody())
	add("no header", newEvent(nil), nobody())
	add("no headers at all", good.with("multiValueHeaders", nil), refused("listener-port"))
	add("name with a letter that only looks right", newEvent(map[string][]string{strings.Replace(certificateHeader, "s", "ſ", 1): {value}}), nobody())
	add("name with a space", newEvent(map[string][]string{certificateHeader + " ": {value}}), nobody())
	add("name with an underscore", newEvent(map[string][]string{strings.ReplaceAll(certificateHeader, "-", "_"): {value}}), nobody())
	add("verify-mode header only", newEvent(map[string][]string{certificateHeader + "-leaf": {value}}), nobody())
	return all
}

// unreadable are payloads that are no event, or not quite.
func unreadable(t *testing.T, h *house) []arrival {
	good := carrying(of(h.good).value())
	crash := turnedAway(502) // the function reports an error, and lives
	var all []arrival
	add := func(name string, text string, want verdict) { all = append(all, arrival{name, []byte(text), want}) }
	change := func(name, field string, value any, want verdict) {
		all = append(all, arrival{name, good.with(field, value).json(t), want})
	}
	add("null", "null", malformed("malformed-path"))
	add("empty object", "{}", malformed("malformed-path"))
	add("list", "[]", crash)
	add("number", "1", crash)
	add("JSON cut short", string(good.json(t)[:200]), crash)
	add("two documents", string(good.json(t))+string(good.json(t)), crash)
	add("deep JSON", strings.Repeat(`{"a":`, 20_000)+"1"+strings.Repeat("}", 20_000), crash)
	change("headers that are text", "multiValueHeaders", "x", crash)
	change("header that is text", "multiValueHeaders", map[string]string{certificateHeader: "x"}, crash)
	change("header that is a number", "multiValueHeaders", map[string][]int{certificateHeader: {1}}, crash)
	change("method that is a request", "httpMethod", "GET /healthz HTTP/1.1\r\n", malformed("malformed-method"))
	change("no method", "httpMethod", "", malformed("malformed-method"))
	change("path that is a request", "path", "/healthz HTTP/1.1\r\nX: y", malformed("malformed-path"))
	change("path with a query", "path", "/healthz?x", malformed("malformed-path"))
	change("path without a slash", "path", "healthz", malformed("malformed-path"))
	change("no path", "path", "", malformed("malformed-path"))
	change("path that is a host", "path", "//healthz", served(h.good.Cert))
	change("path with a damaged escape", "path", "/%", malformed("malformed-path"))
	change("body that is no base64", "body", json.RawMessage(`"*"`), served(h.good.Cert))
	all = append(all, arrival{"body said to be base64", good.with("body", "*").with("isBase64Encoded", true).json(t), malformed("malformed-body")})
	all = append(all, arrival{"event of a good client, of more than 6 MiB", good.with("body", strings.Repeat("x", 7<<20)).json(t), crash})
	return all
}

// checks are events that claim to be health checks.
func checks(t *testing.T, h *house) []arrival {
	agent := map[string][]string{"user-agent": {"ELB-HealthChecker/2.0"}}
	check := newEvent(agent)
	stolen := newEvent(map[string][]string{"user-agent": {"ELB-HealthChecker/2.0"}, certificateHeader: {of(h.stolen).value()}})
	bare := event{"requestContext": check["requestContext"], "httpMethod": "GET", "path": "/healthz", "headers": map[string]string{"user-agent": "ELB-HealthChecker/2.0"}, "body": ""}
	fixed := verdict{status: 200, body: "ok\n"}
	return []arrival{
		{"genuine health check", bare.json(t), fixed},
		{"health check that carries a certificate", stolen.with("path", "/healthz").json(t), fixed},
		{"health check of another target group", bare.with("requestContext", nil).json(t), fixed},
		{"health check elsewhere", check.json(t), nobody()},
		{"health check elsewhere, with a revoked certificate", stolen.json(t), refused("revoked")},
		{"health check by another method", bare.with("httpMethod", "DELETE").json(t), fixed},
	}
}
