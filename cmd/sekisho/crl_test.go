package main

import (
	"bytes"
	"crypto/x509"
	"math/big"
	"os"
	"path/filepath"
	"testing"

	"github.com/sekisho/sekisho/internal/pkitest"
)

// TestCRLExitCodes: scripts and other programs decide by them.
func TestCRLExitCodes(t *testing.T) {
	dir := t.TempDir()
	err := layOut(t, dir)
	if err != nil {
		t.Fatal(err)
	}
	file := func(name string) string { return filepath.Join(dir, name) }
	at := []string{"--at", pkitest.Epoch.AddDate(0, 0, 1).Format("2006-01-02T15:04:05Z07:00")}
	for _, c := range []struct {
		name string
		args []string
		want int
	}{
		{"a good list", append([]string{"inspect", file("old.crl"), "--ca-bundle", file("ca.pem")}, at...), exitFine},
		{"a list of another CA", append([]string{"inspect", file("old.crl"), "--ca-bundle", file("other.pem")}, at...), exitRefused},
		{"a list that cannot be read", []string{"inspect", file("truncated.crl")}, exitUsage},
		{"a file that is not there", []string{"inspect", file("none.crl")}, exitUsage},
		{"a serial number on the list", []string{"lookup", "5", file("old.crl")}, exitRefused},
		{"a serial number not on the list", []string{"lookup", "6", file("old.crl")}, exitFine},
		{"two lists that differ", []string{"diff", file("old.crl"), file("new.crl")}, exitFine},
		{"too few arguments", []string{"diff", file("old.crl")}, exitUsage},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out, errs bytes.Buffer
			code := run(t.Context(), append([]string{"crl"}, c.args...), &out, &errs)
			if code != c.want {
				t.Errorf("exit code %d, want %d: %s", code, c.want, errs.String())
			}
		})
	}
}

// TestDiffShowsWhatChanged covers the lines that two lists with different
// serial numbers do not have.
func TestDiffShowsWhatChanged(t *testing.T) {
	t.Parallel()
	ca, dir := pkitest.NewCA(t, "ca"), t.TempDir()
	write := func(name string, number int64, entries ...x509.RevocationListEntry) string {
		file := filepath.Join(dir, name)
		der := ca.CRLWith(t, func(l *x509.RevocationList) { l.Number, l.RevokedCertificateEntries = big.NewInt(number), entries })
		err := os.WriteFile(file, der, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		return file
	}
	entry := func(serial int64, days, reason int) x509.RevocationListEntry {
		return x509.RevocationListEntry{SerialNumber: big.NewInt(serial), RevocationTime: pkitest.Epoch.AddDate(0, 0, days), ReasonCode: reason}
	}
	before := write("before", 1, entry(1, -9, 1), entry(0x20, -9, 1), entry(3, -9, 0), entry(4, -9, 4))
	after := write("after", 2, entry(1, -9, 1), entry(0x20, -8, 1), entry(3, -9, 3), entry(0x80, -1, 0))
	var out, errs bytes.Buffer
	code := run(t.Context(), []string{"crl", "diff", before, after}, &out, &errs)
	want := `~ 3  2026-05-23T12:00:00Z without a reason -> 2026-05-23T12:00:00Z affiliationChanged
- 4  2026-05-23T12:00:00Z  superseded
~ 20  2026-05-23T12:00:00Z keyCompromise -> 2026-05-24T12:00:00Z keyCompromise
+ 80  2026-05-31T12:00:00Z  without a reason
number 1 -> 2, entries 4 -> 4
`
	if code != exitFine || out.String() != want {
		t.Errorf("exit code %d, got\n%s%s\nwant\n%s", code, out.String(), errs.String(), want)
	}
}
