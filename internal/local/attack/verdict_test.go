package attack

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// verdict is what must come back.
type verdict struct {
	// status is 0 where there must be no answer at all, because the TLS
	// handshake fails.
	status int
	// reason is the verifier's word; empty when it let the client in, or was
	// not asked.
	reason string
	// as is whom the client must be taken for, where it is let in.
	as []byte
	// body is what must be answered exactly, where the answer is a fixed one.
	body string
	// mute is for what no client can show over TLS.
	mute bool
}

func served(leaf *x509.Certificate) verdict { return verdict{status: http.StatusOK, as: leaf.Raw} }
func servedDER(leaf []byte) verdict         { return verdict{status: http.StatusOK, as: leaf} }
func refused(reason string) verdict         { return verdict{status: http.StatusForbidden, reason: reason} }
func malformed(reason string) verdict       { return verdict{status: http.StatusBadRequest, reason: reason} }
func undecided(reason string) verdict {
	return verdict{status: http.StatusServiceUnavailable, reason: reason}
}

// nobody is for a request without a certificate that anybody vouches for.
func nobody() verdict { return verdict{status: http.StatusUnauthorized, reason: "no-certificate"} }

// turnedAway is for what the load balancer answers itself.
func turnedAway(status int) verdict { return verdict{status: status} }

// noHandshake is for a client that gets no connection.
func noHandshake() verdict { return verdict{} }

// unproven is v for a chain that no client can show over TLS: the server cannot
// read it, or the client cannot prove that the key is its own.
func (v verdict) unproven() verdict {
	v.mute = true
	return v
}

// wire is what must come back where a TLS server stands before the verifier.
func (v verdict) wire() verdict {
	if v.mute {
		return noHandshake()
	}
	return v
}

func (v verdict) String() string {
	switch {
	case v.status == 0:
		return "no handshake"
	case v.as != nil:
		return "served as " + fingerprint(v.as)[:8]
	default:
		return strings.TrimSpace(fmt.Sprintf("%d %s", v.status, v.reason))
	}
}

// answer is what came back; its zero value is a handshake that failed.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// document is what the verifier writes: an identity or a problem.
type document struct {
	Fingerprint string `json:"sha256Fingerprint"`
	Status      int    `json:"status"`
	Reason      string `json:"reason"`
}

func (a answer) document() document {
	var d document
	err := json.Unmarshal(a.body, &d)
	if err != nil {
		return document{}
	}
	return d
}

// letIn says whom an answer lets in: the fingerprint of a certificate.
func (a answer) letIn() string { return a.document().Fingerprint }

func (a answer) String() string {
	if a.status == 0 {
		return "no handshake"
	}
	if a.letIn() != "" {
		return fmt.Sprintf("%d as %.8s", a.status, a.letIn())
	}
	return strings.TrimSpace(fmt.Sprintf("%d %s", a.status, a.document().Reason))
}

// fault compares; it is empty when all is well. The second result says that
// somebody was let in who must not be, or as somebody else.
func (v verdict) fault(got answer) (string, bool) {
	who := got.letIn()
	switch {
	case who != "" && (v.as == nil || fingerprint(v.as) != who):
		return fmt.Sprintf("WRONG ACCEPT: got %s, want %s", got, v), true
	case got.status != v.status, got.document().Reason != v.reason, v.as != nil && who == "":
		return fmt.Sprintf("got %s, want %s; body %.200q", got, v, got.body), false
	case v.body != "" && v.body != string(got.body):
		return fmt.Sprintf("got the body %.200q, want %q", got.body, v.body), false
	case v.as == nil:
		return got.leak(), false
	}
	return "", false
}

// hint is what a client without a certificate is told to do.
const hint = "present a client certificate when you connect"

// leak says what a refusal tells beyond its one word.
func (a answer) leak() string {
	var fields map[string]any
	err := json.Unmarshal(a.body, &fields)
	if err != nil {
		return "" // not the verifier's
	}
	for name, value := range fields {
		known := strings.Contains(" title status reason ", " "+name+" ")
		if !known && !(name == "hint" && value == hint && a.status == http.StatusUnauthorized) {
			return fmt.Sprintf("the refusal has a field %q: %.100q", name, value)
		}
	}
	if title := fields["title"]; title != http.StatusText(a.status) {
		return fmt.Sprintf("the title is %q", title)
	}
	for name := range a.header {
		if !strings.Contains(" Cache-Control Content-Length Content-Type Connection Date Server Retry-After Www-Authenticate X-Content-Type-Options Vary ", " "+name+" ") {
			return fmt.Sprintf("the refusal has a header %q", name)
		}
	}
	return ""
}

func fingerprint(der []byte) string {
	hash := sha256.Sum256(der)
	return hex.EncodeToString(hash[:])
}
