package crl

// usableKind refuses what cannot, by itself, say that a certificate is not
// revoked.
func usableKind(l *List) error {
	for _, rule := range []func(*List) error{noUnknownCritical, notDelta, notIndirect, notOnlyAttributes, allReasons} {
		err := rule(l)
		if err != nil {
			return err
		}
	}
	return nil
}

// noUnknownCritical: an unknown critical extension may change what the list
// means (RFC 5280, sections 5.2 and 5.3).
func noUnknownCritical(l *List) error {
	if l.UnknownCritical == "" {
		return nil
	}
	return refuse(ReasonUnknownCriticalExtension, "%s: have the CA publish lists without it", l.UnknownCritical)
}

// notDelta: a delta list holds changes only (RFC 5280, section 5.2.4).
func notDelta(l *List) error {
	if l.BaseNumber == nil {
		return nil
	}
	return refuse(ReasonDelta, "it holds only the changes since list number %v: use the distribution point of the complete list", l.BaseNumber)
}

// notIndirect: the entries of an indirect list belong to other issuers
// (RFC 5280, sections 5.2.5 and 5.3.3).
func notIndirect(l *List) error {
	if !l.Scope.Indirect {
		return nil
	}
	return refuse(ReasonIndirect, "it speaks for other issuers: each CA has to publish a list of its own")
}

// notOnlyAttributes: attribute certificates are not what clients present
// (RFC 5280, section 5.2.5).
func notOnlyAttributes(l *List) error {
	if !l.Scope.OnlyAttributeCerts {
		return nil
	}
	return refuse(ReasonOnlyAttributeCertificates, "it says nothing about client certificates: use the distribution point of their list")
}

// allReasons: absence from a list of some reasons proves nothing about the
// others (RFC 5280, section 5.2.5).
func allReasons(l *List) error {
	if !l.Scope.OnlySomeReasons {
		return nil
	}
	return refuse(ReasonOnlySomeReasons, "it is silent about the other reasons for revocation: use the distribution point of the full list")
}
