package crl

import (
	"bytes"
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

func TestScramblingIsUndone(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		width := 8 * rapid.IntRange(0, 8).Draw(t, "bytes")
		value := rapid.Uint64().Draw(t, "value") & mask(width)
		scrambled := scramble(value, width)
		if scrambled&^mask(width) != 0 {
			t.Fatalf("%x has more than %d bits", scrambled, width)
		}
		if got := unscramble(scrambled, width); got != value {
			t.Fatalf("got %x, want %x", got, value)
		}
	})
}

// TestScramblingPermutes all numbers of one and of two bytes.
func TestScramblingPermutes(t *testing.T) {
	t.Parallel()
	for _, width := range []int{8, 16} {
		seen := make([]bool, 1<<width)
		for value := range uint64(1) << width {
			scrambled := scramble(value, width)
			if seen[scrambled] {
				t.Fatalf("%d bits: %x is met twice", width, scrambled)
			}
			seen[scrambled] = true
		}
	}
}

func TestInverse(t *testing.T) {
	t.Parallel()
	for _, odd := range []uint64{1, 3, mixA, mixB, 1<<64 - 1} {
		if odd*inverse(odd) != 1 {
			t.Errorf("%x: got %x", odd, inverse(odd))
		}
	}
}

// TestLowestTakesWords from the end, however many bytes lie behind.
func TestLowestTakesWords(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		serial := rapid.SliceOfN(rapid.Byte(), 0, 30).Draw(t, "serial")
		behind := rapid.SliceOfN(rapid.Byte(), 0, 10).Draw(t, "behind")
		exact := bytes.Clone(serial)[:len(serial):len(serial)]
		inside := append(bytes.Clone(serial), behind...)[:len(serial)]
		whole := new(big.Int)
		for shift, rest := uint(0), exact; ; {
			value, width, before := lowest(rest)
			again, widthAgain, _ := lowest(inside[:len(rest)])
			if value != again || width != widthAgain || width != 8*(len(rest)-len(before)) {
				t.Fatalf("%x: got %x of %d bits, and %x of %d", rest, value, width, again, widthAgain)
			}
			whole.Or(whole, new(big.Int).Lsh(new(big.Int).SetUint64(value), shift))
			shift, rest = shift+uint(width), before
			if len(rest) == 0 {
				break
			}
		}
		if whole.Cmp(new(big.Int).SetBytes(serial)) != 0 {
			t.Fatalf("got %x, want %x", whole, serial)
		}
	})
}

// TestBytesAndWordsPermuteAlike: an entry is noted from bytes and looked up by
// words.
func TestBytesAndWordsPermuteAlike(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		serial := rapid.SliceOfN(rapid.Byte(), 0, 40).Draw(t, "serial")
		number := new(big.Int).SetBytes(serial)
		trimmed := number.Bytes()
		noted := bytes.Clone(trimmed)
		permute(noted)
		width := min(64, 8*len(trimmed))
		got, _, _ := lowest(noted)
		if want := permutedWord(number.Bits(), width); got != want {
			t.Fatalf("%x: got %x, want %x", serial, got, want)
		}
		if len(noted) > 0 && highest(noted) != byte(got>>(width-8)) {
			t.Fatalf("%x: the highest byte of %x is said to be %x", serial, got, highest(noted))
		}
		if above := max(0, len(trimmed)-8); !bytes.Equal(noted[:above], trimmed[:above]) {
			t.Fatalf("%x: the words above were changed to %x", serial, noted[:above])
		}
	})
}

// TestDigits splits numbers into words of 64 bits on any machine.
func TestDigits(t *testing.T) {
	t.Parallel()
	number, _ := new(big.Int).SetString("0x8123456789abcdef_fedcba9876543210_7", 0)
	words := number.Bits()
	if digits(words) != 3 || digit(words, 0) != 0xedcba98765432107 || digit(words, 1) != 0x123456789abcdeff || digit(words, 2) != 8 || digit(words, 3) != 0 {
		t.Errorf("got %d: %x, %x, %x", digits(words), digit(words, 0), digit(words, 1), digit(words, 2))
	}
	if digits(nil) != 0 || digit(nil, 0) != 0 {
		t.Error("zero has words")
	}
}

func TestStore(t *testing.T) {
	t.Parallel()
	for size := range 9 {
		b := make([]byte, size)
		store(b, 0x0102030405060708)
		if want := []byte{1, 2, 3, 4, 5, 6, 7, 8}[8-size:]; !bytes.Equal(b, want) {
			t.Errorf("%d bytes: got %x, want %x", size, b, want)
		}
	}
}

func TestMagnitude(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ in, want []byte }{
		{[]byte{0xff}, []byte{1}}, {[]byte{0x80}, []byte{0x80}}, {[]byte{0xff, 0x00}, []byte{1, 0}},
		{[]byte{0xff, 0x7f}, []byte{0x81}}, {[]byte{0x80, 0, 0}, []byte{0x80, 0, 0}}, {[]byte{0x81, 0, 1}, []byte{0x7e, 0xff, 0xff}},
	} {
		if got := magnitude(make([]byte, 9), test.in); !bytes.Equal(got, test.want) {
			t.Errorf("%x: got %x, want %x", test.in, got, test.want)
		}
	}
}
