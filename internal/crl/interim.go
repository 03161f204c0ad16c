package crl

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"io"
	"iter"
	"math/big"
	"time"
)

// Output is what a pass over a list writes on the way; each may be nil.
type Output struct {
	// PEM receives the PEM form of the list.
	PEM io.Writer
	// Index collects the entries.
	Index *Builder
}

// MaxSize is the longest list that is read at all, in bytes of DER.
const MaxSize = 1 << 30

// Read reads exactly one DER list, to the end of r.
func Read(r io.Reader, out Output) (*List, error) {
	der, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	rl, err := x509.ParseRevocationList(der)
	if err != nil {
		return nil, refuse(ReasonUnreadable, "%v", err)
	}
	l := &List{Version: 2, SignatureAlgorithm: rl.SignatureAlgorithm, RawIssuer: rl.RawIssuer, Issuer: rl.Issuer,
		ThisUpdate: rl.ThisUpdate, NextUpdate: rl.NextUpdate, Number: rl.Number, AuthorityKeyID: rl.AuthorityKeyId,
		Extensions: rl.Extensions, Entries: len(rl.RevokedCertificateEntries), Duplicates: -1,
		Size: int64(len(der)), SHA256: sha256.Sum256(der), algorithm: rl.SignatureAlgorithm.String(), signature: rl.Signature}
	hash, _ := hashOf(l.SignatureAlgorithm)
	if hash != 0 {
		h := hash.New()
		h.Write(rl.RawTBSRevocationList)
		l.digest = h.Sum(nil)
	}
	if out.PEM != nil {
		err = EncodePEM(out.PEM, der)
		if err != nil {
			return nil, err
		}
	}
	if out.Index != nil {
		l.Duplicates = 0
		out.Index.entries = map[string]Entry{}
		for _, e := range rl.RevokedCertificateEntries {
			out.Index.entries[e.SerialNumber.String()] = Entry{e.RevocationTime, RevocationReason(e.ReasonCode)}
		}
	}
	return l, nil
}

// Parse is Read for bytes, with an index.
func Parse(der []byte) (*List, *Builder, error) {
	b := &Builder{}
	l, err := Read(bytes.NewReader(der), Output{Index: b})
	if err != nil {
		return nil, nil, err
	}
	return l, b, nil
}

// Split finds the lists in a file of DER or PEM.
func Split(data []byte) ([][]byte, error) {
	if len(data) > 0 && data[0] == 0x30 {
		return [][]byte{data}, nil
	}
	var lists [][]byte
	for {
		block, rest := pem.Decode(data)
		if block == nil {
			break
		}
		if block.Type == "X509 CRL" {
			lists = append(lists, block.Bytes)
		}
		data = rest
	}
	if len(lists) == 0 {
		return nil, refuse(ReasonUnreadable, "neither DER nor PEM")
	}
	return lists, nil
}

// Builder collects the entries of a list for its index.
type Builder struct{ entries map[string]Entry }

// Entry is what a list says about one certificate.
type Entry struct {
	RevokedAt time.Time
	Reason    RevocationReason
}

// RevocationReason is a CRLReason (RFC 5280, section 5.3.1); NoReason when the
// entry gives none.
type RevocationReason int8

// NoReason says that an entry gives no reason.
const NoReason RevocationReason = -1

// Index answers whether a serial number is on a list.
type Index struct {
	h       header
	entries map[string]Entry
	raw     []byte
}

type header struct {
	RawIssuer, Key, SHA    []byte
	Number                 *big.Int
	ThisUpdate, NextUpdate time.Time
	Scope                  Scope
	Entries                map[string]Entry
}

// Build makes the index of the list, signed by issuer.
func (b *Builder) Build(l *List, issuer *x509.Certificate) (*Index, error) {
	key := keyHash(issuer)
	h := header{l.RawIssuer, key[:], l.SHA256[:], l.Number, l.ThisUpdate, l.NextUpdate, l.Scope, b.entries}
	raw, err := json.Marshal(h)
	if err != nil {
		return nil, err
	}
	return OpenIndex(raw)
}

// OpenIndex opens a built index. The index keeps data and expects it not to change.
func OpenIndex(data []byte) (*Index, error) {
	var h header
	err := json.Unmarshal(data, &h)
	if err != nil {
		return nil, err
	}
	return &Index{h, h.Entries, data}, nil
}

// Bytes is the index as a file.
func (i *Index) Bytes() []byte { return i.raw }

// WriteTo writes the index as a file.
func (i *Index) WriteTo(w io.Writer) (int64, error) {
	n, err := w.Write(i.raw)
	return int64(n), err
}

// Find looks a serial number up.
func (i *Index) Find(serial *big.Int) (Entry, bool) {
	e, ok := i.entries[serial.String()]
	return e, ok
}

// All are the entries, in no particular order.
func (i *Index) All() iter.Seq2[*big.Int, Entry] {
	return func(yield func(*big.Int, Entry) bool) {
		for k, e := range i.entries {
			n, _ := new(big.Int).SetString(k, 10)
			if !yield(n, e) {
				return
			}
		}
	}
}

// RawIssuer is the DER of the issuer's name.
func (i *Index) RawIssuer() []byte { return i.h.RawIssuer }

// IssuerKeySHA256 is the SHA-256 of the issuer's SubjectPublicKeyInfo.
func (i *Index) IssuerKeySHA256() [32]byte { return [32]byte(i.h.Key) }

// Number is the CRL number, nil when the list has none.
func (i *Index) Number() *big.Int { return i.h.Number }

// ThisUpdate is when the list was issued.
func (i *Index) ThisUpdate() time.Time { return i.h.ThisUpdate }

// NextUpdate is when the next list is due, zero when the list does not say.
func (i *Index) NextUpdate() time.Time { return i.h.NextUpdate }

// Scope is which certificates the list covers.
func (i *Index) Scope() Scope { return i.h.Scope }

// Len is the number of serial numbers in the index.
func (i *Index) Len() int { return len(i.entries) }

// ListSHA256 is the hash of the list's DER.
func (i *Index) ListSHA256() [32]byte { return [32]byte(i.h.SHA) }

// Identity is that of the list.
func (i *Index) Identity() Identity {
	return identify(i.h.RawIssuer, i.IssuerKeySHA256(), i.h.Scope)
}
