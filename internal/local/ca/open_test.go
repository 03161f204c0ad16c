package ca

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestRestartKeepsEverything(t *testing.T) {
	t.Parallel()
	dir, clock := t.TempDir(), newClock()
	before := mustOpen(t, dir, Options{Now: clock.Now, KeyKind: P384})
	laptop := mustIssue(t, before, "laptop-1")
	first := mustRevoke(t, before, "laptop-1")
	number := mustList(t, before, Issuing).Number
	clock.advance(time.Hour)

	after := mustOpen(t, dir, Options{Now: clock.Now})
	list := mustList(t, after, Issuing)
	if !bytes.Equal(before.Bundle(), after.Bundle()) || !revokes(list, laptop.Certificate.SerialNumber) {
		t.Error("after the restart the CA is another, or has forgotten the revocation")
	}
	if list.Number.Cmp(number) <= 0 {
		t.Errorf("the list has number %v after %v, want a higher one", list.Number, number)
	}
	again := mustRevoke(t, after, "laptop-1")
	if !again[0].At.Equal(first[0].At) {
		t.Errorf("the revocation date moved from %s to %s", first[0].At, again[0].At)
	}
	if keySize(mustIssue(t, after, "laptop-2").Certificate.PublicKey) != 384 {
		t.Error("after the restart clients get another kind of key")
	}
}

func TestFilesAreNotForOthers(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "state", "ca")
	err := os.MkdirAll(dir, 0o755) // as somebody may have made it by hand
	if err != nil {
		t.Fatal(err)
	}
	c := mustOpen(t, dir, Options{Now: newClock().Now})
	for path, want := range map[string]fs.FileMode{dir: 0o700, filepath.Join(dir, memoryFile): 0o600, c.BundleFile(): 0o644, c.ServerCAFile(): 0o644} {
		info, err := os.Stat(path)
		if err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: mode %v, %v; want %v", path, info.Mode().Perm(), err, want)
		}
	}
	bundle, err := os.ReadFile(c.BundleFile())
	if err != nil || !bytes.Equal(bundle, c.Bundle()) || bytes.Contains(bundle, []byte("\n\n")) || bytes.Contains(bundle, []byte("PRIVATE")) {
		t.Errorf("the bundle file has %d bytes, %v; want the two certificates alone", len(bundle), err)
	}
	server, err := os.ReadFile(c.ServerCAFile())
	if err != nil || bytes.Contains(server, []byte("PRIVATE")) || bytes.Equal(server, bundle) {
		t.Errorf("the server CA file has %d bytes, %v; want one certificate of its own", len(server), err)
	}
	left, err := filepath.Glob(filepath.Join(dir, ".*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left over: %v, %v", left, err)
	}
}

// What cannot be read is never replaced by a new CA.
func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		spoil   func(t *testing.T, path string)
		options Options
		want    string
	}{
		{"truncated", func(t *testing.T, path string) { rewrite(t, path, func(s string) string { return s[:len(s)/2] }) }, Options{}, "remove the directory"},
		{"empty", func(t *testing.T, path string) { rewrite(t, path, func(string) string { return "" }) }, Options{}, "remove the directory"},
		{"other-format", func(t *testing.T, path string) {
			rewrite(t, path, func(s string) string { return strings.Replace(s, `"format": 1`, `"format": 2`, 1) })
		}, Options{}, "format 2, want 1"},
		{"no-keys", func(t *testing.T, path string) {
			rewrite(t, path, func(s string) string { return strings.ReplaceAll(s, "BEGIN PRIVATE KEY", "gone") })
		}, Options{}, "decoding a private key"},
		{"keys-of-another", func(t *testing.T, path string) {
			other := mustOpen(t, t.TempDir(), Options{})
			m := *other.memory
			m.Root.Key = m.Issuing.Key
			err := m.save(filepath.Dir(path))
			if err != nil {
				t.Fatal(err)
			}
		}, Options{}, "not the one in its certificate"},
		{"other-kind", func(*testing.T, string) {}, Options{KeyKind: RSA2048}, "has p256 keys, not rsa2048"},
		{"short-life", func(*testing.T, string) {}, Options{ListLife: time.Second}, "cannot live for 1s"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			mustOpen(t, dir, Options{})
			path := filepath.Join(dir, memoryFile)
			test.spoil(t, path)
			before, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			test.options.BaseURL = "http://127.0.0.1:1"
			_, err = Open(dir, test.options)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want an error with %q", err, test.want)
			}
			after, err := os.ReadFile(path)
			if err != nil || !bytes.Equal(before, after) {
				t.Errorf("the memory was changed, %v", err)
			}
		})
	}
}

func TestOpenNeedsAURL(t *testing.T) {
	t.Parallel()
	_, err := Open(t.TempDir(), Options{})
	if err == nil || !strings.Contains(err.Error(), "URL") {
		t.Errorf("got %v, want an error about the URL", err)
	}
}

func rewrite(t *testing.T, path string, change func(string) string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	err = os.WriteFile(path, []byte(change(string(text))), 0o600)
	if err != nil {
		t.Fatal(err)
	}
}

// A memory that cannot be saved is an error, and nothing is issued or revoked
// that would be forgotten.
func TestNothingHappensThatCannotBeSaved(t *testing.T) {
	t.Parallel()
	dir, clock := filepath.Join(t.TempDir(), "ca"), newClock()
	c := mustOpen(t, dir, Options{Now: clock.Now})
	laptop := mustIssue(t, c, "laptop-1")
	before := mustList(t, c, Issuing)
	err := os.RemoveAll(dir)
	if err != nil {
		t.Fatal(err)
	}
	_, errIssue := c.Issue(Request{Name: "laptop-2"})
	_, errRevoke := c.Revoke("laptop-1", Revocation{})
	if errIssue == nil || errRevoke == nil {
		t.Errorf("issuing: %v, revoking: %v; want errors", errIssue, errRevoke)
	}
	after := mustList(t, c, Issuing)
	if after.Number.Cmp(before.Number) != 0 || revokes(after, laptop.Certificate.SerialNumber) {
		t.Error("a list was published that the CA would forget")
	}
	err = os.Mkdir(dir, 0o700)
	if err != nil {
		t.Fatal(err)
	}
	clock.advance(13 * time.Hour)
	if revokes(mustList(t, c, Issuing), laptop.Certificate.SerialNumber) {
		t.Error("the revocation that failed shows up later")
	}
}
