package settings_test

import (
	"fmt"
	"os"
	"time"

	"github.com/sekisho/sekisho/internal/settings"
)

func ExampleLoad() {
	_, err := settings.Load([]byte(`{
		"crlUrl": ["http://ca.example.com/ca.crl"],
		"trustStoreArn": "arn:aws:elasticloadbalancing:eu-central-1:123456789012:truststore/gate/0123456789abcdef",
		"internetFacing": true
	}`), os.ReadFile, time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC))
	fmt.Println(err)
	// Output:
	// crlUrl: unknown key: did you mean "crlUrls"?
	// crlUrls: none: name the URL of at least one revocation list, here or under "sources"
	// internetFacing: belongs to a gate, and with "trustStoreArn" none is deployed: remove one of the two
}
