package cabundle

import (
	"crypto/x509"
	"errors"
	"fmt"
	"time"
)

// Normalise makes one bundle out of an operator's files, in the order in which
// they are given. The error joins a [*Problem] for each thing that a trust
// store would not take, or that would let nobody in: a leaf, an expired, a
// duplicate, an oversize or an unsupported certificate, too many, none.
//
// A CA that is not valid yet passes: it is how a successor is rolled out ahead
// of time, and until its day it lets nobody in.
func Normalise(files []File, now time.Time) (Bundle, error) {
	return NormaliseWithin(files, Quotas{}, now)
}

// NormaliseWithin is [Normalise] for an account whose quotas AWS has raised.
func NormaliseWithin(files []File, quotas Quotas, now time.Time) (Bundle, error) {
	all, problems := readAll(files)
	for i, f := range all {
		problems = append(problems, judge(f, now)...)
		problems = append(problems, duplicate(f, all[:i])...)
	}
	bundle := newBundle(certificates(all))
	problems = append(problems, bundle.judge(quotas.withDefaults(), len(problems) == 0)...)
	if len(problems) > 0 {
		return Bundle{}, errors.Join(problems...)
	}
	return bundle, nil
}

// Read is [Normalise] without a judgement of the certificates: for CAs that no
// trust store will hold.
func Read(files []File) (Bundle, error) {
	all, problems := readAll(files)
	if len(problems) > 0 {
		return Bundle{}, errors.Join(problems...)
	}
	return newBundle(certificates(all)), nil
}

func readAll(files []File) ([]found, []error) {
	var all []found
	var problems []error
	for _, file := range files {
		certs, unread := file.read()
		all = append(all, certs...)
		problems = append(problems, unread...)
	}
	return all, problems
}

// judge is about the bundle as a whole. What is missing is only worth a word
// where nothing else is wrong: it may be in what could not be read.
func (b Bundle) judge(quotas Quotas, complete bool) []error {
	var problems []error
	add := func(format string, args ...any) {
		problems = append(problems, &Problem{Detail: fmt.Sprintf(format, args...)})
	}
	if count := len(b.Certificates); count > quotas.Certificates {
		add("%d certificates, a trust store takes %d: leave out what issues no clients, or have AWS raise the quota L-43FE5A42 and set the limit", count, quotas.Certificates)
	}
	if size := b.subjectBytes(); size > quotas.SubjectBytes {
		add("the subjects of all certificates take %d bytes, a trust store takes %d: leave out what issues no clients, or have AWS raise the quota L-F31E307C and set the limit", size, quotas.SubjectBytes)
	}
	if complete && len(b.Certificates) == 0 {
		add("no CA certificate: name the file that holds the CA that issues the clients' certificates")
	}
	if complete && len(b.Certificates) > 0 && len(b.Anchors()) == 0 {
		add("no trust anchor: each certificate is issued by another one of the bundle; add the root")
	}
	return problems
}

func (b Bundle) subjectBytes() int {
	size := 0
	for _, cert := range b.Certificates {
		size += len(cert.RawSubject)
	}
	return size
}

func duplicate(f found, before []found) []error {
	for _, other := range before {
		if other.cert.Equal(f.cert) {
			return []error{f.problem(fmt.Sprintf("the same certificate as %s, certificate %d: remove one of them", other.file, other.position))}
		}
	}
	return nil
}

func certificates(all []found) []*x509.Certificate {
	var certs []*x509.Certificate
	for _, f := range all {
		certs = append(certs, f.cert)
	}
	return certs
}
