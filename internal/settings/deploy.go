package settings

import (
	"strings"

	"github.com/sekisho/sekisho/internal/cabundle"
	"github.com/sekisho/sekisho/internal/snapshot"
)

// Refresh is what the refresh function is told, with the bucket and the trust
// store that it is deployed with.
func (p Prepared) Refresh(bucket, trustStoreARN string) Refresh {
	refresh := Refresh{
		Name:          p.StackName,
		Bucket:        bucket,
		TrustStoreARN: trustStoreARN,
		BundleKey:     keyOfBundle(p.Bundle),
		BundleSHA256:  p.Bundle.SHA256,
		Sources:       p.AllSources(),
		Revocation:    p.Revocation,
		HTTPSCAKey:    HTTPSCAKey(p.HTTPSCA),
		HTTPSCASHA256: p.HTTPSCA.SHA256,
		PollEvery:     p.PollEvery,
		Proxy:         p.Refresher.Proxy,
		NoProxy:       p.Refresher.NoProxy,
	}
	if p.Limits.withDefaults() != DefaultLimits() {
		refresh.Limits = p.Limits
	}
	return refresh
}

// Verify is what the verify function is told. Header, target group and port
// are for whoever knows the listener.
func (p Prepared) Verify(bucket string) Verify {
	gate := DefaultGate()
	gate.Revocation = p.Revocation
	gate.Grace = p.Verifier.Grace
	gate.MaxSnapshotAge = p.Verifier.MaxSnapshotAge
	gate.SnapshotGrace = p.Verifier.SnapshotGrace
	gate.SubjectCN = p.Verifier.SubjectCN
	gate.IssuerCN = p.Verifier.IssuerCN
	gate.HealthPath = p.Verifier.HealthCheckPath
	gate.Upstream = p.Verifier.Upstream
	return Verify{Name: p.StackName, Bucket: bucket, BundleKey: keyOfBundle(p.Bundle), BundleSHA256: p.Bundle.SHA256, Gate: gate}
}

// HTTPSCAKey is the key in the bucket of the CAs for HTTPS distribution
// points, empty for none.
func HTTPSCAKey(cas cabundle.Bundle) string {
	if cas.SHA256 == "" {
		return ""
	}
	return "tls/" + cas.SHA256 + ".pem"
}

func keyOfBundle(bundle cabundle.Bundle) string {
	if bundle.SHA256 == "" {
		return ""
	}
	return snapshot.BundleKey(bundle.SHA256)
}

// fits reports sources that are too many or too long for the environment of
// the refresh function, with the longest names that AWS may give to the rest.
func (p *problems) fits(prepared Prepared) {
	longest := "arn:aws-us-gov:elasticloadbalancing:ap-southeast-1:123456789012:truststore/" + strings.Repeat("n", 32) + "/" + strings.Repeat("0", 16)
	err := CheckEnvironment("refresh", prepared.Refresh(strings.Repeat("b", 63), longest).Env())
	if err != nil {
		p.add("sources", "%s", err)
	}
}
