package gate

import (
	"encoding/json"
	"io"
	"net/http"
	"time"

	"github.com/sekisho/sekisho/internal/chain"
)

// retryAfter is what a client is told to wait when nothing could be decided, in
// seconds: about as long as it takes to look at the bucket again.
const retryAfter = "5"

// write answers. A program learns one word about a refusal, a person what to
// do; the log has the rest.
func (v verdict) write(w http.ResponseWriter, to reader) {
	secure(w.Header())
	w.Header().Set("Vary", "Accept, Accept-Language")
	if v.status == http.StatusOK {
		writeIdentity(w, IdentityOf(v.client.identity), to)
		return
	}
	switch v.status {
	case http.StatusUnauthorized:
		// RFC 9110, section 11.6.1, demands a challenge; there is no registered
		// scheme for a certificate that belongs to the connection.
		w.Header().Set("WWW-Authenticate", `ClientCertificate realm="sekisho"`)
	case http.StatusServiceUnavailable:
		w.Header().Set("Retry-After", retryAfter)
	}
	if to.html {
		writePage(w, v.status, to.lang)
		return
	}
	writeJSON(w, v.status, problemType, problemOf(v))
}

func writeIdentity(w http.ResponseWriter, id Identity, to reader) {
	if to.html {
		writeIdentityPage(w, id, to.lang)
		return
	}
	writeJSON(w, http.StatusOK, "application/json", id)
}

// writeHealthy is the same for everybody.
func writeHealthy(w http.ResponseWriter) {
	secure(w.Header())
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(http.StatusOK)
	_, _ = io.WriteString(w, "ok\n") // whoever asked has left otherwise
}

// secure keeps answers out of caches: they hold for one request.
func secure(header http.Header) {
	header.Set("Cache-Control", "no-store")
	header.Set("X-Content-Type-Options", "nosniff")
}

func writeJSON(w http.ResponseWriter, status int, contentType string, document any) {
	w.Header().Set("Content-Type", contentType)
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(document) // whoever asked has left otherwise
}

// problemType is what a problem is.
const problemType = "application/problem+json"

// problem follows RFC 9457, with the reason as its extension.
type problem struct {
	Title  string `json:"title"`
	Status int    `json:"status"`
	Reason string `json:"reason"`
	Hint   string `json:"hint,omitempty"`
}

func problemOf(v verdict) problem {
	p := problem{Title: http.StatusText(v.status), Status: v.status, Reason: v.reason}
	if v.status == http.StatusUnauthorized {
		p.Hint = "present a client certificate when you connect"
	}
	return p
}

// Identity is a chain.Identity as a document: what an accepted client, or
// whoever asks on its behalf, is told.
type Identity struct {
	Subject     string   `json:"subject"`
	Issuer      string   `json:"issuer"`
	Serial      string   `json:"serial"`
	Fingerprint string   `json:"sha256Fingerprint"`
	Names       Names    `json:"subjectAlternativeNames"`
	Validity    Validity `json:"validity"`
}

// Names are those of the subject alternative name extension.
type Names struct {
	DNS   []string `json:"dns,omitempty"`
	Email []string `json:"email,omitempty"`
	URI   []string `json:"uri,omitempty"`
	IP    []string `json:"ip,omitempty"`
}

// Validity is from when until when a certificate is valid.
type Validity struct {
	NotBefore time.Time `json:"notBefore"`
	NotAfter  time.Time `json:"notAfter"`
}

// IdentityOf makes the document.
func IdentityOf(id *chain.Identity) Identity {
	return Identity{
		Subject:     id.Subject,
		Issuer:      id.Issuer,
		Serial:      id.Serial,
		Fingerprint: id.Fingerprint,
		Names:       Names{DNS: id.DNSNames, Email: id.Emails, URI: id.URIs, IP: id.IPs},
		Validity:    Validity{NotBefore: id.NotBefore.UTC(), NotAfter: id.NotAfter.UTC()},
	}
}
