package local

import (
	"context"
	"errors"
	"time"

	"github.com/sekisho/sekisho/internal/local/ca"
)

// Probes are certificates for trying the gate out. They are good for minutes,
// and nobody keeps a copy.
type Probes struct {
	// Good is served. Doomed is good too, until somebody revokes it by its
	// serial number (hex). Expired is past its end.
	Good         Issued `json:"good"`
	Doomed       Issued `json:"doomed"`
	DoomedSerial string `json:"doomedSerial"`
	Expired      Issued `json:"expired"`
}

const (
	probeName = "sekisho-doctor"
	probeLife = 30 * time.Minute
	// probeBackdated is more than two clocks may be apart.
	probeBackdated = 10 * time.Minute
)

func (t *Twin) probes(context.Context, noInput) (Probes, error) {
	if t.options.foreign() {
		return Probes{}, errForeign
	}
	now := time.Now()
	good, _, errGood := t.probe(now.Add(-probeBackdated), now.Add(probeLife))
	doomed, serial, errDoomed := t.probe(now.Add(-probeBackdated), now.Add(probeLife))
	expired, _, errExpired := t.probe(now.Add(-24*time.Hour), now.Add(-time.Hour))
	err := errors.Join(errGood, errDoomed, errExpired)
	if err != nil {
		return Probes{}, err
	}
	return Probes{Good: good, Doomed: doomed, DoomedSerial: serial, Expired: expired}, nil
}

func (t *Twin) probe(from, until time.Time) (Issued, string, error) {
	credential, err := t.authority.Issue(ca.Request{Name: t.probeName(), From: from, Until: until})
	if err != nil {
		return Issued{}, "", err
	}
	key, err := credential.KeyPEM()
	if err != nil {
		return Issued{}, "", err
	}
	issued := Issued{Name: t.probeName(), Certificate: credential.CertificatePEM(), Key: key, Chain: credential.ChainPEM()}
	return issued, credential.Certificate.SerialNumber.Text(16), nil
}

// probeName is what the verifier may demand of every client.
func (t *Twin) probeName() string {
	if t.options.SubjectCN != "" {
		return t.options.SubjectCN
	}
	return probeName
}
