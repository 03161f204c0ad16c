package cabundle

import "crypto/x509"

// Uncovered are the CAs of the bundle of which none of the given issuers is a
// certificate: the ones whose revocations nobody would notice. Pass the
// issuers of the lists that are in force.
//
// Every CA of the bundle counts, not only those that issue clients. When each
// certificate below the anchor must be found in a list, an anchor must have
// one for its intermediates, and an intermediate for its leaves; and nothing
// in a CA certificate says that it issues none. A CA that does not know which
// clients it will sign for cannot be left out by guessing.
//
// It can be asked when lists have arrived, and only then in full: a URL does
// not say whose list is behind it. What is known before that, from
// configuration, is for the settings to check.
func (b Bundle) Uncovered(issuers []*x509.Certificate) []*x509.Certificate {
	var uncovered []*x509.Certificate
	for _, authority := range b.Authorities() {
		if !contains(issuers, authority) {
			uncovered = append(uncovered, authority)
		}
	}
	return uncovered
}

// SignsLists says whether a CA may sign revocation lists: its key usage says
// so, or says nothing (RFC 5280, section 4.2.1.3).
func SignsLists(ca *x509.Certificate) bool {
	return ca.KeyUsage == 0 || ca.KeyUsage&x509.KeyUsageCRLSign != 0
}
