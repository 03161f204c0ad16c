// Package statuspage shows on one page how things stand: each list with the
// life that it has left, what is enforced, what was decided last, who came and
// who was refused, and how long a revocation took to act.
//
// A [Journal] remembers, within bounds, what its owner tells it; a [Status] is
// the state at one moment, for the page and for programs; [New] serves both.
// The page is complete without its script, which only keeps it up to date. It
// loads nothing from elsewhere, changes nothing, and answers only who asks for
// this very machine, so that no other site can read it through a browser.
//
// The package decides nothing and knows nothing of AWS.
package statuspage
