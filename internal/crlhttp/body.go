package crlhttp

import (
	"compress/flate"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
)

// firstAllocation is the most that is allocated on the mere word of a server;
// growth is by how much the buffer may outgrow what has really come.
const (
	firstAllocation = 1 << 20
	growth          = 8
)

// readBody reads a whole body of at most limit bytes, before and after
// decompression.
func readBody(ctx context.Context, response *http.Response, limit int64) ([]byte, error) {
	if response.ContentLength > limit {
		return nil, because(TooLarge, "%d bytes, at most %d are read", response.ContentLength, limit)
	}
	wire := http.MaxBytesReader(nil, response.Body, limit)
	encoding := strings.ToLower(strings.TrimSpace(strings.Join(response.Header.Values("Content-Encoding"), ",")))
	switch encoding {
	case "", "identity":
		body, err := readAll(wire, response.ContentLength, limit)
		return body, broken(ctx, body, err)
	case "gzip", "x-gzip":
		return readGzip(ctx, wire, limit)
	default:
		return nil, because(Encoding, "the body is encoded as %s", quoted(encoding))
	}
}

func readGzip(ctx context.Context, wire io.Reader, limit int64) ([]byte, error) {
	unpacked, err := gzip.NewReader(wire)
	if errors.Is(err, io.EOF) {
		return nil, because(Empty, "the body has no bytes")
	}
	if err != nil {
		return nil, broken(ctx, nil, err)
	}
	body, err := readAll(http.MaxBytesReader(nil, unpacked, limit), -1, limit)
	return body, broken(ctx, body, err)
}

// broken names what ended a body before its end.
func broken(ctx context.Context, body []byte, err error) error {
	var tooLarge *http.MaxBytesError
	var corrupt flate.CorruptInputError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &tooLarge):
		return because(TooLarge, "more than the %d bytes that are read", tooLarge.Limit)
	case ctx.Err() != nil:
		return outOfTime(ctx)
	case errors.Is(err, gzip.ErrHeader), errors.Is(err, gzip.ErrChecksum), errors.As(err, &corrupt):
		return because(Encoding, "the body is not good gzip").by(err)
	default:
		return because(Truncated, "the body broke off after %d bytes", len(body)).by(err).pass()
	}
}

// readAll reads to the end. A stated length (-1 if there is none) is believed
// only as far as growth times what has come: a lie costs the liar the traffic.
func readAll(body io.Reader, stated, limit int64) ([]byte, error) {
	read := make([]byte, 0, nextSize(0, stated, limit))
	for {
		count, err := body.Read(read[len(read):cap(read)])
		read = read[:len(read)+count]
		if err == io.EOF {
			return read, nil
		}
		if err != nil {
			return read, err
		}
		if len(read) == cap(read) {
			grown := make([]byte, len(read), nextSize(len(read), stated, limit))
			copy(grown, read)
			read = grown
		}
	}
}

// nextSize is how large the buffer is to be once so much has come: one more
// than a stated length, or than the limit, so that the end is seen without
// growing again.
func nextSize(come int, stated, limit int64) int {
	if stated >= int64(come) {
		return int(min(stated+1, int64(max(growth*come, firstAllocation))))
	}
	doubled := int64(max(2*come, 64<<10))
	if doubled >= limit {
		return int(limit + 1)
	}
	return int(doubled)
}
