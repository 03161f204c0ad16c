package endpoint

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"encoding/pem"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sekisho/sekisho/internal/pkitest"
)

// cli is the AWS CLI, unmodified, with nothing but environment variables to
// tell it where the twin is.
type cli struct {
	t   *testing.T
	env []string
}

func newCLI(t *testing.T, url string) *cli {
	t.Helper()
	_, err := exec.LookPath("aws")
	if err != nil {
		t.Skip("the AWS CLI is not installed: what it makes of the twin is not tested here")
	}
	home := t.TempDir()
	return &cli{t: t, env: append(withoutAWS(os.Environ()),
		"AWS_ENDPOINT_URL="+url, "AWS_ACCESS_KEY_ID=AKIDCLI", "AWS_SECRET_ACCESS_KEY=secret",
		"AWS_DEFAULT_REGION=ap-northeast-1", "AWS_REGION=ap-northeast-1", "AWS_EC2_METADATA_DISABLED=true", "AWS_PAGER=",
		"AWS_CONFIG_FILE="+filepath.Join(home, "config"), "AWS_SHARED_CREDENTIALS_FILE="+filepath.Join(home, "credentials"),
	)}
}

// withoutAWS leaves out whatever this machine has set for the CLI.
func withoutAWS(env []string) []string {
	var rest []string
	for _, variable := range env {
		if !strings.HasPrefix(variable, "AWS_") {
			rest = append(rest, variable)
		}
	}
	return rest
}

// run runs the CLI and gives what it printed.
func (c *cli) run(arguments ...string) (string, error) {
	c.t.Helper()
	command := exec.CommandContext(c.t.Context(), "aws", arguments...)
	command.Env = c.env
	output, err := command.CombinedOutput()
	return string(output), err
}

func (c *cli) must(arguments ...string) string {
	c.t.Helper()
	output, err := c.run(arguments...)
	if err != nil {
		c.t.Fatalf("aws %s: %v\n%s", strings.Join(arguments, " "), err, output)
	}
	return output
}

// fails wants the CLI to fail with an error code.
func (c *cli) fails(code string, arguments ...string) {
	c.t.Helper()
	output, err := c.run(arguments...)
	if err == nil || !strings.Contains(output, "("+code+")") {
		c.t.Errorf("aws %s: %v, printed %s; want %s", strings.Join(arguments, " "), err, output, code)
	}
}

func decode[T any](t *testing.T, text string) T {
	t.Helper()
	var value T
	err := json.Unmarshal([]byte(text), &value)
	if err != nil {
		t.Fatalf("decoding what the CLI printed: %v\n%s", err, text)
	}
	return value
}

