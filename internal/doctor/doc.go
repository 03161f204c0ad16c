// Package doctor examines a gate from outside, as its clients see it, and says
// whether mutual TLS really works there: who is let in, who is turned away, and
// whether the lists that decide about it arrive.
//
// A check is good only where its good news was seen. A refusal counts where
// somebody else is let in by the same listener; where nobody is, it shows
// nothing, and the check is skipped with that reason.
//
// The package prints nothing, issues and revokes nothing, and changes nothing
// at the gate. It asks without trusting the server's certificate, which is a
// check of its own, and sends nothing secret: a client proves that it holds its
// key without giving it away.
package doctor
