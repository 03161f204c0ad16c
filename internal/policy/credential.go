package policy

import (
	"crypto/ecdsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"encoding/hex"
	"math/big"
)

// credential is by what a certificate can be denied.
type credential struct {
	serial       serialKey
	fingerprints []fingerprint
}

// fingerprint is the SHA-256 of a certificate.
type fingerprint [sha256.Size]byte

// serialKey is a serial number and whose: alone, numbers of two CAs collide.
type serialKey struct {
	issuer string // SHA-256 (hex) of the issuer's SubjectPublicKeyInfo
	serial string // canonical
}

// credentialsOf are those of every certificate of a path but the anchor.
func credentialsOf(path []*x509.Certificate) []credential {
	var all []credential
	for i, cert := range path[:max(1, len(path)-1)] {
		all = append(all, credentialOf(cert, path[min(i+1, len(path)-1)]))
	}
	return all
}

func credentialOf(cert, issuer *x509.Certificate) credential {
	key := sha256.Sum256(issuer.RawSubjectPublicKeyInfo)
	c := credential{
		serial:       serialKey{hex.EncodeToString(key[:]), serialOf(cert)},
		fingerprints: []fingerprint{sha256.Sum256(cert.Raw)},
	}
	twin := mirrored(cert, issuer)
	if twin != nil {
		c.fingerprints = append(c.fingerprints, sha256.Sum256(twin))
	}
	return c
}

// mirrored is the other certificate with the same content and an equally valid
// signature. Of an ECDSA signature (r, s) anybody can make (r, n-s): with
// that, a client whose certificate is denied by its fingerprint would have
// another one at hand. The result is nil for signatures of other kinds.
func mirrored(cert, issuer *x509.Certificate) []byte {
	key, is := issuer.PublicKey.(*ecdsa.PublicKey)
	if !is {
		return nil
	}
	var signature struct{ R, S *big.Int }
	var whole struct {
		Content, Algorithm asn1.RawValue
		Signature          asn1.BitString
	}
	rest, err := asn1.Unmarshal(cert.Signature, &signature)
	if err != nil || len(rest) > 0 {
		return nil
	}
	rest, err = asn1.Unmarshal(cert.Raw, &whole)
	if err != nil || len(rest) > 0 {
		return nil
	}
	signature.S.Sub(key.Params().N, signature.S)
	bits, err := asn1.Marshal(signature)
	if err != nil {
		return nil
	}
	whole.Signature = asn1.BitString{Bytes: bits, BitLength: 8 * len(bits)}
	twin, err := asn1.Marshal(whole)
	if err != nil {
		return nil
	}
	return twin
}
