package snapshot

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// whole is a manifest with everything in it.
func whole() Manifest {
	at := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	return Manifest{
		Format: Format, Written: at,
		Bundle: Object{Key: BundleKey("aa"), SHA256: "aa"},
		Lists: []List{{
			Identity: "1d", Source: "issuing", Issuer: "CN=issuing", SHA256: "bb", Number: "7",
			ThisUpdate: at, NextUpdate: at.AddDate(0, 0, 7), Entries: 3,
			Index: Object{Key: IndexKey("bb"), SHA256: "cc"},
		}, {
			Identity: "2d", Source: "root", Issuer: "CN=root", SHA256: "dd",
			ThisUpdate: at, Index: Object{Key: IndexKey("dd"), SHA256: "ee"},
		}},
		Policy: &Object{Key: "policy/x.json", SHA256: "ff"},
	}
}

// TestManifestIsWrittenAsEver: refresher and verifier of two versions meet in
// this file, and operators read it.
func TestManifestIsWrittenAsEver(t *testing.T) {
	t.Parallel()
	want, err := os.ReadFile("testdata/snapshot.json")
	if err != nil {
		t.Fatal(err)
	}
	got, err := whole().Encode()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("the manifest changed; a change that old code cannot read needs another Format (-want +got):\n%s", diff)
	}
}

func TestDecodeGivesWhatWasEncoded(t *testing.T) {
	t.Parallel()
	text, err := whole().Encode()
	if err != nil {
		t.Fatal(err)
	}
	got, err := Decode(text)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(whole(), got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestDecodeRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, text, says string }{
		{"nothing", "", "decoding the snapshot manifest"},
		{"half a file", `{"format":1,"lists":[`, "decoding the snapshot manifest"},
		{"a page", "<html>", "decoding the snapshot manifest"},
		{"a list of manifests", `[{"format":1}]`, "decoding the snapshot manifest"},
		{"an older format", `{"format":0}`, "format 0, want 1: deploy refresher and verifier of one version"},
		{"a newer format", `{"format":2}`, "format 2, want 1"},
		{"two manifests", `{"format":1}{"format":1}`, "decoding the snapshot manifest"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := Decode([]byte(c.text))
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Fatalf("got %v, want %q", err, c.says)
			}
			if diff := cmp.Diff(Manifest{}, got); diff != "" {
				t.Errorf("along with the error came %s", diff)
			}
		})
	}
}

// TestKeysAreApart: no two kinds of object can come to lie under one key.
func TestKeysAreApart(t *testing.T) {
	t.Parallel()
	hash := strings.Repeat("0", 64)
	seen := map[string]bool{}
	for _, key := range []string{ManifestKey, PolicyKey, DenyKey, BundleKey(hash), ListKey(hash), IndexKey(hash), StateKey(hash)} {
		if seen[key] || strings.HasPrefix(key, "/") {
			t.Errorf("%s is no key of its own", key)
		}
		seen[key] = true
	}
}
