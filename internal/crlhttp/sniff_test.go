package crlhttp

import (
	"bytes"
	"encoding/pem"
	"errors"
	"math/big"
	"testing"

	"github.com/sekisho/sekisho/internal/pkitest"
)

func reasonOf(err error) string {
	var found *problem
	if !errors.As(err, &found) {
		return ""
	}
	return found.reason
}

func TestSniffRealLists(t *testing.T) {
	t.Parallel()
	ca := pkitest.NewCA(t, "ca")
	lists := map[string][]byte{
		"empty list": ca.CRL(t),
		"one entry":  ca.CRL(t, big.NewInt(7)),
		"many":       ca.CRL(t, serials(2000)...),
	}
	for name, list := range lists {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if err := sniff(list); err != nil {
				t.Errorf("got error %v for a list, want none", err)
			}
			if err := sniff(pem.EncodeToMemory(&pem.Block{Type: "X509 CRL", Bytes: list})); err != nil {
				t.Errorf("got error %v for a list in PEM, want none", err)
			}
			for _, size := range []int{7, 8, 20, 100, len(list) / 2, len(list) - 1} {
				if got := reasonOf(sniff(list[:size])); got != Truncated {
					t.Errorf("got reason %q for %d bytes of %d, want %q", got, size, len(list), Truncated)
				}
			}
		})
	}
	if got := reasonOf(sniff(ca.Cert.Raw)); got != NotAList {
		t.Errorf("got reason %q for a certificate, want %q", got, NotAList)
	}
	if got := reasonOf(sniff(pkitest.PEM(ca.Cert))); got != NotAList {
		t.Errorf("got reason %q for a certificate in PEM, want %q", got, NotAList)
	}
}

func serials(count int64) []*big.Int {
	var all []*big.Int
	for i := range count {
		all = append(all, big.NewInt(i+1))
	}
	return all
}

func TestSniffShapes(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		body   []byte
		reason string
	}{
		{"version 2", []byte{0x30, 5, 0x30, 3, 2, 1, 1}, ""},
		{"version 1", []byte{0x30, 4, 0x30, 2, 0x30, 0}, ""},
		{"bytes after it", []byte{0x30, 4, 0x30, 2, 0x30, 0, 0}, ""},
		{"four bytes of length", []byte{0x30, 0x84, 0, 0, 0, 4, 0x30, 2, 0x30, 0}, ""},
		{"nothing", nil, Empty},
		{"one byte", []byte{0x30}, NotAList},
		{"length without end", []byte{0x30, 0x80, 0x30, 0x80, 2, 1, 1, 0, 0, 0, 0}, NotAList},
		{"length of lengths", []byte{0x30, 0x85, 0, 0, 0, 0, 4, 0x30, 2, 0x30, 0}, NotAList},
		{"length cut off", []byte{0x30, 0x82, 1}, NotAList},
		{"empty SEQUENCE", []byte{0x30, 0}, NotAList},
		{"SEQUENCE in SEQUENCE", []byte{0x30, 2, 0x30, 0}, NotAList},
		{"SET", []byte{0x31, 4, 0x30, 2, 0x30, 0}, NotAList},
		{"only zeroes", make([]byte, 100), NotAList},
		{"PEM of something else", []byte("-----BEGIN X509 CRL\n"), NotAList},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := reasonOf(sniff(test.body)); got != test.reason {
				t.Errorf("got reason %q, want %q", got, test.reason)
			}
		})
	}
}

// The law: whatever passes is DER that begins like a list and is whole, or
// says that it is PEM; whatever does not is named.
func FuzzSniff(f *testing.F) {
	f.Add([]byte("<!DOCTYPE html>"))
	f.Add(theList)
	f.Add(theList[:50])
	f.Add([]byte("-----BEGIN X509 CRL-----"))
	f.Add([]byte{0x30, 0x84, 0xff, 0xff, 0xff, 0xff, 0x30})
	f.Fuzz(func(t *testing.T, body []byte) {
		err := sniff(body)
		if err != nil {
			switch reasonOf(err) {
			case Empty, NotAList, Truncated:
			default:
				t.Errorf("got error %v, want one of three reasons", err)
			}
			return
		}
		if bytes.Contains(body, []byte("-----BEGIN X509 CRL-----")) {
			return
		}
		start, whole := header(body)
		if body[0] != 0x30 || body[start] != 0x30 || whole > uint64(len(body)) {
			t.Errorf("got no error for %x, want one", body)
		}
	})
}
