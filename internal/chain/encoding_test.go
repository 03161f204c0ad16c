package chain

import (
	"bytes"
	"crypto/x509"
	"encoding/asn1"
	"testing"
)

// shifted is the same certificate with its signature moved by some bits, which
// the bit string says to leave out.
func shifted(tb testing.TB, cert *x509.Certificate, bits int) *x509.Certificate {
	tb.Helper()
	var whole struct {
		Content, Algorithm asn1.RawValue
		Signature          asn1.BitString
	}
	_, err := asn1.Unmarshal(cert.Raw, &whole)
	if err != nil {
		tb.Fatal(err)
	}
	moved := bytes.Clone(cert.Signature)
	for i := range moved {
		moved[i] <<= bits
		if i+1 < len(moved) {
			moved[i] |= cert.Signature[i+1] >> (8 - bits)
		}
	}
	whole.Signature = asn1.BitString{Bytes: moved, BitLength: 8*len(moved) - bits}
	der, err := asn1.Marshal(whole)
	if err != nil {
		tb.Fatal(err)
	}
	again, err := x509.ParseCertificate(der)
	if err != nil {
		tb.Fatal(err)
	}
	return again
}

// crypto/x509 accepts the shifted signature, under another fingerprint. Here it
// is refused, wherever it stands on the path.
func TestSignatureThatWasShifted(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	verifier := newVerifier(t, h.bundle()[:1], nil, Options{Revocation: ModeOff})
	for bits := 1; bits <= 2; bits++ {
		leaf, issuing := shifted(t, h.client.Cert, bits), shifted(t, h.issuing.Cert, bits)
		err := leaf.CheckSignatureFrom(h.issuing.Cert)
		if err != nil || bytes.Equal(leaf.Raw, h.client.Cert.Raw) {
			t.Fatalf("%d bits: crypto/x509 says %v; the certificate is no second one", bits, err)
		}
		_, err = verifier.Verify([]*x509.Certificate{leaf, h.issuing.Cert}, now)
		want{ReasonSyntax, 0, "whole number of octets"}.check(t, err)
		_, err = verifier.Verify([]*x509.Certificate{h.client.Cert, issuing}, now)
		want{ReasonSyntax, 1, "whole number of octets"}.check(t, err)
	}
}

// extended is the same certificate with something behind its signature.
func extended(tb testing.TB, cert *x509.Certificate) *x509.Certificate {
	tb.Helper()
	var whole asn1.RawValue
	_, err := asn1.Unmarshal(cert.Raw, &whole)
	if err != nil {
		tb.Fatal(err)
	}
	der, err := asn1.Marshal(asn1.RawValue{Tag: whole.Tag, IsCompound: true, Bytes: append(whole.Bytes, asn1.NullBytes...)})
	if err != nil {
		tb.Fatal(err)
	}
	again, err := x509.ParseCertificate(der)
	if err != nil {
		tb.Fatal(err)
	}
	return again
}

// crypto/x509 accepts that, too.
func TestSignatureThatIsNotTheEnd(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	verifier := newVerifier(t, h.bundle()[:1], nil, Options{Revocation: ModeOff})
	leaf, issuing := extended(t, h.client.Cert), extended(t, h.issuing.Cert)
	err := leaf.CheckSignatureFrom(h.issuing.Cert)
	if err != nil || bytes.Equal(leaf.Raw, h.client.Cert.Raw) {
		t.Fatalf("crypto/x509 says %v; the certificate is no second one", err)
	}
	_, err = verifier.Verify([]*x509.Certificate{leaf, h.issuing.Cert}, now)
	want{ReasonSyntax, 0, "behind its signature"}.check(t, err)
	_, err = verifier.Verify([]*x509.Certificate{h.client.Cert, issuing}, now)
	want{ReasonSyntax, 1, "behind its signature"}.check(t, err)
}

func TestSignatureOfWhatIsNoCertificate(t *testing.T) {
	t.Parallel()
	err := evenlySigned(0, &x509.Certificate{Raw: []byte{0x30, 0}})
	want{ReasonSyntax, 0, "whole number of octets"}.check(t, err)
}
