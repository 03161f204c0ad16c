package alb

import "fmt"

// Code is an error reason code of the connection log (ALB guide, "Connection
// logs": error reason codes).
type Code string

// The documented codes that this gate uses. ClientCertRejected and
// ClientCertIncompatible are documented too; nothing here leads to them.
const (
	CodeMaxChainDepthExceeded Code = "ClientCertMaxChainDepthExceeded"
	CodeMaxSizeExceeded       Code = "ClientCertMaxSizeExceeded"
	CodeCRLHit                Code = "ClientCertCrlHit"
	CodeCRLProcessingError    Code = "ClientCertCrlProcessingError"
	CodeUntrusted             Code = "ClientCertUntrusted"
	CodeNotYetValid           Code = "ClientCertNotYetValid"
	CodeExpired               Code = "ClientCertExpired"
	CodeTypeUnsupported       Code = "ClientCertTypeUnsupported"
	CodeInvalid               Code = "ClientCertInvalid"
	CodePurposeInvalid        Code = "ClientCertPurposeInvalid"
	CodeUnmapped              Code = "UnmappedConnectionError"
)

// Reason is the twin's own, finer word for why a connection failed: several
// reasons share one documented code.
type Reason string

// The reasons, each with the code that it is logged under.
const (
	ReasonVersion       Reason = "certificate-version"    // ClientCertTypeUnsupported
	ReasonKey           Reason = "key-unsupported"        // ClientCertTypeUnsupported
	ReasonSignature     Reason = "signature-unsupported"  // ClientCertTypeUnsupported
	ReasonUnreadable    Reason = "certificate-unreadable" // ClientCertInvalid
	ReasonExtension     Reason = "critical-extension"     // ClientCertInvalid
	ReasonTooLarge      Reason = "certificates-too-large" // ClientCertMaxSizeExceeded
	ReasonTooDeep       Reason = "chain-too-deep"         // ClientCertMaxChainDepthExceeded
	ReasonExpired       Reason = "expired"                // ClientCertExpired
	ReasonNotYetValid   Reason = "not-yet-valid"          // ClientCertNotYetValid
	ReasonUntrusted     Reason = "untrusted"              // ClientCertUntrusted
	ReasonPurpose       Reason = "purpose"                // ClientCertPurposeInvalid
	ReasonRevoked       Reason = "revoked"                // ClientCertCrlHit
	ReasonListMissing   Reason = "list-missing"           // ClientCertCrlProcessingError
	ReasonListExpired   Reason = "list-expired"           // ClientCertCrlProcessingError
	ReasonNoCertificate Reason = "no-certificate"         // UnmappedConnectionError
	ReasonHandshake     Reason = "handshake"              // UnmappedConnectionError
)

// Refusal is the error of a handshake that the gate ended: the documented code,
// the twin's own reason, and words for a person.
type Refusal struct {
	Code   Code
	Reason Reason
	Detail string
}

func (r *Refusal) Error() string {
	return fmt.Sprintf("%s (%s): %s", r.Code, r.Reason, r.Detail)
}

func refuse(code Code, reason Reason, format string, values ...any) *Refusal {
	return &Refusal{Code: code, Reason: reason, Detail: fmt.Sprintf(format, values...)}
}
