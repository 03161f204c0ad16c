package alb

import (
	"crypto/x509"
	"math/big"
	"time"
)

// TrustStore is what a verify listener trusts. View is called in every
// handshake, from many goroutines: it must be quick, and must return a complete
// state (never half of a change). The listener does not change what it is given.
type TrustStore interface {
	View() View
}

// View is the state of a trust store at one moment.
type View struct {
	// Generation differs whenever anything else in the view differs.
	Generation uint64
	// Bundle holds the roots and intermediates of the CA bundle.
	Bundle []*x509.Certificate
	// Lists are the imported revocation lists, in any order.
	Lists []List
}

// List is one imported revocation list, parsed when it was imported.
type List struct {
	// ID is the revocation ID.
	ID int64
	// RawIssuer is the DER of the issuer's name.
	RawIssuer []byte
	// IssuerKey is the DER of the public key (SubjectPublicKeyInfo) that the
	// list's signature was checked with; empty where no signer was known.
	IssuerKey []byte
	// AuthorityKeyID is the list's authority key identifier; empty if absent.
	// It counts only without an IssuerKey.
	AuthorityKeyID []byte
	// NextUpdate is zero when the list names none.
	NextUpdate time.Time
	// Serials are the revoked serial numbers.
	Serials SerialSet
}

// SerialSet are the serial numbers of a list. Revokes is called from many
// goroutines, must not parse anything, and does not keep serial.
type SerialSet interface {
	Revokes(serial *big.Int) bool
}
