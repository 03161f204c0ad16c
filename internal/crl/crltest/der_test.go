package crltest

import (
	"encoding/asn1"
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

func TestIntegersAreDER(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		number := new(big.Int).SetBytes(rapid.SliceOfN(rapid.Byte(), 0, 22).Draw(t, "magnitude"))
		if rapid.Bool().Draw(t, "negative") {
			number.Neg(number)
		}
		want, err := asn1.Marshal(number)
		if err != nil {
			t.Fatal(err)
		}
		got := Integer(number)
		if string(got) != string(want) {
			t.Errorf("got %x, want %x", got, want)
		}
	})
}

func TestLengthsAreDER(t *testing.T) {
	t.Parallel()
	for _, size := range []int{0, 1, 127, 128, 255, 256, 65535, 65536} {
		content := make([]byte, size)
		want, err := asn1.Marshal(content)
		if err != nil {
			t.Fatal(err)
		}
		got := OctetString(content)
		if string(got) != string(want) {
			t.Errorf("got %x…, want %x…", got[:4], want[:4])
		}
	}
}
