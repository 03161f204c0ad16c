package refresh

// Action is what a plan does with the list of one identity.
type Action string

const (
	// Keep: what is in force is the newest accepted list.
	Keep Action = "keep"
	// Replace: a newer list takes the place of the one in force.
	Replace Action = "replace"
	// Heal: the newest accepted list is not in force, or something that it
	// superseded still lies about; an earlier run was cut off, or somebody
	// else changed the trust store or the bucket.
	Heal Action = "heal"
	// Hold: a newer list goes beyond a limit of its source, and waits for an
	// operator's word or for the end of its time. What was accepted before is
	// looked after meanwhile.
	Hold Action = "hold"
	// Refuse: a list is not taken, or the trust store cannot take it.
	Refuse Action = "refuse"
)

// Reason is the stable word for why a plan is as it is; metrics and documents
// use it. The reasons of a check are those of package crl, the reasons of a
// port those of its adapter.
type Reason string

const (
	// Unchanged: nothing to do.
	Unchanged Reason = "unchanged"
	// Newer: the list is newer than the accepted one.
	Newer Reason = "newer"
	// First: there was no list of this identity before.
	First Reason = "first"
	// NotInForce: the accepted list is not in the trust store.
	NotInForce Reason = "not-in-force"
	// LeftOver: superseded lists are still in the trust store.
	LeftOver Reason = "left-over"
	// Adopted: the trust store holds a newer list than is remembered.
	Adopted Reason = "adopted"
	// CountMismatch: the trust store counted other entries than the list has;
	// it is tried again later.
	CountMismatch Reason = "count-mismatch"
	// InvalidContent: the trust store does not take the list.
	InvalidContent Reason = "invalid-content"
	// ContentNotFound: the stored list is gone, or the trust store may not
	// read it.
	ContentNotFound Reason = "content-not-found"
	// QuotaEntries, QuotaLists and QuotaSize: the trust store has no room.
	QuotaEntries Reason = "quota-entries"
	QuotaLists   Reason = "quota-lists"
	QuotaSize    Reason = "quota-size"
	// Scoped: the list speaks for some certificates only; the verifier honours
	// that, a trust store may not.
	Scoped Reason = "scoped"
	// Retired: the CA left the bundles a day ago, and its lists the trust store.
	Retired Reason = "retired"
)

// Decision says what to do for one identity, as one step: what is then to be
// done, the next plan says. The zero value does nothing.
type Decision struct {
	Action Action
	Reason Reason
	// Detail is for people: numbers, and what to do.
	Detail string
	// Target is the list that shall be in force.
	Target Facts
	// Claim says that the state must name Target as accepted, before anything
	// else happens.
	Claim bool
	// Holder is the ID with the newest list that is whole in the trust store,
	// 0 when there is none, and Held what it holds: Target, or what is to
	// stand in for it.
	Holder int64
	Held   Facts
	// Add says that Target is to be added.
	Add bool
	// Confirm is an ID that holds Target, or what takes its room, but by the
	// trust store's count not all of it: it is to be looked at again, and
	// either counted on or taken back.
	Confirm int64
	// Remove are superseded IDs, in the order in which they may go: with Add
	// once Target is seen to be in force, else once Holder is; with
	// RemoveFirst before Target is added.
	Remove      []int64
	RemoveFirst bool
	// Breach is the limit that the fetched list goes beyond, whether it is
	// taken or held back; Holding is what to remember of it in the latter case.
	Breach  Reason
	Holding *Holding
}

// InForce says that the trust store holds the target.
func (d Decision) InForce() bool { return d.Holder != 0 && d.Held.SHA256 == d.Target.SHA256 }

// say adds to the detail.
func (d *Decision) say(text string) {
	if d.Detail != "" {
		text = d.Detail + "; " + text
	}
	d.Detail = text
}

// changes says that the trust store is to be changed.
func (d Decision) changes() bool { return d.Add || d.Confirm != 0 || len(d.Remove) > 0 }
