package chain

import (
	"crypto/x509"
	"time"
)

// Until says how long the answer of Verify about these certificates at now
// holds: at every moment from now on and before that one it is the same. What
// Verify compares with the clock are the dates of the certificates that were
// presented, of the bundle and of the lists, and nothing else.
func (v *Verifier) Until(presented []*x509.Certificate, now time.Time) time.Time {
	end := horizon{now: now, until: now.Add(forever)}
	for _, cert := range presented {
		end.certificate(cert)
	}
	for _, cert := range v.bundle {
		end.certificate(cert)
	}
	for _, lists := range v.revocation.lists {
		for _, list := range lists {
			end.begins(list.ThisUpdate().Add(-skew))
			end.ends(v.revocation.due(list))
		}
	}
	return end.until
}

// forever is longer than any process lives.
const forever = 100 * 365 * 24 * time.Hour

// horizon is the first moment after now at which something changes.
type horizon struct{ now, until time.Time }

func (h *horizon) certificate(cert *x509.Certificate) {
	h.begins(cert.NotBefore)
	h.ends(cert.NotAfter)
}

// begins is for what holds at a moment and after.
func (h *horizon) begins(at time.Time) {
	if at.After(h.now) && at.Before(h.until) {
		h.until = at
	}
}

// ends is for what holds up to a moment and at it.
func (h *horizon) ends(at time.Time) {
	if !at.Before(h.now) && at.Before(h.until) {
		h.until = at
	}
}
