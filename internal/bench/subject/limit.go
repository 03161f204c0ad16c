package main

import (
	"crypto/sha256"
	"encoding/base64"
	"io"

	"github.com/sekisho/sekisho/internal/bench/measure"
	"github.com/sekisho/sekisho/internal/crl"
)

// limitSubjects are the parts of a pass that nobody can do without, each alone
// over the same bytes.
func limitSubjects() map[string]subject {
	return map[string]subject{
		"limit-sha256": limit(func(der []byte) error { sha256.Sum256(der); return nil }),
		"limit-pem":    limit(func(der []byte) error { return crl.EncodePEM(io.Discard, der) }),
		"limit-walk":   limit(func(der []byte) error { return entries(der, anything) }),
		"limit-scan":   limit(func(der []byte) error { return entries(der, wellFormed) }),
		"limit-base64": limitBase64,
		"limit-copy":   limitCopy,
	}
}

func limit(pass func(der []byte) error) subject {
	return func(in input, times int) (measure.Sample, error) {
		return measure.Repeat(times, func() error { return pass(in.der) })
	}
}

func limitBase64(in input, times int) (measure.Sample, error) {
	encoded := make([]byte, base64.StdEncoding.EncodedLen(len(in.der)))
	base64.StdEncoding.Encode(encoded, in.der)
	return measure.Repeat(times, func() error {
		base64.StdEncoding.Encode(encoded, in.der)
		return nil
	})
}

func limitCopy(in input, times int) (measure.Sample, error) {
	copied := make([]byte, len(in.der))
	copy(copied, in.der)
	return measure.Repeat(times, func() error {
		copy(copied, in.der)
		return nil
	})
}
