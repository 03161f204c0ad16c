package main

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"math/big"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sekisho/sekisho/internal/doctor"
	"github.com/sekisho/sekisho/internal/local"
	"github.com/sekisho/sekisho/internal/local/alb"
	"github.com/sekisho/sekisho/internal/local/ca"
	"github.com/sekisho/sekisho/internal/local/elbv2"
	"github.com/sekisho/sekisho/internal/local/endpoint"
	"github.com/sekisho/sekisho/internal/programtest"
	"github.com/sekisho/sekisho/internal/settings"
)

// patient is a twin with something wrong.
type patient struct {
	options local.Options
	ca      *ca.CA
	// withheld is the hash of a list that cannot be stored.
	withheld atomic.Pointer[string]
	// afterwards makes something go wrong once the twin runs.
	afterwards func(*testing.T, *patient)
}

func newPatient(t *testing.T) *patient {
	p := &patient{options: local.DefaultOptions()}
	p.options.Dir, p.options.PortBase, p.options.Every = t.TempDir(), 0, time.Hour
	p.options.ClientKeepAlive = time.Second
	p.options.RefreshBinary = programtest.Function("refresh")
	p.options.VerifyBinary = programtest.Function("verify")
	p.options.Authority = func(authority *ca.CA) { p.ca = authority }
	p.options.Fault = func(call endpoint.Call) endpoint.Fault {
		hash := p.withheld.Load()
		if hash != nil && call.Action == "PutObject" && strings.HasPrefix(call.Key, "crl/"+*hash) {
			return endpoint.Fault{Effect: endpoint.Fail, Status: http.StatusForbidden, Code: "AccessDenied"}
		}
		return endpoint.Fault{}
	}
	return p
}

// examine starts the twin and has it examined.
func (p *patient) examine(t *testing.T) (int, []doctor.Check) {
	t.Helper()
	twin, err := local.Start(t.Context(), p.options)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		err := twin.Close()
		if err != nil {
			t.Error(err)
		}
	}()
	if p.afterwards != nil {
		p.afterwards(t, p)
	}
	var out, errs bytes.Buffer
	code := run(t.Context(), []string{"doctor", "--json", "--dir", p.options.Dir}, &out, &errs)
	if errs.Len() > 0 {
		t.Errorf("on standard error: %s", errs.String())
	}
	var said struct{ Checks []doctor.Check }
	err = json.Unmarshal(out.Bytes(), &said)
	if err != nil {
		t.Fatalf("%v: %s", err, out.String())
	}
	return code, said.Checks
}

func TestDoctorFindsNothingWrongWithAHealthyTwin(t *testing.T) {
	t.Parallel()
	code, checks := newPatient(t).examine(t)
	if code != exitFine || len(checks) < 15 {
		t.Errorf("exit code %d, %d checks", code, len(checks))
	}
	for _, check := range checks {
		if check.OK == nil || !*check.OK || check.Fix != "" {
			t.Errorf("%+v, want ✔", check)
		}
	}
}

// TestDoctorSeesExactlyWhatIsBroken: for each check, a twin in which that very
// thing is broken.
func TestDoctorSeesExactlyWhatIsBroken(t *testing.T) {
	t.Parallel()
	for id, broken := range breakages() {
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			p := newPatient(t)
			broken(t, p)
			code, checks := p.examine(t)
			var failing []string
			for _, check := range checks {
				switch {
				case check.Failed():
					failing = append(failing, check.ID)
					t.Logf("✘ %s: %s → %s", check.ID, check.Detail, check.Fix)
				case check.OK == nil:
					t.Logf("– %s: %s", check.ID, check.Detail)
				}
				if (check.Fix != "") != check.Failed() || check.Detail == "" {
					t.Errorf("%+v: want a detail, and what to do where and only where it failed", check)
				}
			}
			if code != exitRefused || !slices.Equal(failing, []string{id}) {
				t.Errorf("exit code %d, failing %v, want 1 and %s alone", code, failing, id)
			}
		})
	}
}

func TestEveryCheckHasABreakage(t *testing.T) {
	t.Parallel()
	checks := doctor.Run(t.Context(), doctor.Gate{Now: time.Now}, nil)
	for _, check := range checks {
		if breakages()[check.ID] == nil {
			t.Errorf("nothing breaks %s", check.ID)
		}
		if check.OK != nil {
			t.Errorf("%s: %v of a gate that was not seen", check.ID, *check.OK)
		}
	}
	if len(checks) != len(breakages()) {
		t.Errorf("%d checks, %d breakages", len(checks), len(breakages()))
	}
}

