package local

import (
	"bytes"
	"context"
	"crypto/x509"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/sekisho/sekisho/internal/local/ca"
)

// TestDroppedListIsEnforced: in DER, as AWS Private CA writes it, and without
// the schedule, whose next run is an hour away.
func TestDroppedListIsEnforced(t *testing.T) {
	r := startTwin(t)
	client := r.client("laptop-1")
	if got := r.verify(client); got.Verdict != Served {
		t.Fatalf("before the revocation: %s", got)
	}
	_, err := r.commands.Revoke(t.Context(), "laptop-1")
	if err != nil {
		t.Fatal(err)
	}
	list, err := r.twin.authority.List(ca.Issuing)
	if err != nil {
		t.Fatal(err)
	}
	_, err = x509.ParseRevocationList(list.DER)
	if err != nil {
		t.Fatalf("not a list in DER: %v", err)
	}
	r.twin.authority.Override("/issuing.crl", ca.Down())
	dropped := time.Now()
	_, err = newAWSClient(r.twin.description.AWSEndpoint).s3.PutObject(t.Context(), &s3.PutObjectInput{
		Bucket: aws.String(bucketName), Key: aws.String("inbox/issuing.crl"), Body: bytes.NewReader(list.DER),
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	waited, err := AwaitRefusal(ctx, r.twin.Description(), client.Client, dropped)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("list of %d bytes in DER dropped: refused by verify after %.2f s, by passthrough after %.2f s (on a busy machine)",
		len(list.DER), waited.Verify.Seconds(), waited.Passthrough.Seconds())
}
