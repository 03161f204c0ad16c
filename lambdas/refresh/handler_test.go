package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/sekisho/sekisho/internal/crlhttp"
	"github.com/sekisho/sekisho/internal/pkitest"
	"github.com/sekisho/sekisho/internal/refresh"
	"github.com/sekisho/sekisho/internal/settings"
)

// cloud is a bucket and a trust store in memory, as far as the handler and a
// run need them.
type cloud struct {
	objects map[string][]byte
	bundle  []byte
	bundles int
	added   int
}

func (c *cloud) Get(_ context.Context, key string) (refresh.Object, error) {
	body, ok := c.objects[key]
	if !ok {
		return refresh.Object{}, refresh.ErrAbsent
	}
	return refresh.Object{Body: body, Tag: tag(body)}, nil
}

func (c *cloud) Put(_ context.Context, upload refresh.Upload) (refresh.Stored, error) {
	var body bytes.Buffer
	_, err := body.ReadFrom(upload.Body)
	if err != nil {
		return refresh.Stored{}, err
	}
	c.objects[upload.Key] = body.Bytes()
	return refresh.Stored{Key: upload.Key, Version: "1", Tag: tag(body.Bytes())}, nil
}

func (c *cloud) List(_ context.Context, prefix string) ([]string, error) {
	var keys []string
	for key := range c.objects {
		if strings.HasPrefix(key, prefix) {
			keys = append(keys, key)
		}
	}
	return keys, nil
}

func (c *cloud) Revocations(context.Context) ([]refresh.Revocation, error) {
	var all []refresh.Revocation
	for id := range c.added {
		all = append(all, refresh.Revocation{ID: int64(id + 1)})
	}
	return all, nil
}

func (c *cloud) Add(context.Context, refresh.Stored) (refresh.Revocation, error) {
	c.added++
	return refresh.Revocation{ID: int64(c.added)}, nil
}

func (c *cloud) Remove(context.Context, []int64) error { return nil }

func (c *cloud) RevocationContent(context.Context, int64) ([]byte, error) {
	return nil, refresh.ErrAbsent
}

func (c *cloud) Bundle(context.Context) ([]byte, error) {
	c.bundles++
	return c.bundle, nil
}

func tag(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}

// newTestHandler is a handler over c whose one source cannot be fetched.
func newTestHandler(t *testing.T, c *cloud, given settings.Refresh) (*handler, *bytes.Buffer) {
	t.Helper()
	log := &bytes.Buffer{}
	return &handler{
		settings: given, bucket: c, trustStore: c,
		fetcher: func(httpsCA []byte) (*crlhttp.Fetcher, error) {
			return crlhttp.New(crlhttp.Options{Version: "test", RootCAs: httpsCA, TotalTimeout: time.Millisecond})
		},
		log: slog.New(slog.NewJSONHandler(log, nil)),
		refresher: &refresh.Refresher{
			Bucket: c, TrustStore: c, Contents: c,
			Sources: []refresh.Source{{Name: "ca", URLs: []string{"ldap://ca.example.com/ca"}}},
			Limits:  refresh.DefaultLimits(),
			Clock:   func() time.Time { return pkitest.Epoch },
			Pause:   func(context.Context, time.Duration) error { return nil },
		},
	}, log
}

// deployed is a cloud with a bundle in it, and the settings that name it.
func deployed(t *testing.T) (*cloud, settings.Refresh) {
	t.Helper()
	bundle := pkitest.PEM(pkitest.NewCA(t, "ca").Cert)
	key := "ca/" + tag(bundle) + ".pem"
	return &cloud{objects: map[string][]byte{key: bundle}, bundle: bundle}, settings.Refresh{BundleKey: key, BundleSHA256: tag(bundle)}
}

func TestFailureIsTheFunctionsUnlessTheReportIsAskedFor(t *testing.T) {
	for _, c := range []struct {
		name, event string
		fails       bool
	}{
		{"schedule", `{"source":"aws.scheduler","detail":"{}"}`, true},
		{"nothing in particular", `{}`, true},
		{"report asked for", `{"report":"always"}`, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			cloud, given := deployed(t)
			h, log := newTestHandler(t, cloud, given)
			got, err := h.handle(t.Context(), json.RawMessage(c.event))
			if (err != nil) != c.fails {
				t.Fatalf("got %v, want an error: %v", err, c.fails)
			}
			if !c.fails && (got.Error == "" || len(got.Outcomes) != 1) {
				t.Errorf("the answer does not say what failed: %+v", got)
			}
			if c.fails && !strings.Contains(err.Error(), "source ca has no list in force") {
				t.Errorf("got %v", err)
			}
			if lines := strings.Count(log.String(), `"msg":"revocation list"`); lines != 1 {
				t.Errorf("%d lines for one decision:\n%s", lines, log)
			}
		})
	}
}

func TestBundleMustBeTheDeployedOne(t *testing.T) {
	for _, c := range []struct {
		name string
		edit func(*cloud, *settings.Refresh)
		says string
	}{
		{"another content", func(c *cloud, s *settings.Refresh) {
			c.objects[s.BundleKey] = pkitest.PEM(pkitest.NewCA(t, "attacker").Cert)
		}, "is not what was deployed"},
		{"not there", func(c *cloud, s *settings.Refresh) { delete(c.objects, s.BundleKey) }, "reading the CA bundle"},
		{"HTTPS CAs of another content", func(c *cloud, s *settings.Refresh) {
			s.HTTPSCAKey, s.HTTPSCASHA256 = "tls/x.pem", strings.Repeat("0", 64)
			c.objects["tls/x.pem"] = c.bundle
		}, "reading the CAs for HTTPS: tls/x.pem is not what was deployed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			cloud, given := deployed(t)
			c.edit(cloud, &given)
			h, _ := newTestHandler(t, cloud, given)
			_, err := h.handle(t.Context(), json.RawMessage(`{}`))
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v, want %q", err, c.says)
			}
			if cloud.added != 0 {
				t.Error("something was added to the trust store")
			}
		})
	}
}

// TestAttachedTrustStoresBundleIsReadEveryTime: its owner may change it.
func TestAttachedTrustStoresBundleIsReadEveryTime(t *testing.T) {
	cloud, _ := deployed(t)
	h, _ := newTestHandler(t, cloud, settings.Refresh{})
	for range 3 {
		_, err := h.handle(t.Context(), json.RawMessage(`{"report":"always"}`))
		if err != nil {
			t.Fatal(err)
		}
	}
	if cloud.bundles != 3 {
		t.Errorf("the bundle was read %d times, want 3", cloud.bundles)
	}
}

func TestNewHandlerNamesEverythingThatIsMissing(t *testing.T) {
	_, err := newHandler(func(string) string { return "" }, slog.New(slog.DiscardHandler))
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
