package crl

import (
	"math/rand/v2"
	"testing"
)

// TestBytesAnEntry holds the size of an index of half a million entries with
// dates over ten years and with reasons.
func TestBytesAnEntry(t *testing.T) {
	t.Parallel()
	const entries = 500_000
	for _, test := range []struct {
		name              string
		shortest, longest int
		want              float64
	}{
		{"16 bytes", 16, 16, 18},
		{"16 to 20 bytes", 16, 20, 20.5},
		{"20 bytes", 20, 20, 22},
	} {
		random := rand.New(rand.NewPCG(1, 2))
		builder := &Builder{}
		builder.reset()
		builder.reserve(entries*(noteHead+21), 0, 0)
		serial := make([]byte, test.longest+1)
		for range entries {
			for i := range serial {
				serial[i] = byte(random.Uint32())
			}
			serial[0] = 0
			serial[1] |= 0x80
			length := test.shortest + random.IntN(test.longest-test.shortest+1)
			builder.add(serial[:length+1], 1_700_000_000+random.Int64N(10*365*86400), RevocationReason(1+random.IntN(5)))
		}
		builder.pack()
		got := float64(len(builder.packed.body)) / entries
		t.Logf("%s: %.2f bytes an entry", test.name, got)
		if got > test.want {
			t.Errorf("%s: got %.2f bytes an entry, want at most %.2f", test.name, got, test.want)
		}
	}
}
