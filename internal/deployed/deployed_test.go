package deployed

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sekisho/sekisho/internal/crlhttp"
	"github.com/sekisho/sekisho/internal/pkitest"
	"github.com/sekisho/sekisho/internal/refresh"
	"github.com/sekisho/sekisho/internal/settings"
)

// cloud is a bucket and a trust store as far as loading needs them.
type cloud struct {
	objects map[string][]byte
	bundle  []byte
	reads   []string
}

func (c *cloud) Get(_ context.Context, key string) (refresh.Object, error) {
	c.reads = append(c.reads, key)
	body, ok := c.objects[key]
	if !ok {
		return refresh.Object{}, refresh.ErrAbsent
	}
	return refresh.Object{Body: body}, nil
}

func (c *cloud) Bundle(context.Context) ([]byte, error) {
	c.reads = append(c.reads, "the trust store's bundle")
	return c.bundle, nil
}

func hash(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}

// deploy is a cloud with a bundle and the CAs for HTTPS in it, and the settings
// that name them.
func deploy(t *testing.T) (*cloud, settings.Refresh) {
	t.Helper()
	bundle, https := pkitest.PEM(pkitest.NewCA(t, "ca").Cert), pkitest.PEM(pkitest.NewCA(t, "web").Cert)
	c := &cloud{objects: map[string][]byte{"ca/1.pem": bundle, "tls/1.pem": https}, bundle: bundle}
	return c, settings.Refresh{
		BundleKey: "ca/1.pem", BundleSHA256: hash(bundle), HTTPSCAKey: "tls/1.pem", HTTPSCASHA256: hash(https),
	}
}

func over(c *cloud, given settings.Refresh) *Refresh {
	return &Refresh{
		settings: given, bucket: c, trustStore: c, refresher: &refresh.Refresher{},
		fetcher: func(httpsCA []byte) (*crlhttp.Fetcher, error) {
			return crlhttp.New(crlhttp.Options{RootCAs: httpsCA})
		},
	}
}

func TestPinnedObjectsAreReadOnce(t *testing.T) {
	t.Parallel()
	c, given := deploy(t)
	d := over(c, given)
	for range 3 {
		refresher, err := d.Load(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if refresher.Fetcher == nil || refresher.Bundle.Key != "ca/1.pem" || len(refresher.Bundle.Issuers) != 1 {
			t.Errorf("the refresher is not ready: %+v", refresher.Bundle)
		}
	}
	if diff := cmp.Diff([]string{"ca/1.pem", "tls/1.pem"}, c.reads); diff != "" {
		t.Errorf("what was read (-want +got):\n%s", diff)
	}
}

func TestPinnedObjectsMustBeTheDeployedOnes(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		edit func(*cloud)
		says string
	}{
		{"another bundle", func(c *cloud) { c.objects["ca/1.pem"] = c.objects["tls/1.pem"] }, "reading the CA bundle: ca/1.pem is not what was deployed"},
		{"no bundle", func(c *cloud) { delete(c.objects, "ca/1.pem") }, "reading the CA bundle: absent"},
		{"other CAs for HTTPS", func(c *cloud) { c.objects["tls/1.pem"] = c.bundle }, "reading the CAs for HTTPS: tls/1.pem is not what was deployed"},
		{"no CAs for HTTPS", func(c *cloud) { delete(c.objects, "tls/1.pem") }, "reading the CAs for HTTPS: absent"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c, given := deploy(t)
			good := map[string][]byte{"ca/1.pem": c.objects["ca/1.pem"], "tls/1.pem": c.objects["tls/1.pem"]}
			test.edit(c)
			d := over(c, given)
			refresher, err := d.Load(t.Context())
			if refresher != nil || err == nil || !strings.Contains(err.Error(), test.says) {
				t.Errorf("got %v, %v, want %q", refresher, err, test.says)
			}
			c.objects = good
			_, err = d.Load(t.Context())
			if err != nil {
				t.Errorf("once it is mended: %v", err)
			}
		})
	}
}

