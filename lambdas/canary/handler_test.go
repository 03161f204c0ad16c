package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/sekisho/sekisho/internal/awsenv"
	"github.com/sekisho/sekisho/internal/canary"
	"github.com/sekisho/sekisho/internal/pkitest"
	"github.com/sekisho/sekisho/internal/settings"
)

type vault map[string][]byte

func (v vault) Get(_ context.Context, id string) ([]byte, error) {
	text, ok := v[id]
	if !ok {
		return nil, errors.New("no such secret: " + id)
	}
	return text, nil
}

func secretOf(t *testing.T, leaf *pkitest.Leaf) []byte {
	t.Helper()
	key, err := x509.MarshalPKCS8PrivateKey(leaf.Key)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(map[string]string{
		"certificate": string(pkitest.PEM(leaf.Chain...)),
		"privateKey":  string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key})),
	})
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// gate serves whoever is not turned away by name.
type gate struct {
	refused map[string]bool
	down    bool
}

func (g *gate) Try(_ context.Context, _ canary.Listener, client tls.Certificate) canary.Sight {
	leaf, err := x509.ParseCertificate(client.Certificate[0])
	switch {
	case err != nil || g.down:
		return canary.Sight{Treatment: canary.Undecided, Detail: "no route to host"}
	case g.refused[leaf.Subject.CommonName]:
		return canary.Sight{Treatment: canary.Refused, Detail: "alert"}
	}
	return canary.Sight{Treatment: canary.Served, Detail: "HTTP 200"}
}

type listed struct{}

func (listed) Find(context.Context, []*x509.Certificate) (canary.Entry, error) {
	return canary.Entry{RevokedAt: pkitest.Epoch.Add(-time.Minute)}, nil
}

type bench struct {
	*handler
	gate         *gate
	vault        vault
	log, metrics bytes.Buffer
}

func newBench(t *testing.T) *bench {
	t.Helper()
	ca := pkitest.NewCA(t, "ca")
	b := &bench{gate: &gate{refused: map[string]bool{}}}
	b.vault = vault{"good": secretOf(t, ca.Issue(t, "good")), "revoked": secretOf(t, ca.Issue(t, "revoked"))}
	now := func() time.Time { return pkitest.Epoch }
	b.handler = &handler{
		canary: &canary.Canary{
			Dial: b.gate, Lists: listed{}, Clock: now,
			Listeners: []canary.Listener{{Name: canary.Verify}, {Name: canary.Passthrough}},
		},
		secrets: b.vault, good: "good", revoked: "revoked", stack: "gate-2", metrics: &b.metrics,
		log: slog.New(slog.NewJSONHandler(&b.log, nil)), now: now,
	}
	return b
}

func TestRounds(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name              string
		edit              func(*gate)
		level, published  string
		absent, timedOnce string
	}{
		{"refused", func(g *gate) { g.refused["revoked"] = true }, "INFO", `"RevokedRefused":1,`, `"SecondsToEnforcement"`, `"Unknown":0`},
		{"served", func(*gate) {}, "ERROR", `"RevokedRefused":0,`, `"SecondsToEnforcement"`, `"GoodServed":1`},
		{"down", func(g *gate) { g.down = true }, "WARN", `"Unknown":1,`, `"RevokedRefused"`, `"GoodServed":0`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			c.edit(b.gate)
			err := b.handle(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			lines := strings.Split(strings.TrimSpace(b.metrics.String()), "\n")
			if len(lines) != 2 || !strings.Contains(lines[0], `"Listener":"verify"`) || !strings.Contains(lines[1], `"Listener":"passthrough"`) {
				t.Fatalf("published %s", &b.metrics)
			}
			for _, line := range lines {
				if !strings.Contains(line, `"Stack":"gate-2"`) || !strings.Contains(line, c.published) || !strings.Contains(line, c.timedOnce) || strings.Contains(line, c.absent) {
					t.Errorf("published %s, want %s and %s without %s", line, c.published, c.timedOnce, c.absent)
				}
			}
			if strings.Count(b.log.String(), `"level":"`+c.level+`"`) != 2 || strings.Contains(b.log.String(), "PRIVATE") {
				t.Errorf("logged %s", &b.log)
			}
		})
	}
}

// TestEnforcementIsSeenAcrossRounds: the function is not started anew between
// two events, and remembers.
func TestEnforcementIsSeenAcrossRounds(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for range 2 {
		err := b.handle(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		b.gate.refused["revoked"] = true
	}
	if strings.Count(b.metrics.String(), `"SecondsToEnforcement":60,`) != 2 {
		t.Errorf("published %s", &b.metrics)
	}
}

func TestRoundThatCannotBe(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		edit func(*bench)
		says string
	}{
		"no good secret":    {func(b *bench) { delete(b.vault, "good") }, "no such secret: good"},
		"no revoked secret": {func(b *bench) { delete(b.vault, "revoked") }, "no such secret: revoked"},
		"another secret":    {func(b *bench) { b.vault["revoked"] = []byte("hunter2") }, "revoked: reading a client's certificate"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			c.edit(b)
			err := b.handle(t.Context())
			if err == nil || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "hunter2") || b.metrics.Len() > 0 {
				t.Errorf("got %v, published %s", err, &b.metrics)
			}
		})
	}
}

func TestFunctionIsWiredFromItsEnvironment(t *testing.T) {
	t.Parallel()
	env := settings.CanaryTask{Name: "gate-2", Bucket: "b", Round: settings.CanaryRound{
		VerifyURL: "https://gate.example.com:443/", PassthroughURL: "https://gate.example.com:8443/", GoodSecretARN: "arn:good", RevokedSecretARN: "arn:revoked",
	}}.Env()
	env[awsenv.Region], env[awsenv.AccessKeyID], env[awsenv.SecretKey] = "eu-central-1", "key", "secret"
	getenv := func(name string) string { return env[name] }
	h, err := newHandler(getenv, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	want := []canary.Listener{{Name: "verify", URL: "https://gate.example.com:443/"}, {Name: "passthrough", URL: "https://gate.example.com:8443/"}}
	if h.stack != "gate-2" || h.good != "arn:good" || h.revoked != "arn:revoked" || len(h.canary.Listeners) != 2 || h.canary.Listeners[0] != want[0] || h.canary.Listeners[1] != want[1] {
		t.Errorf("got %+v", h)
	}
	for _, missing := range []string{settings.EnvCanary, awsenv.Region} {
		_, err = newHandler(func(name string) string {
			if name == missing {
				return ""
			}
			return env[name]
		}, slog.New(slog.DiscardHandler))
		if err == nil || !strings.Contains(err.Error(), missing) {
			t.Errorf("without %s: got %v", missing, err)
		}
	}
}
