package crl

import (
	"bytes"
	"crypto/x509"
	"io"
	"math/big"
	"math/rand/v2"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"

	"github.com/sekisho/sekisho/internal/crl/crltest"
	"github.com/sekisho/sekisho/internal/pkitest"
)

// agrees demands that a list that was read is what crypto/x509 reads, field
// by field and entry by entry.
func agrees(t failer, der []byte, list *List, builder *Builder, issuer *x509.Certificate) {
	t.Helper()
	if list.Version == 1 { // crypto/x509 does not read these
		der = asVersion2(t, der)
	}
	want, err := x509.ParseRevocationList(der)
	if err != nil {
		t.Fatal("read what crypto/x509 refuses:", err)
	}
	switch {
	case !bytes.Equal(list.RawIssuer, want.RawIssuer),
		list.Issuer.String() != want.Issuer.String(),
		!list.ThisUpdate.Equal(want.ThisUpdate), !list.NextUpdate.Equal(want.NextUpdate),
		!sameNumber(list.Number, want.Number),
		!bytes.Equal(list.AuthorityKeyID, want.AuthorityKeyId),
		list.Entries != len(want.RevokedCertificateEntries),
		list.Version == 2 && list.Size != int64(len(der)):
		t.Fatal("got", list, "want", want)
	}
	if list.digest != nil && list.Version == 2 {
		known := signedBy(list, issuer)
		if known != (want.CheckSignatureFrom(issuer) == nil) {
			t.Fatal("signature: got", known, "and crypto/x509 disagrees")
		}
	}
	agreesOnEntries(t, list, builder, want)
}

func agreesOnEntries(t failer, list *List, builder *Builder, want *x509.RevocationList) {
	t.Helper()
	if usableKind(list) != nil {
		return
	}
	built, err := builder.Build(list, &x509.Certificate{})
	if err != nil {
		t.Fatal(err)
	}
	if built.Len() != list.Entries-list.Duplicates {
		t.Fatal("got", built.Len(), "serial numbers, want", list.Entries, "less", list.Duplicates)
	}
	for _, entry := range want.RevokedCertificateEntries {
		got, found := built.Find(entry.SerialNumber)
		late := got.RevokedAt.After(entry.RevocationTime)
		if !found || late || list.Duplicates == 0 && (!got.RevokedAt.Equal(entry.RevocationTime) || int(max(got.Reason, 0)) != entry.ReasonCode) {
			t.Fatal("serial", entry.SerialNumber, "got", got, found, "want", entry)
		}
	}
}

// asVersion2 is a version 1 list with the version of the other kind. Its
// signature is worth nothing any more.
func asVersion2(t failer, der []byte) []byte {
	t.Helper()
	content, err := only(der, tagSequence)
	if err != nil {
		t.Fatal(err)
	}
	signed, rest, err := cut(content, tagSequence)
	if err != nil {
		t.Fatal(err)
	}
	return wrap(tagSequence, wrap(tagSequence, []byte{tagInteger, 1, 1}, signed), rest)
}

func sameNumber(a, b *big.Int) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Cmp(b) == 0
}

func TestReadAgreesWithX509(t *testing.T) {
	t.Parallel()
	ca := pkitest.NewCA(t, "Root")
	rapid.Check(t, func(t *rapid.T) {
		der := signed(t, ca, entries(rapid.SliceOfN(rows, 0, 60).Draw(t, "rows")...))
		list, builder, err := Parse(der)
		if err != nil {
			t.Fatal(err)
		}
		agrees(t, der, list, builder, ca.Cert)
	})
}

