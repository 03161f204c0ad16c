package main

import (
	"crypto/x509"
	"io"
	"maps"
	"time"

	"github.com/sekisho/sekisho/internal/bench/measure"
	"github.com/sekisho/sekisho/internal/crl"
)

func subjects() map[string]subject {
	all := map[string]subject{"ours-pem": oursPEM, "ours-index": oursIndex}
	for _, others := range []map[string]subject{x509Subjects(), limitSubjects(), lookupSubjects()} {
		maps.Copy(all, others)
	}
	return all
}

// oursPEM reads, checks and writes as PEM.
func oursPEM(in input, times int) (measure.Sample, error) {
	return measure.Repeat(times, func() error {
		list, err := crl.ReadBytes(in.der, crl.Output{PEM: io.Discard})
		if err != nil {
			return err
		}
		return in.check(list)
	})
}

// oursIndex is oursPEM with an index on top.
func oursIndex(in input, times int) (measure.Sample, error) {
	bytesPerEntry := 0.0
	sample, err := measure.Repeat(times, func() error {
		builder := &crl.Builder{}
		list, err := crl.ReadBytes(in.der, crl.Output{PEM: io.Discard, Index: builder})
		if err != nil {
			return err
		}
		err = in.check(list)
		if err != nil {
			return err
		}
		index, err := builder.Build(list, in.issuer)
		if err != nil {
			return err
		}
		bytesPerEntry = float64(len(index.Bytes())) / float64(list.Entries)
		return nil
	})
	sample.Figures = map[string]float64{"bytesPerEntry": bytesPerEntry}
	return sample, err
}

// check demands that the list is taken: refusing is quick.
func (in input) check(list *crl.List) error {
	_, err := crl.Check(list, []*x509.Certificate{in.issuer}, nil, crl.Policy{}, time.Now())
	return err
}
