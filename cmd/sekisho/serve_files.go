package main

import (
	"context"
	"crypto/sha256"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/sekisho/sekisho/internal/cabundle"
	"github.com/sekisho/sekisho/internal/crl"
	"github.com/sekisho/sekisho/internal/settings"
	"github.com/sekisho/sekisho/internal/snapshot"
)

// fileSource stands in for a bucket and its refresher: it makes a manifest of
// lists that lie in files, checked against the bundle. What was checked before
// for being newer is not: whoever can write the files decides what is revoked.
type fileSource struct {
	lists, policy, deny []string
	bundle              cabundle.Bundle

	mu      sync.Mutex
	read    knownLists
	objects map[string][]byte // the indexes that the manifest names
	made    []byte            // the manifest, of lists with the hash tag
	tag     string
}

// openFiles reads the bundle, once: it is what the verifier trusts for as long
// as it runs.
func openFiles(config settings.ServerFiles, name string) (*fileSource, error) {
	files, err := readFiles(beside(name, config.CABundle...))
	if err != nil {
		return nil, err
	}
	var all []cabundle.File
	for _, file := range files {
		all = append(all, cabundle.File{Name: file.name, Data: file.data})
	}
	bundle, err := cabundle.Normalise(all, time.Now())
	if err != nil {
		return nil, fmt.Errorf("reading the CA bundle: %w", err)
	}
	return &fileSource{
		lists: beside(name, config.Lists...), policy: beside(name, config.Policy), deny: beside(name, config.Deny),
		bundle: bundle,
	}, nil
}

// beside are names as seen from another file. An empty name is none.
func beside(file string, names ...string) []string {
	var all []string
	for _, name := range names {
		if name != "" && !filepath.IsAbs(name) {
			name = filepath.Join(filepath.Dir(file), name)
		}
		if name != "" {
			all = append(all, name)
		}
	}
	return all
}

// Get returns an object as a bucket would.
func (s *fileSource) Get(_ context.Context, key, etag string) ([]byte, string, error) {
	switch key {
	case snapshot.ManifestKey:
		return s.manifest(etag)
	case snapshot.BundleKey(s.bundle.SHA256):
		return s.bundle.PEM, s.bundle.SHA256, nil
	case snapshot.PolicyKey:
		return document(s.policy, etag)
	case snapshot.DenyKey:
		return document(s.deny, etag)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	object, there := s.objects[key]
	if !there {
		return nil, "", fmt.Errorf("%s: %w", key, fs.ErrNotExist)
	}
	return object, key, nil
}

// document is a file that need not be configured; when it is, it has to be
// there, because rules that are lost must not look like no rules.
func document(names []string, etag string) ([]byte, string, error) {
	if len(names) == 0 {
		return nil, "", fs.ErrNotExist
	}
	text, err := os.ReadFile(names[0])
	if err != nil {
		return nil, "", gone(err)
	}
	return unlessSame(text, hexSHA256(text), etag)
}

// gone is an error that does not say that there is no such object: there is one,
// says the configuration.
func gone(err error) error { return errors.New("a file of the configuration: " + err.Error()) }

func unlessSame(body []byte, tag, etag string) ([]byte, string, error) {
	if tag == etag {
		return nil, tag, nil
	}
	return body, tag, nil
}

// manifest reads the lists and, when they are others than before, makes a
// manifest and indexes of them.
func (s *fileSource) manifest(etag string) ([]byte, string, error) {
	files, err := readFiles(s.lists)
	if err != nil {
		return nil, "", gone(err)
	}
	tag := hashOf(files)
	s.mu.Lock()
	defer s.mu.Unlock()
	if tag != s.tag {
		err = s.publish(files, tag)
		if err != nil {
			return nil, "", err
		}
	}
	return unlessSame(s.made, tag, etag)
}

// publish does what a refresher does, with no list left out.
func (s *fileSource) publish(files []namedFile, tag string) error {
	now := time.Now()
	var indexes []*crl.Index
	var err error
	s.read, indexes, err = s.read.with(files, s.bundle.Certificates, now)
	if err != nil {
		return err
	}
	m := snapshot.Manifest{Written: now, Bundle: snapshot.Object{Key: snapshot.BundleKey(s.bundle.SHA256), SHA256: s.bundle.SHA256}}
	objects := map[string][]byte{}
	for _, index := range indexes {
		list := manifestList(index)
		objects[list.Index.Key] = index.Bytes()
		m.Lists = append(m.Lists, list)
	}
	text, err := m.Encode()
	if err != nil {
		return err
	}
	s.objects, s.made, s.tag = objects, text, tag
	return nil
}

func manifestList(index *crl.Index) snapshot.List {
	sum := index.ListSHA256()
	list := hex.EncodeToString(sum[:])
	return snapshot.List{
		Identity: string(index.Identity()), SHA256: list,
		Issuer: issuerName(index), Number: numberOf(index), Entries: index.Len(),
		ThisUpdate: index.ThisUpdate(), NextUpdate: index.NextUpdate(),
		Index: snapshot.Object{Key: snapshot.IndexKey(list), SHA256: hexSHA256(index.Bytes())},
	}
}

// issuerName and numberOf are what people call a list by; nothing is decided
// by them.
func issuerName(index *crl.Index) string {
	var name pkix.RDNSequence
	_, err := asn1.Unmarshal(index.RawIssuer(), &name)
	if err != nil {
		return ""
	}
	return name.String()
}

func numberOf(index *crl.Index) string {
	number := index.Number()
	if number == nil {
		return ""
	}
	return number.String()
}

// hashOf is one hash over all files, and over where each of them ends.
func hashOf(files []namedFile) string {
	sum := sha256.New()
	for _, file := range files {
		own := sha256.Sum256(file.data)
		sum.Write(own[:])
	}
	return hex.EncodeToString(sum.Sum(nil))
}
