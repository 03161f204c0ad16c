package main

import (
	"bytes"
	"errors"
	"io/fs"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/johannesboyne/gofakes3"

	"github.com/sekisho/sekisho/internal/awsenv"
	"github.com/sekisho/sekisho/internal/local/endpoint/bucket"
	"github.com/sekisho/sekisho/internal/policy"
	"github.com/sekisho/sekisho/internal/s3store"
	"github.com/sekisho/sekisho/internal/snapshot"
)

const testBucket = "operators"

// serveBucket is a bucket behind the real protocol, for commands with --bucket.
func serveBucket(t *testing.T) *s3store.Store {
	t.Helper()
	backend := bucket.New(time.Now, nil)
	err := backend.CreateBucket(testBucket)
	if err != nil {
		t.Fatal(err)
	}
	err = backend.SetVersioningConfiguration(testBucket, gofakes3.VersioningConfiguration{Status: gofakes3.VersioningEnabled})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(gofakes3.New(backend).Server())
	t.Cleanup(server.Close)
	env := map[string]string{awsenv.Region: "eu-central-1", awsenv.AccessKeyID: "AKID", awsenv.SecretKey: "SECRET", awsenv.EndpointURL: server.URL, awsenv.SessionToken: ""}
	for name, value := range env {
		t.Setenv(name, value)
	}
	config, err := awsenv.Config(func(name string) string { return env[name] })
	if err != nil {
		t.Fatal(err)
	}
	return s3store.New(config, testBucket)
}

// operate runs a command on the test's bucket.
func operate(t *testing.T, args ...string) (int, string, string) {
	t.Helper()
	var out, errs bytes.Buffer
	code := run(t.Context(), append(args, "--bucket", testBucket), &out, &errs)
	return code, out.String(), errs.String()
}

func denialsIn(t *testing.T, store *s3store.Store) []policy.Denial {
	t.Helper()
	list, err := readDenyList(t.Context(), store)
	if err != nil {
		t.Fatal(err)
	}
	return list.Denials()
}

func TestDenyAndUndeny(t *testing.T) {
	store, file := serveBucket(t), verifyFiles(t)
	certs, err := certificatesIn(file("laptop.pem"))
	if err != nil {
		t.Fatal(err)
	}
	serial, key := certs[0].SerialNumber.Text(16), keyHash(certs[1])
	fingerprint := hexSHA256(certs[0].Raw)
	bySerial := policy.Denial{Serial: strings.ToUpper(serial), IssuerKeySHA256: key}
	byFingerprint := policy.Denial{Fingerprint: fingerprint}
	cases := []struct {
		name string
		args []string
		said string
		want []policy.Denial
	}{
		{"nobody yet", []string{"deny", "--list"}, "nobody is denied", nil},
		{"certificate with its issuer", []string{"deny", file("laptop.pem"), "--note", "lost"}, "denied: serial number", []policy.Denial{bySerial}},
		{"once more", []string{"deny", file("laptop.pem")}, "denied already: serial number", []policy.Denial{bySerial}},
		{"by number in another spelling", []string{"deny", "--serial", "00:" + serial, "--issuer-key", strings.ToUpper(key)}, "denied already", []policy.Denial{bySerial}},
		{"certificate alone", []string{"deny", file("leaf.pem")}, "denied: fingerprint " + fingerprint, []policy.Denial{bySerial, byFingerprint}},
		{"the list", []string{"deny", "--list"}, "lost", []policy.Denial{bySerial, byFingerprint}},
		{"lifted by number", []string{"undeny", "--serial", serial, "--issuer", file("issuing.pem")}, "no longer denied: serial number", []policy.Denial{byFingerprint}},
		{"lifted once more", []string{"undeny", "--serial", serial, "--issuer", file("issuing.pem")}, "not on the deny list: serial number", []policy.Denial{byFingerprint}},
		{"certificate and issuer apart", []string{"deny", file("leaf.pem"), "--issuer", file("issuing.pem")}, "denied: serial number", []policy.Denial{byFingerprint, bySerial}},
		{"all that the certificate stands there by", []string{"undeny", file("laptop.pem")}, "no longer denied: fingerprint", nil},
		{"by fingerprint with colons", []string{"deny", "--fingerprint", strings.ToUpper(fingerprint[:2] + ":" + fingerprint[2:])}, "denied: fingerprint", []policy.Denial{byFingerprint}},
	}
	for _, c := range cases {
		code, said, errs := operate(t, c.args...)
		if code != exitFine || !strings.Contains(said, c.said) {
			t.Fatalf("%s: exit code %d, said %q %q, want %q", c.name, code, said, errs, c.said)
		}
		if c.args[1] != "--list" && !strings.Contains(said, "verify listener is not reached") {
			t.Errorf("%s: said %q, want the limit told", c.name, said)
		}
		got := denialsIn(t, store)
		for i := range got {
			got[i].Note, got[i].Since = "", policy.Denial{}.Since
		}
		if len(got) != len(c.want) {
			t.Fatalf("%s: got %v on the list, want %v", c.name, got, c.want)
		}
		for i := range got {
			if got[i] != c.want[i] {
				t.Errorf("%s: got %v on the list, want %v", c.name, got, c.want)
			}
		}
	}
}

