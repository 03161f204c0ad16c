package settings

import "time"

// Gate is what the verify function is told about the requests it decides on.
// Its zero value is the strictest: start from [DefaultGate].
type Gate struct {
	// Header carries the client's chain.
	Header string `json:"header"`
	// Revocation is the revocation mode.
	Revocation Revocation `json:"revocation"`
	// Grace is how long past its next update a list still counts.
	Grace Duration `json:"grace"`
	// MaxSnapshotAge is how old the snapshot may be before it is looked at again.
	MaxSnapshotAge Duration `json:"maxSnapshotAge"`
	// SnapshotGrace is for how long that look may fail before nothing is decided any more.
	SnapshotGrace Duration `json:"snapshotGrace"`
	// TargetGroup is the ARN of the only target group whose requests count,
	// or the beginning of it up to and including the slash after the name:
	// the ARN's last part is not known when the function is made. Empty in a
	// server, which has no target group.
	TargetGroup string `json:"targetGroup,omitempty"`
	// Port and Proto must be those of X-Forwarded-Port and X-Forwarded-Proto; 0
	// and empty accept any.
	Port  int    `json:"port,omitempty"`
	Proto string `json:"proto,omitempty"`
	// SubjectCN and IssuerCN, where set, must be the leaf's subject and issuer common names.
	SubjectCN string `json:"subjectCn,omitempty"`
	IssuerCN  string `json:"issuerCn,omitempty"`
	// HealthPath is answered without a look at any certificate and reveals nothing.
	HealthPath string `json:"healthPath"`
	// Upstream, where set, is the URL to which accepted requests are passed on.
	Upstream string `json:"upstream,omitempty"`
}

// DefaultHeader is the header in which a passthrough listener hands over the
// client's chain unless it is renamed (ALB guide, mutual-authentication.html).
const DefaultHeader = "X-Amzn-Mtls-Clientcert"

// DefaultGate is a gate with every default in place and no expectation of
// target group, port or names.
func DefaultGate() Gate {
	return Gate{
		Header:         DefaultHeader,
		Revocation:     RevocationRequire,
		MaxSnapshotAge: Duration(5 * time.Second),
		SnapshotGrace:  Duration(5 * time.Minute),
		HealthPath:     "/healthz",
	}
}
