package ca

import (
	"bytes"
	"crypto/rand"
	"crypto/x509"
	"fmt"
	"math/big"
	"time"
)

// List is a signed revocation list.
type List struct {
	DER                    []byte
	Number                 int64
	ThisUpdate, NextUpdate time.Time
	// undated says that the list before this one was signed within the same
	// second, so that a date cannot tell the two apart.
	undated bool
}

// List is the list that an authority publishes now. It is signed anew when
// half of its life is over.
func (c *CA) List(of Authority) (List, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	list, ok := c.lists[of]
	if ok && c.options.Now().Before(list.ThisUpdate.Add(c.options.ListLife/2)) {
		return list, nil
	}
	next := *c.memory
	err := c.resign(&next, []Authority{of})
	if err != nil {
		return List{}, err
	}
	return c.lists[of], nil
}

// SignList signs a list for any span of time with the next number, and does
// not publish it: for playing what goes wrong at a CA.
func (c *CA) SignList(of Authority, thisUpdate, nextUpdate time.Time) (List, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	next := *c.memory
	list, err := c.sign(&next, of, thisUpdate, nextUpdate)
	if err != nil {
		return List{}, err
	}
	return list, c.become(&next)
}

// resign signs the lists of the given authorities from next, remembers next
// and only then publishes them: a number that was seen is never used again.
// c.mu is held.
func (c *CA) resign(next *memory, authorities []Authority) error {
	now := c.options.Now().UTC().Truncate(time.Second)
	signed := map[Authority]List{}
	for _, of := range authorities {
		list, err := c.sign(next, of, now, now.Add(c.options.ListLife))
		if err != nil {
			return err
		}
		list.undated = list.ThisUpdate.Equal(c.lists[of].ThisUpdate)
		signed[of] = list
	}
	err := c.become(next)
	if err != nil {
		return err
	}
	for of, list := range signed {
		c.lists[of] = list
	}
	return nil
}

// sign takes the next number in m and signs what m has revoked.
func (c *CA) sign(m *memory, of Authority, thisUpdate, nextUpdate time.Time) (List, error) {
	number := &m.Issuing.ListNumber
	if of == Root {
		number = &m.Root.ListNumber
	}
	*number++
	issuer := c.signer(of)
	der, err := x509.CreateRevocationList(rand.Reader, &x509.RevocationList{
		Number:                    big.NewInt(*number),
		ThisUpdate:                thisUpdate,
		NextUpdate:                nextUpdate,
		RevokedCertificateEntries: m.entries(of),
	}, issuer.certificate, issuer.key)
	if err != nil {
		return List{}, fmt.Errorf("signing the list of the %s CA: %w", of, err)
	}
	return List{DER: bytes.Clone(der), Number: *number, ThisUpdate: thisUpdate, NextUpdate: nextUpdate}, nil
}

// entries are the revoked certificates of one authority. One that has expired
// stays: RFC 5280, section 3.3, allows it, and nothing here is so large.
func (m *memory) entries(of Authority) []x509.RevocationListEntry {
	var entries []x509.RevocationListEntry
	for _, issued := range m.Issued {
		if issued.Issuer != of || issued.Revoked == nil {
			continue
		}
		serial, _ := new(big.Int).SetString(issued.Serial, 16)
		entries = append(entries, x509.RevocationListEntry{
			SerialNumber:   serial,
			RevocationTime: issued.Revoked.At,
			ReasonCode:     int(issued.Revoked.Reason),
		})
	}
	return entries
}
