package statuspage

import (
	"slices"
	"sync"
	"time"
)

// How much a journal remembers of each kind.
const (
	visitsKept    = 100
	decisionsKept = 100
	countsKept    = 500
	refusalsKept  = 100
	revokedKept   = 1000
	namesKept     = 1000
)

// Journal remembers what happened. It is safe for concurrent use, each of its
// methods is quick, and its zero value is empty.
type Journal struct {
	mu        sync.Mutex
	decisions []Decision
	visits    []Visit
	counts    []Count
	refusals  []Refusal
	// revoked are the certificates that were revoked, by serial number; order
	// has the oldest first.
	revoked map[string]*revocation
	order   []string
	// names are whose certificates these are, by fingerprint; called has the
	// oldest first.
	names  map[string]string
	called []string
}

// revocation is when a certificate was revoked, and who has refused it since.
type revocation struct {
	at        time.Time
	refusedBy []string
}

// Decided notes a decision.
func (j *Journal) Decided(d Decision) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.decisions = bounded(append(j.decisions, d), decisionsKept)
}

// Counted notes how many entries a list has, when that is news.
func (j *Journal) Counted(c Count) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, before := range slices.Backward(j.counts) {
		if before.Source != c.Source {
			continue
		}
		if before.Entries == c.Entries {
			return
		}
		break
	}
	j.counts = bounded(append(j.counts, c), countsKept)
}

// Revoked notes that a certificate (serial number in upper-case hex) was
// revoked. Its first refusal by each listener is measured from then on.
func (j *Journal) Revoked(at time.Time, serial string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.revoked == nil {
		j.revoked = map[string]*revocation{}
	}
	_, known := j.revoked[serial]
	if known {
		return
	}
	j.revoked[serial] = &revocation{at: at}
	j.order = append(j.order, serial)
	if len(j.order) > revokedKept {
		delete(j.revoked, j.order[0])
		j.order = j.order[1:]
	}
}

// Named notes whose certificate this is, for visits that do not say so. It goes
// by the fingerprint (SHA-256 in hex): serial numbers and names can be claimed
// by anybody.
func (j *Journal) Named(fingerprint, subject string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.names == nil {
		j.names = map[string]string{}
	}
	_, known := j.names[fingerprint]
	if known {
		return
	}
	j.names[fingerprint] = subject
	j.called = append(j.called, fingerprint)
	if len(j.called) > namesKept {
		delete(j.names, j.called[0])
		j.called = j.called[1:]
	}
}

// revokedReason is the word that listeners and verifier have for it.
const revokedReason = "revoked"

// Visited notes a visit.
func (j *Journal) Visited(v Visit) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if v.Subject == "" {
		v.Subject = j.names[v.Fingerprint]
	}
	j.visits = bounded(append(j.visits, v), visitsKept)
	revoked, known := j.revoked[v.Serial]
	if !known || !v.Refused || v.Reason != revokedReason || slices.Contains(revoked.refusedBy, v.Listener) {
		return
	}
	revoked.refusedBy = append(revoked.refusedBy, v.Listener)
	j.refusals = bounded(append(j.refusals, Refusal{At: v.At, Listener: v.Listener, Serial: v.Serial, After: max(v.At.Sub(revoked.at), 0)}), refusalsKept)
}

// Fill adds what is remembered to a status.
func (j *Journal) Fill(s *Status) {
	j.mu.Lock()
	defer j.mu.Unlock()
	s.Decisions, s.Visits = slices.Clone(j.decisions), slices.Clone(j.visits)
	slices.Reverse(s.Decisions)
	slices.Reverse(s.Visits)
	s.Counts, s.Refusals = slices.Clone(j.counts), slices.Clone(j.refusals)
}

// bounded keeps the newest.
func bounded[T any](all []T, keep int) []T {
	if len(all) > keep {
		return slices.Clone(all[len(all)-keep:])
	}
	return all
}
