package crl

import (
	"errors"
	"io"
)

// NewPEMReader is the PEM of a list as a reader, the bytes that [EncodePEM]
// writes and [PEMLen] counts. It encodes while it is read, so that an upload
// needs no second copy of the list.
func NewPEMReader(der []byte) io.ReadSeeker {
	return &pemReader{der: der, size: int64(PEMLen(len(der)))}
}

type pemReader struct {
	der      []byte
	size, at int64
	line     [lineChars + 1]byte // one that does not fit into a caller's buffer
}

// Read encodes the next bytes.
func (r *pemReader) Read(b []byte) (int, error) {
	if r.at >= r.size {
		return 0, io.EOF
	}
	done := 0
	for done < len(b) && r.at < r.size {
		n := r.piece(b[done:])
		done += n
		r.at += int64(n)
	}
	return done, nil
}

// Seek moves to an offset in the PEM.
func (r *pemReader) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += r.at
	case io.SeekEnd:
		offset += r.size
	}
	if offset < 0 {
		return 0, errors.New("seeking in the PEM of a revocation list: before its start")
	}
	r.at = offset
	return offset, nil
}

// piece puts some of what comes next into b: the begin line, lines of the
// list, or the end line.
func (r *pemReader) piece(b []byte) int {
	const begin = pemBegin + "\n"
	body := r.at - int64(len(begin))
	if body < 0 {
		return copy(b, begin[r.at:])
	}
	end := body - int64(pemBodyLen(len(r.der)))
	if end >= 0 {
		return copy(b, (pemEnd + "\n")[end:])
	}
	from, within := int(body/(lineChars+1))*lineBytes, int(body%(lineChars+1))
	if within == 0 && len(b) > lineChars {
		return r.encode(b, from)
	}
	return copy(b, r.line[within:r.encode(r.line[:], from)])
}

// encode puts the line that starts at an offset in the list into b, and with
// it as many others as there is room for.
func (r *pemReader) encode(b []byte, from int) int {
	done := 0
	for len(b)-done > lineChars && from < len(r.der) {
		done += putLine(b[done:], r.der[from:min(from+lineBytes, len(r.der))])
		from += lineBytes
	}
	return done
}
