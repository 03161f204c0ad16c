package chain

import (
	"crypto/x509"
	"testing"
	"time"

	"github.com/sekisho/sekisho/internal/crl"
	"github.com/sekisho/sekisho/internal/pkitest"
)

func TestUntil(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	valid := func(from, to time.Duration) edit {
		return func(c *x509.Certificate) { c.NotBefore, c.NotAfter = now.Add(from), now.Add(to) }
	}
	list := func(from, to time.Duration) *crl.Index {
		return listWith(t, h.issuing, func(l *x509.RevocationList) { l.ThisUpdate, l.NextUpdate = now.Add(from), now.Add(to) })
	}
	client := func(edits ...edit) []*x509.Certificate { return h.issuing.Issue(t, "laptop-1", edits...).Chain }
	const hour, day = time.Hour, 24 * time.Hour
	year := h.client.Cert.NotAfter.Sub(now)
	cases := []struct {
		name      string
		presented []*x509.Certificate
		lists     []*crl.Index
		grace     time.Duration
		more      *x509.Certificate // in the bundle
		want      time.Duration
	}{
		{"leaf ends", client(valid(-hour, 3*hour)), nil, 0, nil, 3 * hour},
		{"leaf ended", client(valid(-2*hour, -hour)), nil, 0, nil, h.root.Cert.NotAfter.Sub(now)},
		{"leaf begins", client(valid(hour, 3*hour)), nil, 0, nil, hour},
		{"presented CA ends", append(client(), pkitest.NewCA(t, "x", valid(-hour, 2*hour)).Cert), nil, 0, nil, 2 * hour},
		{"CA of the bundle ends", client(), nil, 0, pkitest.NewCA(t, "x", valid(-hour, 2*hour)).Cert, 2 * hour},
		{"CA of the bundle begins", client(), nil, 0, pkitest.NewCA(t, "x", valid(2*hour, day)).Cert, 2 * hour},
		{"list is due", client(), []*crl.Index{list(-hour, hour)}, 0, nil, hour},
		{"list is due, with a grace", client(), []*crl.Index{list(-hour, hour)}, hour, nil, 2 * hour},
		{"list is overdue", client(), []*crl.Index{list(-2*hour, -hour)}, 0, nil, year},
		{"list is overdue within its grace", client(), []*crl.Index{list(-2*hour, -hour)}, 4 * hour, nil, 3 * hour},
		{"list is from the future", client(), []*crl.Index{list(hour, day)}, 0, nil, hour - skew},
		{"list is from the future by no more than clocks differ", client(), []*crl.Index{list(skew, day)}, 0, nil, day},
		{"the first of several", client(valid(-hour, 3*hour)), []*crl.Index{list(-hour, 2*hour)}, 0, pkitest.NewCA(t, "x", valid(-hour, hour)).Cert, hour},
		{"list is due at this moment", client(), []*crl.Index{list(-hour, 0)}, 0, nil, 0},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			bundle := h.bundle()
			if c.more != nil {
				bundle = append(bundle, c.more)
			}
			got := newVerifier(t, bundle, c.lists, Options{Grace: c.grace}).Until(c.presented, now).Sub(now)
			if got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}
