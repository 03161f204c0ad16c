// Package ca is the certification authority of the local twin: a root and an
// issuing CA that issue client certificates, revoke them, and publish their
// revocation lists over HTTP as a real CA does.
//
// The root's list covers the issuing CA, the issuing CA's list covers the
// clients. A server CA apart from them signs the certificate of the twin's
// own listeners, so that what clients must trust is not what the gate trusts
// of clients.
//
// Its keys and its memory lie in one directory and survive restarts; the
// numbers of its lists only ever grow. It is not a CA for anything but this
// machine: no approval, no audit log, keys in a file.
//
//	authority, err := ca.Open(dir, ca.Options{BaseURL: "http://127.0.0.1:8081"})
//	laptop, err := authority.Issue(ca.Request{Name: "laptop-1"})
//	go http.Serve(listener, authority)
//	_, err = authority.Revoke("laptop-1", ca.Revocation{Reason: ca.KeyCompromise})
package ca
