// Package refresh decides what to do with a new revocation list and does it:
// a list that is checked, newer and whole goes into the bucket and into the
// trust store, and only then does the one it supersedes leave.
//
// The law is never weaker. At no instant does the trust store enforce less
// than the list that was in force when a run began, whatever fails on the way;
// a run that ends well leaves the newest accepted list in force, and the next
// run heals what a failed one left behind. [Plan] is the decision, a pure
// function of what is remembered, what is observed, a list and the time.
// [Refresher.Run] executes it over small ports, one step at a time:
//
//	fetch, check  each source on its own
//	store         the list and its index, under keys that follow from its hash
//	claim         in the state: this list is the newest accepted one (If-Match)
//	add           to the trust store, pinned to the stored version
//	re-read       the claim: a newer one, and the run gives its own ID up
//	read back     what the trust store counted; wrong, and the ID is taken back
//	settle        in the state: this ID enforces it, those are given up (If-Match)
//	remove        what was given up, one ID after the other
//	look again    and plan again, until nothing is left to do
//	point         the verifier's manifest
//
// What is remembered hangs on the identity of a list (issuer name, issuer key
// and scope), never on the address it came from. A list belongs to the source
// that delivered it first; one that is newer is taken from any other too, past
// the guards of both, and the conflict is said. The trust store says of a list
// no more than its ID and its number of entries, so the state says which ID
// holds which list. An ID that nobody remembers is identified by its content,
// once. A state that is lost is made anew: from the manifest, which names the
// newest list, and from what bucket and trust store hold.
//
// # Why it holds
//
// An ID leaves the trust store only after a conditional write of the state
// that gives it up, so no other run can have come to count on it; and only
// when a list that is as new or newer was seen to be there, by its content
// where the answer could be old. IDs that were given up are not counted on
// again. They go in an order in which neither the lowest nor the highest ID
// changes until the one that stays is it. The exploration in
// TestNeverWeaker checks all this after every call of a run, under each way in
// which a load balancer may deal with several lists of one issuer: by their
// union, by the lowest ID or by the highest. AWS does not say which it is.
//
// # Guards
//
// A source may limit how much of its entries a list loses against the one
// before it, and how many certificates it revokes at once. Beyond a limit a
// list is taken and the outcome says so, or it is held back: what was accepted
// stays the target, in the trust store and for the verifier, until an operator
// approves that very list by its hash, until a harmless one comes, or until its
// time is over; then it is taken, if it is still delivered. The time of a row
// of such lists counts from the first one, so that a CA that publishes every
// hour is not held back for ever. What a list changes is found by comparing its index with that of the
// accepted one. A list that somebody added by hand is past every guard.
//
// [Refresher.Approve] and [Refresher.Reset] write the order down, on record
// and in the state, and remove nothing by themselves. A reset is for a CA that
// counts from the beginning again: it lets one list through that is older by
// number or date, and once that is claimed, what the trust store held until
// then is older for good, whatever its number says. From there the flow is the
// usual one, and so is the law.
//
// # Inbox
//
// What is dropped under inbox/ is a delivery like any other, and comes before
// any source is asked. A list whose identity belongs to a source goes that
// source's way; one of a CA that no source asks is kept under the source
// "inbox". What was dealt with is deleted, if it is still what was read. What is
// refused lies under refused/, with its time before its name, until the bucket's
// lifecycle deletes it. A run deals with a hundred objects, beginning behind the
// last one of the run before, and spends a third of its time on them at most.
//
// # The bucket
//
// At the start of a process and every ten minutes the objects of each accepted
// list are read back. One that is gone or damaged is made anew, from the source,
// the bucket or the trust store, and the outcome says so. Every hour, what
// nothing has pointed to for a week is deleted: no state, not the manifest, no
// list that is held back, nothing that the trust store holds. Why a list that is
// published again at that moment wins stands at the method tidy.
//
// # Polls
//
// [Refresher.Poll] is for the time between two runs. It asks every source
// conditionally and looks into the inbox, and nothing else as long as nothing
// is new: no state, no trust store. What it fetched, the run that it asks for
// does not fetch again. What did not go well is tried again every ten seconds.
//
// # Records
//
// Every run that changes, refuses, holds back or heals something leaves a
// [Record] in the bucket, and so does an order. Records are only added.
// Repeats are counted in memory and written down once an hour and when they
// end. A record that cannot be written is said in the report and fails nothing
// but an order.
//
// # Windows
//
// By the union and by the lowest ID there is no instant at which less is
// enforced than at any instant before. By the highest ID there are two, since
// Add cannot be made conditional:
//
//   - A run claims a list, is held up, and adds it only after another run has
//     put a newer one in force. It finds that out with its next call and gives its
//     own ID up: three calls after the Add as a rule, eight at the most
//     if nothing else fails, ten after two faults in a row.
//   - The trust store imports a list damaged. The run finds that out when it
//     reads the number of entries back, looks three times more within two
//     seconds in case the answer is late, and takes the new ID back.
//
// If the run is cut off within these, the next one closes the window. A
// function that is never run twice at once (reserved concurrency 1) has no
// window of the first kind; one that polls is given room for two, so that a
// trigger need not wait for the poll to end. Beyond that, overlap "replace" removes the old
// list first where both do not fit, for those who choose it: under each of the
// three nothing may be in force from that removal until the Add after it, eight
// calls at the most when nothing fails, and until the next good run if this one
// is cut off. The outcome says that there was a gap.
//
// # What it does not do
//
// The package reads no clock, logs nothing, knows no AWS client and deletes
// nothing from the bucket but what the two sections above say. It touches no list of a CA that is not in the
// bundle, and none of a CA in it whose lists no source has delivered. Who may
// give an order is for whoever passes it on.
package refresh
