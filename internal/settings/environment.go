package settings

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// The environment variables of the functions.
const (
	// EnvBucket is the name of the bucket. Both functions.
	EnvBucket = "SEKISHO_BUCKET"
	// EnvBundleKey is the key of the CA bundle in the bucket: ca/<sha256>.pem.
	// Both functions; the refresher of an attached trust store has none and
	// takes the bundle from the trust store.
	EnvBundleKey = "SEKISHO_CA_BUNDLE_KEY"
	// EnvBundleSHA256 is the hash (hex) of that bundle. Set whenever EnvBundleKey is.
	EnvBundleSHA256 = "SEKISHO_CA_BUNDLE_SHA256"
	// EnvTrustStore is the ARN of the trust store. Refresher.
	EnvTrustStore = "SEKISHO_TRUST_STORE_ARN"
	// EnvSources is the sources as a JSON array of [Source]. Refresher.
	EnvSources = "SEKISHO_SOURCES"
	// EnvLimits is [Limits] as JSON; absent means the defaults. Refresher.
	EnvLimits = "SEKISHO_LIMITS"
	// EnvRevocation is the [Revocation] mode; absent means require. Refresher:
	// it decides whether a CA without a list is an error.
	EnvRevocation = "SEKISHO_REVOCATION"
	// EnvHTTPSCAKey is the key in the bucket of the CAs that HTTPS distribution
	// points are trusted by beside the public ones: tls/<sha256>.pem. Absent
	// where there are none. Refresher.
	EnvHTTPSCAKey = "SEKISHO_HTTPS_CA_KEY"
	// EnvHTTPSCASHA256 is the hash (hex) of that file. Set whenever EnvHTTPSCAKey is.
	EnvHTTPSCASHA256 = "SEKISHO_HTTPS_CA_SHA256"
	// EnvName is the name of the stack, for metrics; absent means that of
	// [Defaults]. Every function.
	EnvName = "SEKISHO_NAME"
	// EnvPollEvery is how often the lists are looked at, as a duration; absent
	// means once in each run. Refresher.
	EnvPollEvery = "SEKISHO_POLL_EVERY"
	// EnvGate is [Gate] as JSON; an absent key has its default. Verifier.
	EnvGate = "SEKISHO_GATE"
	// EnvCanary is [CanaryRound] as JSON. Canary.
	EnvCanary = "SEKISHO_CANARY"

	// What Go's HTTP client reads (net/http, ProxyFromEnvironment). Refresher.
	envHTTPProxy  = "HTTP_PROXY"
	envHTTPSProxy = "HTTPS_PROXY"
	envNoProxy    = "NO_PROXY"
)

// MaxEnvironmentBytes is what AWS Lambda allows for all variables of a
// function together (Lambda guide, gettingstarted-limits.html). Lambda
// measures the variables written as one JSON object, escapes included.
const MaxEnvironmentBytes = 4096

// CheckEnvironment says whether a function's variables fit.
func CheckEnvironment(function string, env map[string]string) error {
	size := len(compact(env))
	if size <= MaxEnvironmentBytes {
		return nil
	}
	return fmt.Errorf("the environment of the %s function takes %d bytes, AWS Lambda allows %d: shorten the names and URLs of the sources, or name fewer mirrors", function, size, MaxEnvironmentBytes)
}

// compact is JSON without the escapes that only HTML needs: an ampersand in a
// URL stays one byte. The types of this package cannot fail to encode.
func compact(value any) string {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(value)
	if err != nil {
		return ""
	}
	return strings.TrimSuffix(text.String(), "\n")
}
