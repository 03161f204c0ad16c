package chain_test

import (
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"time"

	"github.com/sekisho/sekisho/internal/chain"
)

// Who it is, what cannot be decided, and what is refused.
func ExampleVerifier_Verify() {
	bundle := []*x509.Certificate{certificate(exampleRoot)}
	presented := []*x509.Certificate{certificate(exampleLeaf)}
	june := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

	for _, try := range []struct {
		mode chain.Mode
		now  time.Time
	}{
		{chain.ModeOff, june},
		{chain.ModeRequire, june},
		{chain.ModeOff, june.AddDate(2, 0, 0)},
	} {
		verifier, err := chain.New(bundle, nil, chain.Options{Revocation: try.mode})
		if err != nil {
			fmt.Println(err)
			return
		}
		identity, err := verifier.Verify(presented, try.now)
		var refused *chain.RefusedError
		switch {
		case err == nil:
			fmt.Println("200", identity.Subject, identity.Serial)
		case errors.As(err, &refused) && refused.Reason == chain.ReasonRevocationUnavailable:
			fmt.Println("503", refused.Detail)
		case errors.As(err, &refused):
			fmt.Println("403", refused.Reason, refused.Code)
		}
	}
	// Output:
	// 200 CN=laptop-1,O=Example,C=JP 65
	// 503 there is no revocation list of its issuer "CN=Example Root"
	// 403 expired ClientCertExpired
}

func certificate(text string) *x509.Certificate {
	block, _ := pem.Decode([]byte(text))
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		panic(err)
	}
	return cert
}

const exampleRoot = `-----BEGIN CERTIFICATE-----
MIIBYTCCAQegAwIBAgIBATAKBggqhkjOPQQDAjAXMRUwEwYDVQQDEwxFeGFtcGxl
IFJvb3QwIBcNMjYwNTMxMTIwMDAwWhgPMjEyNjAxMDEwMDAwMDBaMBcxFTATBgNV
BAMTDEV4YW1wbGUgUm9vdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABEQF+xT4
pRg6dIeYcEOYgAuHtstZLcKrk60Qbakx9Z3D0Xi5vPZWAQX/bl9RpBFVgBGZzHfG
qL1uhU/AXfS07N2jQjBAMA4GA1UdDwEB/wQEAwIBBjAPBgNVHRMBAf8EBTADAQH/
MB0GA1UdDgQWBBSENRe/6VhTAnIjtpXDfnhYEievlzAKBggqhkjOPQQDAgNIADBF
AiEAlbr3RJKR6GHKoGoGpygEVIFk0xb/nvLC0i/PgOjq6K4CIEw1KM1EPKHLNW53
01reiUxBrn+vNUT2KGiM8skkKoke
-----END CERTIFICATE-----
`

const exampleLeaf = `-----BEGIN CERTIFICATE-----
MIIBgDCCASagAwIBAgIBZTAKBggqhkjOPQQDAjAXMRUwEwYDVQQDEwxFeGFtcGxl
IFJvb3QwHhcNMjYwNTMxMTIwMDAwWhcNMjcwNjAxMTIwMDAwWjAyMQswCQYDVQQG
EwJKUDEQMA4GA1UEChMHRXhhbXBsZTERMA8GA1UEAxMIbGFwdG9wLTEwWTATBgcq
hkjOPQIBBggqhkjOPQMBBwNCAARyABEa5Zybh6P1Q9r+PLwtJqr5D5Tg7yW4Eazi
wc6KsRORmRvLzNnklPVXndkJKcdHHdEX6inQY/8QbMBP2VHvo0gwRjAOBgNVHQ8B
Af8EBAMCB4AwEwYDVR0lBAwwCgYIKwYBBQUHAwIwHwYDVR0jBBgwFoAUhDUXv+lY
UwJyI7aVw354WBInr5cwCgYIKoZIzj0EAwIDSAAwRQIgJZWrrCjDLA4/8knf5ptY
v8FwNPvGXG7tEgDTQ6JSb4ICIQCWrnfli9msaHIDlWrYpjAQBk/EfpNjW+ayTUM0
SLZjag==
-----END CERTIFICATE-----
`
