package crl

import (
	"encoding/base64"
	"fmt"
	"io"
)

// The frame of a list in PEM (RFC 7468, section 6).
const (
	pemBegin = "-----BEGIN X509 CRL-----"
	pemEnd   = "-----END X509 CRL-----"
)

// A line of PEM holds 48 bytes in 64 characters (RFC 7468, section 2).
const (
	lineBytes = 48
	lineChars = 64
)

// bufferLines is how many lines are written at once.
const bufferLines = 512

// EncodePEM writes a list in PEM, in lines of 64 characters that end in LF,
// the same bytes as openssl and encoding/pem write.
func EncodePEM(w io.Writer, der []byte) error {
	e := newLineEncoder(w)
	e.consume(der)
	return e.finish()
}

// PEMLen is the length in bytes of the PEM of derLen bytes of DER.
func PEMLen(derLen int) int {
	return len(pemBegin) + 1 + pemBodyLen(derLen) + len(pemEnd) + 1
}

// pemBodyLen is the length of the lines between begin and end.
func pemBodyLen(derLen int) int {
	characters := base64.StdEncoding.EncodedLen(derLen)
	return characters + (characters+lineChars-1)/lineChars
}

// lineEncoder writes bytes that come in pieces as PEM. It encodes whole lines
// into a buffer and writes that when it is full: a writer that is a file would
// be called twice a line otherwise.
type lineEncoder struct {
	w      io.Writer
	buffer []byte // encoded, not written
	rest   []byte // of a line that is not full
	err    error  // of w, the first
}

func newLineEncoder(w io.Writer) *lineEncoder {
	e := &lineEncoder{w: w, rest: make([]byte, 0, lineBytes)}
	e.buffer = append(make([]byte, 0, (bufferLines+2)*(lineChars+1)), pemBegin+"\n"...)
	return e
}

// consume encodes the next bytes. finish tells what went wrong.
func (e *lineEncoder) consume(b []byte) {
	if len(e.rest) > 0 {
		taken := min(lineBytes-len(e.rest), len(b))
		e.rest, b = append(e.rest, b[:taken]...), b[taken:]
		if len(e.rest) < lineBytes {
			return
		}
		e.line(e.rest)
		e.rest = e.rest[:0]
	}
	for len(b) >= lineBytes {
		e.line(b[:lineBytes])
		b = b[lineBytes:]
		if len(e.buffer) >= bufferLines*(lineChars+1) {
			e.flush()
		}
	}
	e.rest = append(e.rest, b...)
}

// line encodes a line. There is always room for it and for the end line.
func (e *lineEncoder) line(b []byte) {
	at := len(e.buffer)
	e.buffer = e.buffer[:at+lineChars+1]
	e.buffer = e.buffer[:at+putLine(e.buffer[at:], b)]
}

// putLine writes a line, full or not, and its end, and returns its length.
func putLine(out, b []byte) int {
	size := lineChars
	if len(b) == lineBytes {
		encodeLine((*[lineChars]byte)(out), (*[lineBytes]byte)(b))
	} else {
		size = base64.StdEncoding.EncodedLen(len(b))
		base64.StdEncoding.Encode(out, b)
	}
	out[size] = '\n'
	return size + 1
}

// finish writes what is left.
func (e *lineEncoder) finish() error {
	if len(e.rest) > 0 {
		e.line(e.rest)
	}
	e.buffer = append(e.buffer, pemEnd+"\n"...)
	e.flush()
	if e.err != nil {
		return fmt.Errorf("writing the PEM of a revocation list: %w", e.err)
	}
	return nil
}

// flush writes the buffer, unless the writer has failed already.
func (e *lineEncoder) flush() {
	if e.err == nil {
		_, e.err = e.w.Write(e.buffer)
	}
	e.buffer = e.buffer[:0]
}
