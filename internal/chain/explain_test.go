package chain

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"testing"

	"github.com/sekisho/sekisho/internal/pkitest"
)

// SHA-1 is refused by crypto/x509 in every profile, and said to be the reason.
func TestWeakSignature(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	sha1 := func(c *x509.Certificate) { c.SignatureAlgorithm = x509.ECDSAWithSHA1 }
	leaf := h.issuing.Issue(t, "laptop-1", sha1)
	below := h.issuing.ChildCA(t, "Sub CA", sha1).Issue(t, "laptop-1")
	for _, profile := range []Profile{ProfileALB, ProfileRFC5280} {
		verifier := newVerifier(t, h.bundle(), nil, Options{Profile: profile, Revocation: ModeOff})
		_, err := verifier.Verify(leaf.Chain, now)
		want{ReasonSignatureAlgorithm, 0, "ECDSA-SHA1"}.check(t, err)
		_, err = verifier.Verify(below.Chain, now)
		want{ReasonSignatureAlgorithm, 1, "ECDSA-SHA1"}.check(t, err)
	}
}

func TestWeakAlgorithms(t *testing.T) {
	t.Parallel()
	for algorithm := x509.UnknownSignatureAlgorithm; algorithm <= x509.PureEd25519; algorithm++ {
		strong := algorithm >= x509.SHA256WithRSA && algorithm <= x509.SHA512WithRSA ||
			algorithm >= x509.ECDSAWithSHA256 && algorithm != x509.DSAWithSHA256
		if got := weak(&x509.Certificate{SignatureAlgorithm: algorithm}); got == strong {
			t.Errorf("%s: got weak %v", algorithm, got)
		}
	}
}

// Many CAs of one name make crypto/x509 give up, and must not make the search
// for the reason a second attack.
func TestManyIssuersOfOneName(t *testing.T) {
	t.Parallel()
	var bundle []*x509.Certificate
	for range 120 {
		bundle = append(bundle, pkitest.NewCA(t, "Root").Cert)
	}
	verifier := newVerifier(t, bundle, nil, Options{Revocation: ModeOff})
	_, err := verifier.Verify(pkitest.NewCA(t, "Root").Issue(t, "laptop-1").Chain, now)
	want{ReasonTooComplex, 0, "too many possible paths"}.check(t, err)
	checks := maxDiagnosis
	leaf := pkitest.NewCA(t, "Root").Issue(t, "laptop-1").Cert
	if issuerAmong(bundle, leaf, &checks) != nil || checks != 0 {
		t.Errorf("got %d checks left, want the search to end when they are used up", checks)
	}
}

// The first fault on the way up is told, however the rest may be.
func TestDiagnoseWithoutFault(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	verifier := newVerifier(t, h.bundle(), nil, Options{})
	want{ReasonUntrusted, 0, "no valid path"}.check(t, verifier.diagnose(h.client.Chain, now))
}

func TestNameOfWhatCannotBeRead(t *testing.T) {
	t.Parallel()
	name := pkix.Name{CommonName: "laptop-1"}
	if got := nameOf([]byte{0x30}, name); got != "CN=laptop-1" {
		t.Errorf("got %q, want the name as crypto/x509 read it", got)
	}
}

// The codes are those of the guide, and each reason has the same one always.
func TestCodes(t *testing.T) {
	t.Parallel()
	for reason, code := range map[Reason]string{
		ReasonNoCertificate:         "",
		ReasonChainTooLong:          "ClientCertMaxChainDepthExceeded",
		ReasonVersion:               "ClientCertTypeUnsupported",
		ReasonKey:                   "ClientCertTypeUnsupported",
		ReasonSignatureAlgorithm:    "ClientCertTypeUnsupported",
		ReasonUntrusted:             "ClientCertUntrusted",
		ReasonExpired:               "ClientCertExpired",
		ReasonNotYetValid:           "ClientCertNotYetValid",
		ReasonUsage:                 "ClientCertPurposeInvalid",
		ReasonLeafIsCA:              "ClientCertPurposeInvalid",
		ReasonRevoked:               "ClientCertCrlHit",
		ReasonRevocationUnavailable: "ClientCertCrlProcessingError",
		ReasonNotACA:                "ClientCertInvalid",
		ReasonNameConstraints:       "ClientCertInvalid",
	} {
		if got := codeOf(reason); got != code {
			t.Errorf("%s: got %q, want %q", reason, got, code)
		}
	}
}

func TestMayIssue(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name   string
		cert   x509.Certificate
		anchor bool
		want   bool
	}{
		{"CA", x509.Certificate{Version: 3, BasicConstraintsValid: true, IsCA: true}, false, true},
		{"CA that may sign certificates", x509.Certificate{Version: 3, BasicConstraintsValid: true, IsCA: true, KeyUsage: x509.KeyUsageCertSign}, false, true},
		{"CA that may not", x509.Certificate{Version: 3, BasicConstraintsValid: true, IsCA: true, KeyUsage: x509.KeyUsageCRLSign}, false, false},
		{"client", x509.Certificate{Version: 3, BasicConstraintsValid: true}, false, false},
		{"no basic constraints", x509.Certificate{Version: 3}, false, false},
		{"anchor without basic constraints", x509.Certificate{Version: 3}, true, false},
		{"version 1", x509.Certificate{Version: 1}, false, false},
		{"anchor of version 1", x509.Certificate{Version: 1}, true, true},
	}
	for _, c := range cases {
		if got := mayIssue(&c.cert, c.anchor); got != c.want {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
}
