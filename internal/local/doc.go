// Package local is the twin: AWS as far as Sekisho needs it, on one machine
// and without an account. A CA publishes its lists over HTTP, an endpoint
// speaks S3 and the trust-store API, the functions that are deployed run
// behind Lambda's own runtime interface, and a gate with a verify listener and
// a passthrough listener behaves as an Application Load Balancer is documented
// to behave.
//
// The package wires the parts together, starts and stops them in order, and
// takes commands over a Unix socket in its directory. It decides nothing: who
// is let in is for the gate (package alb) and the verify function to say.
package local
