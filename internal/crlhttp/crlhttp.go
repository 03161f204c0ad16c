// Package crlhttp fetches a revocation list from where its CA publishes it:
// over HTTP or HTTPS, or out of a bucket.
//
// It trusts no server. Every fetch is bounded in time, size and redirects,
// whatever is served; what does not look like a list is refused by name; and a
// redirect cannot lead it to this machine or to the metadata service. It does
// not read the list: whose it is and whether it is good are questions for
// package crl.
//
//	fetcher, err := crlhttp.New(crlhttp.Options{Version: version})
//	fetched, err := fetcher.Fetch(ctx, refresh.Request{URLs: mirrors, Now: now})
package crlhttp

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"math/rand/v2"
	"net/http"
	"net/url"
	"time"
)

// Defaults of Options.
const (
	DefaultConnectTimeout = 5 * time.Second
	DefaultAttemptTimeout = 20 * time.Second
	DefaultTotalTimeout   = time.Minute
	DefaultMaxBytes       = 64 << 20
)

const (
	// headerTimeout is how long an answer may take to begin.
	headerTimeout = 10 * time.Second
	// maxHeaderBytes bounds the header of an answer.
	maxHeaderBytes = 64 << 10
)

// objects reads lists that lie in a bucket. The body is nil, and the tag the
// one given, when the object still has that tag; absence satisfies
// fs.ErrNotExist. It bounds the size and retries by itself.
type objects interface {
	Get(ctx context.Context, bucket, key, etag string, maxBytes int64) (body []byte, newETag string, err error)
}

// Options are what a Fetcher is made from; the zero value is usable.
type Options struct {
	// Version stands in the User-Agent header: sekisho/VERSION.
	Version string
	// RootCAs (PEM) are trusted for HTTPS beside those of the system: a CA's
	// own web server often chains to that CA.
	RootCAs []byte
	// Objects reads sources of the form s3://bucket/key; nil refuses them.
	Objects objects
	// Proxy chooses a proxy for a request; nil takes it from the environment
	// (HTTP_PROXY, HTTPS_PROXY, NO_PROXY).
	Proxy func(*http.Request) (*url.URL, error)
	// ConnectTimeout bounds reaching a server, and once more the TLS
	// handshake; 0 is DefaultConnectTimeout.
	ConnectTimeout time.Duration
	// AttemptTimeout bounds one attempt at one mirror where the request sets
	// nothing; 0 is DefaultAttemptTimeout.
	AttemptTimeout time.Duration
	// TotalTimeout bounds a whole Fetch with its retries, unless one attempt
	// at each mirror takes longer; 0 is DefaultTotalTimeout.
	TotalTimeout time.Duration
}

// Fetcher fetches lists. It keeps nothing between two fetches, not even a
// connection: Lambda freezes a function in between.
type Fetcher struct {
	options   Options
	transport http.RoundTripper
	// jitter is a number from 0 to 1 that spreads retries.
	jitter func() float64
}

// New is a fetcher with these options.
func New(options Options) (*Fetcher, error) {
	options = options.withDefaults()
	return newFetcher(options, systemDial(options.ConnectTimeout))
}

func newFetcher(options Options, dial dialFunc) (*Fetcher, error) {
	options = options.withDefaults()
	roots, err := roots(options.RootCAs)
	if err != nil {
		return nil, err
	}
	return &Fetcher{options: options, transport: newTransport(options, roots, dial), jitter: rand.Float64}, nil
}

func (o Options) withDefaults() Options {
	o.ConnectTimeout = orDefault(o.ConnectTimeout, DefaultConnectTimeout)
	o.AttemptTimeout = orDefault(o.AttemptTimeout, DefaultAttemptTimeout)
	o.TotalTimeout = orDefault(o.TotalTimeout, DefaultTotalTimeout)
	if o.Version == "" {
		o.Version = "unversioned"
	}
	if o.Proxy == nil {
		o.Proxy = http.ProxyFromEnvironment
	}
	return o
}

func orDefault(given, otherwise time.Duration) time.Duration {
	if given <= 0 {
		return otherwise
	}
	return given
}

// newTransport makes a new connection for every request: a pooled one could
// lead a redirect to where it may not go.
func newTransport(options Options, roots *x509.CertPool, dial dialFunc) *http.Transport {
	return &http.Transport{
		Proxy:                  options.Proxy,
		DialContext:            dial,
		TLSClientConfig:        &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    options.ConnectTimeout,
		ResponseHeaderTimeout:  headerTimeout,
		MaxResponseHeaderBytes: maxHeaderBytes,
		DisableKeepAlives:      true,
	}
}

// roots are the system's CAs and those given; nil stands for the system's.
func roots(given []byte) (*x509.CertPool, error) {
	if len(given) == 0 {
		return nil, nil
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(given) {
		return nil, errors.New("reading the CAs for HTTPS: no certificate found: give them as PEM, \"-----BEGIN CERTIFICATE-----\"")
	}
	return pool, nil
}
