package crl

import (
	"math/big"
	"time"
)

// Accepted is the newest list of an identity that was accepted so far.
type Accepted struct {
	// SHA256 is the hash of its DER.
	SHA256 [32]byte
	// Number is nil when the list had none.
	Number     *big.Int
	ThisUpdate time.Time
	// Entries settles which of two lists is newer when their issuer does not:
	// see [Compare].
	Entries int
}

// Order is how a list stands to the accepted one.
type Order int

const (
	// OrderFirst: nothing was accepted before.
	OrderFirst Order = iota
	// OrderUnchanged: the very same bytes.
	OrderUnchanged
	// OrderNewer: the list replaces the accepted one.
	OrderNewer
	// OrderBehind: neither number nor date is ahead of the accepted list's.
	// A mirror that lags answers so, and so does a replay: keep what is held.
	OrderBehind
	// OrderRolledBack: number and date disagree, one ahead and one behind. No
	// issuer that counts (RFC 5280, section 5.2.3) and whose clock runs makes
	// such a list: a CA was restored from a backup, or two issuers share a
	// name and key. An operator has to look.
	OrderRolledBack
)

// Compare orders a list against the accepted one of the same identity.
//
// Where either has no number, the date alone decides. An equal number with a
// later date is newer: some issuers never count. Of two different lists with
// the same number (or none) and the same second the one with more entries is
// newer, so that a revocation published within that second counts, and two
// mirrors that sign separately do not take turns.
func Compare(previous *Accepted, l *List) Order {
	if previous == nil {
		return OrderFirst
	}
	if previous.SHA256 == l.SHA256 {
		return OrderUnchanged
	}
	number, date := compareNumbers(l.Number, previous.Number), l.ThisUpdate.Compare(previous.ThisUpdate)
	switch {
	case number*date < 0:
		return OrderRolledBack
	case number > 0 || date > 0:
		return OrderNewer
	case number == 0 && date == 0 && l.Entries > previous.Entries:
		return OrderNewer
	default:
		return OrderBehind
	}
}

// compareNumbers is 0 when either number is missing.
func compareNumbers(a, b *big.Int) int {
	if a == nil || b == nil {
		return 0
	}
	return a.Cmp(b)
}
