package chain

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"slices"
)

// rules are what a profile and a usage allow.
type rules struct {
	certificates int // at most, presented and on a path
	rsaBits      [2]int

	// nil allows all that crypto/x509 can verify.
	curves     []elliptic.Curve
	signatures []x509.SignatureAlgorithm

	onlyVersion3 bool
	caAsLeaf     bool // also a leaf that is itself an anchor
	allAnchors   bool // the whole bundle, not only its topmost certificates
	signingLeaf  bool // a leaf with key usages must have digitalSignature

	usages []x509.ExtKeyUsage
}

func rulesOf(options Options) rules {
	r := rfc5280Rules()
	if options.Profile == ProfileALB {
		r = albRules()
		// TLS has the client sign with this key (RFC 8446, section 4.4.2.2).
		r.signingLeaf = options.Usage == UsageClient
	}
	r.usages = map[Usage][]x509.ExtKeyUsage{
		UsageClient: {x509.ExtKeyUsageClientAuth},
		UsageServer: {x509.ExtKeyUsageServerAuth},
		UsageAny:    {x509.ExtKeyUsageAny},
	}[options.Usage]
	return r
}

// albRules are those of the ALB guide, "Mutual authentication with TLS", and
// for the number of certificates "Quotas".
func albRules() rules {
	return rules{
		certificates: 4,
		onlyVersion3: true,
		rsaBits:      [2]int{2048, 8192},
		curves:       []elliptic.Curve{elliptic.P256(), elliptic.P384(), elliptic.P521()},
		signatures: []x509.SignatureAlgorithm{
			x509.SHA256WithRSA, x509.SHA384WithRSA, x509.SHA512WithRSA,
			x509.SHA256WithRSAPSS, x509.SHA384WithRSAPSS, x509.SHA512WithRSAPSS,
			x509.ECDSAWithSHA256, x509.ECDSAWithSHA384, x509.ECDSAWithSHA512,
		},
	}
}

// rfc5280Rules leave algorithms to crypto/x509. The bounds are against
// certificates made to keep the verifier busy.
func rfc5280Rules() rules {
	return rules{certificates: 20, rsaBits: [2]int{0, 16384}, caAsLeaf: true, allAnchors: true}
}

// admit refuses what need not be verified to be refused. The version comes
// first: `openssl x509 -req` without extensions makes version 1, and whoever
// used it should be told so, whatever else is amiss.
func (r rules) admit(presented []*x509.Certificate) error {
	if len(presented) == 0 {
		return refuse(ReasonNoCertificate, 0, "no certificate was presented")
	}
	if len(presented) > r.certificates {
		return refuse(ReasonChainTooLong, r.certificates, "%d certificates were presented, at most %d are taken", len(presented), r.certificates)
	}
	err := r.versions(presented)
	if err != nil {
		return err
	}
	for position, cert := range presented {
		err = r.algorithms(position, cert, selfIssued(cert))
		if err != nil {
			return err
		}
	}
	return r.leaf(presented[0])
}

// permit holds the certificates of a path, of which some come from the bundle,
// to the same rules.
func (r rules) permit(path []*x509.Certificate) error {
	if len(path) > r.certificates {
		return refuse(ReasonChainTooLong, r.certificates, "the path has %d certificates, at most %d are taken", len(path), r.certificates)
	}
	if len(path) == 1 && !r.caAsLeaf {
		return refuse(ReasonUntrusted, 0, "the certificate is itself a trust anchor")
	}
	err := r.versions(path)
	if err != nil {
		return err
	}
	for position, cert := range path {
		err = r.algorithms(position, cert, position == len(path)-1)
		if err != nil {
			return err
		}
	}
	return nil
}

func (r rules) versions(certs []*x509.Certificate) error {
	for position, cert := range certs {
		if r.onlyVersion3 && cert.Version != 3 {
			return refuse(ReasonVersion, position, "it is an X.509 version %d certificate, version 3 is needed: issue it with extensions, for example extendedKeyUsage=clientAuth", cert.Version)
		}
	}
	return nil
}

// algorithms checks key and signature. The signature of a root vouches for
// nothing and may be of any kind.
func (r rules) algorithms(position int, cert *x509.Certificate, root bool) error {
	if !r.allowsKey(cert.PublicKey) {
		return refuse(ReasonKey, position, "its key is of a kind or size that is not taken (%s)", cert.PublicKeyAlgorithm)
	}
	if !root && r.signatures != nil && !slices.Contains(r.signatures, cert.SignatureAlgorithm) {
		return refuse(ReasonSignatureAlgorithm, position, "it is signed with %s, which is not taken", cert.SignatureAlgorithm)
	}
	return nil
}

func (r rules) allowsKey(key any) bool {
	switch key := key.(type) {
	case *rsa.PublicKey:
		bits := key.N.BitLen()
		return r.rsaBits[0] <= bits && bits <= r.rsaBits[1] && validExponent(key.E)
	case *ecdsa.PublicKey:
		return r.curves == nil || slices.Contains(r.curves, key.Curve)
	}
	return r.curves == nil
}

// validExponent is false for an exponent that RSA does not have (RFC 8017,
// section 3.1): with 1 anybody can sign, and with an even one nobody.
func validExponent(e int) bool {
	return e >= 3 && e%2 == 1
}

func (r rules) leaf(leaf *x509.Certificate) error {
	if leaf.IsCA && !r.caAsLeaf {
		return refuse(ReasonLeafIsCA, 0, "it is the certificate of a CA, not of a client")
	}
	if r.signingLeaf && hasExtension(leaf, oidKeyUsage) && leaf.KeyUsage&x509.KeyUsageDigitalSignature == 0 {
		return refuse(ReasonUsage, 0, "its key usages do not include digitalSignature")
	}
	return nil
}
