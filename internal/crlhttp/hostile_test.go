package crlhttp

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sekisho/sekisho/internal/refresh"
)

// hostile is one way to treat a fetcher badly.
type hostile struct {
	name string
	// serve answers at http://bad.test and https://bad.test.
	serve func(net.Conn)
	// url is http://bad.test/ca.crl where nothing else is given.
	url    string
	reason string
	// says is part of the error's text.
	says string
	// within bounds the time of the whole fetch; tries is how often the
	// server is asked.
	within time.Duration
	tries  int
	// alloc bounds what both sides allocate; 0 is 4 MiB.
	alloc    uint64
	maxBytes int64
	timeout  time.Duration
}

// Bounds in time: at once, or three rounds with the pauses of one and two
// seconds between them.
const (
	atOnce      = 0
	threeRounds = 3 * time.Second
)

func status(code int, body string, headers ...string) func(net.Conn) {
	head := strings.Join(append(headers, fmt.Sprintf("Content-Length: %d", len(body))), "\r\n")
	return text(fmt.Sprintf("HTTP/1.1 %d Any\r\n%s\r\n\r\n%s", code, head, body))
}

func page(body string) func(net.Conn) { return status(200, body, "Content-Type: text/html") }

func redirectTo(location string) func(net.Conn) {
	return status(302, "", "Location: "+location)
}

// drip writes one piece after another with a pause between.
func drip(head string, piece []byte, every time.Duration) func(net.Conn) {
	return raw(func(c client) {
		_, err := io.WriteString(c, head)
		for err == nil && c.wait(every) == nil {
			_, err = c.Write(piece)
		}
	})
}

// endless writes chunks for ever.
func endless(head string) func(net.Conn) {
	return raw(func(w client) {
		chunk := append([]byte("10000\r\n"), append(make([]byte, 0x10000), '\r', '\n')...)
		_, err := io.WriteString(w, head)
		for err == nil {
			_, err = w.Write(chunk)
		}
	})
}

func packed(body []byte) []byte {
	var out bytes.Buffer
	writer := gzip.NewWriter(&out)
	_, _ = writer.Write(body)
	_ = writer.Close()
	return out.Bytes()
}

// bomb is 40 MiB of zeroes in 40 KB.
func bomb() []byte {
	var out bytes.Buffer
	writer := gzip.NewWriter(&out)
	piece := make([]byte, 1<<20)
	for range 40 {
		_, _ = writer.Write(piece)
	}
	_ = writer.Close()
	return out.Bytes()
}

func body(content []byte, headers ...string) func(net.Conn) {
	return text(ok(append(headers, fmt.Sprintf("Content-Length: %d", len(content)))...) + string(content))
}

