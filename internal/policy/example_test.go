package policy_test

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"math/big"

	"github.com/sekisho/sekisho/internal/policy"
)

func Example() {
	rules, err := policy.Parse([]byte(`{
		"format": 1,
		"rules": [{
			"name": "laptops-read",
			"paths": ["/reports"],
			"methods": ["GET", "HEAD"],
			"who": [{"subjectCn": "laptop-*"}]
		}]
	}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	commonName := pkix.AttributeTypeAndValue{Type: asn1.ObjectIdentifier{2, 5, 4, 3}, Value: "laptop-1"}
	leaf := &x509.Certificate{
		Subject:      pkix.Name{Names: []pkix.AttributeTypeAndValue{commonName}},
		SerialNumber: big.NewInt(5),
	}
	client := policy.ClientOf([]*x509.Certificate{leaf}) // as package chain verified it

	fmt.Println(rules.Permit(client, policy.Request{Method: "GET", Path: "/reports/may"}))
	fmt.Println(rules.Permit(client, policy.Request{Method: "GET", Path: "/reports/%2e%2e/admin"}))
	// Output:
	// laptops-read <nil>
	//  client refused (ambiguous-path): the path cannot be judged: it has a dot segment
}

func ExampleParse_problems() {
	_, err := policy.Parse([]byte(`{
		"format": 1,
		"rules": [{
			"name": "laptops",
			"paths": ["reports"],
			"who": [{"cn": "laptop-*"}]
		}]
	}`))
	fmt.Println(err)
	// Output:
	// reading the policy: rules[0].paths[0]: "reports": a path begins with a slash
	// rules[0].who[0].cn: unknown key
	// rules[0].who[0]: it matches everybody: name an attribute, one of subjectCn, subjectO, subjectOu, dns, email, uri, issuerCn, issuerO, issuerOu, issuerKeySha256, serial
}
