package crl

import (
	"bytes"
	"crypto/x509"
	"os"
	"path/filepath"
	"testing"
	"testing/iotest"

	"github.com/sekisho/sekisho/internal/pkitest"
)

// seed adds all fixtures with an ending.
func seed(f *testing.F, ending string) {
	f.Helper()
	files, err := filepath.Glob(filepath.Join(fixtures, "*"+ending))
	if err != nil || len(files) == 0 {
		f.Fatalf("got %d fixtures, %v", len(files), err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
}

// FuzzRead: what is read, crypto/x509 reads alike, version 1 apart; its PEM is
// its bytes; and the pieces in which it comes do not matter.
func FuzzRead(f *testing.F) {
	seed(f, ".der")
	issuer := fixtureIssuers(f)[0]
	f.Fuzz(func(t *testing.T, der []byte) {
		list, builder, err := Parse(der)
		var pem bytes.Buffer
		again, errPieces := Read(iotest.OneByteReader(bytes.NewReader(der)), Output{PEM: &pem})
		if (err == nil) != (errPieces == nil) || err != nil && err.Error() != errPieces.Error() {
			t.Fatalf("got %v, in pieces %v", err, errPieces)
		}
		if err != nil {
			if list != nil || builder != nil || again != nil {
				t.Fatal("a list came back beside the error")
			}
			return
		}
		agrees(t, der, list, builder, issuer)
		back, err := Split(pem.Bytes())
		if err != nil || len(back) != 1 || !bytes.Equal(back[0], der) {
			t.Fatalf("there and back: got %x, %v", back, err)
		}
		if again.SHA256 != list.SHA256 || !bytes.Equal(again.digest, list.digest) {
			t.Fatal("the pieces changed the hash")
		}
	})
}

// FuzzCheck: what is accepted, crypto/x509 verifies under the same issuer.
func FuzzCheck(f *testing.F) {
	seed(f, ".der")
	issuers := fixtureIssuers(f)
	f.Fuzz(func(t *testing.T, der []byte) {
		list, _, err := Parse(der)
		if err != nil {
			return
		}
		issuer, err := Check(list, issuers, nil, Policy{}, hour)
		if (err == nil) == (issuer == nil) {
			t.Fatalf("got %v and %v", issuer, err)
		}
		if err != nil || list.Version == 1 {
			return
		}
		want, err := x509.ParseRevocationList(der)
		if err != nil {
			t.Fatal(err)
		}
		err = want.CheckSignatureFrom(issuer)
		if err != nil {
			t.Fatal(err)
		}
	})
}

// FuzzSplit: what is found and encoded again is found again.
func FuzzSplit(f *testing.F) {
	seed(f, ".pem")
	seed(f, "good.der")
	f.Add([]byte(pemBegin + "\n" + pemEnd))
	f.Fuzz(func(t *testing.T, data []byte) {
		lists, err := Split(data)
		if err != nil {
			if lists != nil {
				t.Fatal("lists came back beside the error")
			}
			return
		}
		var file bytes.Buffer
		for _, list := range lists {
			err = EncodePEM(&file, list)
			if err != nil {
				t.Fatal(err)
			}
		}
		again, err := Split(file.Bytes())
		if err != nil || len(again) != len(lists) {
			t.Fatalf("got %d lists, %v, want %d", len(again), err, len(lists))
		}
		for i := range lists {
			if !bytes.Equal(again[i], lists[i]) {
				t.Fatalf("list %d: got %x, want %x", i, again[i], lists[i])
			}
		}
	})
}

// FuzzOpenIndex: a file with a right checksum may hold anything; what opens
// can be asked anything, and is written as it was read.
func FuzzOpenIndex(f *testing.F) {
	ca := pkitest.NewCA(f, "Root")
	rows := append(numbered(50), row{entriesTwo, hour, KeyCompromise})
	f.Add(index(f, ca, signed(f, ca, entries(rows...))).Bytes())
	f.Add(index(f, ca, signed(f, ca)).Bytes())
	f.Fuzz(func(t *testing.T, data []byte) {
		data = sealed(data)
		opened, err := OpenIndex(data)
		if err != nil {
			if opened != nil {
				t.Fatal("an index came back beside the error")
			}
			return
		}
		askEverything(opened, rows)
		if !bytes.Equal(opened.Bytes(), data) {
			t.Fatal("the index has other bytes than were opened")
		}
	})
}
