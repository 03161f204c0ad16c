package main

import (
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"time"

	"github.com/sekisho/sekisho/internal/bench/measure"
	"github.com/sekisho/sekisho/internal/cabundle"
	"github.com/sekisho/sekisho/internal/clientcert"
	"github.com/sekisho/sekisho/internal/crl"
	"github.com/sekisho/sekisho/internal/gate"
	"github.com/sekisho/sekisho/internal/snapshot"
)

// bucket is what a refresher left, in memory.
type bucket struct {
	bundle  cabundle.Bundle
	objects map[string][]byte
}

// Get returns an object as a bucket does.
func (b *bucket) Get(_ context.Context, key, _ string) ([]byte, string, error) {
	object, there := b.objects[key]
	if !there {
		return nil, "", fmt.Errorf("%s: %w", key, fs.ErrNotExist)
	}
	return object, hexSHA256(object), nil
}

func hexSHA256(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

// published is a bucket with a snapshot of one list.
func published(list, ca string) (*bucket, error) {
	text, err := os.ReadFile(ca)
	if err != nil {
		return nil, fmt.Errorf("reading the CA: %w", err)
	}
	bundle, err := cabundle.Normalise([]cabundle.File{{Name: ca, Data: text}}, time.Now())
	if err != nil {
		return nil, err
	}
	der, err := os.ReadFile(list)
	if err != nil {
		return nil, fmt.Errorf("reading the list: %w", err)
	}
	index, err := indexed(der, bundle.Certificates[0])
	if err != nil {
		return nil, err
	}
	key := snapshot.IndexKey(hexSHA256(der))
	manifest, err := snapshot.Manifest{
		Written: time.Now(),
		Bundle:  snapshot.Object{Key: snapshot.BundleKey(bundle.SHA256), SHA256: bundle.SHA256},
		Lists: []snapshot.List{{
			Identity: string(index.Identity()), SHA256: hexSHA256(der), Index: snapshot.Object{Key: key, SHA256: hexSHA256(index.Bytes())},
		}},
	}.Encode()
	if err != nil {
		return nil, err
	}
	return &bucket{bundle, map[string][]byte{
		snapshot.ManifestKey: manifest, key: index.Bytes(), snapshot.BundleKey(bundle.SHA256): bundle.PEM,
	}}, nil
}

func indexed(der []byte, issuer *x509.Certificate) (*crl.Index, error) {
	list, builder, err := crl.Parse(der)
	if err != nil {
		return nil, err
	}
	return builder.Build(list, issuer)
}

// loads measures from the objects to a gate that can decide.
func loads(ctx context.Context, list, ca, times string) (measure.Sample, error) {
	count, err := repetitions(times)
	if err != nil {
		return measure.Sample{}, err
	}
	b, err := published(list, ca)
	if err != nil {
		return measure.Sample{}, err
	}
	config := gate.Config{
		Header: clientcert.DefaultHeader, BundleKey: snapshot.BundleKey(b.bundle.SHA256), BundleSHA256: b.bundle.SHA256,
		MaxSnapshotAge: time.Hour,
	}
	return measure.Repeat(count, func() error {
		g, err := gate.New(b, config, time.Now, slog.New(slog.DiscardHandler))
		if err != nil {
			return err
		}
		return g.Load(ctx)
	})
}

// parses measures what a verifier without an index has to do instead.
func parses(list, times string) (measure.Sample, error) {
	count, err := repetitions(times)
	if err != nil {
		return measure.Sample{}, err
	}
	der, err := os.ReadFile(list)
	if err != nil {
		return measure.Sample{}, fmt.Errorf("reading the list: %w", err)
	}
	return measure.Repeat(count, func() error {
		_, err := x509.ParseRevocationList(der)
		return err
	})
}
