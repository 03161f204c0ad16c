package elbtrust

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"

	"github.com/sekisho/sekisho/internal/refresh"
)

const (
	// maxListBytes is a little above the 50 MB that a list may have.
	maxListBytes = 52 << 20
	// maxBundleBytes is ten times what 25 certificates of 16 KB come to; AWS
	// raises the number on request.
	maxBundleBytes = 4 << 20
	// downloadTimeout bounds a whole download, connectTimeout its handshake.
	downloadTimeout = time.Minute
	connectTimeout  = 5 * time.Second
)

// RevocationContent is the PEM of one list as the service keeps it. The error
// satisfies refresh.ErrAbsent when the ID is gone.
func (s *Store) RevocationContent(ctx context.Context, id int64) ([]byte, error) {
	doing := fmt.Sprintf("reading back revocation list %d of the trust store", id)
	output, err := s.copies.GetTrustStoreRevocationContent(ctx, &elb.GetTrustStoreRevocationContentInput{
		TrustStoreArn: aws.String(s.arn),
		RevocationId:  aws.Int64(id),
	})
	if isIDNotFound(err) {
		return nil, fmt.Errorf("%s: %w", doing, refresh.ErrAbsent)
	}
	if err != nil {
		return nil, failed(doing, err)
	}
	return s.read(ctx, doing, aws.ToString(output.Location), maxListBytes)
}

// Bundle is the PEM of the CA bundle as the service keeps it.
func (s *Store) Bundle(ctx context.Context) ([]byte, error) {
	const doing = "reading back the CA bundle of the trust store"
	output, err := s.copies.GetTrustStoreCaCertificatesBundle(ctx, &elb.GetTrustStoreCaCertificatesBundleInput{
		TrustStoreArn: aws.String(s.arn),
	})
	if err != nil {
		return nil, failed(doing, err)
	}
	return s.read(ctx, doing, aws.ToString(output.Location), maxBundleBytes)
}

func (s *Store) read(ctx context.Context, doing, location string, limit int64) ([]byte, error) {
	body, err := s.fetch(ctx, location, limit)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", doing, withoutURL(err))
	}
	return body, nil
}

// fetch reads what a pre-signed URL gives. The URL is a credential for ten
// minutes: it stands in no error.
func (s *Store) fetch(ctx context.Context, location string, limit int64) ([]byte, error) {
	err := s.checkLocation(location)
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, location, nil)
	if err != nil {
		return nil, err
	}
	response, err := s.download.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the copy is answered with status %d", response.StatusCode)
	}
	return readBounded(response.Body, response.ContentLength, limit)
}

// checkLocation demands TLS: whoever could change the copy on its way could
// make an old list look new. The local twin's copies are on this machine.
func (s *Store) checkLocation(location string) error {
	parsed, err := url.Parse(location)
	if err != nil || parsed.Host == "" {
		return errors.New("the answer names no place to read the copy from")
	}
	if parsed.Scheme == "https" || s.local && parsed.Scheme == "http" && isLocal(location) {
		return nil
	}
	return errors.New("the place to read the copy from is not an https URL")
}

// isLocal says whether a URL leads to this machine itself.
func isLocal(text string) bool {
	parsed, err := url.Parse(text)
	if err != nil {
		return false
	}
	if parsed.Hostname() == "localhost" {
		return true
	}
	address, err := netip.ParseAddr(parsed.Hostname())
	return err == nil && address.Unmap().IsLoopback()
}

// newDownload follows no redirects: a pre-signed URL has none. It keeps no
// connections: a copy is read once.
func newDownload() *http.Client {
	return &http.Client{
		Transport: &http.Transport{
			Proxy:               http.ProxyFromEnvironment,
			TLSHandshakeTimeout: connectTimeout,
			DisableCompression:  true,
			DisableKeepAlives:   true,
		},
		Timeout:       downloadTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// withoutURL is the cause behind the URL that net/http puts before it.
func withoutURL(err error) error {
	var withURL *url.Error
	if !errors.As(err, &withURL) {
		return err
	}
	return withURL.Err
}

// readBounded reads a body of a stated length (-1 if none is); it reads at
// most one byte more than allowed.
func readBounded(body io.Reader, length, limit int64) ([]byte, error) {
	if length > limit {
		return nil, fmt.Errorf("the copy has %d bytes, at most %d are read", length, limit)
	}
	var read bytes.Buffer
	// What ReadFrom wants to have free at the end, so that it never grows.
	read.Grow(int(max(length, 0)) + bytes.MinRead)
	_, err := read.ReadFrom(io.LimitReader(body, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(read.Len()) > limit {
		return nil, fmt.Errorf("the copy has more than the %d bytes that are read", limit)
	}
	return read.Bytes(), nil
}
