package crl

import (
	"bytes"
	"encoding/pem"
	"errors"
	"io"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"

	"github.com/sekisho/sekisho/internal/pkitest"
)

var bytesOfAnyLength = rapid.SliceOfN(rapid.Byte(), 0, 400)

// standardPEM is what encoding/pem writes.
func standardPEM(der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "X509 CRL", Bytes: der})
}

func TestEncodePEMWritesWhatTheStandardLibraryWrites(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		der := bytesOfAnyLength.Draw(t, "der")
		var out bytes.Buffer
		err := EncodePEM(&out, der)
		if err != nil {
			t.Fatal(err)
		}
		if want := standardPEM(der); !bytes.Equal(out.Bytes(), want) {
			t.Errorf("got %q, want %q", out.Bytes(), want)
		}
		if PEMLen(len(der)) != out.Len() {
			t.Errorf("got a length of %d, want %d", PEMLen(len(der)), out.Len())
		}
	})
}

func TestLinesGoOnAcrossPieces(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var out bytes.Buffer
		var whole []byte
		encoder := newLineEncoder(&out)
		for range rapid.IntRange(0, 6).Draw(t, "pieces") {
			piece := bytesOfAnyLength.Draw(t, "piece")
			encoder.consume(piece)
			whole = append(whole, piece...)
		}
		err := encoder.finish()
		if err != nil || !bytes.Equal(out.Bytes(), standardPEM(whole)) {
			t.Errorf("got %q, %v, want %q", out.Bytes(), err, standardPEM(whole))
		}
	})
}

func TestPEMReaderReadsAndSeeks(t *testing.T) {
	t.Parallel()
	for _, size := range []int{0, 1, 47, 48, 49, 96, 1000, 1008} {
		der := bytes.Repeat([]byte{0xa5}, size)
		err := iotest.TestReader(NewPEMReader(der), standardPEM(der))
		if err != nil {
			t.Errorf("%d bytes: %v", size, err)
		}
	}
}

func TestPEMReaderFromAnywhere(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		der := bytesOfAnyLength.Draw(t, "der")
		want := standardPEM(der)
		reader := NewPEMReader(der)
		from := rapid.IntRange(0, len(want)).Draw(t, "from")
		_, err := reader.Seek(int64(from-len(want)), io.SeekEnd)
		if err != nil {
			t.Fatal(err)
		}
		buffer := make([]byte, rapid.IntRange(1, 300).Draw(t, "size"))
		n, err := io.ReadFull(reader, buffer)
		if from+len(buffer) <= len(want) && err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(buffer[:n], want[from:min(from+len(buffer), len(want))]) {
			t.Errorf("got %q at %d", buffer[:n], from)
		}
	})
}

func TestPEMReaderAllocatesNothingPerLine(t *testing.T) {
	reader := NewPEMReader(make([]byte, 48_000))
	allocations := testing.AllocsPerRun(5, func() {
		_, err := reader.Seek(0, io.SeekStart)
		if err != nil {
			t.Error(err)
		}
		_, err = io.Copy(io.Discard, struct{ io.Reader }{reader})
		if err != nil {
			t.Error(err)
		}
	})
	if allocations > 10 {
		t.Errorf("got %v allocations for 1000 lines", allocations)
	}
}

func TestSeekBeforeTheStart(t *testing.T) {
	t.Parallel()
	_, err := NewPEMReader(nil).Seek(-1, io.SeekStart)
	if err == nil {
		t.Error("got no error")
	}
}

// TestPEMOfAListIsThatOfItsBytes reads lists of more than one block, and shorter.
func TestPEMOfAListIsThatOfItsBytes(t *testing.T) {
	t.Parallel()
	ca := pkitest.NewCA(t, "Root")
	for _, count := range []int{0, 1, 100, 3000, 20000} {
		der := signed(t, ca, entries(numbered(count)...))
		_, text, _ := readAll(t, ca, bytes.NewReader(der))
		if !bytes.Equal(text, standardPEM(der)) {
			t.Errorf("%d entries: the PEM is not that of the list", count)
		}
	}
}

var errFull = errors.New("the disk is full")

// fullWriter takes some writes, fails once, and must not be written to again.
type fullWriter struct {
	left   int
	failed bool
}

func (w *fullWriter) Write(b []byte) (int, error) {
	if w.failed {
		return len(b), nil // and the PEM has a hole
	}
	w.left--
	w.failed = w.left < 0
	if w.failed {
		return 0, errFull
	}
	return len(b), nil
}

func TestErrorsOfTheWriterComeBack(t *testing.T) {
	t.Parallel()
	ca := pkitest.NewCA(t, "Root")
	der := signed(t, ca, entries(numbered(20000)...))
	for _, writes := range []int{0, 1, 5} {
		builder := &Builder{}
		list, err := Read(bytes.NewReader(der), Output{PEM: &fullWriter{left: writes}, Index: builder})
		if !errors.Is(err, errFull) || list != nil {
			t.Errorf("after %d writes: got %v, %v", writes, list, err)
		}
		_, err = builder.Build(&List{}, ca.Cert)
		if err == nil {
			t.Error("a pass that failed left an index behind")
		}
	}
}
