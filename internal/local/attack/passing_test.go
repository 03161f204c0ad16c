package attack

import (
	"crypto/x509"
	"math/big"
	"testing"
	"time"

	"github.com/sekisho/sekisho/internal/pkitest"
	"github.com/sekisho/sekisho/internal/snapshot"
)

// brief makes a certificate that is valid for so long.
func brief(life time.Duration) func(*x509.Certificate) {
	return func(c *x509.Certificate) { c.NotAfter = time.Now().Add(life) }
}

// changes asks one function again and again while things change: what it
// remembers of a client, or of its CA, must not outlive its reason.
type changes struct {
	*testing.T
	suite    *suite
	bucket   *bucket
	function *function
	number   int64
}

// asThingsChange attacks what a verifier remembers.
func (s *suite) asThingsChange(t *testing.T) {
	w := startTwin(t, s.house)
	given := verifySettings(t, w)
	given.Gate.MaxSnapshotAge = 0
	c := &changes{T: t, suite: s, bucket: openBucket(t, w), function: startFunction(t, w, given), number: 10}
	c.timePasses()
	c.clientIsRevoked()
	c.authorityIsRevoked()
	c.clientIsDenied()
	s.unharmed(t, c.function)
}

// ask asks twice: the second time the client is known.
func (c *changes) ask(name string, leaf *pkitest.Leaf, want verdict) {
	c.Helper()
	for range 2 {
		got := c.function.ask(c.T, carrying(of(leaf).value()).json(c.T))
		c.suite.tally.judge(c.T, "as things change", name, want, got)
	}
}

// enforce puts a list of ca into force, until some time.
func (c *changes) enforce(ca *pkitest.CA, until time.Time, revoked ...*big.Int) {
	c.Helper()
	c.number++
	m := c.bucket.manifest(c.suite.house)
	list := c.bucket.publish(ca, ca.CRLWith(c.T, func(l *x509.RevocationList) {
		l.Number, l.ThisUpdate, l.NextUpdate = big.NewInt(c.number), time.Now().Add(-time.Minute), until
		for _, serial := range revoked {
			l.RevokedCertificateEntries = append(l.RevokedCertificateEntries, x509.RevocationListEntry{SerialNumber: serial, RevocationTime: l.ThisUpdate})
		}
	}))
	for i := range m.Lists {
		if m.Lists[i].Identity == list.Identity {
			m.Lists[i] = list
			c.bucket.putManifest(m)
			return
		}
	}
	m.Lists = append(m.Lists, list)
	c.bucket.putManifest(m)
}

// timePasses until a client, a CA and a list have run out. On a machine that is
// too slow to see them in force they get more time.
func (c *changes) timePasses() {
	for life := 5 * time.Second; ; life *= 2 {
		began := time.Now()
		m := c.mortals(life)
		before := m.askAll(c)
		if time.Since(began) > life-2*time.Second && life < time.Minute {
			continue
		}
		time.Sleep(life + time.Second)
		m.judge(c, before, m.askAll(c))
		return
	}
}

// mortals are clients who run out of time: the first by itself, two with their
// CA and two with the list of their CA. Of each two the second has not asked
// before.
type mortals struct{ itself, byAuthority, another, byList, late *pkitest.Leaf }

func (c *changes) mortals(life time.Duration) mortals {
	h := c.suite.house
	short, lasting := h.root.ChildCA(c.T, "Short-lived", current, brief(life)), h.root.ChildCA(c.T, "Lasting", current)
	c.enforce(short, time.Now().Add(time.Hour))
	c.enforce(lasting, time.Now().Add(life))
	return mortals{
		itself:      h.issuing.Issue(c.T, "brief", current, brief(life)),
		byAuthority: short.Issue(c.T, "guest", current), another: short.Issue(c.T, "guest", current),
		byList: lasting.Issue(c.T, "guest", current), late: lasting.Issue(c.T, "guest", current),
	}
}

func (m mortals) askAll(c *changes) [3]answer {
	var answers [3]answer
	for i, leaf := range []*pkitest.Leaf{m.itself, m.byAuthority, m.byList} {
		for range 2 {
			answers[i] = c.function.ask(c.T, carrying(of(leaf).value()).json(c.T))
		}
	}
	return answers
}

func (m mortals) judge(c *changes, before, after [3]answer) {
	judge := func(name string, want verdict, got answer) {
		c.suite.tally.judge(c.T, "as things change", name, want, got)
	}
	judge("before it expires", served(m.itself.Cert), before[0])
	judge("before its CA expires", served(m.byAuthority.Cert), before[1])
	judge("before its CA's list is late", served(m.byList.Cert), before[2])
	judge("expired since it was last served", refused("expired"), after[0])
	judge("CA expired since it was last served", refused("expired"), after[1])
	judge("list late since it was last served", undecided("revocation-unavailable"), after[2])
	c.ask("CA expired since another client of it was served", m.another, refused("expired"))
	c.ask("list late since another client was served", m.late, undecided("revocation-unavailable"))
}

func (c *changes) clientIsRevoked() {
	h := c.suite.house
	leaf, other := h.issuing.Issue(c.T, "guest", current), h.issuing.Issue(c.T, "guest", current)
	c.ask("before it is revoked", leaf, served(leaf.Cert))
	c.enforce(h.issuing, time.Now().Add(time.Hour), leaf.Cert.SerialNumber)
	c.ask("revoked since it was last served", leaf, refused("revoked"))
	c.ask("neighbour of a client revoked since", other, served(other.Cert))
	c.enforce(h.issuing, time.Now().Add(time.Hour))
	c.ask("no longer on the list", leaf, served(leaf.Cert))
}

func (c *changes) authorityIsRevoked() {
	h := c.suite.house
	ca := h.root.ChildCA(c.T, "Soon withdrawn", current)
	c.enforce(ca, time.Now().Add(time.Hour))
	leaf, other := ca.Issue(c.T, "guest", current), ca.Issue(c.T, "guest", current)
	c.ask("before its CA is revoked", leaf, served(leaf.Cert))
	c.enforce(h.root, time.Now().Add(time.Hour), ca.Cert.SerialNumber)
	c.ask("CA revoked since it was last served", leaf, refused("revoked"))
	c.ask("CA revoked since another client of it was served", other, refused("revoked"))
}

func (c *changes) clientIsDenied() {
	h := c.suite.house
	leaf := h.issuing.Issue(c.T, "guest", current)
	c.ask("before it is denied", leaf, served(leaf.Cert))
	c.bucket.put(snapshot.DenyKey, denyList(h.laptop.Cert, leaf.Cert, h.issuing.Cert))
	c.ask("denied since it was last served", leaf, refused("denied"))
	c.ask("denied since, by serial number", h.laptop, refused("denied"))
	c.bucket.put(snapshot.DenyKey, []byte(`{"format": 1, "deny": []}`))
	c.ask("no longer denied", leaf, served(leaf.Cert))
	c.bucket.put(snapshot.DenyKey, denyList(h.laptop.Cert, leaf.Cert, h.issuing.Cert))
	c.ask("denied once more", leaf, refused("denied"))
	c.bucket.remove(snapshot.DenyKey)
	c.ask("the deny list was deleted", leaf, refused("denied"))
}
