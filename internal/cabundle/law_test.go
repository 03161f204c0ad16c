package cabundle_test

import (
	"bytes"
	"crypto/x509"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/sekisho/sekisho/internal/cabundle"
	"github.com/sekisho/sekisho/internal/pkitest"
)

// However certificates are spread over files and dressed up, the bundle is the
// same: it depends on the certificates and their order alone.
func TestNormaliseDependsOnCertificatesAlone(t *testing.T) {
	t.Parallel()
	all := manyCAs(t, 6)
	rapid.Check(t, func(r *rapid.T) {
		chosen := rapid.Permutation(all).Draw(r, "order")[:rapid.IntRange(1, len(all)).Draw(r, "count")]
		bundle, err := cabundle.Normalise(dressed(r, chosen), pkitest.Epoch)
		if err != nil {
			r.Fatalf("got error %v", err)
		}
		if want := pkitest.PEM(chosen...); !bytes.Equal(bundle.PEM, want) {
			r.Fatalf("got\n%s\nwant\n%s", bundle.PEM, want)
		}
		if !slices.EqualFunc(bundle.Certificates, chosen, (*x509.Certificate).Equal) {
			r.Fatalf("got %v, want %v", subjects(bundle.Certificates), subjects(chosen))
		}
	})
}

// One certificate twice is found wherever the two are.
func TestNormaliseFindsADuplicateAnywhere(t *testing.T) {
	t.Parallel()
	all := manyCAs(t, 4)
	rapid.Check(t, func(r *rapid.T) {
		chosen := rapid.Permutation(append(slices.Clone(all), all[0])).Draw(r, "order")
		_, err := cabundle.Normalise(dressed(r, chosen), pkitest.Epoch)
		if err == nil || strings.Count(err.Error(), "the same certificate as") != 1 {
			r.Fatalf("got error %v, want one duplicate", err)
		}
	})
}

// dressed spreads certificates over files in any layout that is allowed.
func dressed(r *rapid.T, all []*x509.Certificate) []cabundle.File {
	var dressed []cabundle.File
	for _, cert := range all {
		text := pkitest.PEM(cert)
		switch rapid.IntRange(0, 4).Draw(r, "layout") {
		case 0:
			dressed = append(dressed, cabundle.File{Name: "x.der", Data: cert.Raw})
			continue
		case 1:
			text = bytes.ReplaceAll(text, []byte("\n"), []byte("\r\n"))
		case 2:
			text = append([]byte(rapid.StringMatching(`(#? ?[a-z: ]{0,10}\n){0,3}`).Draw(r, "preamble")), text...)
		case 3:
			text = bytes.ReplaceAll(text, []byte("\n"), []byte("\n \t\n"))
		}
		if len(dressed) > 0 && rapid.Bool().Draw(r, "same file") && strings.HasSuffix(dressed[len(dressed)-1].Name, ".pem") {
			dressed[len(dressed)-1].Data = append(dressed[len(dressed)-1].Data, text...)
			continue
		}
		dressed = append(dressed, cabundle.File{Name: "x.pem", Data: text})
	}
	return dressed
}

// FuzzParse holds the law of the normal form: what was read once is read again
// as the same certificates, from text that does not change any more.
func FuzzParse(f *testing.F) {
	ca := pkitest.NewCA(f, "Root")
	seed := pkitest.PEM(ca.Cert)
	f.Add(seed)
	f.Add(append([]byte("# comment\r\n"), bytes.ReplaceAll(seed, []byte("\n"), []byte("\r\n"))...))
	f.Add(seed[:100])
	f.Add(ca.Cert.Raw)
	f.Fuzz(func(t *testing.T, text []byte) {
		bundle, err := cabundle.Parse(text)
		if err != nil {
			return
		}
		again, err := cabundle.Parse(bundle.PEM)
		if err != nil {
			t.Fatalf("the normal form is refused: %v", err)
		}
		if again.SHA256 != bundle.SHA256 || !slices.EqualFunc(again.Certificates, bundle.Certificates, (*x509.Certificate).Equal) {
			t.Fatalf("the normal form changed from\n%s\nto\n%s", bundle.PEM, again.PEM)
		}
	})
}

// FuzzNormalise: whatever an operator's file holds, there is either a bundle
// that Parse takes as it is, or an error and nothing else.
func FuzzNormalise(f *testing.F) {
	ca := pkitest.NewCA(f, "Root")
	seed := pkitest.PEM(ca.Cert)
	f.Add(seed)
	f.Add(ca.Cert.Raw)
	f.Add(append([]byte("\xef\xbb\xbftext\r"), seed...))
	f.Add(bytes.TrimSuffix(seed, []byte("-----\n")))
	f.Fuzz(func(t *testing.T, data []byte) {
		bundle, err := cabundle.Normalise([]cabundle.File{{Name: "f", Data: data}}, pkitest.Epoch)
		if err != nil {
			if bundle.Certificates != nil || bundle.PEM != nil || bundle.SHA256 != "" {
				t.Fatalf("got a bundle along with error %v", err)
			}
			return
		}
		again, err := cabundle.Parse(bundle.PEM)
		if err != nil || again.SHA256 != bundle.SHA256 {
			t.Fatalf("got error %v and hash %s, want %s", err, again.SHA256, bundle.SHA256)
		}
	})
}
