package cabundle

// The documented quotas of a trust store (ALB guide, load-balancer-limits.html).
const (
	// MaxCertificateBytes is how large one CA certificate may be. AWS does not
	// say in which encoding; it is applied to PEM, the larger one. Not adjustable.
	MaxCertificateBytes = 16 << 10
	// DefaultCertificates is how many CA certificates a trust store may hold
	// unless AWS raised it (quota L-43FE5A42).
	DefaultCertificates = 25
	// DefaultSubjectBytes is how large the subjects of all CA certificates may
	// be together unless AWS raised it (quota L-F31E307C). AWS does not name
	// the unit; it is applied to the bytes of the DER encoding.
	DefaultSubjectBytes = 10_000
)

// Quotas are the limits of a trust store that AWS raises on request. A zero
// field means the default.
type Quotas struct {
	Certificates int
	SubjectBytes int
}

func (q Quotas) withDefaults() Quotas {
	if q.Certificates == 0 {
		q.Certificates = DefaultCertificates
	}
	if q.SubjectBytes == 0 {
		q.SubjectBytes = DefaultSubjectBytes
	}
	return q
}
