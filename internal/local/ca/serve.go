package ca

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
	"time"
)

// The media types of what is served (RFC 5280, section 4.2.1.13; RFC 2585).
const (
	typeList        = "application/pkix-crl"
	typeCertificate = "application/pkix-cert"
)

// ListURL is where the list of an authority is served, in DER.
func (c *CA) ListURL(of Authority) string { return c.options.BaseURL + listPath(of) }

// CertificateURL is where the certificate of an authority is served, in DER.
func (c *CA) CertificateURL(of Authority) string { return c.options.BaseURL + certificatePath(of) }

func (c *CA) points(of Authority) points {
	return points{list: c.ListURL(of), certificate: c.CertificateURL(of)}
}

func listPath(of Authority) string        { return "/" + string(of) + ".crl" }
func certificatePath(of Authority) string { return "/" + string(of) + ".crt" }

// ServeHTTP serves both lists and both certificates, with a strong ETag, the
// date of the list, and the answer 304 to a condition that still holds.
func (c *CA) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	override := c.override(r.URL.Path)
	if override != nil {
		override.ServeHTTP(w, r)
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "only GET and HEAD", http.StatusMethodNotAllowed)
		return
	}
	switch path := r.URL.Path; path {
	case listPath(Root), listPath(Issuing):
		c.serveList(w, r, Authority(strings.TrimSuffix(path[1:], ".crl")))
	case certificatePath(Root), certificatePath(Issuing):
		certificate := c.Certificate(Authority(strings.TrimSuffix(path[1:], ".crt")))
		serve(w, r, typeCertificate, certificate.Raw, certificate.NotBefore)
	default:
		http.NotFound(w, r)
	}
}

func (c *CA) serveList(w http.ResponseWriter, r *http.Request, of Authority) {
	list, err := c.List(of)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	modified := list.ThisUpdate
	if list.undated {
		modified = time.Time{} // no Last-Modified, and no 304 for a date alone
	}
	serve(w, r, typeList, list.DER, modified)
}

func serve(w http.ResponseWriter, r *http.Request, mediaType string, body []byte, modified time.Time) {
	sum := sha256.Sum256(body)
	w.Header().Set("Content-Type", mediaType)
	w.Header().Set("ETag", `"`+hex.EncodeToString(sum[:])+`"`)
	http.ServeContent(w, r, "", modified, bytes.NewReader(body))
}

// Override has handler answer for a path ("/issuing.crl") in place of the CA,
// until it is overridden by nil. It plays what goes wrong at a distribution
// point: see Down and Body.
func (c *CA) Override(path string, handler http.Handler) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if handler == nil {
		delete(c.overrides, path)
		return
	}
	c.overrides[path] = handler
}

func (c *CA) override(path string) http.Handler {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.overrides[path]
}
