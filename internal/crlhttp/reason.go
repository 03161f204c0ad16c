package crlhttp

// Why a list could not be fetched, as Error.Reason.
const (
	// UnusableURL: what was given is not a URL that can be fetched.
	UnusableURL = "unusable-url"
	// UnsupportedScheme: lists are not fetched in this way.
	UnsupportedScheme = "unsupported-scheme"
	// Unreachable: no connection could be made.
	Unreachable = "unreachable"
	// TLS: the server could not be authenticated.
	TLS = "tls"
	// NotHTTP: what came back is not an HTTP answer.
	NotHTTP = "not-http"
	// TimedOut: an attempt, or all of them together, took too long.
	TimedOut = "time-out"
	// TooSlow: the body trickled.
	TooSlow = "too-slow"
	// Cancelled: the caller gave up.
	Cancelled = "cancelled"
	// Status: the server answered with another status than 200.
	Status = "status"
	// NotModifiedUnasked: the server says "not modified" to a request without
	// a condition.
	NotModifiedUnasked = "not-modified-unasked"
	// RedirectRefused: the server points to where lists are not fetched from.
	RedirectRefused = "redirect-refused"
	// TooManyRedirects: the servers point on and on.
	TooManyRedirects = "too-many-redirects"
	// TooLarge: the list is larger than allowed, before or after decompression.
	TooLarge = "too-large"
	// Encoding: the body is encoded in a way that was not asked for, or badly.
	Encoding = "encoding"
	// Truncated: the body ended before its end.
	Truncated = "truncated"
	// Empty: the body has no bytes.
	Empty = "empty"
	// NotAList: the body is something else than a revocation list.
	NotAList = "not-a-list"
	// Absent: there is no such object in the bucket.
	Absent = "absent"
	// Bucket: the bucket could not be read.
	Bucket = "bucket"
)

// advices say what to do next, for the person who reads the error.
var advices = map[string]string{
	Unreachable:        "check the host name, and that this network lets requests out to it",
	TLS:                "check the server's certificate, and give the CA that issued it if it is your own",
	TimedOut:           "the server or the way to it is too slow",
	TooSlow:            "the server or the way to it is too slow",
	NotModifiedUnasked: "the server or a cache before it is broken",
	RedirectRefused:    "give the URL that the list really has",
	TooManyRedirects:   "give the URL that the list really has",
	TooLarge:           "raise maxBytes if a list of this size is meant",
	Encoding:           "serve the list without Content-Encoding, or with gzip",
	NotAList:           "check that the URL is that of the list itself",
	Absent:             "check bucket and key",
}
