package clientcert_test

import (
	"errors"
	"fmt"

	"github.com/sekisho/sekisho/internal/clientcert"
)

// A request without a certificate, and one to which somebody added a second
// header.
func ExampleFromHeader() {
	_, err := clientcert.FromHeader(map[string][]string{}, clientcert.DefaultHeader)
	fmt.Println(errors.Is(err, clientcert.ErrMissing))

	_, err = clientcert.FromHeader(map[string][]string{
		"x-amzn-mtls-clientcert": {"-----BEGIN%20CERTIFICATE-----…", "-----BEGIN%20CERTIFICATE-----…"},
	}, clientcert.DefaultHeader)
	var refused *clientcert.RefusedError
	if errors.As(err, &refused) {
		fmt.Println(refused.Reason)
	}
	// Output:
	// true
	// several-headers
}

// A plus sign that a form decoder turned into a space is refused, and so is
// anything beside the blocks.
func ExampleDecode() {
	_, err := clientcert.Decode("Subject:%20CN=laptop-1%0A-----BEGIN%20CERTIFICATE-----%0AMIIB")
	fmt.Println(err)
	// Output:
	// client certificate header refused (pem-syntax): block 1: it does not begin with the line -----BEGIN CERTIFICATE-----
}
