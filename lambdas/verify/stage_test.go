package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"github.com/sekisho/sekisho/internal/awsenv"
	"github.com/sekisho/sekisho/internal/cabundle"
	"github.com/sekisho/sekisho/internal/clientcert"
	"github.com/sekisho/sekisho/internal/crl"
	"github.com/sekisho/sekisho/internal/local/runtime"
	"github.com/sekisho/sekisho/internal/pkitest"
	"github.com/sekisho/sekisho/internal/refresh"
	"github.com/sekisho/sekisho/internal/s3store"
	"github.com/sekisho/sekisho/internal/settings"
	"github.com/sekisho/sekisho/internal/snapshot"
)

// stage is a bucket behind a real S3 protocol, and a CA whose lists a refresher
// would have published there.
type stage struct {
	endpoint string
	root     *pkitest.CA
	issuing  *pkitest.CA
	bundle   cabundle.Bundle
	bucket   *s3store.Store
	gate     func(*settings.Gate) // changes what the function is told
}

const bucketName = "sekisho"

func newStage(t *testing.T) *stage {
	t.Helper()
	backend := s3mem.New()
	err := backend.CreateBucket(bucketName)
	if err != nil {
		t.Fatal(err)
	}
	err = backend.SetVersioningConfiguration(bucketName, gofakes3.VersioningConfiguration{Status: gofakes3.VersioningEnabled})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(gofakes3.New(backend).Server())
	t.Cleanup(server.Close)
	s := &stage{endpoint: server.URL, root: pkitest.NewCA(t, "root", current)}
	s.issuing = s.root.ChildCA(t, "issuing", current)
	s.bundle, err = cabundle.Normalise([]cabundle.File{{Name: "ca", Data: pkitest.PEM(s.root.Cert, s.issuing.Cert)}}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	config, err := awsenv.Config(getenv(s.env(t)))
	if err != nil {
		t.Fatal(err)
	}
	s.bucket = s3store.New(config, bucketName)
	s.put(t, snapshot.BundleKey(s.bundle.SHA256), s.bundle.PEM)
	return s
}

func (s *stage) env(t *testing.T) map[string]string {
	t.Helper()
	g := settings.DefaultGate()
	g.TargetGroup, g.Port, g.Proto = targetGroup, 443, "https"
	g.MaxSnapshotAge = 0
	if s.gate != nil {
		s.gate(&g)
	}
	env := settings.Verify{Bucket: bucketName, BundleKey: snapshot.BundleKey(s.bundle.SHA256), BundleSHA256: s.bundle.SHA256, Gate: g}.Env()
	maps.Copy(env, map[string]string{awsenv.Region: "eu-central-1", awsenv.AccessKeyID: "AKID", awsenv.SecretKey: "SECRET", awsenv.EndpointURL: s.endpoint})
	return env
}

// publish writes an empty list of the root and one of the issuing CA.
func (s *stage) publish(t *testing.T, number int64, revoked ...*big.Int) {
	t.Helper()
	m := snapshot.Manifest{Written: time.Now(), Bundle: snapshot.Object{Key: snapshot.BundleKey(s.bundle.SHA256), SHA256: s.bundle.SHA256}}
	m.Lists = append(m.Lists, s.index(t, list(t, s.root, number)), s.index(t, list(t, s.issuing, number, revoked...)))
	text, err := m.Encode()
	if err != nil {
		t.Fatal(err)
	}
	s.put(t, snapshot.ManifestKey, text)
}

func (s *stage) index(t *testing.T, der []byte) snapshot.List {
	t.Helper()
	list, builder, err := crl.Parse(der)
	if err != nil {
		t.Fatal(err)
	}
	issuer, err := crl.Check(list, s.bundle.Certificates, nil, crl.Policy{}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	index, err := builder.Build(list, issuer)
	if err != nil {
		t.Fatal(err)
	}
	hash := fmt.Sprintf("%x", list.SHA256)
	s.put(t, snapshot.IndexKey(hash), index.Bytes())
	return snapshot.List{
		Identity: string(index.Identity()), SHA256: hash,
		Index: snapshot.Object{Key: snapshot.IndexKey(hash), SHA256: hexSHA256(index.Bytes())},
	}
}

func (s *stage) put(t *testing.T, key string, body []byte) {
	t.Helper()
	_, err := s.bucket.Put(context.Background(), refresh.Upload{Key: key, Body: bytes.NewReader(body)})
	if err != nil {
		t.Fatal(err)
	}
}

// start runs this program as the function.
func (s *stage) start(t *testing.T) *runtime.Function {
	t.Helper()
	executable, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	env := s.env(t)
	config := runtime.Config{
		Name: "verify", Bootstrap: executable, Region: env[awsenv.Region],
		Credentials: runtime.Credentials{AccessKeyID: env[awsenv.AccessKeyID], SecretAccessKey: env[awsenv.SecretKey]},
		Timeout:     time.Minute, InitTimeout: time.Minute, Output: t.Output(),
	}
	for _, reserved := range []string{awsenv.Region, awsenv.AccessKeyID, awsenv.SecretKey} {
		delete(env, reserved)
	}
	config.Environment = env
	function, err := runtime.Start(context.Background(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = function.Close() })
	return function
}

func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !holds(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("never came true: %s", what)
		}
	}
}

