package attack

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	_ "crypto/sha1" // a signature that nobody should take
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"testing"

	"github.com/sekisho/sekisho/internal/pkitest"
)

// signedPart is what a CA signs (RFC 5280, section 4.1), as far as an attacker
// has reason to change it.
type signedPart struct {
	Version    int `asn1:"optional,explicit,default:0,tag:0"`
	Serial     asn1.RawValue
	Algorithm  pkix.AlgorithmIdentifier
	Issuer     asn1.RawValue
	Validity   asn1.RawValue
	Subject    asn1.RawValue
	PublicKey  asn1.RawValue
	Extensions []pkix.Extension `asn1:"omitempty,optional,explicit,tag:3"`
}

type certificate struct {
	Signed    asn1.RawValue
	Algorithm pkix.AlgorithmIdentifier
	Signature asn1.BitString
}

var (
	ecdsaWithSHA1 = asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 1}
	unsigned      = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 6, 36} // RFC 9925
)

// tampered is cert with other content under the old signature.
func tampered(t *testing.T, cert *x509.Certificate, edit func(*signedPart)) []byte {
	t.Helper()
	return assembled(t, cert, edit, func(part []byte) []byte { return cert.Signature })
}

// resigned is cert with other content, signed anew by a CA that should not.
func resigned(t *testing.T, ca *pkitest.CA, cert *x509.Certificate, hash crypto.Hash, edit func(*signedPart)) []byte {
	t.Helper()
	return assembled(t, cert, edit, func(part []byte) []byte {
		hashed := hash.New()
		hashed.Write(part)
		signature, err := ca.Key.Sign(rand.Reader, hashed.Sum(nil), hash)
		if err != nil {
			t.Fatal(err)
		}
		return signature
	})
}

func assembled(t *testing.T, cert *x509.Certificate, edit func(*signedPart), sign func([]byte) []byte) []byte {
	t.Helper()
	var part signedPart
	_, err := asn1.Unmarshal(cert.RawTBSCertificate, &part)
	if err != nil {
		t.Fatal(err)
	}
	edit(&part)
	raw := marshal(t, part)
	signature := sign(raw)
	return marshal(t, certificate{
		Signed:    asn1.RawValue{FullBytes: raw},
		Algorithm: part.Algorithm,
		Signature: asn1.BitString{Bytes: signature, BitLength: 8 * len(signature)},
	})
}

// malleated is cert with the other signature that fits an ECDSA signature: s
// taken from the order of the group. Its fingerprint is a new one.
func malleated(t *testing.T, ca *pkitest.CA, cert *x509.Certificate) []byte {
	t.Helper()
	var signature struct{ R, S *big.Int }
	_, err := asn1.Unmarshal(cert.Signature, &signature)
	if err != nil {
		t.Fatal(err)
	}
	order := ecdsaOrder(t, ca)
	signature.S = new(big.Int).Sub(order, signature.S)
	return assembled(t, cert, func(*signedPart) {}, func([]byte) []byte { return marshal(t, signature) })
}

// shifted is cert with its signature moved by a bit, which the bit string says
// to leave out.
func shifted(t *testing.T, cert *x509.Certificate) []byte {
	t.Helper()
	bits := make([]byte, len(cert.Signature))
	new(big.Int).Lsh(new(big.Int).SetBytes(cert.Signature), 1).FillBytes(bits)
	var whole certificate
	_, err := asn1.Unmarshal(cert.Raw, &whole)
	if err != nil {
		t.Fatal(err)
	}
	whole.Signature = asn1.BitString{Bytes: bits, BitLength: 8*len(bits) - 1}
	return marshal(t, whole)
}

// extended is cert with a NULL behind its signature.
func extended(t *testing.T, cert *x509.Certificate) []byte {
	t.Helper()
	var whole asn1.RawValue
	_, err := asn1.Unmarshal(cert.Raw, &whole)
	if err != nil {
		t.Fatal(err)
	}
	return marshal(t, asn1.RawValue{Tag: whole.Tag, IsCompound: true, Bytes: append(whole.Bytes, asn1.NullBytes...)})
}

// otherwise is a client whose certificate is written in another way.
func otherwise(leaf *pkitest.Leaf, der []byte) credential {
	c := of(leaf)
	c.chain[0] = der
	return c
}

// longhand is serial with a zero byte more in front than DER allows.
func longhand(serial *big.Int) asn1.RawValue {
	return asn1.RawValue{Tag: asn1.TagInteger, Bytes: append([]byte{0, 0}, serial.Bytes()...)}
}

func marshal(t *testing.T, value any) []byte {
	t.Helper()
	der, err := asn1.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func ecdsaOrder(t *testing.T, ca *pkitest.CA) *big.Int {
	t.Helper()
	public, ok := ca.Key.Public().(*ecdsa.PublicKey)
	if !ok {
		t.Fatalf("%s has no ECDSA key", ca.Cert.Subject)
	}
	return public.Curve.Params().N
}

func longhandOf(serial int64) asn1.RawValue {
	return asn1.RawValue{Tag: asn1.TagInteger, Bytes: big.NewInt(serial).Bytes()}
}

func publicOf(t *testing.T, key crypto.Signer) []byte {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func nameDER(t *testing.T, commonName string) []byte {
	t.Helper()
	return marshal(t, pkix.Name{CommonName: commonName}.ToRDNSequence())
}
