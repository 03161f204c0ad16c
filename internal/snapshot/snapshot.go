// Package snapshot is what the refresher and the verifier agree on: where
// things lie in the bucket, and the manifest that names, by hash, the one
// consistent set of trust anchors and lists to decide from.
//
// It reads and writes nothing itself.
package snapshot

import (
	"encoding/json"
	"fmt"
	"time"
)

// Format is the version of the manifest that this code writes and reads.
const Format = 1

// ManifestKey is where the manifest lies; it is written last.
const ManifestKey = "snapshot.json"

// PolicyKey and DenyKey are where the operator's rules and denials lie. They
// are not written by the refresher and not named by the manifest, so that they
// take effect at once; where nothing lies there is none. What lies there can
// only refuse who would pass otherwise.
const (
	PolicyKey = "policy/current.json"
	DenyKey   = "deny/current.json"
)

// Manifest names everything that a verifier decides from.
type Manifest struct {
	Format  int       `json:"format"`
	Written time.Time `json:"written"`
	// Bundle is the CA bundle whose lists these are. A verifier refuses a
	// bundle with another hash than the one it was deployed with.
	Bundle Object `json:"bundle"`
	// Lists are the newest accepted lists, one for each identity, in the
	// order of their identities.
	Lists []List `json:"lists"`
	// Policy and Deny are rules and denials (package policy) that hold for as
	// long as the manifest names them. They are beside PolicyKey and DenyKey,
	// not in their place: a client has to pass all that there are.
	Policy *Object `json:"policy,omitempty"`
	Deny   *Object `json:"deny,omitempty"`
}

// Object is an object in the bucket and the SHA-256 (hex) of its bytes.
type Object struct {
	Key    string `json:"key"`
	SHA256 string `json:"sha256"`
}

// List is one revocation list: what it is, and where its index lies.
type List struct {
	// Identity is issuer name, issuer key and scope, as crl.Identity.
	Identity string `json:"identity"`
	Source   string `json:"source"`
	Issuer   string `json:"issuer"`
	// SHA256 is the hash (hex) of the list's DER bytes.
	SHA256 string `json:"sha256"`
	// Number is the CRL number in decimal, empty when the list has none.
	Number     string    `json:"number,omitempty"`
	ThisUpdate time.Time `json:"thisUpdate"`
	// NextUpdate is zero when the list names none.
	NextUpdate time.Time `json:"nextUpdate,omitzero"`
	Entries    int       `json:"entries"`
	Index      Object    `json:"index"`
}

// BundleKey is the key of the normalised CA bundle with this SHA-256 (hex).
func BundleKey(sha256 string) string { return "ca/" + sha256 + ".pem" }

// ListKey is the key of the PEM form of the list whose DER has this SHA-256 (hex).
func ListKey(sha256 string) string { return "crl/" + sha256 + ".pem" }

// IndexKey is the key of the index of the list whose DER has this SHA-256 (hex).
func IndexKey(sha256 string) string { return "index/" + sha256 }

// StateKey is the key of what the refresher remembers of an identity.
func StateKey(identity string) string { return "state/" + identity + ".json" }

// Encode is the manifest as the bytes to store.
func (m Manifest) Encode() ([]byte, error) {
	m.Format = Format
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("encoding the snapshot manifest: %w", err)
	}
	return append(text, '\n'), nil
}

// Decode reads a manifest. One of another format is refused: a verifier that
// guesses could decide from lists it does not understand.
func Decode(text []byte) (Manifest, error) {
	var m Manifest
	err := json.Unmarshal(text, &m)
	if err != nil {
		return Manifest{}, fmt.Errorf("decoding the snapshot manifest: %w", err)
	}
	if m.Format != Format {
		return Manifest{}, fmt.Errorf("decoding the snapshot manifest: format %d, want %d: deploy refresher and verifier of one version", m.Format, Format)
	}
	return m, nil
}
