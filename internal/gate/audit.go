package gate

import (
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/sekisho/sekisho/internal/chain"
)

// maxLogged bounds a value that came from outside, in bytes.
const maxLogged = 256

// audit writes the one line of a decision. What the client sent is told by
// numbers and hashes, never quoted as it came.
func (g *Gate) audit(ctx context.Context, v verdict, took time.Duration) {
	issuerKey, serial, fingerprint := v.who()
	attributes := []slog.Attr{
		slog.String("decision", v.word()),
		slog.Int("status", v.status),
		slog.String("reason", v.reason),
		slog.String("detail", plain(v.detail)),
		slog.String("rule", v.rule),
		slog.String("issuerKey", issuerKey),
		slog.String("trace", plain(OriginOf(ctx).TraceID)),
		slog.Int64("micros", took.Microseconds()),
	}
	if fingerprint != "" {
		attributes = append(attributes, slog.String("serial", plain(serial)), slog.String("fingerprint", fingerprint))
	}
	g.logger.LogAttrs(ctx, v.level(), "decision", attributes...)
}

// who is the client, or whom it claims to be: issuer's key, serial number and
// fingerprint, empty when nothing is known.
func (v verdict) who() (string, string, string) {
	switch {
	case v.client != nil:
		return v.client.client.IssuerKey(), v.client.identity.Serial, v.client.identity.Fingerprint
	case len(v.presented) > 0:
		return v.issuerKey, chain.SerialOf(v.presented[0]), hexSHA256(v.presented[0].Raw)
	}
	return "", "", ""
}

// word says what the status means here.
func (v verdict) word() string {
	switch v.status {
	case http.StatusOK:
		return "accepted"
	case http.StatusUnauthorized:
		return "no certificate"
	case http.StatusForbidden:
		return "refused"
	default:
		return "undecided"
	}
}

func (v verdict) level() slog.Level {
	if v.status == http.StatusServiceUnavailable {
		return slog.LevelError
	}
	return slog.LevelInfo
}

// plain is text without anything but printable ASCII, and of bounded length.
func plain(text string) string {
	text = text[:min(len(text), maxLogged)]
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '?'
		}
		return r
	}, text)
}

func keyHash(cert *x509.Certificate) string { return hexSHA256(cert.RawSubjectPublicKeyInfo) }

func hexSHA256(data []byte) string {
	hash := sha256.Sum256(data)
	return hex.EncodeToString(hash[:])
}
