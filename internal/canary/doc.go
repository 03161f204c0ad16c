// Package canary tries whether revocation works: it connects to both listeners
// as a client that must be let in, and then as one that is revoked, and says
// what became of each.
//
// A refusal proves nothing by itself: a gate that refuses everybody looks the
// same, and so does one that cannot be reached. So "refused" counts only where
// the good client was served on the same path a moment before, neither
// certificate has expired, and the serial number is on the list in force;
// everything else that is no answer is unknown. That the revoked client was
// served needs no such care: it is wrong, whatever else is.
//
// The package reads no clock but the one it is given, writes nothing, and knows
// no AWS client. The function of that name runs it on a schedule, and the
// operator's command runs it against the local twin.
package canary