// TestAttachedTrustStoresBundleIsReadEveryTime: its owner may change it.
func TestAttachedTrustStoresBundleIsReadEveryTime(t *testing.T) {
	t.Parallel()
	c, _ := deploy(t)
	d := over(c, settings.Refresh{})
	_, err := d.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	c.bundle = c.objects["tls/1.pem"]
	refresher, err := d.Load(t.Context())
	if err != nil || refresher.Bundle.SHA256 != hash(c.bundle) {
		t.Errorf("bundle %s, %v: want the one that is there now", refresher.Bundle.SHA256, err)
	}
	c.bundle = []byte("nonsense")
	_, err = d.Load(t.Context())
	if err == nil || !strings.Contains(err.Error(), "reading the CA bundle") {
		t.Errorf("got %v", err)
	}
}

func TestNewNamesEverythingThatIsMissing(t *testing.T) {
	t.Parallel()
	_, err := New(func(string) string { return "" })
	for _, name := range []string{settings.EnvBucket, settings.EnvTrustStore, settings.EnvSources} {
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("got %v, want it to name %s", err, name)
		}
	}
	var problem *settings.Problem
	if !errors.As(err, &problem) {
		t.Errorf("got %T, want a problem of the settings", err)
	}
}

func TestNewTakesEverySettingOver(t *testing.T) {
	t.Parallel()
	given := settings.Refresh{
		Bucket: "sekisho", TrustStoreARN: "arn:aws:elasticloadbalancing:ap-northeast-1:000000000000:truststore/clients/0123456789abcdef",
		BundleKey: "ca/1.pem", BundleSHA256: strings.Repeat("0", 64), Name: "gate-2", PollEvery: settings.Duration(10 * time.Second),
		Limits: settings.Limits{Entries: 7, Lists: 8}, Revocation: settings.RevocationRequireLeaf,
		Sources: []settings.Source{{
			Name: "ca", URLs: []string{"http://a/ca.crl", "http://b/ca.crl"}, MaxAge: settings.Duration(time.Hour), AllowScoped: true,
			MaxBytes: 9, Timeout: settings.Duration(time.Minute), Overlap: settings.OverlapReplace,
			CertificateLifetime: settings.Duration(8760 * time.Hour),
			Guards:              settings.Guards{MaxShrinkPercent: 10, MaxNewlyRevoked: 11, OnBreach: settings.OnBreachHold, HoldFor: settings.Duration(2 * time.Hour)},
		}},
	}
	env := given.Env()
	env["AWS_REGION"], env["AWS_ACCESS_KEY_ID"], env["AWS_SECRET_ACCESS_KEY"] = "ap-northeast-1", "key", "secret"
	d, err := New(func(name string) string { return env[name] })
	if err != nil {
		t.Fatal(err)
	}
	want := []refresh.Source{{
		Name: "ca", URLs: []string{"http://a/ca.crl", "http://b/ca.crl"}, MaxAge: time.Hour, AllowScoped: true,
		MaxBytes: 9, Timeout: time.Minute, ReplaceOverlap: true,
		CertificateLifetime: 8760 * time.Hour,
		Guards:              refresh.Guards{MaxShrinkPercent: 10, MaxNewlyRevoked: 11, Hold: true, HoldFor: 2 * time.Hour},
	}}
	if diff := cmp.Diff(want, d.refresher.Sources); diff != "" {
		t.Errorf("sources (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(refresh.Limits{Entries: 7, Lists: 8, PEMBytes: 50_000_000}, d.refresher.Limits); diff != "" {
		t.Errorf("limits (-want +got):\n%s", diff)
	}
	if d.refresher.RequireCoverage || d.refresher.TrustStoreARN != given.TrustStoreARN {
		t.Errorf("coverage %v, trust store %q", d.refresher.RequireCoverage, d.refresher.TrustStoreARN)
	}
	if d.Name() != "gate-2" || d.PollEvery() != 10*time.Second {
		t.Errorf("name %q, polls every %s", d.Name(), d.PollEvery())
	}
	delete(env, "AWS_REGION")
	_, err = New(func(name string) string { return env[name] })
	if err == nil || !strings.Contains(err.Error(), "AWS_REGION") {
		t.Errorf("without a region: got %v", err)
	}
}

func TestPauseEndsWithTheContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := Pause(ctx, time.Hour)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	err = Pause(t.Context(), time.Nanosecond)
	if err != nil {
		t.Errorf("got %v", err)
	}
}
