package clientcert

import "fmt"

// Reason says in one stable word why a header was refused. The words are part
// of what the verifier answers and logs.
type Reason string

// The reasons.
const (
	ReasonNoCertificate       Reason = "no-certificate"        // header absent or empty
	ReasonSeveralHeaders      Reason = "several-headers"       // more than one value: somebody else added one
	ReasonHeaderTooLarge      Reason = "header-too-large"      // longer than MaxBytes
	ReasonHeaderEncoding      Reason = "header-encoding"       // a damaged escape, %00, or a raw line end
	ReasonPEMSyntax           Reason = "pem-syntax"            // anything but CERTIFICATE blocks and white space
	ReasonTooManyCertificates Reason = "too-many-certificates" // more than MaxCertificates
	ReasonCertificateSyntax   Reason = "certificate-syntax"    // a block that holds no X.509 certificate
	ReasonHeaderIncomplete    Reason = "header-incomplete"     // a leaf without its companion headers
	ReasonHeaderMismatch      Reason = "header-mismatch"       // companion headers that tell of another certificate
)

// ErrMissing says that the request carries no client certificate. It is a
// *RefusedError with the reason ReasonNoCertificate.
var ErrMissing error = &RefusedError{Reason: ReasonNoCertificate, Detail: "the request carries no client certificate"}

// RefusedError says why a header was refused. It never quotes the header.
type RefusedError struct {
	Reason Reason
	Detail string
}

func (e *RefusedError) Error() string {
	return fmt.Sprintf("client certificate header refused (%s): %s", e.Reason, e.Detail)
}

func refuse(reason Reason, format string, args ...any) error {
	return &RefusedError{Reason: reason, Detail: fmt.Sprintf(format, args...)}
}
