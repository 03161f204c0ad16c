package attack

import (
	"strings"
)

// crafted is what a client writes that no library would write for it.
type crafted struct {
	name string
	raw  string
	// want are the answers on the connection, in order, from what the caller
	// gets for a plain request.
	want func(alone verdict) []verdict
}

// alone is for a request that means the same as a plain one.
func alone(v verdict) []verdict { return []verdict{v} }

// twice is for two requests.
func twice(v verdict) []verdict { return []verdict{v, v} }

// rejects is for a request that the load balancer answers itself.
func rejects(status int) func(verdict) []verdict {
	return func(verdict) []verdict { return []verdict{turnedAway(status)} }
}

// refuses is for a request that the verifier finds malformed.
func refuses(reason string) func(verdict) []verdict {
	return func(verdict) []verdict { return []verdict{malformed(reason)} }
}

// healthy is for the fixed answer to a health check.
func healthy(verdict) []verdict { return []verdict{{status: 200, body: "ok\n"}} }

// line is a request with another request line, and more header lines.
func line(start string, lines ...string) string {
	return strings.Replace(get(lines...), "GET / HTTP/1.1", start, 1)
}

// framing are requests that try to hide a second one in the first: it counts
// as its sender's own, or not at all. hidden is that second request.
func framing(hidden string) []crafted {
	post := func(lines, body string) string {
		return "POST / HTTP/1.1\r\nHost: localhost\r\n" + lines + "\r\n" + body
	}
	return []crafted{
		{"chunked body and a length", post("Content-Length: 4\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"+hidden), twice},
		{"length that ends before the body", post("Content-Length: 0\r\n", hidden), twice},
		{"two lengths", post("Content-Length: 0\r\nContent-Length: 10\r\n", hidden), rejects(400)},
		{"two lengths in one header", post("Content-Length: 0, 10\r\n", hidden), rejects(400)},
		{"length with a sign", post("Content-Length: +0\r\n", hidden), rejects(400)},
		{"negative length", post("Content-Length: -1\r\n", hidden), rejects(400)},
		{"length in hexadecimal", post("Content-Length: 0x0\r\n", hidden), rejects(400)},
		{"space before the colon of the length", post("Content-Length : 0\r\n", hidden), rejects(400)},
		{"chunked twice", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"+hidden), rejects(501)},
		{"chunked and identity", post("Transfer-Encoding: chunked, identity\r\n", "0\r\n\r\n"+hidden), rejects(501)},
		{"encoding that reads like chunked", post("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n"+hidden), rejects(501)},
		{"encoding behind a vertical tab", post("Transfer-Encoding: \x0bchunked\r\n", "0\r\n\r\n"+hidden), rejects(400)},
		{"chunk of a size that is none", post("Transfer-Encoding: chunked\r\n", "0x0\r\n\r\n"+hidden), rejects(400)},
		{"chunk of a size with a sign", post("Transfer-Encoding: chunked\r\n", "-1\r\n\r\n"+hidden), rejects(400)},
		{"request in the extension of a chunk", post("Transfer-Encoding: chunked\r\nConnection: close\r\n", "0;"+strings.ReplaceAll(hidden, "\r\n", " ")+"\r\n\r\n"), alone},
		{"request behind a request with an upgrade", line("GET / HTTP/1.1", "Upgrade: h2c", "Connection: Upgrade, HTTP2-Settings", "HTTP2-Settings: AAMAAABkAAQAAP__") + hidden, rejects(400)},
		{"request behind one for a web socket", line("GET / HTTP/1.1", "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13") + hidden, rejects(400)},
	}
}

// requestLines are requests whose first line or headers are out of the ordinary.
func requestLines(value string) []crafted {
	return []crafted{
		{"absolute form", line("GET https://other.example.org/ HTTP/1.1"), alone},
		{"absolute form of another scheme", line("GET http://127.0.0.1:1/ HTTP/1.1"), alone},
		{"asterisk form", line("OPTIONS * HTTP/1.1"), rejects(200)}, // net/http answers for the whole server
		{"authority form", line("CONNECT other.example.org:443 HTTP/1.1"), rejects(400)},
		{"TRACE", line("TRACE / HTTP/1.1"), rejects(405)},
		{"method that is no word", line("G@T / HTTP/1.1"), rejects(400)},
		{"method with odd letters", line("G!T / HTTP/1.1"), refuses("malformed-method")},
		{"no version", "GET /\r\n\r\n", rejects(400)},
		{"version 1.0", "GET / HTTP/1.0\r\n\r\n", alone},
		{"version 2.0 in words", line("GET / HTTP/2.0"), rejects(505)},
		{"preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", refuses("malformed-path")},
		{"no host", "GET / HTTP/1.1\r\nConnection: close\r\n\r\n", rejects(400)},
		{"two hosts", get("Host: other.example.org"), rejects(400)},
		{"host with a path", strings.Replace(get(), "localhost", "localhost/x", 1), rejects(400)},
		{"line ends without carriage returns", strings.ReplaceAll(get(), "\r\n", "\n"), alone},
		{"certificate header folded into another", get("X-A: a\r\n " + defaultHeader + ": " + value), alone},
		{"certificate header behind a bare carriage return", get("X-A: a\r" + defaultHeader + ": " + value), rejects(400)},
		{"certificate header with a space before its colon", get(defaultHeader + " : " + value), rejects(400)},
		{"certificate header with a NUL in its name", get(defaultHeader + "\x00: " + value), rejects(400)},
		{"certificate header with a NUL in its value", get(defaultHeader + ": " + value + "\x00"), rejects(400)},
		{"certificate header with a letter that only looks right", get(strings.Replace(defaultHeader, "s", "ſ", 1) + ": " + value), rejects(400)},
		{"header without a name", get(": " + value), rejects(400)},
		{"user agent of the health checker", get("User-Agent: ELB-HealthChecker/2.0"), alone},
		{"port and protocol of another listener", get("X-Forwarded-Port: 80", "X-Forwarded-Proto: http"), alone},
		{"port of the right listener, twice", get("X-Forwarded-Port: 443", "X-Forwarded-Port: 443"), alone},
		{"client address of this machine", get("X-Forwarded-For: 127.0.0.1", "Forwarded: for=127.0.0.1", "X-Real-Ip: 127.0.0.1"), alone},
		{"trace that would be a log line", get("X-Amzn-Trace-Id: Root=1\";\"decision\":\"accepted"), alone},
		{"trace in letters beyond ASCII", get("X-Amzn-Trace-Id: Root=\u202e\u2028é"), alone},
		{"trace of 4 KiB", get("X-Amzn-Trace-Id: Root=" + strings.Repeat("x", 4<<10)), alone},
		{"path in another header", get("X-Original-Url: /healthz", "X-Rewrite-Url: /healthz", "X-Forwarded-Path: /healthz"), alone},
		{"other method in a header", get("X-Http-Method-Override: TRACE"), alone},
	}
}

// sizes are requests that are too large, or nearly so.
func sizes() []crafted {
	many := func(count int, line string) []string {
		return strings.Split(strings.Repeat(line+"\n", count-1)+line, "\n")
	}
	return []crafted{
		{"a thousand headers", get(many(1000, "X-Many: x")...), alone},
		{"ten thousand headers", get(many(10_000, "X-Many: x")...), rejects(400)},
		{"headers of 64 KiB", get(many(5, "X-Large: "+strings.Repeat("x", 14<<10))...), rejects(400)},
		{"headers of 2 MiB", get(many(200, "X-Large: "+strings.Repeat("x", 10<<10))...), rejects(431)},
		{"header of 16 KiB", get("X-Large: " + strings.Repeat("x", 16<<10)), rejects(400)},
		{"certificate header of 17 KiB", get(defaultHeader + ": " + strings.Repeat("x", 17<<10)), rejects(400)},
		{"path of 16 KiB", line("GET /" + strings.Repeat("x", 16<<10) + " HTTP/1.1"), rejects(414)},
		{"body of more than 1 MiB", line("POST / HTTP/1.1", "Content-Length: 1048577") + strings.Repeat("x", 1<<20+1), rejects(413)},
	}
}
