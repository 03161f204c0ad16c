// Package refresh decides what to do with a new revocation list and does it:
// a list that is checked, newer and whole goes into the bucket and into the
// trust store, and only then does the one it supersedes leave.
//
// The law is never weaker. At no instant does the trust store enforce less
// than the list that was in force when a run began, whatever fails on the way;
// a run that ends well leaves the newest accepted list in force, and the next
// run heals what a failed one left behind. Plan is the decision, a pure
// function; Run observes, plans and executes over small ports.
//
// What is remembered hangs on the identity of a list (issuer name, issuer key
// and scope), never on the address it came from. The trust store says of a
// list no more than its ID and its number of entries, so the state kept in the
// bucket says which ID holds which list; an ID that nobody remembers is
// identified by its content.
//
// The package reads no clock, logs nothing and knows no AWS client.
package refresh
