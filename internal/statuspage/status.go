package statuspage

import "time"

// Status is how things stand at one moment. Texts in it may come from anybody:
// whoever shows them escapes them.
type Status struct {
	Now time.Time `json:"now"`
	// Where says whose status it is.
	Where string `json:"where"`
	// Problem is why something below is missing; empty when nothing is.
	Problem string   `json:"problem,omitempty"`
	Sources []Source `json:"sources"`
	// Decisions and Visits have the newest first.
	Decisions []Decision `json:"decisions"`
	Visits    []Visit    `json:"visits"`
	// Counts and Refusals have the oldest first.
	Counts   []Count   `json:"counts"`
	Refusals []Refusal `json:"refusals"`
}

// Source is a revocation list and what became of it.
type Source struct {
	Name   string `json:"name"`
	Issuer string `json:"issuer,omitempty"`
	// Number is the CRL number in decimal; empty when there is none.
	Number     string    `json:"number,omitempty"`
	ThisUpdate time.Time `json:"thisUpdate,omitzero"`
	// NextUpdate is zero when the list names none.
	NextUpdate time.Time `json:"nextUpdate,omitzero"`
	Entries    int       `json:"entries"`
	// Revocation is the ID in the trust store; 0 when it enforces none.
	Revocation int64 `json:"revocationId,omitempty"`
	// Enforced is the number of the list that is in force, which may be older.
	Enforced string `json:"enforced,omitempty"`
	// Decision is what was last decided, and Problem what is wrong.
	Decision string `json:"decision"`
	Problem  string `json:"problem,omitempty"`
}

// InForce says that some list of the source is enforced.
func (s Source) InForce() bool { return s.Revocation != 0 || s.Enforced != "" }

// Stale says that a newer list was promised for a time before now.
func (s Source) Stale(now time.Time) bool {
	return !s.NextUpdate.IsZero() && now.After(s.NextUpdate)
}

// LifeLeft is how much of its life the list has left, in percent from 0 to
// 100; -1 when nobody knows.
func (s Source) LifeLeft(now time.Time) int {
	life := s.NextUpdate.Sub(s.ThisUpdate)
	if s.NextUpdate.IsZero() || s.ThisUpdate.IsZero() || life <= 0 {
		return -1
	}
	return int(100 * min(max(s.NextUpdate.Sub(now), 0), life) / life)
}

// Decision is what was decided about a list, or about a client by a verifier
// without lists of its own.
type Decision struct {
	At     time.Time `json:"at"`
	Source string    `json:"source"`
	Action string    `json:"action"`
	Reason string    `json:"reason"`
	Detail string    `json:"detail,omitempty"`
}

// Visit is somebody who came to a listener.
type Visit struct {
	At       time.Time `json:"at"`
	Listener string    `json:"listener"`
	// Subject and Serial (upper-case hex) are empty where nobody knows them.
	Subject string `json:"subject,omitempty"`
	Serial  string `json:"serial,omitempty"`
	// Fingerprint is the SHA-256 (hex) of the certificate.
	Fingerprint string `json:"fingerprint,omitempty"`
	Refused     bool   `json:"refused"`
	Reason      string `json:"reason,omitempty"`
}

// Count is how many entries a list had from a moment on.
type Count struct {
	At      time.Time `json:"at"`
	Source  string    `json:"source"`
	Entries int       `json:"entries"`
}

// Refusal is when a revoked client was refused first, and how long after its
// revocation.
type Refusal struct {
	At       time.Time     `json:"at"`
	Listener string        `json:"listener"`
	Serial   string        `json:"serial"`
	After    time.Duration `json:"afterNanoseconds"`
}