func hostiles() []hostile {
	chunked := ok("Transfer-Encoding: chunked")
	list := theList
	return []hostile{
		// Time.
		{name: "black hole", serve: nil, reason: Unreachable, says: "no connection", within: threeRounds + 3*DefaultConnectTimeout, tries: 3},
		{name: "no such host", url: "http://nowhere.test/", reason: Unreachable, says: "no such host", within: threeRounds, tries: 3},
		{name: "silence", serve: silent, reason: TimedOut, says: "no answer", within: threeRounds + 3*headerTimeout, tries: 3},
		{name: "silence in the handshake", serve: silent, url: "https://bad.test/", reason: TimedOut, says: "TLS handshake", within: threeRounds + 3*DefaultConnectTimeout, tries: 3},
		{name: "header that drips", serve: drip("HTTP/1.1 200 OK\r\n", []byte("X: y\r\n"), time.Second), reason: TimedOut, says: "no answer", within: threeRounds + 3*headerTimeout, tries: 3},
		{name: "body that drips", serve: drip(ok("Content-Length: 3000"), []byte{0x30}, time.Second), reason: TooSlow, says: "less than 16384 bytes came in 10s", within: threeRounds + 3*progressWindow, tries: 3},
		{name: "body that stops", serve: drip(ok("Content-Length: 3000000")+string(aList(100_000)), nil, 24*time.Hour), reason: TooSlow, says: "less than", within: DefaultTotalTimeout, tries: 3, timeout: 25 * time.Second},
		{name: "body that drips just enough", serve: drip(ok("Content-Length: 50000000"), make([]byte, minProgress), 9*time.Second), reason: TimedOut, says: "the attempt took too long", within: DefaultTotalTimeout, tries: 3},
		{name: "end that never comes", serve: drip(ok("Connection: close")+string(list), nil, time.Minute), reason: TooSlow, says: "less than", within: DefaultTotalTimeout, tries: 3, timeout: 25 * time.Second},
		{name: "answers of status 100 without end", serve: repeating("HTTP/1.1 103 Early Hints\r\nLink: </>\r\n\r\n"), reason: NotHTTP, says: "no answer in HTTP", within: threeRounds, tries: 3},

		// Size.
		{name: "endless body", serve: endless(chunked), reason: TooLarge, says: "more than the 67108864 bytes", within: atOnce, tries: 1, alloc: 132 << 20},
		{name: "endless body under a small limit", serve: endless(chunked), reason: TooLarge, says: "raise maxBytes", within: atOnce, tries: 1, maxBytes: 100_000},
		{name: "length above the limit", serve: drip(ok("Content-Length: 67108865"), nil, time.Hour), reason: TooLarge, says: "67108865 bytes, at most 67108864", within: atOnce, tries: 1},
		{name: "length that lies", serve: text(ok("Content-Length: 67108864") + "0\x82"), reason: Truncated, says: "broke off after 2 bytes", within: threeRounds, tries: 3, alloc: 8 << 20},
		{name: "gzip bomb", serve: body(bomb(), "Content-Encoding: gzip"), reason: TooLarge, says: "more than the 16777216 bytes", within: atOnce, tries: 1, maxBytes: 16 << 20, alloc: 36 << 20},
		{name: "gzip bomb under a small limit", serve: body(bomb(), "Content-Encoding: gzip"), reason: TooLarge, within: atOnce, tries: 1, maxBytes: 1 << 20, alloc: 6 << 20},
		{name: "large before decompression", serve: body(packed(list), "Content-Encoding: gzip"), reason: TooLarge, within: atOnce, tries: 1, maxBytes: 20},
		{name: "header without end", serve: repeating("X-Long: " + strings.Repeat("x", 1000) + "\r\n"), reason: NotHTTP, says: "exceeded", within: threeRounds, tries: 3},

		// Bodies that are not whole.
		{name: "shorter than its length", serve: text(ok("Content-Length: 3000") + string(list[:1500])), reason: Truncated, says: "broke off after 1500 bytes", within: threeRounds, tries: 3},
		{name: "changed to a shorter list on the way", serve: text(ok("Content-Length: 3000") + string(list[:1000]) + string(aList(500))), reason: Truncated, says: "broke off after 1500", within: threeRounds, tries: 3},
		{name: "chunks that break off", serve: text(chunked + "64\r\n" + string(list[:100]) + "\r\n"), reason: Truncated, within: threeRounds, tries: 3},
		{name: "chunks of nonsense", serve: text(chunked + "64\r\n" + string(list[:100]) + "\r\nzzz\r\n"), reason: Truncated, within: threeRounds, tries: 3},
		{name: "cut without anybody noticing", serve: text("HTTP/1.0 200 OK\r\n\r\n" + string(list[:1500])), reason: Truncated, says: "1500 bytes of a list of 3000", within: threeRounds, tries: 3},
		{name: "gzip that breaks off", serve: body(packed(list)[:30], "Content-Encoding: gzip"), reason: Truncated, within: threeRounds, tries: 3},

		// Bodies that are something else.
		{name: "empty body", serve: body(nil), reason: Empty, says: "no bytes", within: atOnce, tries: 1},
		{name: "empty body as gzip", serve: body(packed(nil), "Content-Encoding: gzip"), reason: Empty, within: atOnce, tries: 1},
		{name: "nothing instead of gzip", serve: body(nil, "Content-Encoding: gzip"), reason: Empty, within: atOnce, tries: 1},
		{name: "HTML page", serve: page("<!DOCTYPE html><html><body>Please log in</body></html>"), reason: NotAList, says: "it is an HTML page: it begins with \"<!DOCTYPE html>", within: atOnce, tries: 1},
		{name: "HTML page after blank lines", serve: page("\r\n\r\n <HTML>"), reason: NotAList, says: "an HTML page", within: atOnce, tries: 1},
		{name: "XML", serve: page("<?xml version='1.0'?><Error/>"), reason: NotAList, says: "HTML or XML", within: atOnce, tries: 1},
		{name: "JSON", serve: body([]byte(`{"error":"not found"}`)), reason: NotAList, says: `{\"error\":`, within: atOnce, tries: 1},
		{name: "text that begins like DER", serve: body([]byte("0 results found")), reason: NotAList, says: "0 results found", within: atOnce, tries: 1},
		{name: "certificate", serve: body([]byte{0x30, 0x0a, 0x30, 0x08, 0xa0, 0x03, 2, 1, 2, 2, 1, 1}), reason: NotAList, says: "it is a certificate", within: atOnce, tries: 1},
		{name: "PKCS 7", serve: body([]byte{0x30, 0x05, 0x06, 0x03, 0x2a, 0x86, 0x48}), reason: NotAList, says: "neither DER nor PEM", within: atOnce, tries: 1},
		{name: "certificate in PEM", serve: body([]byte("-----BEGIN CERTIFICATE-----\n")), reason: NotAList, says: "a certificate in PEM", within: atOnce, tries: 1},
		{name: "base64 without PEM", serve: body([]byte(base64.StdEncoding.EncodeToString(list))), reason: NotAList, says: "it is neither DER nor PEM", within: atOnce, tries: 1},
		{name: "gzip file", serve: body(packed(list)), reason: NotAList, says: "it is a gzip file", within: atOnce, tries: 1},
		{name: "encoding nobody asked for", serve: body(list, "Content-Encoding: br"), reason: Encoding, says: `"br"`, within: atOnce, tries: 1},
		{name: "encoded twice", serve: body(packed(packed(list)), "Content-Encoding: gzip, gzip"), reason: Encoding, within: atOnce, tries: 1},
		{name: "encoded twice in two headers", serve: body(packed(packed(list)), "Content-Encoding: gzip", "Content-Encoding: gzip"), reason: Encoding, within: atOnce, tries: 1},
		{name: "gzip by name only", serve: body(list, "Content-Encoding: gzip"), reason: Encoding, says: "not good gzip", within: atOnce, tries: 1},
		{name: "gzip with a wrong checksum", serve: body(damaged(packed(list)), "Content-Encoding: gzip"), reason: Encoding, within: atOnce, tries: 1},
		{name: "terminal commands", serve: page("<p>\x1b[2J\x00\u202eoops\r\nnext line"), reason: NotAList, says: `<p>[2Joops next line`, within: atOnce, tries: 1},

		// Answers.
		{name: "not found", serve: status(404, "no such file"), reason: Status, says: `status 404 Not Found, and the server says "no such file"`, within: atOnce, tries: 1},
		{name: "forbidden", serve: status(403, ""), reason: Status, says: "status 403 Forbidden", within: atOnce, tries: 1},
		{name: "no content", serve: text("HTTP/1.1 204 No Content\r\n\r\n"), reason: Status, says: "status 204", within: atOnce, tries: 1},
		{name: "part of it unasked", serve: status(206, string(list[:100])), reason: Status, says: "status 206", within: atOnce, tries: 1},
		{name: "several to choose from", serve: status(300, "", "Location: http://good.test/"), reason: Status, says: "status 300", within: atOnce, tries: 1},
		{name: "server error", serve: status(500, "oops"), reason: Status, says: "status 500", within: threeRounds, tries: 3},
		{name: "busy for long", serve: status(503, "", "Retry-After: 86400"), reason: Status, says: "status 503", within: 2 * longestPause, tries: 3},
		{name: "error page without end", serve: endless("HTTP/1.1 404 Any\r\nTransfer-Encoding: chunked\r\n\r\n"), reason: Status, says: "status 404", within: atOnce, tries: 1},
		{name: "not modified unasked", serve: text("HTTP/1.1 304 Not Modified\r\nETag: \"a\"\r\n\r\n"), reason: NotModifiedUnasked, says: "status 304", within: atOnce, tries: 1},
		{name: "hangs up", serve: closing, reason: NotHTTP, says: "no answer in HTTP", within: threeRounds, tries: 3},
		{name: "another protocol", serve: text("SSH-2.0-OpenSSH_9.2\r\n"), reason: NotHTTP, says: "malformed", within: threeRounds, tries: 3},
		{name: "another protocol that says a lot", serve: text(strings.Repeat("\x1b[31mnonsense ", 300)), reason: NotHTTP, within: threeRounds, tries: 3},
		{name: "two lengths", serve: text(ok("Content-Length: 5", "Content-Length: 6") + "000000"), reason: NotHTTP, within: threeRounds, tries: 3},
		{name: "no length that makes sense", serve: text(ok("Content-Length: -5") + "000000"), reason: NotHTTP, within: threeRounds, tries: 3},
		{name: "HTTP where TLS is expected", serve: plain, url: "https://bad.test/", reason: TLS, says: "does not look like a TLS handshake", within: atOnce, tries: 1},

		// Redirects.
		{name: "redirect loop", serve: redirectTo("http://bad.test/ca.crl"), reason: TooManyRedirects, says: "more than 3 redirects", within: atOnce, tries: 4},
		{name: "redirect to the metadata service", serve: redirectTo("http://169.254.169.254/latest/meta-data/"), reason: RedirectRefused, says: "169.254.169.254 (link-local)", within: atOnce, tries: 1},
		{name: "redirect to the metadata service over IPv6", serve: redirectTo("http://[fd00:ec2::254]/"), reason: RedirectRefused, says: "(metadata)", within: atOnce, tries: 1},
		{name: "redirect to this machine", serve: redirectTo("http://127.0.0.1:9001/"), reason: RedirectRefused, says: "(loopback)", within: atOnce, tries: 1},
		{name: "redirect to this machine by name", serve: redirectTo("http://localhost:9001/"), reason: RedirectRefused, says: "(loopback)", within: atOnce, tries: 1},
		{name: "redirect to this machine in IPv6", serve: redirectTo("http://[::1]/"), reason: RedirectRefused, says: "(loopback)", within: atOnce, tries: 1},
		{name: "redirect to this machine in disguise", serve: redirectTo("http://[::ffff:127.0.0.1]/"), reason: RedirectRefused, says: "(loopback)", within: atOnce, tries: 1},
		{name: "redirect to no address", serve: redirectTo("http://0.0.0.0/"), reason: RedirectRefused, says: "(unspecified)", within: atOnce, tries: 1},
		{name: "redirect to a name that leads here", serve: redirectTo("http://inside.test/"), reason: RedirectRefused, says: "127.0.0.5 (loopback)", within: atOnce, tries: 2},
		{name: "redirect to a name that leads to the metadata service", serve: redirectTo("http://metadata.test/"), reason: RedirectRefused, says: "(link-local)", within: atOnce, tries: 2},
		{name: "redirect to a name that now leads elsewhere", url: "http://rebinding.test/", reason: RedirectRefused, says: "(loopback)", within: atOnce, tries: 2},
		{name: "redirect to a file", serve: redirectTo("file:///etc/passwd"), reason: RedirectRefused, says: "not a URL", within: atOnce, tries: 1},
		{name: "redirect to another scheme", serve: redirectTo("ldap://ca.test/cn=crl"), reason: RedirectRefused, says: `the scheme "ldap"`, within: atOnce, tries: 1},
		{name: "redirect to a bucket", serve: redirectTo("s3://bucket/key"), reason: RedirectRefused, says: `the scheme "s3"`, within: atOnce, tries: 1},
		{name: "redirect with a password", serve: redirectTo("http://me:hush@good.test/"), reason: RedirectRefused, says: "a user name or password", within: atOnce, tries: 1},
		{name: "redirect to nowhere", serve: status(301, ""), reason: RedirectRefused, says: "no Location", within: atOnce, tries: 1},
		{name: "redirect to nonsense", serve: redirectTo("http://%zz/"), reason: RedirectRefused, says: "not a URL", within: atOnce, tries: 1},
	}
}

