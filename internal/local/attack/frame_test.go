package attack

import (
	"bytes"
	"crypto/tls"
	"encoding/binary"
	"io"
	"strconv"
	"testing"
	"time"
)

// field is a header field of HTTP/2, as it goes out.
type field struct{ name, value string }

// The frames of RFC 9113, section 6, that are needed here.
const (
	frameData         = 0
	frameHeaders      = 1
	frameReset        = 3
	frameSettings     = 4
	frameGoAway       = 7
	frameContinuation = 9

	flagEndStream  = 1
	flagEndHeaders = 4
)

func frame(kind, flags byte, stream uint32, payload []byte) []byte {
	head := make([]byte, 9, 9+len(payload))
	binary.BigEndian.PutUint32(head, uint32(len(payload))<<8|uint32(kind))
	head[4] = flags
	binary.BigEndian.PutUint32(head[5:], stream)
	return append(head, payload...)
}

// fieldBlock writes fields without indexing and without Huffman codes (RFC 7541,
// section 6.2.2): nothing is made better on the way.
func fieldBlock(fields []field) []byte {
	var b []byte
	for _, f := range fields {
		b = append(b, 0)
		b = append(number(b, len(f.name)), f.name...)
		b = append(number(b, len(f.value)), f.value...)
	}
	return b
}

// number is an integer with a prefix of seven bits (RFC 7541, section 5.1).
func number(b []byte, n int) []byte {
	if n < 127 {
		return append(b, byte(n))
	}
	b = append(b, 127)
	for n -= 127; n >= 128; n >>= 7 {
		b = append(b, byte(n&127|128))
	}
	return append(b, byte(n))
}

// askHTTP2 makes one request in HTTP/2. A request that the server breaks off
// has no answer.
func (v *visit) askHTTP2(t *testing.T, c credential, fields []field) answer {
	t.Helper()
	config := c.config(v.servers)
	config.NextProtos = []string{"h2"}
	connection, err := tls.Dial("tcp", v.address, config)
	if err != nil {
		t.Error(err)
		return answer{}
	}
	defer connection.Close()
	_ = connection.SetDeadline(time.Now().Add(patience))
	out := []byte("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
	out = append(out, frame(frameSettings, 0, 0, nil)...)
	_, err = connection.Write(append(out, request(fieldBlock(fields))...))
	if err != nil {
		return answer{}
	}
	return readHTTP2(connection)
}

// request sends the fields in two frames, so that one of them may be cut.
func request(fields []byte) []byte {
	half := len(fields) / 2
	out := frame(frameHeaders, flagEndStream, 1, fields[:half])
	return append(out, frame(frameContinuation, flagEndHeaders, 1, fields[half:])...)
}

func readHTTP2(connection io.Reader) answer {
	got := answer{}
	for {
		head := make([]byte, 9)
		_, err := io.ReadFull(connection, head)
		if err != nil {
			return answer{}
		}
		payload := make([]byte, binary.BigEndian.Uint32(head)>>8)
		_, err = io.ReadFull(connection, payload)
		if err != nil {
			return answer{}
		}
		switch head[3] {
		case frameReset, frameGoAway:
			return answer{}
		case frameHeaders:
			got.status = statusIn(payload)
		case frameData:
			got.body = append(got.body, payload...)
		}
		if head[3] <= frameHeaders && head[4]&flagEndStream != 0 {
			return got
		}
	}
}

// statusIn reads the first field of an answer, which is its status: an entry
// of the static table (RFC 7541, appendix A), or three digits, which are in
// Huffman codes where that is shorter, as in 401.
func statusIn(fields []byte) int {
	known := map[byte]int{0x88: 200, 0x89: 204, 0x8a: 206, 0x8b: 304, 0x8c: 400, 0x8d: 404, 0x8e: 500}
	status := known[fields[0]]
	if status != 0 || len(fields) < 5 {
		return status
	}
	if bytes.HasPrefix(fields[1:], []byte{0x82, 0x68, 0x01}) {
		return 401
	}
	status, _ = strconv.Atoi(string(fields[2:5]))
	return status
}
