package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
)

// same demands that two files hold the same bytes, without holding them.
func same(ours, theirs string) error {
	a, err := os.Open(ours)
	if err != nil {
		return fmt.Errorf("comparing: %w", err)
	}
	defer a.Close()
	b, err := os.Open(theirs)
	if err != nil {
		return fmt.Errorf("comparing: %w", err)
	}
	defer b.Close()
	return sameBytes(bufio.NewReader(a), bufio.NewReader(b))
}

func sameBytes(a, b *bufio.Reader) error {
	for at := 0; ; at++ {
		x, errA := a.ReadByte()
		y, errB := b.ReadByte()
		if errors.Is(errA, io.EOF) && errors.Is(errB, io.EOF) {
			return nil
		}
		if errA != nil || errB != nil || x != y {
			return fmt.Errorf("comparing: what was written differs from what openssl writes, from byte %d on", at)
		}
	}
}
