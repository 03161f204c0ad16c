package crl

import (
	"bytes"
	"crypto/sha256"
	"testing"

	"pgregory.net/rapid"
)

// TestPEMHashIsThatOfTheDER, and any change of the text changes it.
func TestPEMHashIsThatOfTheDER(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		der := rapid.SliceOfN(rapid.Byte(), 1, 300).Draw(t, "der")
		var text bytes.Buffer
		err := EncodePEM(&text, der)
		if err != nil {
			t.Fatal(err)
		}
		want := sha256.Sum256(der)
		if got := PEMHash(text.Bytes()); !bytes.Equal(got, want[:]) {
			t.Fatalf("got %x, want %x", got, want)
		}
		at := rapid.IntRange(0, text.Len()-1).Draw(t, "at")
		changed := bytes.Clone(text.Bytes())
		changed[at] ^= byte(1 << rapid.IntRange(0, 7).Draw(t, "bit"))
		for name, other := range map[string][]byte{
			"changed": changed, "cut off": text.Bytes()[:at], "longer": append(bytes.Clone(text.Bytes()), '\n'),
		} {
			if got := PEMHash(other); bytes.Equal(got, want[:]) {
				t.Fatalf("%s at %d: the same hash", name, at)
			}
		}
	})
}
