package alb

import (
	"bytes"
	"cmp"
	"crypto/x509"
	"slices"
	"time"
)

// notRevoked refuses cert when a list of its issuer names it, and where the
// switches let a missing or expired list block.
func (j *judge) notRevoked(cert, issuer *x509.Certificate, trust *trust, now time.Time) error {
	lists := inForce(trust.view.Lists, issuer, j.switches.SeveralLists)
	if len(lists) == 0 {
		return j.withoutList(issuer, trust)
	}
	for _, list := range lists {
		if list.Serials.Revokes(cert.SerialNumber) {
			return refuse(CodeCRLHit, ReasonRevoked, "serial number %s of %s is on list %d",
				serialNumber(cert), distinguishedName(cert.RawIssuer), list.ID)
		}
	}
	for _, list := range lists {
		if j.switches.ExpiredList == ExpiredBlocks && list.past(now) {
			return refuse(CodeCRLProcessingError, ReasonListExpired, "list %d of %s is past its next update, %s",
				list.ID, distinguishedName(issuer.RawSubject), rfc3339(list.NextUpdate))
		}
	}
	return nil
}

func (j *judge) withoutList(issuer *x509.Certificate, trust *trust) error {
	if j.switches.MissingList == MissingBlocks && len(trust.view.Lists) > 0 {
		return refuse(CodeCRLProcessingError, ReasonListMissing, "the trust store has lists, but none of %s", distinguishedName(issuer.RawSubject))
	}
	return nil
}

// inForce are the lists of issuer that count.
func inForce(lists []List, issuer *x509.Certificate, several SeveralLists) []List {
	var own []List
	for _, list := range lists {
		if list.of(issuer) {
			own = append(own, list)
		}
	}
	if len(own) < 2 || several == ListsUnion {
		return own
	}
	slices.SortFunc(own, func(a, b List) int { return cmp.Compare(a.ID, b.ID) })
	if several == ListsLowestID {
		return own[:1]
	}
	return own[len(own)-1:]
}

// of reports whether issuer signed the list: by name, and by key as far as the
// key is known, because two CAs may share a name.
func (l List) of(issuer *x509.Certificate) bool {
	if !bytes.Equal(l.RawIssuer, issuer.RawSubject) {
		return false
	}
	if len(l.IssuerKey) > 0 {
		return bytes.Equal(l.IssuerKey, issuer.RawSubjectPublicKeyInfo)
	}
	if len(l.AuthorityKeyID) > 0 && len(issuer.SubjectKeyId) > 0 {
		return bytes.Equal(l.AuthorityKeyID, issuer.SubjectKeyId)
	}
	return true
}

func (l List) past(now time.Time) bool {
	return !l.NextUpdate.IsZero() && now.After(l.NextUpdate)
}