func TestDenyThatMakesNoSense(t *testing.T) {
	serveBucket(t)
	file := verifyFiles(t)
	for _, c := range []struct {
		name string
		args []string
		code int
		want string
	}{
		{"nobody named", []string{"deny"}, exitUsage, "want a certificate file, or"},
		{"named twice", []string{"deny", file("leaf.pem"), "--fingerprint", "00"}, exitUsage, "want a certificate file, or"},
		{"number alone", []string{"deny", "--serial", "5"}, exitUsage, "only with its issuer"},
		{"number with two issuers", []string{"undeny", "--serial", "5", "--issuer", file("ca.pem"), "--issuer-key", "00"}, exitUsage, "only with its issuer"},
		{"number that is none", []string{"deny", "--serial", "x", "--issuer", file("ca.pem")}, exitUsage, "reading the serial number"},
		{"negative number", []string{"deny", "--serial", "-5", "--issuer", file("ca.pem")}, exitRefused, "deny[0].serial"},
		{"fingerprint cut short", []string{"deny", "--fingerprint", "0011"}, exitRefused, "deny[0].sha256Fingerprint"},
		{"file that is not there", []string{"deny", file("none.pem")}, exitUsage, "none.pem"},
		{"file that is no certificate", []string{"deny", file("junk")}, exitRefused, "reading certificates"},
		{"issuer that is no certificate", []string{"deny", file("leaf.pem"), "--issuer", file("junk")}, exitRefused, "reading certificates"},
	} {
		code, said, errs := operate(t, c.args...)
		if code != c.code || !strings.Contains(errs, c.want) || said != "" {
			t.Errorf("%s: exit code %d, said %q %q, want %d and %q", c.name, code, said, errs, c.code, c.want)
		}
	}
}

// A list that cannot be read is not replaced: who is on it would be let in.
func TestDamagedDenyListIsLeftAlone(t *testing.T) {
	store, file := serveBucket(t), verifyFiles(t)
	err := changeObject(t.Context(), store, snapshot.DenyKey, func([]byte) ([]byte, error) { return []byte("{"), nil })
	if err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"deny", file("leaf.pem")}, {"undeny", file("leaf.pem")}, {"deny", "--list"}} {
		code, _, errs := operate(t, args...)
		if code != exitRefused || !strings.Contains(errs, "not valid JSON") {
			t.Errorf("%v: exit code %d, said %q, want what is wrong", args, code, errs)
		}
	}
	object, err := store.Get(t.Context(), snapshot.DenyKey)
	if err != nil || string(object.Body) != "{" {
		t.Errorf("got %q and %v, want the list as it was", object.Body, err)
	}
}

// Nor is one that was deleted: a list with one denial in its place would let in
// all the others.
func TestDeletedDenyListIsNotBegunAnew(t *testing.T) {
	store, file := serveBucket(t), verifyFiles(t)
	code, _, errs := operate(t, "deny", file("leaf.pem"))
	if code != exitFine {
		t.Fatalf("exit code %d, said %q", code, errs)
	}
	err := store.Delete(t.Context(), snapshot.DenyKey, "")
	if err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"deny", file("leaf.pem")}, {"undeny", file("leaf.pem")}, {"deny", "--list"}} {
		code, _, errs := operate(t, args...)
		if code == exitFine || !strings.Contains(errs, "deny/current.json was deleted: bring back its last version") {
			t.Errorf("%v: exit code %d, said %q, want what to do", args, code, errs)
		}
	}
	_, err = store.Get(t.Context(), snapshot.DenyKey)
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v, want the list to be gone still", err)
	}
}

// Two operators at once lose nothing to each other.
func TestDenialsAtTheSameTime(t *testing.T) {
	store := serveBucket(t)
	var operators sync.WaitGroup
	for _, digit := range "abc" {
		operators.Go(func() {
			var out bytes.Buffer
			err := deny(t.Context(), &out, store, policy.Denial{Fingerprint: strings.Repeat(string(digit), 64)})
			if err != nil {
				t.Error(err)
			}
		})
	}
	operators.Wait()
	if got := denialsIn(t, store); len(got) != 3 {
		t.Errorf("got %v, want all three", got)
	}
}

func TestDenyWithoutATwinOrKeys(t *testing.T) {
	dir := t.TempDir()
	for _, args := range [][]string{{"deny", "--list", "--dir", dir}, {"policy", "check", "--dir", dir}} {
		var out, errs bytes.Buffer
		code := run(t.Context(), args, &out, &errs)
		if code != exitRefused || !strings.Contains(errs.String(), "none is running on "+dir) {
			t.Errorf("%v: exit code %d, said %q", args, code, errs.String())
		}
	}
	t.Setenv(awsenv.Region, "")
	code, _, errs := operate(t, "deny", "--list")
	if code != exitUsage || !strings.Contains(errs, awsenv.Region) || !strings.Contains(errs, "export-credentials") {
		t.Errorf("exit code %d, said %q, want what to set", code, errs)
	}
}