func writeFile(t *testing.T, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	err := os.WriteFile(path, content, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	return path
}

type describedStores struct {
	TrustStores []struct {
		Name, TrustStoreArn, Status                 string
		NumberOfCaCertificates, TotalRevokedEntries int
	}
}

type describedRevocations struct {
	TrustStoreRevocations []struct {
		TrustStoreArn                        string
		RevocationId, NumberOfRevokedEntries int
		RevocationType                       string
	}
}

func TestCLITrustStore(t *testing.T) {
	t.Parallel()
	w := newTwin(t, Options{})
	aws := newCLI(t, w.url)
	root := pkitest.NewCA(t, "root")
	list := pem.EncodeToMemory(&pem.Block{Type: "X509 CRL", Bytes: root.CRL(t, root.Cert.SerialNumber)})
	w.put(t, "ca.pem", string(pkitest.PEM(root.Cert)))
	w.put(t, "list.pem", string(list))
	w.put(t, "list.der", string(root.CRL(t)))

	created := decode[describedStores](t, aws.must("elbv2", "create-trust-store", "--name", "clients",
		"--ca-certificates-bundle-s3-bucket", testBucket, "--ca-certificates-bundle-s3-key", "ca.pem"))
	arn := created.TrustStores[0].TrustStoreArn
	add := func(key string) []string {
		return []string{"elbv2", "add-trust-store-revocations", "--trust-store-arn", arn, "--revocation-contents", "S3Bucket=" + testBucket + ",S3Key=" + key + ",RevocationType=CRL"}
	}
	added := decode[describedRevocations](t, aws.must(add("list.pem")...))
	if len(added.TrustStoreRevocations) != 1 || added.TrustStoreRevocations[0].NumberOfRevokedEntries != 1 {
		t.Errorf("added %+v, want one list with one entry", added)
	}
	aws.fails("InvalidRevocationContent", add("list.der")...)
	aws.fails("RevocationContentNotFound", add("absent.pem")...)
	aws.fails("RevocationIdNotFound", "elbv2", "remove-trust-store-revocations", "--trust-store-arn", arn, "--revocation-ids", "99")

	described := decode[describedStores](t, aws.must("elbv2", "describe-trust-stores"))
	if len(described.TrustStores) != 1 || described.TrustStores[0].Status != "ACTIVE" || described.TrustStores[0].TotalRevokedEntries != 1 {
		t.Errorf("described %+v, want one active trust store with one entry", described)
	}
	revocations := decode[describedRevocations](t, aws.must("elbv2", "describe-trust-store-revocations", "--trust-store-arn", arn))
	if len(revocations.TrustStoreRevocations) != 1 || revocations.TrustStoreRevocations[0].RevocationId != 1 {
		t.Errorf("described %+v, want the list with ID 1", revocations)
	}
	content := decode[struct{ Location string }](t, aws.must("elbv2", "get-trust-store-revocation-content", "--trust-store-arn", arn, "--revocation-id", "1"))
	got := download(t, content.Location)
	if !bytes.Equal(got, list) {
		t.Errorf("the content has %d bytes, want the %d that were added", len(got), len(list))
	}
	bundle := decode[struct{ Location string }](t, aws.must("elbv2", "get-trust-store-ca-certificates-bundle", "--trust-store-arn", arn))
	got = download(t, bundle.Location)
	if !bytes.Equal(got, pkitest.PEM(root.Cert)) {
		t.Errorf("the bundle has %d bytes, want what was put there", len(got))
	}
	aws.must("elbv2", "remove-trust-store-revocations", "--trust-store-arn", arn, "--revocation-ids", "1")
	aws.must("elbv2", "describe-trust-store-associations", "--trust-store-arn", arn)
	aws.must("elbv2", "delete-trust-store", "--trust-store-arn", arn)
	aws.fails("TrustStoreNotFound", "elbv2", "describe-trust-stores", "--trust-store-arns", arn)
	for _, call := range w.Calls() {
		if call.Service == ELB && call.AccessKeyID != "AKIDCLI" {
			t.Errorf("recorded %+v, want the CLI's access key", call)
		}
	}
}

func download(t *testing.T, url string) []byte {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("downloading: status %d, %v", response.StatusCode, err)
	}
	return body
}

func TestCLIS3(t *testing.T) {
	t.Parallel()
	w := newTwin(t, Options{})
	aws := newCLI(t, w.url)
	small := []byte("a list\n")
	large := make([]byte, 9<<20) // above 8 MB the CLI uploads and downloads in parts
	_, err := rand.Read(large)
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{"small": small, "large": large} {
		aws.must("s3", "cp", writeFile(t, name, content), "s3://"+testBucket+"/inbox/"+name)
		back := filepath.Join(t.TempDir(), name)
		aws.must("s3", "cp", "s3://"+testBucket+"/inbox/"+name, back)
		got, err := os.ReadFile(back)
		if err != nil || !bytes.Equal(got, content) {
			t.Errorf("%s: %d bytes came back, %v; want the %d that went", name, len(got), err, len(content))
		}
	}
	buckets := aws.must("s3", "ls")
	if !strings.Contains(buckets, testBucket) {
		t.Errorf("s3 ls printed %s, want the bucket", buckets)
	}
	objects := aws.must("s3", "ls", "s3://"+testBucket+"/inbox/")
	if !strings.Contains(objects, "small") || !strings.Contains(objects, "9437184 large") {
		t.Errorf("s3 ls printed %s, want both objects", objects)
	}
	aws.must("s3", "rm", "s3://"+testBucket+"/inbox/small")
	output, err := aws.run("s3", "cp", "s3://"+testBucket+"/inbox/small", "-")
	if err == nil || !strings.Contains(output, "404") {
		t.Errorf("reading what was removed: %v, %s; want 404", err, output)
	}
	parts := 0
	for _, call := range w.Calls() {
		if call.Action == "UploadPart" {
			parts++
		}
	}
	if parts != 2 {
		t.Errorf("%d parts were uploaded, want 2: was it a multipart upload?", parts)
	}
}
