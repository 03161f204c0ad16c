package gate

import (
	"crypto/x509/pkix"
	"encoding/asn1"
	"net/http"
	"strconv"
	"strings"

	"github.com/sekisho/sekisho/internal/chain"
)

// Expected is what every request must be like. A zero field expects nothing.
type Expected struct {
	// TargetGroup is the ARN of the target group, or its beginning up to and
	// including the slash after the name.
	TargetGroup string
	// Port and Proto are those of the listener.
	Port  int
	Proto string
	// SubjectCN and IssuerCN are the common names in the client's certificate.
	SubjectCN string
	IssuerCN  string
}

// admit checks by which way a request came. What reached the same target group
// through another listener may carry a header that no load balancer wrote.
func (e Expected) admit(origin Origin) error {
	if e.TargetGroup != "" && !sameTargetGroup(e.TargetGroup, origin.TargetGroupARN) {
		return unexpected("target-group", "the request came through another target group than the configured one")
	}
	if e.Port != 0 && origin.Port != strconv.Itoa(e.Port) {
		return unexpected("listener-port", "the request came in at another port than the configured one, or two are named")
	}
	if e.Proto != "" && origin.Proto != e.Proto {
		return unexpected("listener-protocol", "the request came in over another protocol than the configured one, or two are named")
	}
	return nil
}

func sameTargetGroup(expected, arn string) bool {
	id, found := strings.CutPrefix(arn, expected)
	if !strings.HasSuffix(expected, "/") {
		return found && id == ""
	}
	return found && id != "" && !strings.Contains(id, "/")
}

// recognise checks the names of a verified identity.
func (e Expected) recognise(identity *chain.Identity) error {
	if e.SubjectCN != "" && !hasOnlyCN(identity.Leaf.Subject, e.SubjectCN) {
		return unexpected("subject-cn", "the certificate's subject does not have the configured common name, once")
	}
	if e.IssuerCN != "" && !hasOnlyCN(identity.Leaf.Issuer, e.IssuerCN) {
		return unexpected("issuer-cn", "the certificate's issuer does not have the configured common name, once")
	}
	return nil
}

// hasOnlyCN compares the parsed attribute, and wants it once: of two common
// names another program may believe the other one.
func hasOnlyCN(name pkix.Name, want string) bool {
	commonName := asn1.ObjectIdentifier{2, 5, 4, 3} // RFC 5280, appendix A.1
	count := 0
	for _, attribute := range name.Names {
		if attribute.Type.Equal(commonName) {
			count++
		}
	}
	return count == 1 && name.CommonName == want
}

func unexpected(reason, detail string) error {
	return &refusedError{status: http.StatusForbidden, reason: reason, detail: detail}
}
