package main

import (
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Changing nothing changes nothing, to the byte.
func TestSameSettingsGiveTheSameBytes(t *testing.T) {
	for _, name := range []string{"minimal", "full", "attach"} {
		text, err := os.ReadFile(filepath.Join("docs", "examples", name+".json"))
		if err != nil {
			t.Fatal(err)
		}
		first, second := t.TempDir(), t.TempDir()
		synth(t, string(text), first)
		synth(t, string(text), second)
		before, after := hashes(t, first), hashes(t, second)
		if !maps.Equal(before, after) {
			for _, file := range slices.Sorted(maps.Keys(before)) {
				if before[file] != after[file] {
					t.Errorf("%s: %s differs", name, file)
				}
			}
		}
	}
}

func hashes(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(name)
		sum := sha256.Sum256(content)
		all[strings.TrimPrefix(name, dir)] = hex.EncodeToString(sum[:])
		return err
	})
	if err != nil {
		t.Fatalf("reading what was synthesised: %v", err)
	}
	return all
}

// Another bundle is another key, another trust store, another refresher; the
// refresher runs again, and only then does the listener trust the new one.
func TestChangedBundleChangesEverythingThatCountsOnIt(t *testing.T) {
	before, after := example(t, "minimal"), of(t, with(t, `{"caBundle": ["docs/examples/web-ca.pem"]}`))
	for name, property := range map[string]string{
		"TrustStore": "Name", "RefresherFunction": "Environment", "VerifierFunction": "Environment",
		"FirstRefresh": "HandlerArn", "CertificatesUploadCustomResource": "SourceObjectKeys",
	} {
		if before.one(t, name).property(property) == after.one(t, name).property(property) {
			t.Errorf("the %s of %s stays the same", property, name)
		}
	}
	if before.one(t, "TrustStore").property("CaCertificatesBundleS3Key") == after.one(t, "TrustStore").property("CaCertificatesBundleS3Key") {
		t.Error("the key of the bundle stays the same")
	}
	if !after.comesAfter("GateVerify", "FirstRefresh") || !after.comesAfter("FirstRefresh", "TrustStore") {
		t.Error("the listener does not wait until the new trust store is filled")
	}
}

// The same CA in another form is the same bundle.
func TestRewrittenBundleChangesNothing(t *testing.T) {
	pem, err := os.ReadFile("docs/examples/ca.pem")
	if err != nil {
		t.Fatal(err)
	}
	rewritten := filepath.Join(t.TempDir(), "ca.pem")
	err = os.WriteFile(rewritten, []byte("a comment\r\n"+strings.ReplaceAll(string(pem), "\n", "\r\n")), 0o600)
	if err != nil {
		t.Fatal(err)
	}
	before, after := example(t, "minimal"), of(t, with(t, `{"caBundle": ["`+filepath.ToSlash(rewritten)+`"]}`))
	if before.text != after.text {
		t.Error("the template is another one")
	}
}

// A function is replaced when its program changes, and not before.
func TestChangedProgramChangesTheFunction(t *testing.T) {
	before := example(t, "minimal")
	name := filepath.Join(functions, "refresh", "bootstrap")
	err := os.WriteFile(name, []byte("another"), 0o755)
	if err != nil {
		t.Fatal(err)
	}
	after := synth(t, with(t, `{}`), t.TempDir())
	err = os.WriteFile(name, []byte("refresh"), 0o755)
	if err != nil {
		t.Fatal(err)
	}
	if before.one(t, "RefresherFunction").property("Code", "S3Key") == after.one(t, "RefresherFunction").property("Code", "S3Key") {
		t.Error("the refresher's code stays the same")
	}
	if before.one(t, "FirstRefresh").property("HandlerArn") == after.one(t, "FirstRefresh").property("HandlerArn") {
		t.Error("a new refresher is not tried before it counts")
	}
	if before.one(t, "VerifierFunction").property("Code", "S3Key") != after.one(t, "VerifierFunction").property("Code", "S3Key") {
		t.Error("the verifier's code changes too")
	}
}
