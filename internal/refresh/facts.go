package refresh

import (
	"encoding/hex"
	"math/big"
	"time"

	"github.com/sekisho/sekisho/internal/crl"
)

// Facts are what tells one list of an identity from another, and what the
// trust store should count in it.
type Facts struct {
	// SHA256 is the hash (hex) of the list's DER bytes.
	SHA256 string `json:"sha256"`
	// Number is the CRL number in decimal; empty when the list has none.
	Number     string    `json:"number,omitempty"`
	ThisUpdate time.Time `json:"thisUpdate"`
	// NextUpdate is zero when the list names none.
	NextUpdate time.Time `json:"nextUpdate,omitzero"`
	Entries    int       `json:"entries"`
	// Odd is how many entries a trust store may leave out of its count:
	// negative serials, and serials that occur twice.
	Odd int `json:"odd,omitempty"`
	// Scoped says that the list speaks for some certificates only.
	Scoped bool `json:"scoped,omitempty"`
	// Size is the length of the DER in bytes.
	Size int64 `json:"size"`

	// Overruled says that an operator put another list in the place of this
	// one: it is older than any that is not, whatever number and date say. It
	// follows from the state and is not kept with the list.
	Overruled bool `json:"-"`
}

// factsOf takes from a list what is remembered of it.
func factsOf(list *crl.List) Facts {
	facts := Facts{
		SHA256:     hex.EncodeToString(list.SHA256[:]),
		ThisUpdate: list.ThisUpdate,
		NextUpdate: list.NextUpdate,
		Entries:    list.Entries,
		Odd:        list.Negative + max(0, list.Duplicates),
		Scoped:     !list.Scope.Whole(),
		Size:       list.Size,
	}
	if list.Number != nil {
		facts.Number = list.Number.String()
	}
	return facts
}

// known says that there is a list at all.
func (f Facts) known() bool { return f.SHA256 != "" }

// stale says that the list's issuer promised a newer one by now.
func (f Facts) stale(now time.Time) bool {
	return !f.NextUpdate.IsZero() && now.After(f.NextUpdate)
}

// counts says whether entries is what a trust store may count in this list.
// Whether it counts negative and repeated serials is not documented.
func (f Facts) counts(entries int64) bool {
	return entries <= int64(f.Entries) && entries >= int64(f.Entries-f.Odd)
}

// whole says that the trust store counted in a list what there is in it.
func (h Held) whole() bool { return h.Facts.counts(h.Entries) }

// newer says whether this list replaces the other one: any list is newer than
// none, and none is newer than itself. The order is that of crl.Compare.
func (f Facts) newer(than Facts) bool {
	if !f.known() {
		return false
	}
	if f.Overruled != than.Overruled && than.known() {
		return than.Overruled
	}
	accepted := f.accepted()
	list := &crl.List{SHA256: accepted.SHA256, Number: accepted.Number, ThisUpdate: f.ThisUpdate, Entries: f.Entries}
	order := crl.Compare(than.accepted(), list)
	return order == crl.OrderFirst || order == crl.OrderNewer
}

// accepted is the same in the form in which package crl compares lists; nil
// when there is no list.
func (f Facts) accepted() *crl.Accepted {
	if !f.known() {
		return nil
	}
	accepted := &crl.Accepted{ThisUpdate: f.ThisUpdate, Entries: f.Entries}
	hash, err := hex.DecodeString(f.SHA256)
	if err == nil {
		copy(accepted.SHA256[:], hash)
	}
	number, ok := new(big.Int).SetString(f.Number, 10)
	if ok {
		accepted.Number = number
	}
	return accepted
}
