package main

import (
	"crypto/x509"
	"fmt"
	"time"

	"github.com/sekisho/sekisho/internal/chain"
	"github.com/sekisho/sekisho/internal/crl"
)

// indexedLists are lists that may decide, and those that may not.
type indexedLists struct {
	lists   []*crl.Index
	refused []chain.RefusedList
}

// indexLists reads and checks the lists of files. One that is no list is an
// error; one that is not to be relied on is told to the verifier.
func indexLists(files []namedFile, issuers []*x509.Certificate, now time.Time) (indexedLists, error) {
	var all indexedLists
	for _, file := range files {
		ders, err := crl.Split(file.data)
		if err != nil {
			return all, &unreadableError{"revocation-list", fmt.Errorf("%s: %w", file.name, err)}
		}
		for _, der := range ders {
			err = all.add(der, issuers, now)
			if err != nil {
				return all, &unreadableError{"revocation-list", fmt.Errorf("%s: %w", file.name, err)}
			}
		}
	}
	return all, nil
}

func (all *indexedLists) add(der []byte, issuers []*x509.Certificate, now time.Time) error {
	list, builder, err := crl.Parse(der)
	if err != nil {
		return err
	}
	issuer, err := crl.Check(list, issuers, nil, crl.Policy{AllowScoped: true}, now)
	if err != nil {
		all.refused = append(all.refused, chain.RefusedList{RawIssuer: list.RawIssuer, Why: err.Error()})
		return nil
	}
	index, err := builder.Build(list, issuer)
	if err != nil {
		return err
	}
	all.lists = append(all.lists, index)
	return nil
}
