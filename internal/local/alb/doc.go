// Package alb is the gate of the local twin: an HTTPS listener that behaves as
// AWS documents an Application Load Balancer with mutual TLS to behave.
//
// A verify listener judges the client's certificate during the handshake,
// against the bundle and the revocation lists of a trust store, and hands the
// request to an http.Handler with the five verify-mode headers added. A
// passthrough listener only makes the client prove that it holds the key; it
// forwards the presented chain in one header and asks a function, by an ALB
// target event, what to answer. Both write a connection log.
//
// Where AWS does not document a behaviour, Switches chooses one; the zero value
// is the default.
//
// The package decides with the standard library alone, and imports none of the
// product's rooms that decide the same things: so the twin can contradict the
// product. It does not parse revocation lists, keep a trust store or run
// functions.
package alb
