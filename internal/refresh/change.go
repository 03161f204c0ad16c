package refresh

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"iter"
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/sekisho/sekisho/internal/crl"
	"github.com/sekisho/sekisho/internal/snapshot"
)

// named bounds how many serial numbers a change names of each kind; the counts
// are always whole.
const named = 1000

// Change is what a list changes against the accepted one.
type Change struct {
	// Newly is how many certificates are revoked that were not, and Came names
	// up to 1,000 of them by serial number (hex).
	Newly int      `json:"newly"`
	Came  []string `json:"came,omitempty"`
	// Gone is how many entries left the list, and Left names up to 1,000, the
	// possibly early ones first.
	Gone int         `json:"gone"`
	Left []Departure `json:"left,omitempty"`
	// HoldReleased and PossiblyEarly are how many of those left so.
	HoldReleased  int `json:"holdReleased,omitempty"`
	PossiblyEarly int `json:"possiblyEarly,omitempty"`
	// Unknown says why nothing but the difference of the counts is known.
	Unknown string `json:"unknown,omitempty"`
}

// Departure is an entry that left a list: that certificate passes again, if it
// still lives.
type Departure struct {
	// Serial is the serial number in hex.
	Serial string `json:"serial"`
	// RevokedAt and Reason are what the old list said; Reason is that of RFC
	// 5280, section 5.3.1, by name, and empty where there was none.
	RevokedAt time.Time `json:"revokedAt"`
	Reason    string    `json:"reason,omitempty"`
	Mark      Mark      `json:"mark,omitempty"`
}

// Mark says what is special about a departure.
type Mark string

const (
	// HoldReleased: the certificate was on hold (certificateHold), and is not
	// any more.
	HoldReleased Mark = "hold released"
	// PossiblyEarly: a certificate of this CA that was revoked this recently
	// may not have expired yet, and only expired ones may leave (RFC 5280,
	// section 3.3).
	PossiblyEarly Mark = "possibly early"
)

// changeOf compares two indexes. lifetime is how long certificates of the CA
// are valid, zero where nobody knows. It goes over each once and keeps what it
// names, no more.
func changeOf(before, after *crl.Index, lifetime time.Duration, now time.Time) Change {
	var change Change
	var early, others []Departure
	for serial, entry := range missing(before, after) {
		change.Gone++
		mark := markOf(entry, lifetime, now)
		if mark == PossiblyEarly {
			change.PossiblyEarly++
			early = upTo(early, serial, entry, mark)
			continue
		}
		if mark == HoldReleased {
			change.HoldReleased++
		}
		others = upTo(others, serial, entry, mark)
	}
	change.Left = append(sorted(early), sorted(others)...)
	change.Left = change.Left[:min(len(change.Left), named)]
	change.Newly = after.Len() - before.Len() + change.Gone
	if change.Newly > 0 {
		change.Came = serialsOf(missing(after, before))
	}
	return change
}

// missing are the entries of one index that the other one lacks.
func missing(here, there *crl.Index) iter.Seq2[*big.Int, crl.Entry] {
	return func(yield func(*big.Int, crl.Entry) bool) {
		for serial, entry := range here.All() {
			_, both := there.Find(serial)
			if !both && !yield(serial, entry) {
				return
			}
		}
	}
}

func markOf(entry crl.Entry, lifetime time.Duration, now time.Time) Mark {
	switch {
	case entry.Reason == crl.CertificateHold:
		return HoldReleased
	case lifetime > 0 && entry.RevokedAt.Add(lifetime).After(now):
		return PossiblyEarly
	default:
		return ""
	}
}

// serialText writes a serial number as the command and the logs do.
func serialText(serial *big.Int) string { return fmt.Sprintf("%X", serial) }

// upTo names an entry that left, unless enough are named.
func upTo(all []Departure, serial *big.Int, entry crl.Entry, mark Mark) []Departure {
	if len(all) >= named {
		return all
	}
	return append(all, Departure{Serial: serialText(serial), RevokedAt: entry.RevokedAt, Reason: entry.Reason.String(), Mark: mark})
}

func sorted(all []Departure) []Departure {
	slices.SortFunc(all, func(a, b Departure) int { return strings.Compare(a.Serial, b.Serial) })
	return all
}

func serialsOf(entries iter.Seq2[*big.Int, crl.Entry]) []string {
	var all []string
	for serial := range entries {
		if len(all) == named {
			break
		}
		all = append(all, serialText(serial))
	}
	slices.Sort(all)
	return all
}

// compare finds out what the fetched list changes, once in a run. Where the
// accepted list's index is gone or damaged, the counts have to do: a list is
// not kept out of force because of what nobody can mend.
func (s *settling) compare(ctx context.Context) (Change, error) {
	accepted := s.state.Accepted
	if accepted.SHA256 == s.compared && s.compared != "" {
		return s.change, nil
	}
	before, after, err := s.indexes(ctx, accepted)
	if err != nil && s.guards().Hold && !errors.Is(err, ErrAbsent) && !errors.Is(err, errNoIndex) {
		return Change{}, fmt.Errorf("comparing the list with the accepted one, as its guards demand: %w: the next run tries again", err)
	}
	if err != nil {
		s.change = countedChange(accepted, s.list.facts, err)
		return s.change, nil
	}
	s.change, s.compared = changeOf(before, after, s.source.CertificateLifetime, s.now), accepted.SHA256
	return s.change, nil
}

// indexes are those of the accepted list and of the fetched one. What was
// published and let go of in this run is read back.
func (s *settling) indexes(ctx context.Context, accepted Facts) (*crl.Index, *crl.Index, error) {
	before, err := s.storedIndex(ctx, accepted)
	if err != nil {
		return nil, nil, err
	}
	if s.list.index == nil && s.list.builder == nil {
		after, err := s.storedIndex(ctx, s.list.facts)
		return before, after, err
	}
	after, err := s.list.built()
	return before, after, err
}

// countedChange is what the numbers of entries alone say.
func countedChange(before, after Facts, problem error) Change {
	return Change{
		Newly: max(0, after.Entries-before.Entries), Gone: max(0, before.Entries-after.Entries),
		Unknown: fmt.Sprintf("at least so many; which ones cannot be told: %v", problem),
	}
}

// errNoIndex says that what lies there is not the index of that list.
var errNoIndex = errors.New("it is not the index of that list")

// storedIndex is the index of a list, out of the bucket.
func (s *settling) storedIndex(ctx context.Context, list Facts) (*crl.Index, error) {
	key := snapshot.IndexKey(list.SHA256)
	object, err := s.Bucket.Get(ctx, key)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", key, err)
	}
	index, err := crl.OpenIndex(object.Body)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w: %w", key, errNoIndex, err)
	}
	sum := index.ListSHA256()
	if hex.EncodeToString(sum[:]) != list.SHA256 {
		return nil, fmt.Errorf("reading %s: %w", key, errNoIndex)
	}
	return index, nil
}

// built is the index of a list; it is made once, and what it is made of is let
// go then.
func (c *candidate) built() (*crl.Index, error) {
	if c.index != nil {
		return c.index, nil
	}
	index, err := c.builder.Build(c.list, c.issuer)
	if err != nil {
		return nil, fmt.Errorf("indexing a list of %s: %w", c.list.Issuer, err)
	}
	c.index, c.builder = index, nil
	return index, nil
}
