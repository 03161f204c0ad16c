package elbtrust

import (
	"errors"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/smithy-go"
)

// What can go wrong with a call, as Error.Code.
const (
	// CodeTooManyEntries: the trust store's quota of revoked entries is used up.
	CodeTooManyEntries = "too-many-entries"
	// CodeTooManyLists: some other quota is, in all likelihood that of 30 lists,
	// for which the API has no error of its own.
	CodeTooManyLists = "too-many-lists"
	// CodeInvalidContent: the service does not accept the list.
	CodeInvalidContent = "invalid-content"
	// CodeContentNotFound: the service does not find the object in the bucket.
	CodeContentNotFound = "content-not-found"
	// CodeTrustStoreNotFound: there is no such trust store.
	CodeTrustStoreNotFound = "trust-store-not-found"
	// CodeThrottled: too many calls; a later one will do.
	CodeThrottled = "throttled"
	// CodeAccessDenied: the role may not, or its credentials are no good.
	CodeAccessDenied = "access-denied"
	// CodeRefused: refused with a code that is not known here.
	CodeRefused = "refused"
	// CodeUnavailable: the service failed.
	CodeUnavailable = "unavailable"
	// CodeUnreachable: no answer came.
	CodeUnreachable = "unreachable"
	// CodeUnclear: the answer was not understood.
	CodeUnclear = "unclear"
)

// advices say what to do next, for the person who reads the error.
var advices = map[string]string{
	CodeTooManyEntries:     "the trust store's quota of revoked entries is used up: ask AWS to raise quota L-37E1617B, or allow the source to replace instead of overlap",
	CodeTooManyLists:       "a quota of the trust store is used up, probably that of revocation lists: remove lists that are not needed, or ask AWS to raise quota L-332EE142",
	CodeInvalidContent:     "the trust store does not accept this list; the one in force stays",
	CodeContentNotFound:    "the trust store does not find the object: allow this role s3:GetObject and s3:GetObjectVersion on it, for the service reads it with the role's rights",
	CodeTrustStoreNotFound: "there is no such trust store: check its ARN, and that it is in the region and account of the function",
	CodeThrottled:          "too many calls at once; the next run tries again",
	CodeAccessDenied:       "access denied: allow this role the action on the trust store (Describe actions need Resource \"*\"), and s3:GetObject and s3:GetObjectVersion on the list",
	CodeUnreachable:        "no answer from the service",
}

// codes are the wire codes that stand for one kind each; the rest is sorted by
// codeOf.
var codes = map[string]string{
	"TooManyTrustStoreRevocationEntries": CodeTooManyEntries,
	"InvalidRevocationContent":           CodeInvalidContent,
	"RevocationContentNotFound":          CodeContentNotFound,
	"TrustStoreNotFound":                 CodeTrustStoreNotFound,
	"AccessDenied":                       CodeAccessDenied,
	"AccessDeniedException":              CodeAccessDenied,
	"UnauthorizedOperation":              CodeAccessDenied,
	"OptInRequired":                      CodeAccessDenied,
	"InvalidClientTokenId":               CodeAccessDenied,
	"SignatureDoesNotMatch":              CodeAccessDenied,
	"ExpiredToken":                       CodeAccessDenied,
	"ExpiredTokenException":              CodeAccessDenied,
}

func codeOf(err error) string {
	var refusal smithy.APIError
	status := statusOf(err)
	switch {
	case status == 0:
		return CodeUnreachable
	case status >= 500:
		return CodeUnavailable
	case status < 300 || !errors.As(err, &refusal):
		return CodeUnclear
	default:
		return codeOfWord(strings.TrimSuffix(refusal.ErrorCode(), "Exception"), refusal.ErrorCode())
	}
}

// codeOfWord sorts a refusal by its wire code, with and without the suffix
// that some answers carry.
func codeOfWord(word, whole string) string {
	_, throttled := retry.DefaultThrottleErrorCodes[whole]
	if throttled {
		return CodeThrottled
	}
	code, known := codes[word]
	if known {
		return code
	}
	if strings.HasPrefix(word, "TooMany") || strings.Contains(word, "LimitExceeded") || strings.Contains(word, "QuotaExceeded") {
		return CodeTooManyLists
	}
	return CodeRefused
}
