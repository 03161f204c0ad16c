package alb

import (
	"bytes"
	"context"
	"crypto/x509"
	"net/http"
	"testing"
	"time"

	"github.com/sekisho/sekisho/internal/pkitest"
)

// A hole lets in whom it names, and nobody else.
func TestHolesLetInWhomTheyName(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	stranger := pkitest.NewCA(t, "stranger").Issue(t, "client")
	expired := s.issuing.Issue(t, "client", func(c *x509.Certificate) { c.NotAfter = pkitest.Epoch.Add(-time.Second) })
	clients := map[Reason]*pkitest.Leaf{ReasonNoCertificate: nil, ReasonUntrusted: stranger, ReasonExpired: expired}
	for hole := range clients {
		url := s.verify(t, func(c *VerifyConfig) { c.Holes = []Reason{hole} })
		for reason, leaf := range clients {
			_, _, err := get(s.client(t, leaf), url)
			if (err == nil) != (reason == hole) {
				t.Errorf("hole for %s, a client that is refused for %s: got %v", hole, reason, err)
			}
		}
	}
}

func TestListenerThatIsOffAsksForNoCertificate(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	var event []byte
	url := s.passthrough(t, func(_ context.Context, e []byte) ([]byte, error) {
		event = e
		return []byte(`{"statusCode":200,"body":""}`), nil
	}, func(c *PassthroughConfig) { c.Off = true })
	_, _, err := get(s.client(t, s.issuing.Issue(t, "client")), url)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(bytes.ToLower(event), []byte("mtls-clientcert")) {
		t.Errorf("the event has a certificate: %s", event)
	}
}

func TestClosedListenerSpeaksToNobody(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	url := s.verify(t, func(c *VerifyConfig) { c.Closed = true })
	_, _, err := get(s.client(t, s.issuing.Issue(t, "client")), url)
	if err == nil {
		t.Error("it answered")
	}
}

func TestAnswersHaveTheTimeOfTheListener(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	url := s.verify(t)
	response, err := s.client(t, s.issuing.Issue(t, "client")).Get("https://" + url)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	want := pkitest.Epoch.Format(http.TimeFormat)
	if got := response.Header.Get("Date"); got != want {
		t.Errorf("Date: got %s, want %s", got, want)
	}
}