// plain answers in HTTP to whatever comes.
func plain(c net.Conn) {
	_, _ = io.CopyN(io.Discard, c, 5)
	go func() { _, _ = io.Copy(io.Discard, c) }()
	_, _ = io.WriteString(c, "HTTP/1.1 400 Bad Request\r\n\r\n")
	_ = c.Close()
}

// repeating writes the same text for ever after the first line of an answer.
func repeating(piece string) func(net.Conn) {
	return raw(func(w client) {
		head := "HTTP/1.1 200 OK\r\n"
		if strings.HasPrefix(piece, "HTTP/") {
			head = ""
		}
		_, err := io.WriteString(w, head)
		for err == nil {
			_, err = io.WriteString(w, piece)
		}
	})
}

// damaged has one bit of the checksum at the end of a gzip file turned.
func damaged(gzipped []byte) []byte {
	gzipped[len(gzipped)-5] ^= 1
	return gzipped
}

// Not parallel: it measures what the process allocates.
func TestHostileServers(t *testing.T) {
	for _, test := range hostiles() {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { test.run(t) })
		})
	}
}

func (h hostile) run(t *testing.T) {
	n := newNetwork()
	n.add("bad.test", h.serve)
	n.addAt("inside.test", web(serveList), "127.0.0.5")
	n.addAt("metadata.test", web(serveList), "169.254.169.254")
	n.addAt("rebinding.test", redirectTo("http://rebinding.test/again"), "203.0.113.6", "127.0.0.1")
	fetcher := newTestFetcher(t, n, Options{})
	url := h.url
	if url == "" {
		url = "http://bad.test/ca.crl"
	}
	request := refresh.Request{URLs: []string{url}, Now: time.Now(), MaxBytes: h.maxBytes, Timeout: h.timeout}

	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	fetched, err := fetcher.Fetch(context.Background(), request)
	took := time.Since(start)
	runtime.ReadMemStats(&after)

	var failure *Error
	if !errors.As(err, &failure) {
		t.Fatalf("got %d bytes and error %v, want an *Error", len(fetched.Body), err)
	}
	if failure.Reason() != h.reason || !strings.Contains(err.Error(), h.says) {
		t.Errorf("got reason %q in %q, want %q and %q", failure.Reason(), err, h.reason, h.says)
	}
	if fetched.Body != nil || fetched.NotModified {
		t.Errorf("got half an answer %+v, want none", fetched)
	}
	if took > h.within {
		t.Errorf("got an answer after %v, want it within %v", took, h.within)
	}
	if n.dials() != h.tries {
		t.Errorf("got %d connections, want %d", n.dials(), h.tries)
	}
	if allocated := after.TotalAlloc - before.TotalAlloc; allocated > max(h.alloc, 4<<20) {
		t.Errorf("got %d bytes allocated, want at most %d", allocated, max(h.alloc, 4<<20))
	}
	h.checkText(t, err.Error())
	request.URLs = []string{"http://good.test/ca.crl"}
	request.MaxBytes = 0
	fetched, err = fetcher.Fetch(context.Background(), request)
	if err != nil || !bytes.Equal(fetched.Body, theList) {
		t.Errorf("got error %v from a good server afterwards, want the list", err)
	}
}

// checkText demands that an error fits into one line of a log.
func (h hostile) checkText(t *testing.T, text string) {
	t.Helper()
	if len(text) > 700 || strings.Contains(text, "hush") {
		t.Errorf("got error %q, want it short and without secrets", text)
	}
	for _, r := range text {
		if r < ' ' || r > '~' {
			t.Errorf("got error %q, want only what can be printed", text)
		}
	}
}
