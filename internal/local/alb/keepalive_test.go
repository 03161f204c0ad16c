package alb

import (
	"errors"
	"net/http"
	"os"
	"testing"
	"time"
)

// TestClientKeepAlive: a connection older than the limit answers one more
// request and ends with that answer, whatever the protocol. Until then it is
// used again, even for a client that was revoked meanwhile.
func TestClientKeepAlive(t *testing.T) {
	t.Parallel()
	protocols := map[string]struct {
		edit  func(*http.Transport)
		major int
	}{"HTTP/1.1": {func(*http.Transport) {}, 1}, "HTTP/2": {overHTTP2, 2}}
	listeners := map[string]func(*testing.T, *site) string{
		"verify": func(t *testing.T, s *site) string { return s.verify(t, keepAliveOfAMinute) },
		"passthrough": func(t *testing.T, s *site) string {
			return s.passthrough(t, ok().invoke, func(c *PassthroughConfig) { c.ClientKeepAlive = time.Minute })
		},
	}
	for listener, serve := range listeners {
		for protocol, p := range protocols {
			t.Run(listener+" "+protocol, func(t *testing.T) {
				t.Parallel()
				s := newSite(t)
				leaf := s.issuing.Issue(t, "client")
				client := s.client(t, leaf, p.edit)
				ask := asker(t, client, serve(t, s), p.major)

				ask("new connection", 1, s)
				s.store.setLists(listOf(1, s.issuing, leaf.Cert))
				s.clock.advance(time.Minute)
				ask("as old as may be", 1, s)
				s.clock.advance(time.Nanosecond)
				ask("one more request", 1, s)
				s.store.setLists()
				ask("after that", 2, s)
			})
		}
	}
}

func keepAliveOfAMinute(c *VerifyConfig) { c.ClientKeepAlive = time.Minute }

// asker sends a request and counts, in the log, the connections so far.
func asker(t *testing.T, client *http.Client, address string, major int) func(string, int, *site) {
	return func(what string, connections int, s *site) {
		t.Helper()
		request, _ := http.NewRequest(http.MethodGet, "https://"+address+"/", nil)
		response, _ := do(t, client, request)
		if response.StatusCode != http.StatusOK || response.ProtoMajor != major {
			t.Errorf("%s: got %s over HTTP/%d", what, response.Status, response.ProtoMajor)
		}
		if got := len(s.entries.Last(100)); got != connections {
			t.Errorf("%s: got %d connections, want %d", what, got, connections)
		}
	}
}

// TestIdleConnectionEnds: a connection without a further request is closed by
// the listener, whether it has had one or not.
func TestIdleConnectionEnds(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	address := s.verify(t, func(c *VerifyConfig) { c.IdleTimeout = time.Millisecond })
	for _, request := range []string{"", "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"} {
		conn, reader := s.dial(t, address, s.issuing.Issue(t, "client"))
		_, _ = conn.Write([]byte(request)) // may come too late
		_, err := readAll(reader)
		if errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("after %q: still open", request)
		}
	}
}
