package crl

import (
	"strconv"
	"time"
)

// Entry is what a list says about one certificate.
type Entry struct {
	// RevokedAt is the revocation date, in UTC.
	RevokedAt time.Time
	Reason    RevocationReason
}

// RevocationReason is a CRLReason (RFC 5280, section 5.3.1), or [NoReason]. It
// informs only: a certificate on a list is revoked, whatever the reason.
type RevocationReason int8

// NoReason says that an entry gives no reason.
const NoReason RevocationReason = -1

const faultReason fault = "a reason code is none of those that RFC 5280 knows"

// The reason codes of RFC 5280, section 5.3.1; 7 is not used.
const (
	Unspecified          RevocationReason = 0
	KeyCompromise        RevocationReason = 1
	CACompromise         RevocationReason = 2
	AffiliationChanged   RevocationReason = 3
	Superseded           RevocationReason = 4
	CessationOfOperation RevocationReason = 5
	CertificateHold      RevocationReason = 6
	RemoveFromCRL        RevocationReason = 8
	PrivilegeWithdrawn   RevocationReason = 9
	AACompromise         RevocationReason = 10
)

func revocationReason(code byte) (RevocationReason, error) {
	if code > byte(AACompromise) || code == 7 {
		return NoReason, faultReason
	}
	return RevocationReason(code), nil
}

// String is the name that RFC 5280 gives to the reason, empty for NoReason.
func (r RevocationReason) String() string {
	switch r {
	case NoReason:
		return ""
	case Unspecified:
		return "unspecified"
	case KeyCompromise:
		return "keyCompromise"
	case CACompromise:
		return "cACompromise"
	case AffiliationChanged:
		return "affiliationChanged"
	case Superseded:
		return "superseded"
	case CessationOfOperation:
		return "cessationOfOperation"
	case CertificateHold:
		return "certificateHold"
	case RemoveFromCRL:
		return "removeFromCRL"
	case PrivilegeWithdrawn:
		return "privilegeWithdrawn"
	case AACompromise:
		return "aACompromise"
	default:
		return "reason " + strconv.Itoa(int(r))
	}
}
