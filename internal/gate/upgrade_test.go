package gate

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/sekisho/sekisho/internal/clientcert"
)

// changing is an upstream that changes to any protocol that it is asked for,
// and then repeats what it reads.
func changing(t *testing.T) string {
	t.Helper()
	return "http://" + serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		protocol := r.Header.Get("Upgrade")
		if protocol == "" {
			_, _ = io.WriteString(w, "no change")
			return
		}
		conn, both, err := w.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		_, _ = both.WriteString("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: " + protocol + "\r\n\r\n")
		_ = both.Flush()
		_, _ = io.Copy(conn, both)
	}))
}

// Behind a change to h2c stands a tunnel to the application, for requests of
// any content. A web socket is one too, but no application takes HTTP from it.
func TestOnlyWebSocketsAreTunnels(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	address := serve(t, w.upstream(UpstreamOptions{URL: changing(t)}))
	good := clientcert.DefaultHeader + ": " + clientcert.Encode(w.issuing.Issue(t, "laptop").Chain) + "\r\n"
	for _, c := range []struct {
		name, lines string
		status      int
	}{
		{"web socket", "Connection: Upgrade\r\nUpgrade: websocket\r\n", 101},
		{"web socket, in capitals", "Connection: upgrade\r\nUpgrade: WebSocket\r\n", 101},
		{"h2c", "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n", 200},
		{"h2c, not named as hop-by-hop", "Upgrade: h2c\r\n", 200},
		{"h2c beside a web socket", "Connection: Upgrade\r\nUpgrade: h2c, websocket\r\n", 200},
		{"h2c after a web socket", "Connection: Upgrade\r\nUpgrade: websocket\r\nUpgrade: h2c\r\n", 101},
		{"web socket after h2c", "Connection: Upgrade\r\nUpgrade: h2c\r\nUpgrade: websocket\r\n", 200},
		{"TLS", "Connection: Upgrade\r\nUpgrade: TLS/1.0\r\n", 200},
	} {
		response := exchange(t, address, "GET / HTTP/1.1\r\nHost: h\r\n"+c.lines+good+"\r\n")
		if response.StatusCode != c.status || c.status == 101 && !strings.EqualFold(response.Header.Get("Upgrade"), "websocket") {
			t.Errorf("%s: got %d %v, want %d", c.name, response.StatusCode, response.Header, c.status)
		}
	}
	response := exchange(t, address, "GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
	if response.StatusCode != http.StatusUnauthorized {
		t.Errorf("web socket without a certificate: got %d, want 401", response.StatusCode)
	}
}

func TestWebSocketCarriesBothWays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	address := serve(t, w.upstream(UpstreamOptions{URL: changing(t)}))
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_, err = io.WriteString(conn, "GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
		clientcert.DefaultHeader+": "+clientcert.Encode(w.issuing.Issue(t, "laptop").Chain)+"\r\n\r\n")
	if err != nil {
		t.Fatal(err)
	}
	reader := bufio.NewReader(conn)
	response, err := http.ReadResponse(reader, nil)
	if err != nil || response.StatusCode != http.StatusSwitchingProtocols {
		t.Fatalf("got %v and %v, want 101", response, err)
	}
	_, err = io.WriteString(conn, "ping\n")
	if err != nil {
		t.Fatal(err)
	}
	echo, err := reader.ReadString('\n')
	if err != nil || echo != "ping\n" {
		t.Errorf("got %q and %v, want what was sent", echo, err)
	}
}
