package endpoint

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// bodyLimit bounds an object or a part, in bytes; it is held in memory.
const bodyLimit = 256 << 20

// bodyError refuses a body with an error code of S3.
type bodyError struct{ code, message string }

func (e *bodyError) Error() string { return e.code + ": " + e.message }

// readBody reads the body of a write, takes it out of its coding and checks
// every digest that came with it. The header that it gives has those of a
// trailer too, and does not speak of the coding any more.
func readBody(r *http.Request) ([]byte, http.Header, error) {
	body, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, bodyLimit))
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return nil, nil, &bodyError{"EntityTooLarge", fmt.Sprintf("the twin keeps objects of at most %d bytes", bodyLimit)}
	}
	if err != nil {
		return nil, nil, fmt.Errorf("reading the body: %w", err)
	}
	header := r.Header.Clone()
	if strings.HasPrefix(r.Header.Get("X-Amz-Content-Sha256"), "STREAMING-") {
		var trailer http.Header
		body, trailer, err = decodeChunks(body)
		if err != nil {
			return nil, nil, &bodyError{"IncompleteBody", err.Error()}
		}
		err = takeTrailer(header, trailer, len(body))
		if err != nil {
			return nil, nil, err
		}
	}
	err = checkDigests(header, body)
	dropCoding(header)
	return body, header, err
}

// decodeChunks takes a body out of aws-chunked: chunks with their size in
// hexadecimal and perhaps a signature, then the trailer (S3 API reference,
// Signature calculations: transferring payload in multiple chunks).
func decodeChunks(coded []byte) ([]byte, http.Header, error) {
	reader := bufio.NewReader(bytes.NewReader(coded))
	var body []byte
	for {
		line, err := reader.ReadString('\n')
		if err != nil {
			return nil, nil, errors.New("a chunk has no size")
		}
		text, _, _ := strings.Cut(strings.TrimRight(line, "\r\n"), ";")
		size, err := strconv.ParseUint(text, 16, 31)
		if err != nil || size > uint64(len(coded)) {
			return nil, nil, fmt.Errorf("a chunk has the size %q", text)
		}
		if size == 0 {
			break
		}
		start := len(body)
		body = append(body, make([]byte, size)...)
		end := make([]byte, 2)
		_, errData := io.ReadFull(reader, body[start:])
		_, errEnd := io.ReadFull(reader, end)
		if errData != nil || errEnd != nil || string(end) != "\r\n" {
			return nil, nil, errors.New("a chunk is cut off")
		}
	}
	trailer, err := readTrailer(reader)
	return body, trailer, err
}

func readTrailer(reader *bufio.Reader) (http.Header, error) {
	trailer := http.Header{}
	for {
		line, err := reader.ReadString('\n')
		line = strings.TrimRight(line, "\r\n")
		if line == "" && (err == nil || errors.Is(err, io.EOF)) {
			return trailer, nil
		}
		name, value, found := strings.Cut(line, ":")
		if !found {
			return nil, errors.New("the trailer is malformed")
		}
		trailer.Set(strings.TrimSpace(name), strings.TrimSpace(value))
	}
}

// takeTrailer adds what the trailer brought to the header, once both agree on
// what was to come.
func takeTrailer(header, trailer http.Header, length int) error {
	if header.Get("X-Amz-Decoded-Content-Length") != strconv.Itoa(length) {
		return &bodyError{"IncompleteBody", "the body has not the length that was announced"}
	}
	announced := header.Get("X-Amz-Trailer")
	if announced != "" && trailer.Get(announced) == "" {
		return &bodyError{"MalformedTrailerError", "the trailer " + announced + " was announced and did not come"}
	}
	for name := range trailer {
		header.Set(name, trailer.Get(name))
	}
	return nil
}

// dropCoding removes the headers that speak of the coding of a body.
func dropCoding(header http.Header) {
	var codings []string
	for coding := range strings.SplitSeq(header.Get("Content-Encoding"), ",") {
		coding = strings.TrimSpace(coding)
		if coding != "" && coding != "aws-chunked" {
			codings = append(codings, coding)
		}
	}
	header.Del("Content-Encoding")
	if len(codings) > 0 {
		header.Set("Content-Encoding", strings.Join(codings, ","))
	}
	header.Del("X-Amz-Trailer")
	header.Del("X-Amz-Decoded-Content-Length")
	header.Set("X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD")
}