func event(leaf *pkitest.Leaf) events.ALBTargetGroupRequest {
	return events.ALBTargetGroupRequest{
		HTTPMethod: "GET",
		Path:       "/",
		MultiValueHeaders: map[string][]string{
			"x-amzn-mtls-clientcert": {clientcert.Encode(leaf.Chain)},
			"x-amzn-trace-id":        {"Root=1-5c34e7d4-00ca239424b68028d4c56d68"},
			"x-forwarded-port":       {"443"},
			"x-forwarded-proto":      {"https"},
		},
		RequestContext: events.ALBTargetGroupRequestContext{ELB: events.ELBContext{TargetGroupArn: targetGroup}},
	}
}

func send(t *testing.T, function *runtime.Function, event events.ALBTargetGroupRequest) events.ALBTargetGroupResponse {
	t.Helper()
	payload, err := json.Marshal(event)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := function.Invoke(context.Background(), payload)
	if err != nil {
		t.Fatal(err)
	}
	var response events.ALBTargetGroupResponse
	err = json.Unmarshal(answer, &response)
	if err != nil {
		t.Fatal(err)
	}
	if (response.MultiValueHeaders != nil) != (event.MultiValueHeaders != nil) {
		t.Errorf("the answer %s has not the form of the event", answer)
	}
	return response
}

func check(t *testing.T, got events.ALBTargetGroupResponse, status int, part string) {
	t.Helper()
	if got.StatusCode != status || !strings.Contains(got.Body, part) {
		t.Errorf("got %d %s, want %d with %s", got.StatusCode, got.Body, status, part)
	}
}

func list(t *testing.T, ca *pkitest.CA, number int64, revoked ...*big.Int) []byte {
	t.Helper()
	return ca.CRLWith(t, func(template *x509.RevocationList) {
		template.Number = big.NewInt(number)
		template.ThisUpdate, template.NextUpdate = time.Now().Add(-time.Minute), time.Now().Add(time.Hour)
		for _, serial := range revoked {
			template.RevokedCertificateEntries = append(template.RevokedCertificateEntries,
				x509.RevocationListEntry{SerialNumber: serial, RevocationTime: template.ThisUpdate})
		}
	})
}

// current makes a certificate valid now: the real main has the real clock.
func current(template *x509.Certificate) {
	template.NotBefore, template.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
}

func getenv(env map[string]string) func(string) string {
	return func(name string) string { return env[name] }
}

func hexSHA256(data []byte) string { return fmt.Sprintf("%x", sha256.Sum256(data)) }
