// Package release says which release this is.
package release

// Version is the release, as in the User-Agent of the refresher. It is a
// constant, not the commit: a function's program changes only when its code
// does, so that deploying the same code again changes nothing.
const Version = "0.1.0"
