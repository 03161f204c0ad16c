package gate

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/sekisho/sekisho/internal/clientcert"
)

// A client that breaks its body off is no fault of the upstream.
func TestBodyThatBreaksOff(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	target, _ := application(t)
	address := serve(t, w.upstream(UpstreamOptions{URL: target}))
	response := exchange(t, address, "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n"+
		clientcert.DefaultHeader+": "+clientcert.Encode(w.issuing.Issue(t, "laptop").Chain)+"\r\n\r\n-1\r\n\r\n")
	body, _ := io.ReadAll(response.Body)
	if response.StatusCode != http.StatusBadRequest || !strings.Contains(string(body), `"request-body"`) {
		t.Errorf("got %d %s, want 400 request-body", response.StatusCode, body)
	}
	if strings.Contains(w.log.String(), "upstream failed") {
		t.Errorf("log: got %s, want nothing about the upstream", w.log.String())
	}
}