// TestNothingReadThatX509Refuses damages lists by a byte, each byte in turn
// and many values of it.
func TestNothingReadThatX509Refuses(t *testing.T) {
	t.Parallel()
	ca := pkitest.NewCA(t, "Root")
	random := rand.New(rand.NewPCG(5, 6))
	version1 := signed(t, ca, func(draft *crltest.Draft) { draft.Version, draft.Extensions = nil, nil }, entries(
		row{big.NewInt(5), pkitest.Epoch, NoReason},
		row{big.NewInt(-300), pkitest.Epoch, NoReason},
	))
	version2 := signed(t, ca, entries(
		row{big.NewInt(5), pkitest.Epoch, NoReason},
		row{new(big.Int).Lsh(big.NewInt(0x1234567), 120), pkitest.Epoch, KeyCompromise},
		row{big.NewInt(-300), pkitest.Epoch, Superseded},
	), func(draft *crltest.Draft) {
		draft.Entries = append(draft.Entries, crltest.Entry(big.NewInt(9), pkitest.Epoch,
			crltest.Reason(1), crltest.Extension(crltest.InvalidityDateOID, false, crltest.GeneralizedTime(pkitest.Epoch))))
		draft.Extensions = append(draft.Extensions, crltest.IssuingPoint(crltest.Point("http://ca.example/1.crl"), crltest.Flag(0x81)))
	})
	for name, der := range map[string][]byte{"version 1": version1, "version 2": version2} {
		accepted, refused, stricter := 0, 0, 0
		for at := range der {
			for range 60 {
				damaged := bytes.Clone(der)
				damaged[at] ^= byte(1 + random.IntN(255))
				list, builder, err := Parse(damaged)
				_, errX509 := x509.ParseRevocationList(damaged)
				switch {
				case err == nil:
					accepted++
					agrees(t, damaged, list, builder, ca.Cert)
				case errX509 == nil:
					stricter++
				default:
					refused++
				}
			}
		}
		t.Logf("%s: %d damaged lists read, %d refused, %d refused that crypto/x509 reads", name, accepted, refused, stricter)
		if accepted == 0 || refused == 0 || stricter == 0 && name == "version 2" {
			t.Errorf("%s: the damage did not reach every outcome: the test shows little", name)
		}
	}
}

// TestReaderInPieces reads lists that span several blocks, in pieces of any
// length.
func TestReaderInPieces(t *testing.T) {
	t.Parallel()
	ca := pkitest.NewCA(t, "Root")
	var many []row
	for i := range 5000 {
		many = append(many, row{new(big.Int).Lsh(big.NewInt(int64(i)), uint(i%140)), pkitest.Epoch, RevocationReason(i%6 - 1)})
	}
	der := signed(t, ca, entries(many...))
	whole, wholePEM, wholeIndex := readAll(t, ca, bytes.NewReader(der))
	inMemory, _, err := Parse(der)
	if err != nil || inMemory.SHA256 != whole.SHA256 || !bytes.Equal(inMemory.digest, whole.digest) {
		t.Errorf("in memory: got another list, %v", err)
	}
	for name, reader := range map[string]io.Reader{
		"one byte at a time":    iotest.OneByteReader(bytes.NewReader(der)),
		"half of what is asked": iotest.HalfReader(bytes.NewReader(der)),
		"data with the end":     iotest.DataErrReader(bytes.NewReader(der)),
	} {
		list, pem, index := readAll(t, ca, reader)
		if list.SHA256 != whole.SHA256 || !bytes.Equal(list.digest, whole.digest) || list.Entries != whole.Entries {
			t.Errorf("%s: got another list", name)
		}
		if !bytes.Equal(pem, wholePEM) || !bytes.Equal(index, wholeIndex) {
			t.Errorf("%s: got another PEM or index", name)
		}
	}
}

func readAll(t *testing.T, ca *pkitest.CA, r io.Reader) (*List, []byte, []byte) {
	t.Helper()
	var pem bytes.Buffer
	builder := &Builder{}
	list, err := Read(r, Output{PEM: &pem, Index: builder})
	if err != nil {
		t.Fatal(err)
	}
	index, err := builder.Build(list, ca.Cert)
	if err != nil {
		t.Fatal(err)
	}
	return list, pem.Bytes(), index.Bytes()
}
