package crl

import (
	"io"
	"iter"
	"math/big"
	"slices"
	"time"
)

// Index answers whether a serial number is on a list: exactly, without
// allocating, from the bytes of one file. It is safe for concurrent use.
//
// Which certificates the list speaks about at all is not its business, see
// [Scope.Covers]; neither is whether the list is stale.
type Index struct {
	data   []byte
	meta   meta
	tables []table
	// byClass is the place in tables, plus one, of each class.
	byClass [256]uint8
}

// Find looks a serial number up. Sign counts, leading zeros do not exist: -5,
// 5 and 0 are three numbers.
func (i *Index) Find(serial *big.Int) (Entry, bool) {
	length := (serial.BitLen() + 7) / 8
	if length > maxSerial {
		return Entry{}, false
	}
	wanted := class(length)
	if serial.Sign() < 0 {
		wanted |= negativeClass
	}
	place := i.byClass[wanted]
	if place == 0 {
		return Entry{}, false
	}
	payload, found := i.tables[place-1].find(serial.Bits())
	if !found {
		return Entry{}, false
	}
	return i.meta.shape.entry(payload), true
}

// All are the entries, in no particular order.
func (i *Index) All() iter.Seq2[*big.Int, Entry] {
	return func(yield func(*big.Int, Entry) bool) {
		for _, t := range i.tables {
			for serial, payload := range t.all() {
				if !yield(serial, i.meta.shape.entry(payload)) {
					return
				}
			}
		}
	}
}

// entry decodes date and reason.
func (s *shape) entry(payload uint64) Entry {
	date, place := payload/s.choices()+s.earliest, payload%s.choices()
	entry := Entry{RevokedAt: unix(int64(date) + yearZero), Reason: NoReason}
	if len(s.reasons) > 0 && s.reasons[place] != unnamed {
		entry.Reason = RevocationReason(s.reasons[place])
	}
	return entry
}

// Bytes is the index as a file, as [OpenIndex] reads it. It must not be
// changed.
func (i *Index) Bytes() []byte { return i.data }

// WriteTo writes the index as a file.
func (i *Index) WriteTo(w io.Writer) (int64, error) {
	n, err := w.Write(i.data)
	return int64(n), err
}

// RawIssuer is the DER of the issuer's name.
func (i *Index) RawIssuer() []byte { return i.meta.rawIssuer }

// IssuerKeySHA256 is the SHA-256 of the issuer's SubjectPublicKeyInfo.
func (i *Index) IssuerKeySHA256() [32]byte { return i.meta.issuerKey }

// Number is the CRL number, nil when the list has none.
func (i *Index) Number() *big.Int {
	if i.meta.number == nil {
		return nil
	}
	return new(big.Int).Set(i.meta.number)
}

// ThisUpdate is when the list was issued.
func (i *Index) ThisUpdate() time.Time { return i.meta.thisUpdate }

// NextUpdate is when the next list is due, zero when the list does not say.
func (i *Index) NextUpdate() time.Time { return i.meta.nextUpdate }

// Scope is which certificates the list covers.
func (i *Index) Scope() Scope {
	scope := i.meta.scope
	scope.DistributionPoint = slices.Clone(scope.DistributionPoint)
	return scope
}

// Len is the number of serial numbers in the index.
func (i *Index) Len() int {
	sum := 0
	for _, t := range i.tables {
		sum += t.entries
	}
	return sum
}

// ListSHA256 is the hash of the list's DER.
func (i *Index) ListSHA256() [32]byte { return i.meta.list }

// Identity is that of the list.
func (i *Index) Identity() Identity {
	return identify(i.meta.rawIssuer, i.meta.issuerKey, i.meta.scope)
}
