package ca

import (
	"bytes"
	"crypto/x509"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestServedList(t *testing.T) {
	t.Parallel()
	c, _ := newCA(t)
	url := serveCA(t, c) + "/issuing.crl"
	response, body := mustAsk(t, http.MethodGet, url, nil)
	if response.StatusCode != http.StatusOK || !bytes.Equal(body, mustList(t, c, Issuing).Raw) {
		t.Errorf("got status %d and %d bytes, want the list in DER", response.StatusCode, len(body))
	}
	got := map[string]string{}
	for _, name := range []string{"Content-Type", "Last-Modified"} {
		got[name] = response.Header.Get(name)
	}
	diff := cmp.Diff(map[string]string{"Content-Type": "application/pkix-crl", "Last-Modified": epoch.Format(http.TimeFormat)}, got)
	if diff != "" {
		t.Errorf("header differs (-want +got):\n%s", diff)
	}
	etag := response.Header.Get("ETag")
	if !strings.HasPrefix(etag, `"`) || len(etag) < 20 {
		t.Errorf("got ETag %s, want a strong one", etag)
	}
	head, nothing := mustAsk(t, http.MethodHead, url, nil)
	if head.StatusCode != http.StatusOK || len(nothing) != 0 || head.Header.Get("ETag") != etag || head.ContentLength != int64(len(body)) {
		t.Errorf("HEAD: status %d, %d bytes, tag %s, length %d", head.StatusCode, len(nothing), head.Header.Get("ETag"), head.ContentLength)
	}
}

func TestConditionalRequests(t *testing.T) {
	t.Parallel()
	c, _ := newCA(t)
	url := serveCA(t, c) + "/issuing.crl"
	response, _ := mustAsk(t, http.MethodGet, url, nil)
	etag, modified := response.Header.Get("ETag"), response.Header.Get("Last-Modified")
	earlier := epoch.Add(-time.Second).Format(http.TimeFormat)
	for _, test := range []struct {
		name   string
		header map[string]string
		want   int
	}{
		{"same-tag", map[string]string{"If-None-Match": etag}, http.StatusNotModified},
		{"one-of-several-tags", map[string]string{"If-None-Match": `"x", ` + etag}, http.StatusNotModified},
		{"other-tag", map[string]string{"If-None-Match": `"x"`}, http.StatusOK},
		{"same-date", map[string]string{"If-Modified-Since": modified}, http.StatusNotModified},
		{"earlier-date", map[string]string{"If-Modified-Since": earlier}, http.StatusOK},
		{"other-tag-wins-over-same-date", map[string]string{"If-None-Match": `"x"`, "If-Modified-Since": modified}, http.StatusOK},
	} {
		t.Run(test.name, func(t *testing.T) {
			response, body := mustAsk(t, http.MethodGet, url, test.header)
			if response.StatusCode != test.want || (test.want == http.StatusNotModified) != (len(body) == 0) {
				t.Errorf("got status %d and %d bytes, want %d", response.StatusCode, len(body), test.want)
			}
		})
	}
}

// The date has whole seconds only: a second list within one must not be hidden
// behind it.
func TestTwoListsWithinOneSecond(t *testing.T) {
	t.Parallel()
	c, clock := newCA(t)
	mustIssue(t, c, "laptop-1")
	url := serveCA(t, c) + "/issuing.crl"
	first, _ := mustAsk(t, http.MethodGet, url, nil)
	clock.advance(300 * time.Millisecond)
	mustRevoke(t, c, "laptop-1")
	for name, header := range map[string]map[string]string{
		"tag":  {"If-None-Match": first.Header.Get("ETag")},
		"date": {"If-Modified-Since": first.Header.Get("Last-Modified")},
		"both": {"If-None-Match": first.Header.Get("ETag"), "If-Modified-Since": first.Header.Get("Last-Modified")},
	} {
		second, body := mustAsk(t, http.MethodGet, url, header)
		if second.StatusCode != http.StatusOK || !bytes.Equal(body, mustList(t, c, Issuing).Raw) {
			t.Errorf("asking by %s: status %d and %d bytes, want the second list", name, second.StatusCode, len(body))
		}
		if second.Header.Get("ETag") == first.Header.Get("ETag") {
			t.Error("two lists have one tag")
		}
	}
}

func TestServedCertificates(t *testing.T) {
	t.Parallel()
	c, _ := newCA(t)
	url := serveCA(t, c)
	for path, of := range map[string]Authority{"/root.crt": Root, "/issuing.crt": Issuing} {
		response, body := mustAsk(t, http.MethodGet, url+path, nil)
		served, err := x509.ParseCertificate(body)
		if err != nil || !served.Equal(c.Certificate(of)) || response.Header.Get("Content-Type") != "application/pkix-cert" {
			t.Errorf("%s: got %v, %v, %s", path, served, err, response.Header.Get("Content-Type"))
		}
	}
}

func TestRefusedRequests(t *testing.T) {
	t.Parallel()
	c, _ := newCA(t)
	url := serveCA(t, c)
	for _, test := range []struct {
		name, method, path string
		want               int
	}{
		{"post", http.MethodPost, "/issuing.crl", http.StatusMethodNotAllowed},
		{"keys", http.MethodGet, "/ca.json", http.StatusNotFound},
		{"server-ca", http.MethodGet, "/server.crl", http.StatusNotFound},
		{"up", http.MethodGet, "/../ca.json", http.StatusNotFound},
		{"nothing", http.MethodGet, "/", http.StatusNotFound},
	} {
		response, body := mustAsk(t, test.method, url+test.path, nil)
		if response.StatusCode != test.want || bytes.Contains(body, []byte("PRIVATE")) {
			t.Errorf("%s: got status %d, want %d", test.name, response.StatusCode, test.want)
		}
	}
}

// A CA whose memory is gone says so instead of serving an old list as new.
func TestListThatCannotBeSigned(t *testing.T) {
	t.Parallel()
	c, clock := newCA(t)
	url := serveCA(t, c) + "/issuing.crl"
	mustAsk(t, http.MethodGet, url, nil)
	c.dir += "/gone"
	clock.advance(13 * time.Hour)
	response, _ := mustAsk(t, http.MethodGet, url, nil)
	if response.StatusCode != http.StatusInternalServerError {
		t.Errorf("got status %d, want 500", response.StatusCode)
	}
}

func TestOverride(t *testing.T) {
	t.Parallel()
	c, _ := newCA(t)
	url := serveCA(t, c)
	healthy, list := mustAsk(t, http.MethodGet, url+"/issuing.crl", nil)
	page := []byte("<html>maintenance</html>")
	c.Override("/issuing.crl", Body("text/html", page))
	response, body := mustAsk(t, http.MethodGet, url+"/issuing.crl", map[string]string{"If-None-Match": healthy.Header.Get("ETag")})
	if response.StatusCode != http.StatusOK || !bytes.Equal(body, page) || response.Header.Get("Content-Type") != "text/html" {
		t.Errorf("a page: got status %d, %s", response.StatusCode, body)
	}
	c.Override("/issuing.crl", Body("application/pkix-crl", list[:len(list)/2]))
	_, body = mustAsk(t, http.MethodGet, url+"/issuing.crl", nil)
	if !bytes.Equal(body, list[:len(list)/2]) {
		t.Errorf("a truncated list: got %d bytes, want %d", len(body), len(list)/2)
	}
	c.Override("/issuing.crl", Down())
	_, _, err := ask(t, http.MethodGet, url+"/issuing.crl", nil)
	if err == nil {
		t.Error("a distribution point that is down answers")
	}
	other, _ := mustAsk(t, http.MethodGet, url+"/root.crl", nil)
	if other.StatusCode != http.StatusOK {
		t.Errorf("the other list: got status %d", other.StatusCode)
	}
	c.Override("/issuing.crl", nil)
	_, body = mustAsk(t, http.MethodGet, url+"/issuing.crl", nil)
	if !bytes.Equal(body, list) {
		t.Error("healed, it serves something else than before")
	}
}

// What is remembered is written so that a person can read it.
func TestMemoryIsReadable(t *testing.T) {
	t.Parallel()
	c, _ := newCA(t)
	mustIssue(t, c, "laptop-1")
	mustRevoke(t, c, "laptop-1")
	m, err := load(c.dir)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(m.Issued[1])
	want := `{"name":"laptop-1","serial":"` + m.Issued[1].Serial + `","issuer":"issuing","notAfter":"2026-08-30T12:00:00Z","revoked":{"at":"2026-06-01T12:00:00Z","reason":0}}`
	if err != nil || string(text) != want {
		t.Errorf("got %s, %v; want %s", text, err, want)
	}
}
