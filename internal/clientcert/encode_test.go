package clientcert

import (
	"crypto/x509"
	"net/url"
	"strings"
	"testing"

	"github.com/sekisho/sekisho/internal/pkitest"
)

func TestEncodeIsTheFormOfALB(t *testing.T) {
	t.Parallel()
	text, chain := textWithPlusAndSlash(t)
	got := Encode(chain)
	if !strings.HasPrefix(got, "-----BEGIN%20CERTIFICATE-----%0AMII") {
		t.Errorf("got %.60q…, want it to begin as the guide shows", got)
	}
	if !strings.HasSuffix(got, "%0A-----END%20CERTIFICATE-----%0A") {
		t.Errorf("got …%q, want it to end as the guide shows", got[len(got)-40:])
	}
	for _, literal := range []string{"+", "/"} {
		if strings.Count(got, literal) != strings.Count(text, literal) {
			t.Errorf("got %d times %q, want it literal throughout", strings.Count(got, literal), literal)
		}
	}
	plain, err := url.PathUnescape(got)
	if err != nil || plain != text {
		t.Errorf("got another text after url.PathUnescape, error %v", err)
	}
}

func TestEncodeLeavesEqualsSignLiteral(t *testing.T) {
	t.Parallel()
	for range 100 {
		cert := issue(t, 1)[0]
		if len(cert.Raw)%3 == 0 {
			continue
		}
		if !strings.Contains(Encode([]*x509.Certificate{cert}), "=%0A-----END") {
			t.Error("the padding is not literal")
		}
		return
	}
	t.Fatal("no certificate whose PEM is padded in a hundred")
}

func TestEncodeOfNothing(t *testing.T) {
	t.Parallel()
	if got := Encode(nil); got != "" {
		t.Errorf("got %q, want nothing", got)
	}
}

func TestRefusedErrorQuotesNoHeader(t *testing.T) {
	t.Parallel()
	body := string(pkitest.PEM(issue(t, 1)...))
	_, err := Decode(escapeFew(body + "secret-text"))
	if err == nil || strings.Contains(err.Error(), "secret-text") {
		t.Errorf("got %v, want an error that does not repeat the header", err)
	}
}
