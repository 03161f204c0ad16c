package elbv2

import "crypto/x509"

// View is one trust store as a gate uses it. It never changes: a call that
// changes the trust store makes a new one, so a handshake costs a look-up and
// sees either all of a change or nothing of it.
type View struct {
	// Generation grows by one with every change of the bundle or the lists.
	Generation uint64
	// Bundle is the CA bundle in the order of its file.
	Bundle []*x509.Certificate
	// Revocations are the imported lists in the order of their IDs.
	Revocations []Revocation
}

// Revocation is one imported list.
type Revocation struct {
	// ID is the revocation ID; a higher one was imported later.
	ID int64
	// List is what the file said.
	List *List
	// Signer is the certificate of the bundle that verifies the list. It is
	// nil when there is none: the list was accepted all the same (see
	// Switches), or the bundle was replaced since.
	Signer *x509.Certificate
}

// View is the trust store with this ARN as it is now, and whether there is one.
func (s *Service) View(arn string) (View, bool) {
	store, ok := s.current.Load().stores[arn]
	if !ok {
		return View{}, false
	}
	return store.view, true
}
