package elbv2

import "fmt"

// The error codes of the API as they stand on the wire, all with status 400
// (ELB API reference, errors of each operation).
const (
	codeBundleNotFound       = "CaCertificatesBundleNotFound"
	codeDuplicateName        = "DuplicateTrustStoreName"
	codeDuplicateTagKeys     = "DuplicateTagKeys"
	codeInvalidAction        = "InvalidAction"
	codeInvalidBundle        = "InvalidCaCertificatesBundle"
	codeInvalidRevocation    = "InvalidRevocationContent"
	codeRevocationIDNotFound = "RevocationIdNotFound"
	codeRevocationNotFound   = "RevocationContentNotFound"
	codeTooManyEntries       = "TooManyTrustStoreRevocationEntries"
	codeTooManyTags          = "TooManyTags"
	codeTooManyTrustStores   = "TooManyTrustStores"
	codeTrustStoreInUse      = "TrustStoreInUse"
	codeTrustStoreNotFound   = "TrustStoreNotFound"
	codeValidation           = "ValidationError"
	// codeTooManyLists is our guess: AWS documents the quota of lists but
	// models no error for it. Clients must cope with any code here.
	codeTooManyLists = "TooManyTrustStoreRevocations"
)

// failure is an answer that says no.
type failure struct{ code, message string }

func (f *failure) Error() string { return f.code + ": " + f.message }

func failf(code, format string, args ...any) error {
	return &failure{code: code, message: fmt.Sprintf(format, args...)}
}
