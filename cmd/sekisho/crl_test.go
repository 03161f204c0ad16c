package main

import (
	"bytes"
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
