package elbv2

// Switches choose where AWS does not document what a trust store does. The
// zero value is the default of each.
type Switches struct {
	// AcceptUnknownSigner takes a list that no certificate of the bundle
	// verifies. Default: InvalidRevocationContent.
	AcceptUnknownSigner bool
	// AcceptV1Lists takes X.509 v1 lists, which have no extensions.
	// Default: InvalidRevocationContent.
	AcceptV1Lists bool
	// CountDistinctOnly leaves entries with a negative or a repeated serial
	// number out of NumberOfRevokedEntries. Default: every entry counts.
	CountDistinctOnly bool
	// RefuseCriticalScope refuses a list with a critical scope extension.
	// Default: it is taken as if it covered everything of its issuer.
	RefuseCriticalScope bool
}

// Quotas are the limits of a trust store. A field that is zero has the
// documented default (ALB guide, Quotas for your Application Load Balancers).
//
// AWS writes KB and MB and does not say which. The defaults here are the
// smaller reading, so that what fits here fits there.
type Quotas struct {
	// TrustStores is how many there may be in all: 20.
	TrustStores int
	// Certificates is how many CA certificates a bundle may have: 25.
	Certificates int
	// CertificateBytes bounds one CA certificate in DER: 16,000.
	CertificateBytes int
	// SubjectBytes bounds the subjects of a bundle in DER together: 10,000.
	SubjectBytes int
	// Entries is how many revoked entries all lists may have together: 500,000.
	Entries int
	// Lists is how many lists a trust store may hold: 30.
	Lists int
	// ListBytes bounds one revocation file, as it lies in S3: 50,000,000.
	ListBytes int
}

func (q Quotas) withDefaults() Quotas {
	return Quotas{
		TrustStores:      orDefault(q.TrustStores, 20),
		Certificates:     orDefault(q.Certificates, 25),
		CertificateBytes: orDefault(q.CertificateBytes, 16_000),
		SubjectBytes:     orDefault(q.SubjectBytes, 10_000),
		Entries:          orDefault(q.Entries, 500_000),
		Lists:            orDefault(q.Lists, 30),
		ListBytes:        orDefault(q.ListBytes, 50_000_000),
	}
}

func orDefault(value, otherwise int) int {
	if value == 0 {
		return otherwise
	}
	return value
}
