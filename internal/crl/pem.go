package crl

import (
	"bytes"
	"encoding/pem"
	"io"
)

// EncodePEM writes a list in PEM (RFC 7468, section 6), lines of 64
// characters ending in LF.
func EncodePEM(w io.Writer, der []byte) error {
	return pem.Encode(w, &pem.Block{Type: "X509 CRL", Bytes: der})
}

// PEMLen is the length of the PEM of derLen bytes of DER.
func PEMLen(derLen int) int {
	const frame = len("-----BEGIN X509 CRL-----\n") + len("-----END X509 CRL-----\n")
	characters := (derLen + 2) / 3 * 4
	return frame + characters + (characters+63)/64
}

// NewPEMReader is the PEM of a list as a reader.
func NewPEMReader(der []byte) io.ReadSeeker {
	var out bytes.Buffer
	_ = EncodePEM(&out, der)
	return bytes.NewReader(out.Bytes())
}
