package gate

import (
	"encoding/base64"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/sekisho/sekisho/internal/clientcert"
	"github.com/sekisho/sekisho/internal/pkitest"
)

func TestSubRequests(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.putPolicy(rule("r", "laptop", "/public"))
	laptop, other := w.issuing.Issue(t, "laptop"), w.issuing.Issue(t, "other")
	addresses := map[string]string{}
	for _, proxy := range []string{"", "nginx", "traefik"} {
		original, err := OriginalOf(proxy)
		if err != nil {
			t.Fatal(err)
		}
		addresses[proxy] = serve(t, w.gate.SubRequests(original))
	}
	const nginx, traefik = "X-Original-Method: GET\r\nX-Original-URI: ", "X-Forwarded-Method: GET\r\nX-Forwarded-Uri: "
	cases := []struct {
		name, proxy string
		leaf        *pkitest.Leaf
		headers     string
		status      int
		reason      string
	}{
		{"allowed by nginx", "nginx", laptop, nginx + "/public/a?b=/../c\r\n", 200, ""},
		{"allowed by Traefik", "traefik", laptop, traefik + "/public/a?b\r\n", 200, ""},
		{"no certificate", "nginx", nil, nginx + "/public\r\n", 401, "no-certificate"},
		{"somebody else", "nginx", other, nginx + "/public\r\n", 403, "no-rule"},
		{"another path", "nginx", laptop, nginx + "/admin\r\n", 403, "no-rule"},
		{"another method", "nginx", laptop, "X-Original-Method: PUT\r\nX-Original-URI: /public\r\n", 403, "no-rule"},
		{"path trick", "nginx", laptop, nginx + "/public/%2e%2e/admin\r\n", 403, "ambiguous-path"},
		{"path as a whole URL", "nginx", laptop, nginx + "http://h/public\r\n", 403, "ambiguous-path"},
		{"what the other proxy would say", "nginx", laptop, nginx + "/admin\r\n" + traefik + "/public\r\n", 403, "no-rule"},
		{"what the other proxy would say, alone", "nginx", laptop, traefik + "/public\r\n", 403, "original-request"},
		{"what the other proxy would say, to Traefik", "traefik", laptop, nginx + "/public\r\n", 403, "original-request"},
		{"two paths", "nginx", laptop, nginx + "/public\r\nX-Original-URI: /admin\r\n", 403, "original-request"},
		{"no method", "nginx", laptop, "X-Original-URI: /public\r\n", 403, "original-request"},
		{"a proxy that tells nothing", "", laptop, nginx + "/public\r\n", 403, "ambiguous-path"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			text := "GET /auth HTTP/1.1\r\nHost: h\r\n" + c.headers
			if c.leaf != nil {
				text += clientcert.DefaultHeader + ": " + clientcert.Encode(c.leaf.Chain) + "\r\n"
			}
			response := exchange(t, addresses[c.proxy], text+"\r\n")
			body, _ := io.ReadAll(response.Body)
			if response.StatusCode != c.status || c.reason != "" && !strings.Contains(string(body), `"`+c.reason+`"`) {
				t.Fatalf("got %d %s, want %d %s", response.StatusCode, body, c.status, c.reason)
			}
			if c.status != 200 {
				return
			}
			header := response.Header
			if header.Get("X-Sekisho-Subject") != "CN=laptop" || header.Get("Client-Cert") != ":"+base64.StdEncoding.EncodeToString(laptop.Cert.Raw)+":" || len(body) > 0 {
				t.Errorf("got %v %q, want the identity in headers alone", header, body)
			}
			if header.Get("Cache-Control") != "no-store" {
				t.Errorf("got %v, want it kept out of caches", header)
			}
		})
	}
	if strings.Count(w.log.String(), `"msg":"decision"`) != len(cases) {
		t.Errorf("log: got %s, want one line for each of %d", w.log.String(), len(cases))
	}
}

// Without rules a proxy need not tell what it asks about.
func TestSubRequestWithoutRules(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	address := serve(t, w.gate.SubRequests(Original{}))
	response := exchange(t, address, "GET /auth HTTP/1.1\r\nHost: h\r\n"+clientcert.DefaultHeader+": "+clientcert.Encode(w.issuing.Issue(t, "laptop").Chain)+"\r\n\r\n")
	if response.StatusCode != http.StatusOK {
		t.Errorf("got %d, want 200", response.StatusCode)
	}
}

func TestOriginalOfAnUnknownProxy(t *testing.T) {
	t.Parallel()
	_, err := OriginalOf("apache")
	if err == nil || !strings.Contains(err.Error(), "nginx or traefik") {
		t.Errorf("got %v, want what there is", err)
	}
}
