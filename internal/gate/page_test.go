package gate

import (
	"crypto/x509"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/sekisho/sekisho/internal/clientcert"
	"github.com/sekisho/sekisho/internal/pkitest"
)

func TestBrowsersGetAPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	unpublished := newUnpublishedWorld(t)
	evil := clientcert.Encode(pkitest.NewCA(t, "<script>alert(1)</script>").Issue(t, "<script>alert(2)</script>").Chain)
	good := clientcert.Encode(unpublished.issuing.Issue(t, "laptop").Chain)
	cases := []struct {
		name   string
		world  *world
		value  string
		accept string
		lang   string
		status int
		want   string // "" wants JSON
	}{
		{"401", w, "", "text/html", "en", 401, "A certificate is needed here"},
		{"403", w, evil, "text/html", "en-GB", 403, "Your certificate is not accepted here"},
		{"503", unpublished, good, "text/html", "en", 503, "Please try again in a moment"},
		{"401 in Japanese", w, "", "text/html", "ja", 401, "クライアント証明書が必要です"},
		{"403 in Japanese", w, evil, "text/html", "ja-JP", 403, "この証明書では利用できません"},
		{"503 in Japanese", unpublished, good, "text/html", "ja", 503, "しばらくしてから"},
		{"as browsers ask", w, "", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "en-US,en;q=0.5", 401, "A certificate"},
		{"as browsers in Japan ask", w, "", "text/html,*/*;q=0.8", "ja,en-US;q=0.7,en;q=0.3", 401, "クライアント"},
		{"Japanese is the second choice", w, "", "text/html", "en;q=0.9,ja;q=0.8", 401, "A certificate"},
		{"English is the second choice, and first in the list", w, "", "text/html", "en;q=0.7,ja;q=0.8", 401, "クライアント"},
		{"Japanese after a language that there is not", w, "", "text/html", "fr,JA;q=0.2", 401, "クライアント"},
		{"Japanese is refused", w, "", "text/html", "ja;q=0", 401, "A certificate"},
		{"no language that there is", w, "", "text/html", "fr, jam, ja_JP", 401, "A certificate"},
		{"damaged weights", w, "", "text/html", "ja;q=x, ja;q=2, ja;q=-1, ja;q=NaN", 401, "A certificate"},
		{"no language", w, "", "TEXT/HTML", "", 401, "A certificate"},
		{"anything", w, "", "*/*", "ja", 401, ""},
		{"nothing said", w, "", "", "ja", 401, ""},
		{"JSON", w, "", "application/json", "ja", 401, ""},
		{"anything but HTML", w, "", "*/*, text/html;q=0", "ja", 401, ""},
		{"HTML after too much else", w, "", strings.Repeat("a/b,", 100) + "text/html", "en", 401, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := request()
			if c.value != "" {
				r = request(c.value)
			}
			if c.accept != "" {
				r.Header.Set("Accept", c.accept)
			}
			r.Header.Set("Accept-Language", c.lang)
			got := c.world.send(r)
			kind := "text/html; charset=utf-8"
			if c.want == "" {
				kind = "application/problem+json"
			}
			if got.status != c.status || got.header.Get("Content-Type") != kind || !strings.Contains(got.body, c.want) {
				t.Errorf("got %d %s %s, want %d %s with %q", got.status, got.header, got.body, c.status, kind, c.want)
			}
			if got.header.Get("Vary") != "Accept, Accept-Language" || got.header.Get("Cache-Control") != "no-store" {
				t.Errorf("got headers %v, want caches told", got.header)
			}
			if strings.Contains(got.body, "alert(") || strings.Contains(got.body, "laptop") {
				t.Errorf("the page tells of the client: %s", got.body)
			}
		})
	}
}

// Whoever is let in gets the identity: a program as JSON, a person as a page in
// which nothing of a certificate is markup.
func TestAcceptedBrowserGetsTheIdentity(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	value := clientcert.Encode(w.issuing.Issue(t, "<script>alert(1)</script>", func(c *x509.Certificate) {
		c.DNSNames = []string{"laptop.example.com"}
	}).Chain)
	for _, c := range []struct{ name, accept, lang, kind, says string }{
		{"program", "*/*", "ja", "application/json", `"dns":["laptop.example.com"]`},
		{"person", "text/html", "en", "text/html; charset=utf-8", "Your certificate is accepted"},
		{"person in Japan", "text/html", "ja", "text/html; charset=utf-8", "証明書を確認しました"},
	} {
		r := request(value)
		r.Header.Set("Accept", c.accept)
		r.Header.Set("Accept-Language", c.lang)
		got := w.send(r)
		if got.status != 200 || got.header.Get("Content-Type") != c.kind || !strings.Contains(got.body, c.says) || !strings.Contains(got.body, "laptop.example.com") {
			t.Errorf("%s: got %d %v %s", c.name, got.status, got.header, got.body)
		}
		if strings.Contains(got.body, "<script>") || got.header.Get("Vary") == "" {
			t.Errorf("%s: markup of the certificate's, or caches not told: %v %s", c.name, got.header, got.body)
		}
		if strings.HasPrefix(c.kind, "text/html") {
			checkMarkup(t, c.name, got.body, c.lang)
		}
	}
}

// Every page is there, well-formed, in its language, and loads nothing.
func TestPages(t *testing.T) {
	t.Parallel()
	for _, lang := range []language{english, japanese} {
		for _, status := range []int{401, 403, 503} {
			name := fmt.Sprint(status, " ", lang)
			recorder := httptest.NewRecorder()
			writePage(recorder, status, lang)
			header := recorder.Header()
			if recorder.Code != status || header.Get("Content-Language") != string(lang) ||
				!strings.Contains(header.Get("Content-Security-Policy"), "default-src 'none'") {
				t.Errorf("%s: got %d %v", name, recorder.Code, header)
			}
			if len(pages()[lang][status].advice) < 2 {
				t.Errorf("%s: says too little", name)
			}
			checkMarkup(t, name, recorder.Body.String(), string(lang))
		}
	}
}

func checkMarkup(t *testing.T, name, body, lang string) {
	t.Helper()
	decoder := xml.NewDecoder(strings.NewReader(body))
	decoder.Strict, decoder.AutoClose = false, xml.HTMLAutoClose
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		element, is := token.(xml.StartElement)
		if !is {
			continue
		}
		for _, attribute := range element.Attr {
			if attribute.Name.Local == "src" || attribute.Name.Local == "href" {
				t.Errorf("%s: loads %s", name, attribute.Value)
			}
			if attribute.Name.Local == "lang" && attribute.Value != lang {
				t.Errorf("%s: says that it is in %s", name, attribute.Value)
			}
		}
	}
}
