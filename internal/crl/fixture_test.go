package crl

import (
	"crypto/x509"
	"encoding/pem"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sekisho/sekisho/internal/pkitest"
)

const fixtures = "../../testdata/crl"

// hour is how long after its issue a list is looked at.
var hour = pkitest.Epoch.Add(time.Hour)

func fixture(tb testing.TB, name string) []byte {
	tb.Helper()
	data, err := os.ReadFile(filepath.Join(fixtures, name))
	if err != nil {
		tb.Fatal(err)
	}
	return data
}

// fixtureIssuers are the certificates to check the fixtures against.
func fixtureIssuers(tb testing.TB) []*x509.Certificate {
	tb.Helper()
	var issuers []*x509.Certificate
	rest := fixture(tb, "issuers.pem")
	for {
		var block *pem.Block
		block, rest = pem.Decode(rest)
		if block == nil {
			return issuers
		}
		cert, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			tb.Fatal(err)
		}
		issuers = append(issuers, cert)
	}
}

// refused demands a refusal for a reason, with a text in it.
func refused(t *testing.T, err error, reason Reason, text string) {
	t.Helper()
	var refusal *RefusedError
	if !errors.As(err, &refusal) {
		t.Errorf("got %v, want a refusal", err)
		return
	}
	if refusal.Reason != reason || !strings.Contains(err.Error(), text) {
		t.Errorf("got %v, want %s: …%s…", err, reason, text)
	}
}

func TestMalformedListsAreUnreadable(t *testing.T) {
	t.Parallel()
	for _, test := range unreadable {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			list, builder, err := Parse(fixture(t, test.name+".der"))
			refused(t, err, ReasonUnreadable, test.text)
			if list != nil || builder != nil {
				t.Error("a list came back beside the error")
			}
		})
	}
}

func TestClaimOfSizeIsTooLarge(t *testing.T) {
	t.Parallel()
	_, _, err := Parse(fixture(t, "length-of-1-gib.der"))
	refused(t, err, ReasonTooLarge, "says that it is 1073741831 bytes long")
}

func TestCheckRefuses(t *testing.T) {
	t.Parallel()
	issuers := fixtureIssuers(t)
	for _, test := range unacceptable {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			list := read(t, fixture(t, test.name+".der"))
			issuer, err := Check(list, issuers, nil, test.policy, test.now)
			refused(t, err, test.reason, test.text)
			if issuer != nil {
				t.Error("an issuer came back beside the error")
			}
		})
	}
}

func TestCheckAccepts(t *testing.T) {
	t.Parallel()
	issuers := fixtureIssuers(t)
	for _, test := range acceptable {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			list := read(t, fixture(t, test.name+".der"))
			issuer, err := Check(list, issuers, nil, test.policy, test.now)
			if err != nil || issuer != issuers[0] {
				t.Fatalf("got %v, %v, want the first issuer", issuer, err)
			}
			if list.Version != test.version || list.Number.String() != test.number || list.Stale(test.now) != test.stale {
				t.Errorf("got version %d, number %v, stale %v", list.Version, list.Number, list.Stale(test.now))
			}
			if list.Entries != test.entries || list.Negative != test.negative || list.Duplicates != test.duplicates || list.EmptyRevoked != test.emptyRevoked {
				t.Errorf("got %d entries, %d negative, %d duplicates, empty %v", list.Entries, list.Negative, list.Duplicates, list.EmptyRevoked)
			}
		})
	}
}

// TestEveryFixtureIsExpected keeps a fixture from lying there untested.
func TestEveryFixtureIsExpected(t *testing.T) {
	t.Parallel()
	expected := map[string]bool{"length-of-1-gib": true}
	for _, test := range unreadable {
		expected[test.name] = true
	}
	for _, test := range unacceptable {
		expected[test.name] = true
	}
	for _, test := range acceptable {
		expected[test.name] = true
	}
	files, err := filepath.Glob(filepath.Join(fixtures, "*.der"))
	if err != nil || len(files) != len(expected) {
		t.Errorf("got %d fixtures, %v, want %d", len(files), err, len(expected))
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".der")
		if !expected[name] {
			t.Errorf("no test expects anything of %s", name)
		}
	}
}

func TestFixturesAreWhatTheProgramMakes(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	output, err := exec.Command("go", "run", "../../testdata/gen", dir).CombinedOutput()
	if err != nil {
		t.Fatalf("making the fixtures: %v\n%s", err, output)
	}
	made, err := filepath.Glob(filepath.Join(dir, "crl", "*"))
	if err != nil || len(made) == 0 {
		t.Fatalf("got %d fixtures, %v", len(made), err)
	}
	for _, file := range append(made, filepath.Join(dir, "README.md")) {
		name, err := filepath.Rel(dir, file)
		if err != nil {
			t.Fatal(err)
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(filepath.Join("../../testdata", name))
		if err != nil || string(got) != string(want) {
			t.Errorf("testdata/%s: %v, or other bytes: run go run ./testdata/gen", name, err)
		}
	}
}
