package chain

import (
	"errors"
	"fmt"
)

// Reason says in one stable word why a client was refused. The words are part
// of what the verifier answers and logs.
type Reason string

// The reasons. All but the last mean that the client must not pass.
const (
	ReasonNoCertificate      Reason = "no-certificate"
	ReasonChainTooLong       Reason = "chain-too-long"
	ReasonVersion            Reason = "certificate-version" // not X.509 v3
	ReasonKey                Reason = "certificate-key"
	ReasonSignatureAlgorithm Reason = "certificate-signature-algorithm"
	ReasonSyntax             Reason = "certificate-syntax" // a field that must say something, and is empty
	ReasonCriticalExtension  Reason = "critical-extension" // one that nobody here understands
	ReasonLeafIsCA           Reason = "leaf-is-ca"
	ReasonNotACA             Reason = "not-a-ca" // an issuer that may not issue
	ReasonExpired            Reason = "expired"
	ReasonNotYetValid        Reason = "not-yet-valid"
	ReasonUntrusted          Reason = "untrusted"
	ReasonUsage              Reason = "usage"
	ReasonPathLength         Reason = "path-length"
	ReasonNameConstraints    Reason = "name-constraints"
	ReasonPolicy             Reason = "certificate-policy"
	ReasonTooComplex         Reason = "too-complex"
	ReasonRevoked            Reason = "revoked"

	// ReasonRevocationUnavailable means that nothing can be decided: there is
	// no list for a certificate, or none to rely on.
	ReasonRevocationUnavailable Reason = "revocation-unavailable"
)

// RefusedError says why a client was refused.
type RefusedError struct {
	Reason Reason
	// Position is the certificate at fault, counted from the leaf, which is 0.
	Position int
	// Code is what a verify listener writes into the connection log for the
	// same fault (ALB guide, "Connection logs"), "" when it has no code for it.
	Code string
	// Detail is for the operator. It holds no certificate and no key.
	Detail string
}

func (e *RefusedError) Error() string {
	return fmt.Sprintf("client certificate refused (%s at position %d): %s", e.Reason, e.Position, e.Detail)
}

func refuse(reason Reason, position int, format string, args ...any) error {
	return &RefusedError{Reason: reason, Position: position, Code: codeOf(reason), Detail: fmt.Sprintf(format, args...)}
}

func hasReason(err error, reason Reason) bool {
	var refused *RefusedError
	return errors.As(err, &refused) && refused.Reason == reason
}

// codeOf maps a reason to the code of the connection log. Reasons for which
// the guide names no code of their own share ClientCertInvalid.
func codeOf(reason Reason) string {
	switch reason {
	case ReasonNoCertificate:
		return ""
	case ReasonChainTooLong:
		return "ClientCertMaxChainDepthExceeded"
	case ReasonVersion, ReasonKey, ReasonSignatureAlgorithm:
		return "ClientCertTypeUnsupported"
	case ReasonUntrusted:
		return "ClientCertUntrusted"
	case ReasonExpired:
		return "ClientCertExpired"
	case ReasonNotYetValid:
		return "ClientCertNotYetValid"
	case ReasonUsage, ReasonLeafIsCA:
		return "ClientCertPurposeInvalid"
	case ReasonRevoked:
		return "ClientCertCrlHit"
	case ReasonRevocationUnavailable:
		return "ClientCertCrlProcessingError"
	}
	return "ClientCertInvalid"
}
