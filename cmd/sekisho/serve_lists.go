package main

import (
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"fmt"
	"time"

	"github.com/sekisho/sekisho/internal/crl"
)

// rereadAfter is when a file that was no good is read again although it is the
// same: what it holds may have been of the future.
const rereadAfter = time.Minute

// knownLists are the files of revocation lists that were read, by the SHA-256 of
// what they hold. A large list takes seconds, and the verifier looks every few
// seconds: one file that is damaged must not have all of them read each time.
type knownLists map[[sha256.Size]byte]knownList

type knownList struct {
	indexes []*crl.Index
	err     error
	at      time.Time
}

// with returns what these files hold, and the same to be used next time. The
// error tells of every file that is not to be relied on.
func (known knownLists) with(files []namedFile, issuers []*x509.Certificate, now time.Time) (knownLists, []*crl.Index, error) {
	next := knownLists{}
	var indexes []*crl.Index
	var errs []error
	for _, file := range files {
		sum := sha256.Sum256(file.data)
		list, there := known[sum]
		if !there || list.err != nil && now.Sub(list.at).Abs() >= rereadAfter {
			list = indexFile(file, issuers, now)
		}
		next[sum] = list
		indexes, errs = append(indexes, list.indexes...), append(errs, list.err)
	}
	return next, indexes, errors.Join(errs...)
}

func indexFile(file namedFile, issuers []*x509.Certificate, now time.Time) knownList {
	indexed, err := indexLists([]namedFile{file}, issuers, now)
	if err == nil && len(indexed.refused) > 0 {
		err = fmt.Errorf("%s: a list cannot be relied on: %s", file.name, indexed.refused[0].Why)
	}
	if err != nil {
		return knownList{err: err, at: now}
	}
	return knownList{indexes: indexed.lists, at: now}
}
