package crl

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"io"
)

// PEMHash is the SHA-256 of the DER of a list, from the bytes that [EncodePEM]
// wrote; nil when they are not, or no more, of that form. It needs no memory
// for the list.
func PEMHash(text []byte) []byte {
	body, begins := bytes.CutPrefix(text, []byte(pemBegin+"\n"))
	body, ends := bytes.CutSuffix(body, []byte(pemEnd+"\n"))
	if !begins || !ends {
		return nil
	}
	hash := sha256.New()
	size, err := io.Copy(hash, base64.NewDecoder(base64.StdEncoding.Strict(), bytes.NewReader(body)))
	if err != nil || PEMLen(int(size)) != len(text) {
		return nil
	}
	return hash.Sum(nil)
}
