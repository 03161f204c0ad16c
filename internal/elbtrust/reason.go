package elbtrust

import (
	"errors"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/smithy-go"
)

// What can go wrong with a call, as Error.Reason.
const (
	// TooManyEntries: the trust store's quota of revoked entries is used up.
	TooManyEntries = "quota-entries"
	// TooManyLists: some other quota is, in all likelihood that of 30 lists,
	// for which the API has no error of its own.
	TooManyLists = "quota-lists"
	// InvalidContent: the service does not accept the list.
	InvalidContent = "invalid-content"
	// ContentNotFound: the service does not find the object in the bucket.
	ContentNotFound = "content-not-found"
	// TrustStoreNotFound: there is no such trust store.
	TrustStoreNotFound = "trust-store-not-found"
	// Throttled: too many calls; a later one will do.
	Throttled = "throttled"
	// AccessDenied: the role may not, or its credentials are no good.
	AccessDenied = "access-denied"
	// Refused: refused with a code that is not known here.
	Refused = "refused"
	// Unavailable: the service failed.
	Unavailable = "unavailable"
	// Unreachable: no answer came.
	Unreachable = "unreachable"
	// Unclear: the answer was not understood.
	Unclear = "unclear"
)

// advices say what to do next, for the person who reads the error.
var advices = map[string]string{
	TooManyEntries:     "the trust store's quota of revoked entries is used up: ask AWS to raise quota L-37E1617B, or allow the source to replace instead of overlap",
	TooManyLists:       "a quota of the trust store is used up, probably that of revocation lists: remove lists that are not needed, or ask AWS to raise quota L-332EE142",
	InvalidContent:     "the trust store does not accept this list; the one in force stays",
	ContentNotFound:    "the trust store does not find the object: allow this role s3:GetObject and s3:GetObjectVersion on it, for the service reads it with the role's rights",
	TrustStoreNotFound: "there is no such trust store: check its ARN, and that it is in the region and account of the function",
	Throttled:          "too many calls at once; the next run tries again",
	AccessDenied:       "access denied: allow this role the action on the trust store (Describe actions need Resource \"*\"), and s3:GetObject and s3:GetObjectVersion on the list",
	Unreachable:        "no answer from the service",
}

// reasons are the wire codes that stand for one reason each.
var reasons = map[string]string{
	"TooManyTrustStoreRevocationEntries": TooManyEntries,
	"InvalidRevocationContent":           InvalidContent,
	"RevocationContentNotFound":          ContentNotFound,
	"TrustStoreNotFound":                 TrustStoreNotFound,
	"AccessDenied":                       AccessDenied,
	"AccessDeniedException":              AccessDenied,
	"UnauthorizedOperation":              AccessDenied,
	"OptInRequired":                      AccessDenied,
	"InvalidClientTokenId":               AccessDenied,
	"SignatureDoesNotMatch":              AccessDenied,
	"ExpiredToken":                       AccessDenied,
	"ExpiredTokenException":              AccessDenied,
}

func reasonOf(err error) string {
	var refusal smithy.APIError
	status := statusOf(err)
	switch {
	case status == 0:
		return Unreachable
	case status >= 500:
		return Unavailable
	case status < 300 || !errors.As(err, &refusal):
		return Unclear
	default:
		return reasonOfCode(refusal.ErrorCode())
	}
}

// reasonOfCode sorts a refusal by its wire code.
func reasonOfCode(code string) string {
	_, throttled := retry.DefaultThrottleErrorCodes[code]
	if throttled {
		return Throttled
	}
	reason, known := reasons[code]
	if known {
		return reason
	}
	if strings.HasPrefix(code, "TooMany") || strings.Contains(code, "LimitExceeded") || strings.Contains(code, "QuotaExceeded") {
		return TooManyLists
	}
	return Refused
}
