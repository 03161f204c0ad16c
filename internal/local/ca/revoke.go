package ca

import (
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"
)

// Reason is a CRLReason (RFC 5280, section 5.3.1).
type Reason int

// The reasons that end a certificate for good. That for a hold is left out:
// this CA has no way back from it.
const (
	Unspecified          Reason = 0
	KeyCompromise        Reason = 1
	CACompromise         Reason = 2
	AffiliationChanged   Reason = 3
	Superseded           Reason = 4
	CessationOfOperation Reason = 5
	PrivilegeWithdrawn   Reason = 9
	AACompromise         Reason = 10
)

// ParseReason reads a reason by the name that RFC 5280 gives it.
func ParseReason(name string) (Reason, error) {
	switch name {
	case "", "unspecified":
		return Unspecified, nil
	case "keyCompromise":
		return KeyCompromise, nil
	case "cACompromise":
		return CACompromise, nil
	case "affiliationChanged":
		return AffiliationChanged, nil
	case "superseded":
		return Superseded, nil
	case "cessationOfOperation":
		return CessationOfOperation, nil
	case "privilegeWithdrawn":
		return PrivilegeWithdrawn, nil
	case "aACompromise":
		return AACompromise, nil
	}
	return 0, fmt.Errorf("parsing revocation reason %q: use a name of RFC 5280, section 5.3.1, such as keyCompromise", name)
}

// Revocation says when a certificate was revoked, and why.
type Revocation struct {
	// At is the revocation date; zero is the present.
	At     time.Time `json:"at"`
	Reason Reason    `json:"reason"`
}

// Revoked is a certificate that is on a list.
type Revoked struct {
	Name   string
	Serial *big.Int
	Revocation
}

// ErrUnknown says that this CA has issued no such certificate.
var ErrUnknown = errors.New("no such certificate")

// Revoke revokes every certificate with this name, or the one with this
// serial number in hexadecimal (colons and case do not matter), and publishes
// a new list at once. A certificate that was revoked before keeps its date
// and reason, so calling it twice changes nothing.
//
// It returns what the target now has on the lists, or ErrUnknown.
func (c *CA) Revoke(target string, revocation Revocation) ([]Revoked, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	chosen := c.memory.find(target)
	if len(chosen) == 0 {
		return nil, fmt.Errorf("revoking %q: %w", target, ErrUnknown)
	}
	if revocation.At.IsZero() {
		revocation.At = c.options.Now()
	}
	revocation.At = revocation.At.UTC().Truncate(time.Second)
	next, changed := c.memory.revoke(chosen, revocation)
	err := c.resign(next, changed)
	if err != nil {
		return nil, fmt.Errorf("revoking %q: %w", target, err)
	}
	return c.memory.revoked(chosen), nil
}

// find gives the places in Issued of a name, or else of a serial number.
func (m *memory) find(target string) []int {
	named := m.places(func(r record) bool { return r.Name == target })
	if len(named) > 0 {
		return named
	}
	serial, ok := new(big.Int).SetString(strings.ReplaceAll(target, ":", ""), 16)
	if !ok {
		return nil
	}
	return m.places(func(r record) bool { return r.Serial == serialText(serial) })
}

func (m *memory) places(match func(record) bool) []int {
	var places []int
	for i, issued := range m.Issued {
		if match(issued) {
			places = append(places, i)
		}
	}
	return places
}

// revoke is m with the chosen certificates revoked, and whose lists change.
func (m *memory) revoke(chosen []int, revocation Revocation) (*memory, []Authority) {
	next := *m
	next.Issued = slices.Clone(m.Issued)
	var changed []Authority
	for _, place := range chosen {
		issued := &next.Issued[place]
		if issued.Revoked != nil {
			continue
		}
		issued.Revoked = &revocation
		if !slices.Contains(changed, issued.Issuer) {
			changed = append(changed, issued.Issuer)
		}
	}
	return &next, changed
}

func (m *memory) revoked(chosen []int) []Revoked {
	revoked := make([]Revoked, 0, len(chosen))
	for _, place := range chosen {
		issued := m.Issued[place]
		serial, _ := new(big.Int).SetString(issued.Serial, 16)
		revoked = append(revoked, Revoked{Name: issued.Name, Serial: serial, Revocation: *issued.Revoked})
	}
	return revoked
}
