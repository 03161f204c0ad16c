package endpoint

import (
	"encoding/pem"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/sekisho/sekisho/internal/local/elbv2"
	"github.com/sekisho/sekisho/internal/pkitest"
)

// withTrustStore puts a CA bundle and a list into the bucket, makes a trust
// store and gives its ARN.
func (w *twin) withTrustStore(t *testing.T) string {
	t.Helper()
	root := pkitest.NewCA(t, "root")
	w.put(t, "ca/bundle.pem", string(pkitest.PEM(root.Cert)))
	w.put(t, "crl/list.pem", string(pem.EncodeToMemory(&pem.Block{Type: "X509 CRL", Bytes: root.CRL(t)})))
	w.put(t, "crl/list.der", string(root.CRL(t)))
	output, err := w.elb.CreateTrustStore(t.Context(), &elb.CreateTrustStoreInput{
		Name: aws.String("clients"), CaCertificatesBundleS3Bucket: aws.String(testBucket), CaCertificatesBundleS3Key: aws.String("ca/bundle.pem"),
	})
	if err != nil {
		t.Fatalf("creating the trust store: %v", err)
	}
	return aws.ToString(output.TrustStores[0].TrustStoreArn)
}

func (w *twin) add(t *testing.T, arn, key, version string) error {
	t.Helper()
	content := types.RevocationContent{S3Bucket: aws.String(testBucket), S3Key: aws.String(key)}
	if version != "" {
		content.S3ObjectVersion = aws.String(version)
	}
	_, err := w.elb.AddTrustStoreRevocations(t.Context(), &elb.AddTrustStoreRevocationsInput{TrustStoreArn: aws.String(arn), RevocationContents: []types.RevocationContent{content}})
	return err
}

func (w *twin) revocations(t *testing.T, arn string) (int, error) {
	t.Helper()
	output, err := w.elb.DescribeTrustStoreRevocations(t.Context(), &elb.DescribeTrustStoreRevocationsInput{TrustStoreArn: aws.String(arn)})
	if err != nil {
		return 0, err
	}
	return len(output.TrustStoreRevocations), nil
}

// A location that the API hands out is served at the same address, unsigned.
func TestContentIsServed(t *testing.T) {
	t.Parallel()
	w := newTwin(t, Options{})
	arn := w.withTrustStore(t)
	output, err := w.elb.GetTrustStoreCaCertificatesBundle(t.Context(), &elb.GetTrustStoreCaCertificatesBundleInput{TrustStoreArn: aws.String(arn)})
	if err != nil {
		t.Fatal(err)
	}
	location := aws.ToString(output.Location)
	bundle, _, err := w.get(t, "ca/bundle.pem")
	if err != nil || string(download(t, location)) != bundle || !strings.HasPrefix(location, w.url+elbv2.ContentPath) {
		t.Errorf("%s gives another bundle than was put there, %v", location, err)
	}
}

// The trust store reads from the bucket next to it: by version, and through
// neither a delete marker nor another bucket.
func TestTrustStoreReadsTheBucket(t *testing.T) {
	t.Parallel()
	w := newTwin(t, Options{})
	arn := w.withTrustStore(t)
	root := pkitest.NewCA(t, "other")
	old := w.put(t, "crl/pinned.pem", "not a list")
	w.put(t, "crl/pinned.pem", string(pem.EncodeToMemory(&pem.Block{Type: "X509 CRL", Bytes: root.CRL(t)})))
	for _, test := range []struct{ name, key, version, want string }{
		{"newest", "crl/list.pem", "", ""},
		{"pinned-to-a-bad-version", "crl/pinned.pem", aws.ToString(old.VersionId), "InvalidRevocationContent"},
		{"version-that-is-not-there", "crl/list.pem", "none", "RevocationContentNotFound"},
		{"key-that-is-not-there", "crl/none.pem", "", "RevocationContentNotFound"},
		{"der", "crl/list.der", "", "InvalidRevocationContent"},
	} {
		err := w.add(t, arn, test.key, test.version)
		if errorCode(err) != test.want {
			t.Errorf("%s: got %v, want %q", test.name, err, test.want)
		}
	}
	count, err := w.revocations(t, arn)
	view, ok := w.TrustStores().View(arn)
	if err != nil || count != 1 || !ok || len(view.Revocations) != 1 {
		t.Errorf("got %d lists described, %d in the view, %v; want one", count, len(view.Revocations), err)
	}
}
