package chain

import (
	"crypto/x509"
	"fmt"
	"time"

	"github.com/sekisho/sekisho/internal/crl"
)

// skew is how far a list may seem to come from the future, because the clock
// of the CA or of whoever fetched it runs ahead of ours.
const skew = 5 * time.Minute

// unknownIssuer stands for the issuer of a list too damaged to name one.
const unknownIssuer = ""

// revocation says of certificates whether they are revoked.
type revocation struct {
	mode    Mode
	grace   time.Duration
	lists   map[string][]list // by DER of the issuer's name
	refused map[string]string // why lists were refused, likewise
}

// list is an index with what every look-up needs of it at hand.
type list struct {
	*crl.Index
	scope crl.Scope
	key   [32]byte // SHA-256 of the signer's SubjectPublicKeyInfo
}

func newRevocation(indexes []*crl.Index, options Options) revocation {
	r := revocation{
		mode:    options.Revocation,
		grace:   options.Grace,
		lists:   map[string][]list{},
		refused: map[string]string{},
	}
	for _, index := range indexes {
		issuer := string(index.RawIssuer())
		r.lists[issuer] = append(r.lists[issuer], list{index, index.Scope(), index.IssuerKeySHA256()})
	}
	for _, refused := range options.Refused {
		r.refused[string(refused.RawIssuer)] = "a list was refused: " + refused.Why
	}
	return r
}

// check looks up every certificate of path but the anchor. candidates are the
// certificates among which the signer of a list may be found.
func (r *revocation) check(path, candidates []*x509.Certificate, now time.Time) error {
	if r.mode == ModeOff {
		return nil
	}
	var unavailable error
	for position := range len(path) - 1 {
		err := r.one(position, path[position:], candidates, now)
		if hasReason(err, ReasonRevoked) {
			return err
		}
		if unavailable == nil {
			unavailable = err
		}
	}
	return unavailable
}

// one looks up path[0], which stands at position on the whole path.
func (r *revocation) one(position int, path, candidates []*x509.Certificate, now time.Time) error {
	found := r.search(path, candidates, now)
	switch {
	case found.revoked != "":
		return refuse(ReasonRevoked, position, "%s", found.revoked)
	case found.cleared():
		return nil
	case found.overdue != "":
		return refuse(ReasonRevoked, position, "%s", found.overdue)
	case found.fault != "":
		return refuse(ReasonRevocationUnavailable, position, "no list to rely on: %s", found.fault)
	case r.required(position):
		return refuse(ReasonRevocationUnavailable, position, "there is no revocation list of its issuer %.200q%s", path[0].Issuer.String(), found.beside())
	}
	return nil
}

// required says whether the certificate at position needs a list.
func (r *revocation) required(position int) bool {
	return r.mode == ModeRequire || r.mode == ModeRequireLeaf && position == 0
}

// finding is what the lists together say about one certificate.
type finding struct {
	owned   bool     // one that covers it is signed with the key that signed it
	clearer standing // the best of those whose current list covers it and does not name it
	revoked string   // a current list names it
	overdue string   // an overdue list names it
	fault   string   // the first reason why a list of its issuer was of no use
}

// cleared says whether the certificate is not revoked. Where there is a list of
// the key that signed it, that one has to say so: a CA that renewed its key
// keeps a list for each key, and the list of one says nothing of what the other
// signed.
func (f *finding) cleared() bool {
	return f.clearer == owner || f.clearer == deputy && !f.owned
}

// beside tells of a list that might have been thought to be enough.
func (f *finding) beside() string {
	if f.clearer == stranger {
		return ""
	}
	return " signed with the key that signed it; the list of another key of that name does not speak for it"
}

func (f *finding) add(fault string) {
	if f.fault == "" {
		f.fault = fault
	}
}

// search asks every list that covers path[0] and whose signer speaks for its
// issuer.
func (r *revocation) search(path, candidates []*x509.Certificate, now time.Time) finding {
	var found finding
	cert := path[0]
	for _, list := range r.lists[string(cert.RawIssuer)] {
		if !list.scope.Covers(cert) {
			continue
		}
		who, fault := r.signer(list.key, path, candidates, now)
		found.owned = found.owned || who == owner
		switch {
		case who == stranger:
		case fault != "":
			found.add(fault)
		default:
			r.ask(&found, who, list, cert, now)
		}
	}
	found.add(r.refused[string(cert.RawIssuer)])
	found.add(r.refused[unknownIssuer])
	return found
}

// ask adds what one authentic list says.
func (r *revocation) ask(found *finding, who standing, list list, cert *x509.Certificate, now time.Time) {
	entry, named := list.Find(cert.SerialNumber)
	fault := r.untimely(list, now)
	switch {
	case named && fault == "":
		found.revoked = describe(entry, list)
	case named:
		found.overdue = describe(entry, list) + "; " + fault
	case fault == "":
		found.clearer = max(found.clearer, who)
	default:
		found.add(fault)
	}
}

// untimely says what keeps a list from being current. One without a next
// update is overdue from the start: only the grace gives it a life.
func (r *revocation) untimely(list list, now time.Time) string {
	if list.ThisUpdate().After(now.Add(skew)) {
		return fmt.Sprintf("the list was issued at %s, and now is %s", stamp(list.ThisUpdate()), stamp(now))
	}
	if now.After(r.due(list)) {
		return fmt.Sprintf("the next list was due at %s, and now is %s", stamp(list.due()), stamp(now))
	}
	return ""
}

// due is the last moment at which a list decides.
func (r *revocation) due(list list) time.Time { return list.due().Add(r.grace) }

// due is when the next list is due.
func (l list) due() time.Time {
	due := l.NextUpdate()
	if due.IsZero() {
		return l.ThisUpdate()
	}
	return due
}

func describe(entry crl.Entry, list list) string {
	text := "revoked at " + stamp(entry.RevokedAt)
	if entry.Reason != crl.NoReason {
		text += " (" + entry.Reason.String() + ")"
	}
	if list.Number() != nil {
		text += ", says list number " + list.Number().String()
	}
	return text
}
