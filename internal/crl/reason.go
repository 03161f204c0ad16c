package crl

import "fmt"

// Reason is why a list was refused, in one stable word: metrics, decision
// records and documentation use it.
type Reason string

// The reasons for which [Read] and [Split] refuse what they are given.
const (
	// ReasonUnreadable: not a DER (or PEM) encoded list, or a damaged one.
	ReasonUnreadable Reason = "unreadable"
	// ReasonTooLarge: longer than [MaxSize], or than the policy allows.
	ReasonTooLarge Reason = "too-large"
	// ReasonTooManyLists: a file of more than [MaxLists] lists.
	ReasonTooManyLists Reason = "too-many-lists"
)

// The reasons for which [Check] refuses a list.
const (
	// ReasonUnknownIssuer: no certificate with the issuer's name and key.
	ReasonUnknownIssuer Reason = "unknown-issuer"
	// ReasonIssuerMayNotSign: the issuer is no CA, or lacks cRLSign.
	ReasonIssuerMayNotSign Reason = "issuer-may-not-sign-lists"
	// ReasonBadSignature: the issuer's key did not sign these bytes.
	ReasonBadSignature Reason = "bad-signature"
	// ReasonSignatureAlgorithm: an algorithm that the gate does not take.
	ReasonSignatureAlgorithm Reason = "signature-algorithm"
	// ReasonUnknownCriticalExtension: an extension of the list or of an entry
	// is critical and unknown, or critical although RFC 5280 rules that out.
	ReasonUnknownCriticalExtension Reason = "unknown-critical-extension"
	// ReasonDelta: only the changes since another list.
	ReasonDelta Reason = "delta"
	// ReasonIndirect: a list that speaks for other issuers.
	ReasonIndirect Reason = "indirect"
	// ReasonOnlyAttributeCertificates: nothing about public-key certificates.
	ReasonOnlyAttributeCertificates Reason = "only-attribute-certificates"
	// ReasonOnlySomeReasons: silent about the other reasons for revocation.
	ReasonOnlySomeReasons Reason = "only-some-reasons"
	// ReasonScoped: covers some of its issuer's certificates only, where the
	// policy demands a list of all of them.
	ReasonScoped Reason = "scoped"
	// ReasonNotYetValid: this update lies in the future.
	ReasonNotYetValid Reason = "not-yet-valid"
	// ReasonNoNextUpdate: no next update, and no maximum age in the policy.
	ReasonNoNextUpdate Reason = "no-next-update"
	// ReasonBehind: older than the accepted list, as an answer of a mirror
	// that lags may be. Keep what is in force; worth an alarm if it persists.
	ReasonBehind Reason = "behind"
	// ReasonRolledBack: number and date contradict each other when compared
	// with the accepted list: one is ahead, the other is behind.
	ReasonRolledBack Reason = "rolled-back"
)

// RefusedError is the refusal of one list.
type RefusedError struct {
	Reason Reason
	// Detail says what was found and what to do next, for an operator.
	Detail string
}

// Error is the reason and the detail.
func (e *RefusedError) Error() string {
	return fmt.Sprintf("revocation list refused: %s: %s", e.Reason, e.Detail)
}

func refuse(reason Reason, format string, values ...any) error {
	return &RefusedError{Reason: reason, Detail: fmt.Sprintf(format, values...)}
}
