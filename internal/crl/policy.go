package crl

import (
	"crypto/x509"
	"time"
)

// DefaultMaxSize is what a policy allows a list to be long, in bytes of DER,
// when it says nothing else.
const DefaultMaxSize = 64 << 20

// Policy is what one source of lists is allowed. Its zero value is the
// strictest.
type Policy struct {
	// MaxSize bounds the DER in bytes; 0 is [DefaultMaxSize].
	MaxSize int64
	// MaxAge allows lists without a next update and is the time after which
	// they count as stale; 0 refuses them.
	MaxAge time.Duration
	// AllowScoped takes lists that cover some certificates of their issuer
	// only. Whoever looks a list up by issuer alone must not.
	AllowScoped bool
	// Algorithms are the signature algorithms to take; nil is
	// [GateAlgorithms]. Others than those can be named, but not verified.
	Algorithms []x509.SignatureAlgorithm
}

// GateAlgorithms are the signature algorithms that an ALB takes, and the only
// ones that this package can verify.
func GateAlgorithms() []x509.SignatureAlgorithm {
	return []x509.SignatureAlgorithm{
		x509.SHA256WithRSA, x509.SHA384WithRSA, x509.SHA512WithRSA,
		x509.ECDSAWithSHA256, x509.ECDSAWithSHA384, x509.ECDSAWithSHA512,
		x509.SHA256WithRSAPSS, x509.SHA384WithRSAPSS, x509.SHA512WithRSAPSS,
	}
}

// NextUpdate is when the list becomes stale under the policy: its own next
// update, or MaxAge after it was issued when it has none.
func (p Policy) NextUpdate(l *List) time.Time {
	if l.NextUpdate.IsZero() && p.MaxAge > 0 {
		return l.ThisUpdate.Add(p.MaxAge)
	}
	return l.NextUpdate
}

func (p Policy) maxSize() int64 {
	if p.MaxSize == 0 {
		return DefaultMaxSize
	}
	return p.MaxSize
}

func (p Policy) algorithms() []x509.SignatureAlgorithm {
	if p.Algorithms == nil {
		return GateAlgorithms()
	}
	return p.Algorithms
}