func breakages() map[string]func(*testing.T, *patient) {
	verify := func(edit func(*alb.VerifyConfig)) func(*testing.T, *patient) {
		return func(_ *testing.T, p *patient) {
			p.options.Listeners = func(v *alb.VerifyConfig, _ *alb.PassthroughConfig) { edit(v) }
		}
	}
	passthrough := func(edit func(*alb.PassthroughConfig)) func(*testing.T, *patient) {
		return func(_ *testing.T, p *patient) {
			p.options.Listeners = func(_ *alb.VerifyConfig, c *alb.PassthroughConfig) { edit(c) }
		}
	}
	hole := func(reason alb.Reason) func(*testing.T, *patient) {
		return verify(func(v *alb.VerifyConfig) { v.Holes = []alb.Reason{reason} })
	}
	backend := func(reason string) func(*testing.T, *patient) {
		return passthrough(func(c *alb.PassthroughConfig) { c.Invoke = letsIn(c.Invoke, reason) })
	}
	return map[string]func(*testing.T, *patient){
		"reachable":             passthrough(func(c *alb.PassthroughConfig) { c.Closed = true }),
		"server-certificate":    verify(func(v *alb.VerifyConfig) { v.Certificate = elsewhere() }),
		"certificate-requested": passthrough(func(c *alb.PassthroughConfig) { c.Off = true }),
		"ca-names":              verify(func(v *alb.VerifyConfig) { v.HideCANames = true }),
		"good-verify":           verify(func(v *alb.VerifyConfig) { v.Target = outOfOrder() }),
		"good-passthrough": passthrough(func(c *alb.PassthroughConfig) {
			c.Invoke = func(context.Context, []byte) ([]byte, error) { return nil, errors.New("out of order") }
		}),
		"nobody-verify":         hole(alb.ReasonNoCertificate),
		"nobody-passthrough":    backend("no-certificate"),
		"revoked-verify":        hole(alb.ReasonRevoked),
		"revoked-passthrough":   func(_ *testing.T, p *patient) { p.options.Revocation = settings.RevocationOff },
		"expired-verify":        hole(alb.ReasonExpired),
		"expired-passthrough":   backend("expired"),
		"self-made-verify":      hole(alb.ReasonUntrusted),
		"self-made-passthrough": backend("untrusted"),
		"forged-header":         func(_ *testing.T, p *patient) { p.options.Gate.ClientSentHeader = alb.HeaderKept },
		"lists-reachable": func(_ *testing.T, p *patient) {
			p.afterwards = func(_ *testing.T, p *patient) { p.ca.Override("/root.crl", ca.Down()) }
		},
		"lists-fresh": func(_ *testing.T, p *patient) {
			p.afterwards = func(t *testing.T, p *patient) { p.publish(t, -48*time.Hour, -24*time.Hour) }
		},
		"newest-list": func(_ *testing.T, p *patient) {
			p.afterwards = func(t *testing.T, p *patient) { p.withheld.Store(p.publish(t, 0, time.Hour)) }
		},
		"quota": func(_ *testing.T, p *patient) { p.options.Quotas = elbv2.Quotas{Lists: 3} },
		"clock": verify(func(v *alb.VerifyConfig) {
			v.Now = func() time.Time { return time.Now().Add(3 * time.Minute) }
		}),
		"open-connections": verify(func(v *alb.VerifyConfig) { v.ClientKeepAlive = time.Hour }),
	}
}

// publish has the root's distribution point serve a list for another span of
// time, and returns the list's hash.
func (p *patient) publish(t *testing.T, from, until time.Duration) *string {
	t.Helper()
	now := time.Now()
	list, err := p.ca.SignList(ca.Root, now.Add(from), now.Add(until))
	if err != nil {
		t.Fatal(err)
	}
	p.ca.Override("/root.crl", ca.Body("application/pkix-crl", list.DER))
	sum := sha256.Sum256(list.DER)
	hash := hex.EncodeToString(sum[:])
	return &hash
}

// letsIn is a backend that does not mind one reason to refuse.
func letsIn(next alb.Invoke, reason string) alb.Invoke {
	return func(ctx context.Context, event []byte) ([]byte, error) {
		answer, err := next(ctx, event)
		if err != nil || !bytes.Contains(answer, []byte(`\"reason\":\"`+reason+`\"`)) {
			return answer, err
		}
		return []byte(`{"statusCode":200,"multiValueHeaders":{},"body":"come in"}`), nil
	}
}

func outOfOrder() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusBadGateway)
		_, _ = io.WriteString(w, "out of order")
	})
}

// elsewhere is a server certificate for another name, signed by itself.
func elsewhere() tls.Certificate {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), DNSNames: []string{"elsewhere.example"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return tls.Certificate{}
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}
