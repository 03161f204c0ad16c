package main

import (
	"crypto/x509"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/sekisho/sekisho/internal/pkitest"
	"github.com/sekisho/sekisho/internal/programtest"
)

// TestScripts runs the built program as an operator does. Each script finds
// the files of a small CA: ca.pem, other.pem, old.crl (number 1, serial 5
// revoked), new.crl (number 2, serials 6 and 7), and forged.crl, whose last
// byte is another one.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(env *testscript.Env) error {
			env.Setenv("PATH", programtest.Folder()+string(os.PathListSeparator)+os.Getenv("PATH"))
			env.Setenv("AT", pkitest.Epoch.Add(time.Hour).Format(time.RFC3339))
			return layOut(t, env.WorkDir)
		},
	})
}

func layOut(t *testing.T, dir string) error {
	t.Helper()
	ca, other := pkitest.NewCA(t, "ca"), pkitest.NewCA(t, "other")
	list := func(number int64, serials ...int64) []byte {
		return ca.CRLWith(t, func(l *x509.RevocationList) {
			l.Number = big.NewInt(number)
			for _, serial := range serials {
				l.RevokedCertificateEntries = append(l.RevokedCertificateEntries, x509.RevocationListEntry{
					SerialNumber: big.NewInt(serial), RevocationTime: pkitest.Epoch, ReasonCode: 1,
				})
			}
		})
	}
	old := list(1, 5)
	forged := append([]byte(nil), old...)
	forged[len(forged)-1] ^= 1
	for name, content := range map[string][]byte{
		"ca.pem": pkitest.PEM(ca.Cert), "other.pem": pkitest.PEM(other.Cert),
		"old.crl": old, "new.crl": list(2, 6, 7), "forged.crl": forged,
		"truncated.crl": old[:len(old)-1],
	} {
		err := os.WriteFile(filepath.Join(dir, name), content, 0o600)
		if err != nil {
			return err
		}
	}
	return nil
}
