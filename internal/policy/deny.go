package policy

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Denial names certificates that may not pass: by serial number and issuer, or
// by fingerprint. The former names what the CA has issued under this number,
// the latter one certificate.
type Denial struct {
	// Serial is in hexadecimal digits. IssuerKeySHA256 is the SHA-256 (hex) of
	// its issuer's SubjectPublicKeyInfo.
	Serial          string `json:"serial,omitempty"`
	IssuerKeySHA256 string `json:"issuerKeySha256,omitempty"`
	// Fingerprint is the SHA-256 (hex) of the certificate.
	Fingerprint string `json:"sha256Fingerprint,omitempty"`
	// Note and Since are for people.
	Note  string    `json:"note,omitempty"`
	Since time.Time `json:"since,omitzero"`
}

// same says whether two denials name the same certificates.
func (d Denial) same(other Denial) bool {
	return d.Serial == other.Serial && d.IssuerKeySHA256 == other.IssuerKeySHA256 && d.Fingerprint == other.Fingerprint
}

// DenyList is who may not pass although the CA says nothing against them. It
// does not change and may be used concurrently. The zero value denies nobody.
type DenyList struct {
	denials      []Denial
	serials      map[serialKey]struct{}
	fingerprints map[fingerprint]struct{}
}

// NewDenyList is a list of these denials. The error joins a [*Problem] for
// everything that is wrong with them.
func NewDenyList(denials []Denial) (*DenyList, error) {
	text, err := encodeDenials(denials)
	if err != nil {
		return nil, err
	}
	return ParseDenyList(text)
}

// ParseDenyList reads a document of denials, such as [DenyList.Encode] writes.
// The error joins a [*Problem] for everything that is wrong with it.
func ParseDenyList(text []byte) (*DenyList, error) {
	var p problems
	denials := readDenials(p.document(text))
	err := p.join()
	if err != nil {
		return nil, fmt.Errorf("reading the deny list: %w", err)
	}
	list := &DenyList{denials: denials, serials: map[serialKey]struct{}{}, fingerprints: map[fingerprint]struct{}{}}
	for _, denial := range denials {
		list.index(denial)
	}
	return list, nil
}

func (l *DenyList) index(denial Denial) {
	if denial.Serial != "" {
		l.serials[serialKey{denial.IssuerKeySHA256, denial.Serial}] = struct{}{}
		return
	}
	var sum fingerprint
	_, err := hex.Decode(sum[:], []byte(denial.Fingerprint))
	if err == nil {
		l.fingerprints[sum] = struct{}{}
	}
}

// Encode is the list as a document.
func (l *DenyList) Encode() ([]byte, error) { return encodeDenials(l.denials) }

func encodeDenials(denials []Denial) ([]byte, error) {
	text, err := json.MarshalIndent(struct {
		Format int      `json:"format"`
		Deny   []Denial `json:"deny"`
	}{Format, append([]Denial{}, denials...)}, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("writing the deny list: %w", err)
	}
	return append(text, '\n'), nil
}

// Len is the number of denials.
func (l *DenyList) Len() int { return len(l.denials) }

// Denials are what is on the list, in its order.
func (l *DenyList) Denials() []Denial { return slices.Clone(l.denials) }

// With is the list with one more denial; one of the same certificates stays as
// it is, and the answer is ErrUnchanged.
func (l *DenyList) With(denial Denial) (*DenyList, error) {
	one, err := NewDenyList([]Denial{denial})
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(l.denials, one.denials[0].same) {
		return l, ErrUnchanged
	}
	return NewDenyList(append(l.Denials(), one.denials[0]))
}

// Without is the list without a denial; when it is not there the answer is
// ErrUnchanged.
func (l *DenyList) Without(denial Denial) (*DenyList, error) {
	one, err := NewDenyList([]Denial{denial})
	if err != nil {
		return nil, err
	}
	rest := slices.DeleteFunc(l.Denials(), one.denials[0].same)
	if len(rest) == len(l.denials) {
		return l, ErrUnchanged
	}
	return NewDenyList(rest)
}

// ErrUnchanged says that the list is already as it was asked to become.
var ErrUnchanged = errors.New("the deny list is like that already")

// Check refuses a client any of whose certificates below the trust anchor is
// on the list. The error is a *RefusedError.
func (l *DenyList) Check(client *Client) error {
	if len(l.denials) == 0 {
		return nil
	}
	for position, c := range client.credentials() {
		_, denied := l.serials[c.serial]
		if denied {
			return refuse(ReasonDenied, "the deny list names the serial number of certificate %d", position)
		}
		for _, sum := range c.fingerprints {
			_, denied = l.fingerprints[sum]
			if denied {
				return refuse(ReasonDenied, "the deny list names the fingerprint of certificate %d", position)
			}
		}
	}
	return nil
}
