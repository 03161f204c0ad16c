package alb

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// Entry is one connection attempt. Texts are free of control characters and
// quotation marks; an empty one was not known.
type Entry struct {
	// Time is when the connection was established or failed.
	Time time.Time
	// Listener is the configured name of the listener; it is not in the line.
	Listener string
	// Client and Node are the two ends of the connection.
	Client, Node netip.AddrPort

	Protocol    string        // as OpenSSL names it: TLSv1.2
	Cipher      string        // as OpenSSL names it
	KeyExchange string        // the group, as in secp256r1
	Latency     time.Duration // of a handshake that succeeded

	// Subject, Validity and Serial are the leaf's, whether it was taken or not.
	Subject, Validity, Serial string
	// Fingerprint is the leaf's SHA-256 in hex; it is not in the line.
	Fingerprint string

	// Code is empty when the connection was established; Reason and Detail are
	// then empty too.
	Code   Code
	Reason Reason
	Detail string

	TraceID      string
	LoadBalancer string
}

// Status is the field tls_verify_status: "Success" or "Failed:" and the code.
func (e Entry) Status() string {
	if e.Code == "" {
		return "Success"
	}
	return "Failed:" + string(e.Code)
}

// String is the log line, without its line end: the documented fields in their
// order (ALB guide, "Connection log entries"), and one more of the twin's own,
// why the connection failed. AWS adds new fields at the end too and tells
// readers to stop after the last one they know.
func (e Entry) String() string {
	latency := "-"
	if e.Code == "" {
		latency = strconv.FormatFloat(e.Latency.Seconds(), 'f', 3, 64)
	}
	return strings.Join([]string{
		e.Time.UTC().Format("2006-01-02T15:04:05.000000Z"),
		e.Client.Addr().String(),
		strconv.Itoa(int(e.Client.Port())),
		strconv.Itoa(int(e.Node.Port())),
		orDash(e.Protocol),
		orDash(e.Cipher),
		latency,
		`"` + orDash(e.Subject) + `"`,
		orDash(e.Validity),
		orDash(e.Serial),
		e.Status(),
		orDash(e.TraceID),
		orDash(e.KeyExchange),
		orDash(e.LoadBalancer),
		e.Node.Addr().String(),
		e.why(),
	}, " ")
}

func (e Entry) why() string {
	if e.Code == "" {
		return "-"
	}
	return `"` + string(e.Reason) + ": " + e.Detail + `"`
}

func orDash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}

// describeLeaf fills in what the log says of a client's certificate.
func (e *Entry) describeLeaf(leaf *x509.Certificate) {
	e.Subject = strings.ReplaceAll(distinguishedName(leaf.RawSubject), `\"`, `\22`)
	e.Validity = validity(leaf)
	e.Serial = serialNumber(leaf)
	sum := sha256.Sum256(leaf.Raw)
	e.Fingerprint = hex.EncodeToString(sum[:])
}

// describeTLS fills in what was agreed, as far as the handshake went.
func (e *Entry) describeTLS(state tls.ConnectionState) {
	e.Protocol = protocolName(state.Version)
	e.Cipher = cipherName(state.CipherSuite)
	e.KeyExchange = groupName(state.CurveID)
	if len(state.PeerCertificates) > 0 {
		e.describeLeaf(state.PeerCertificates[0])
	}
}

// describeFailure fills in why the handshake failed.
func (e *Entry) describeFailure(err error) {
	refusal, ours := errors.AsType[*Refusal](err)
	if !ours {
		refusal = handshakeRefusal(err)
	}
	e.Code, e.Reason, e.Detail = refusal.Code, refusal.Reason, oneLine(refusal.Detail)
}

// handshakeRefusal finds the code for an error that crypto/tls made itself. It
// has no error types for these, so the words decide; what is not known falls
// under the code that AWS has for it.
func handshakeRefusal(err error) *Refusal {
	text := err.Error()
	switch {
	case strings.Contains(text, "failed to parse client certificate"):
		return refuse(CodeInvalid, ReasonUnreadable, "%v", err)
	case strings.Contains(text, "unsupported public key"), strings.Contains(text, "containing RSA key larger"):
		return refuse(CodeTypeUnsupported, ReasonKey, "%v", err)
	case strings.Contains(text, "didn't provide a certificate"):
		return refuse(CodeUnmapped, ReasonNoCertificate, "%v", err)
	default:
		return refuse(CodeUnmapped, ReasonHandshake, "%v", err)
	}
}

// oneLine makes a text printable ASCII without quotation marks, so that it
// cannot end its field or its line.
func oneLine(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '"':
			return '\''
		case r < ' ' || r > '~':
			return '?'
		default:
			return r
		}
	}, text)
}
