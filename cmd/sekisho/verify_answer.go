package main

import (
	"bytes"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/sekisho/sekisho/internal/cabundle"
	"github.com/sekisho/sekisho/internal/chain"
	"github.com/sekisho/sekisho/internal/clientcert"
)

// namedFile is a file and what it holds.
type namedFile struct {
	name string
	data []byte
}

func readFiles(names []string) ([]namedFile, error) {
	var files []namedFile
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			return nil, &usageError{fmt.Errorf("reading a file: %w", err)}
		}
		files = append(files, namedFile{name, data})
	}
	return files, nil
}

// unreadableError is a file that is not what it is said to be. Nobody passes
// on the strength of it.
type unreadableError struct {
	reason string
	cause  error
}

func (e *unreadableError) Error() string { return e.cause.Error() }
func (e *unreadableError) Unwrap() error { return e.cause }

// answer decides.
func (q verifyQuestion) answer() verifyAnswer {
	identity, err := q.decide()
	if err != nil {
		return refusal(err)
	}
	return verifyAnswer{Accepted: true, identity: identity}
}

func (q verifyQuestion) decide() (*chain.Identity, error) {
	bundle, err := certificates("ca-bundle", q.bundle...)
	if err != nil {
		return nil, err
	}
	presented, err := q.chain()
	if err != nil {
		return nil, err
	}
	indexed, err := indexLists(q.lists, q.issuers(bundle, presented), q.now)
	if err != nil {
		return nil, err
	}
	options := q.options
	options.Refused = indexed.refused
	verifier, err := chain.New(bundle, indexed.lists, options)
	if err != nil {
		return nil, &unreadableError{"ca-bundle", err}
	}
	return verifier.Verify(presented, q.now)
}

// chain is what the client presented, leaf first.
func (q verifyQuestion) chain() ([]*x509.Certificate, error) {
	if !q.isHeader {
		return certificates("certificate-syntax", q.presented)
	}
	value := bytes.TrimSuffix(q.presented.data, []byte("\n"))
	return clientcert.Decode(string(bytes.TrimSuffix(value, []byte("\r"))))
}

// issuers are whose lists are taken: those of the bundle, and where that is
// all anchors, of the CAs below them too.
func (q verifyQuestion) issuers(bundle, presented []*x509.Certificate) []*x509.Certificate {
	if q.options.Profile != chain.ProfileRFC5280 {
		return bundle
	}
	return slices.Concat(bundle, presented[min(1, len(presented)):])
}

func certificates(reason string, files ...namedFile) ([]*x509.Certificate, error) {
	var all []cabundle.File
	for _, file := range files {
		all = append(all, cabundle.File{Name: file.name, Data: file.data})
	}
	read, err := cabundle.Read(all)
	if err != nil {
		return nil, &unreadableError{reason, err}
	}
	return read.Certificates, nil
}

// refusal is the answer to an error, whoever made it.
func refusal(err error) verifyAnswer {
	answer := verifyAnswer{Reason: "internal", Detail: err.Error()}
	var unreadable *unreadableError
	var header *clientcert.RefusedError
	var path *chain.RefusedError
	switch {
	case errors.As(err, &unreadable):
		answer.Reason = unreadable.reason
	case errors.As(err, &header):
		answer.Reason, answer.Detail = string(header.Reason), header.Detail
	case errors.As(err, &path):
		answer.Reason, answer.Detail = string(path.Reason), path.Detail
		answer.Position, answer.Code = &path.Position, path.Code
	}
	return answer
}
