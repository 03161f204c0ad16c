package main

import (
	"crypto/sha256"
	"crypto/x509"
	"strings"
	"testing"
	"time"

	"github.com/sekisho/sekisho/internal/pkitest"
)

// A file that is no good does not have the others read again, and is not read
// again itself until it changes, or a minute has passed.
func TestListsAreReadOnce(t *testing.T) {
	t.Parallel()
	ca, other := pkitest.NewCA(t, "root"), pkitest.NewCA(t, "other")
	issuers := []*x509.Certificate{ca.Cert, other.Cert}
	now := pkitest.Epoch.Add(time.Minute)
	tomorrow := other.CRLWith(t, func(l *x509.RevocationList) {
		l.ThisUpdate, l.NextUpdate = now.Add(24*time.Hour), now.Add(48*time.Hour)
	})
	good := namedFile{"good.crl", ca.CRL(t)}
	for name, bad := range map[string]namedFile{
		"junk":               {"bad.crl", []byte("junk")},
		"list of the future": {"bad.crl", tomorrow},
		"list of nobody":     {"bad.crl", pkitest.NewCA(t, "nobody").CRL(t)},
	} {
		first, _, err := knownLists(nil).with([]namedFile{good, bad}, issuers, now)
		if err == nil || !strings.Contains(err.Error(), "bad.crl") || strings.Contains(err.Error(), "good.crl") {
			t.Fatalf("%s: got %v, want what is wrong with the one file", name, err)
		}
		again, _, repeated := first.with([]namedFile{good, bad}, issuers, now.Add(rereadAfter-1))
		if repeated == nil || repeated.Error() != err.Error() || len(again) != 2 {
			t.Errorf("%s: got %v the second time, want %v", name, repeated, err)
		}
		for sum, list := range again {
			if !list.at.Equal(now) {
				t.Errorf("%s: file %x was read again", name, sum[:4])
			}
		}
		mended, indexes, err := again.with([]namedFile{good, {"bad.crl", other.CRL(t)}}, issuers, now.Add(2*time.Second))
		if err != nil || len(indexes) != 2 || len(mended) != 2 || indexes[0] != first[sha256.Sum256(good.data)].indexes[0] {
			t.Errorf("%s: mended: got %d indexes, %d files and %v, want the good one as it was and the other", name, len(indexes), len(mended), err)
		}
	}
}

// What was of the future is read again when that has come.
func TestListOfTheFutureComesIntoForce(t *testing.T) {
	t.Parallel()
	ca := pkitest.NewCA(t, "root")
	now := pkitest.Epoch.Add(-24 * time.Hour)
	files := []namedFile{{"ca.crl", ca.CRL(t)}}
	known, _, err := knownLists(nil).with(files, []*x509.Certificate{ca.Cert}, now)
	if err == nil {
		t.Fatal("a list of tomorrow is taken")
	}
	_, indexes, err := known.with(files, []*x509.Certificate{ca.Cert}, pkitest.Epoch)
	if err != nil || len(indexes) != 1 {
		t.Errorf("got %d indexes and %v, want the list", len(indexes), err)
	}
}
