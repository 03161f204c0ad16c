package refresh

import (
	"crypto/x509"
	"fmt"
	"math/big"
	"testing"
	"time"
)

// The simulated CA publishes every six hours, and at once after a revocation.
const (
	publishEvery = 6 * time.Hour
	listLife     = 24 * time.Hour
	certLife     = 30 * day
)

// mischief is what is wrong with a CA, its distribution point or AWS.
type mischief string

const (
	late      mischief = "late"        // the CA publishes nothing, not even a revocation
	away      mischief = "down"        // nobody answers
	page      mischief = "wrong: page" // an error page with status 200
	foreign   mischief = "wrong: foreign"
	cut       mischief = "wrong: cut off"
	replaying mischief = "replaying" // the list of two days ago is served
	future    mischief = "wrong: tomorrow's date"
	shrinking mischief = "shrinking"       // most of the entries are lost by mistake
	mistaken  mischief = "mass, mistaken"  // good certificates are on the list
	branch    mischief = "mass, meant"     // a branch is closed: they all are revoked
	renumber  mischief = "renumbered"      // restored from a backup: counts from 1 again
	rekeying  mischief = "re-keyed"        // a new key under the same name
	throttles mischief = "throttling"      // the trust store answers no call
	damages   mischief = "damaging"        // the trust store imports every list damaged
	lagging   mischief = "lagging answers" // the trust store shows what was
)

// published is one list of the simulated CA.
type published struct {
	*edition
	// wrong says what a list of this kind must not be in force for, at least
	// until then; empty for an honest one.
	wrong mischief
	until time.Time
	// serials are what it revokes.
	serials map[int64]bool
}

// breaches says that a guard may hold this list back while the other one is in
// force.
func (p *published) breaches(before *published) bool {
	newly := 0
	for serial := range p.serials {
		if !before.serials[serial] {
			newly++
		}
	}
	lost := len(before.serials) - len(p.serials)
	return newly > simGuards.MaxNewlyRevoked || 100*lost > simGuards.MaxShrinkPercent*len(before.serials)
}

// simCA is a CA that makes mistakes. Its lists have levels in the order in
// which they were published: whatever is in force never goes back in it.
type simCA struct {
	tb     testing.TB
	keys   []*publisher // the last one signs
	number int64
	level  int
	serial int64
	// revoked are the serial numbers that are revoked in truth, and when.
	revoked map[int64]time.Time
	lists   []*published
	bySHA   map[string]*published
	due     time.Time
	// amiss are the mistakes that are being made, and since when.
	amiss map[mischief]time.Time
}

func newSimCA(tb testing.TB, now time.Time) *simCA {
	ca := &simCA{tb: tb, revoked: map[int64]time.Time{}, bySHA: map[string]*published{}, amiss: map[mischief]time.Time{}}
	ca.keys = append(ca.keys, newPublisher(tb, "Issuing", 0))
	for i := range 90 {
		ca.revoke(now.Add(-time.Duration(i) * certLife / 90))
	}
	return ca
}

// revoke revokes one more certificate.
func (ca *simCA) revoke(at time.Time) {
	ca.serial++
	ca.revoked[ca.serial] = at
	ca.due = at
}

func (ca *simCA) is(m mischief) bool { _, is := ca.amiss[m]; return is }

// tick publishes what is due.
func (ca *simCA) tick(now time.Time) {
	if ca.is(late) || now.Before(ca.due) {
		return
	}
	ca.due = now.Add(publishEvery)
	ca.publish(now)
}

// entries are what the CA writes on its list: what is revoked and has not
// expired, as far as it makes no mistake.
func (ca *simCA) entries(now time.Time) []x509.RevocationListEntry {
	var all []x509.RevocationListEntry
	for serial := int64(1); serial <= ca.serial; serial++ {
		at, revoked := ca.revoked[serial]
		if revoked && at.Add(certLife).After(now) && (!ca.is(shrinking) || serial%4 == 0) {
			all = append(all, x509.RevocationListEntry{SerialNumber: big.NewInt(serial), RevocationTime: at})
		}
	}
	if ca.is(mistaken) {
		for serial := range int64(200) {
			all = append(all, x509.RevocationListEntry{SerialNumber: big.NewInt(1_000_000 + serial), RevocationTime: ca.amiss[mistaken]})
		}
	}
	return all
}

func (ca *simCA) publish(now time.Time) {
	ca.number++
	ca.level++
	one := &published{serials: map[int64]bool{}}
	entries := ca.entries(now)
	for _, entry := range entries {
		one.serials[entry.SerialNumber.Int64()] = true
	}
	date := now.Truncate(time.Second)
	switch {
	case ca.is(future):
		date = date.Add(36 * time.Hour)
		one.wrong, one.until = future, date.Add(-5*time.Minute)
	case ca.is(shrinking):
		one.wrong, one.until = shrinking, ca.amiss[shrinking].Add(simGuards.HoldFor)
	case ca.is(mistaken):
		one.wrong, one.until = mistaken, ca.amiss[mistaken].Add(simGuards.HoldFor)
	}
	key := ca.keys[len(ca.keys)-1]
	key.publish(ca.tb, fmt.Sprintf("list %d", ca.level), 1, func(list *x509.RevocationList) {
		list.Number, list.ThisUpdate, list.NextUpdate = big.NewInt(ca.number), date, date.Add(listLife)
		list.RevokedCertificateEntries = entries
	})
	one.edition = key.editions[len(key.editions)-1]
	one.level = ca.level
	ca.lists = append(ca.lists, one)
	ca.bySHA[one.facts.SHA256] = one
}

// latest is the list that the distribution point has.
func (ca *simCA) latest() *published { return ca.lists[len(ca.lists)-1] }

// rekey has a new key sign from now on.
func (ca *simCA) rekey(now time.Time) {
	ca.keys = append(ca.keys, newPublisher(ca.tb, "Issuing", 0))
	ca.number = 0
	ca.publish(now)
}

// served is what the distribution point answers; nil when it is down.
func (ca *simCA) served(stranger *edition) []byte {
	latest := ca.latest().der
	switch {
	case ca.is(away):
		return nil
	case ca.is(page):
		return []byte("<html>out of order</html>")
	case ca.is(foreign):
		return stranger.der
	case ca.is(cut):
		return latest[:len(latest)/2]
	case ca.is(replaying):
		return ca.lists[max(0, len(ca.lists)-20)].der
	}
	return latest
}

// honest says that what is served is a list that policy allows, at once or once
// it was held back for its time.
func (ca *simCA) honest() bool {
	for _, m := range []mischief{late, away, page, foreign, cut, replaying, future, renumber} {
		if ca.is(m) {
			return false
		}
	}
	return ca.latest().wrong != future
}
