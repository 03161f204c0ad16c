package main

import (
	"os"
	"testing"
	"time"

	"github.com/sekisho/sekisho/internal/awsenv"
	"github.com/sekisho/sekisho/internal/cabundle"
	"github.com/sekisho/sekisho/internal/local"
	"github.com/sekisho/sekisho/internal/pkitest"
)

// TestServeReadsTheBucketOfARefresher: the server decides from the same bucket
// as the function, here that of a twin.
func TestServeReadsTheBucketOfARefresher(t *testing.T) {
	dir := t.TempDir()
	startLocal(t, dir, "--every", "1h")
	twin, err := local.Describe(dir)
	if err != nil {
		t.Fatal(err)
	}
	commands := local.NewCommands(dir)
	issued, err := commands.Issue(t.Context(), "laptop-1", 1)
	if err != nil {
		t.Fatal(err)
	}
	certs, err := certificates("certificate-syntax", namedFile{"chain", issued.Chain})
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{
		awsenv.Region: twin.Region, awsenv.EndpointURL: twin.AWSEndpoint, awsenv.AccessKeyID: "sekisho-server", awsenv.SecretKey: "local",
	} {
		t.Setenv(name, value)
	}
	p := &post{dir: t.TempDir(), log: &lockedBuffer{}}
	p.open(t, `{"bucket":{"name":"`+twin.Bucket+`","caBundleSha256":"`+bundleHash(t, twin)+`"},"gate":{"maxSnapshotAge":"10ms"}}`, nil)
	client := &pkitest.Leaf{Cert: certs[0], Chain: certs}
	p.want(t, "GET / HTTP/1.1", client, 200, "CN=laptop-1")
	_, err = commands.Revoke(t.Context(), "laptop-1")
	if err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	_, err = commands.Refresh(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	p.eventually(t, "GET / HTTP/1.1", client, 403, `"revoked"`)
	t.Logf("refused %.2f s after the refresher was told to run", time.Since(begun).Seconds())
}

func bundleHash(t *testing.T, twin local.Description) string {
	t.Helper()
	text, err := os.ReadFile(twin.CABundle)
	if err != nil {
		t.Fatal(err)
	}
	bundle, err := cabundle.Normalise([]cabundle.File{{Name: twin.CABundle, Data: text}}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return bundle.SHA256
}
