package endpoint

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"hash/crc32"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// coded is a body in aws-chunked, with a CRC-32 in its trailer.
func coded(body []byte, sizes ...int) []byte {
	var text bytes.Buffer
	rest := body
	for _, size := range sizes {
		size = min(size, len(rest))
		if size == 0 {
			continue
		}
		fmt.Fprintf(&text, "%x;chunk-signature=00\r\n%s\r\n", size, rest[:size])
		rest = rest[size:]
	}
	if len(rest) > 0 {
		fmt.Fprintf(&text, "%x\r\n%s\r\n", len(rest), rest)
	}
	fmt.Fprintf(&text, "0\r\nx-amz-checksum-crc32:%s\r\n\r\n", crcOf(body))
	return text.Bytes()
}

func crcOf(body []byte) string {
	sum := crc32.NewIEEE()
	sum.Write(body)
	return base64.StdEncoding.EncodeToString(sum.Sum(nil))
}

func streaming(body []byte, length int) *http.Request {
	request := httptest.NewRequest(http.MethodPut, "/b/k", bytes.NewReader(body))
	request.Header.Set("X-Amz-Content-Sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER")
	request.Header.Set("X-Amz-Decoded-Content-Length", strconv.Itoa(length))
	request.Header.Set("X-Amz-Trailer", "x-amz-checksum-crc32")
	request.Header.Set("Content-Encoding", "aws-chunked,gzip")
	return request
}

// However it is cut into chunks, the body comes out as it was.
func TestChunksRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		body := rapid.SliceOfN(rapid.Byte(), 0, 200).Draw(t, "body")
		sizes := rapid.SliceOfN(rapid.IntRange(0, 100), 0, 5).Draw(t, "sizes")
		got, header, err := readBody(streaming(coded(body, sizes...), len(body)))
		if err != nil || !bytes.Equal(got, body) {
			t.Fatalf("got %q, %v; want %q", got, err, body)
		}
		if header.Get("Content-Encoding") != "gzip" || header.Get("X-Amz-Trailer") != "" || header.Get("X-Amz-Checksum-Crc32") != crcOf(body) {
			t.Fatalf("got header %v", header)
		}
	})
}

func TestReadBodyRefuses(t *testing.T) {
	t.Parallel()
	body := []byte("hello, world")
	whole := coded(body, 5)
	plain := func(name, value string) *http.Request {
		request := httptest.NewRequest(http.MethodPut, "/b/k", bytes.NewReader(body))
		request.Header.Set(name, value)
		return request
	}
	for _, test := range []struct {
		name    string
		request *http.Request
		code    string
	}{
		{"no-chunks", streaming(nil, 0), "IncompleteBody"},
		{"size-not-hexadecimal", streaming([]byte("zz\r\n"), 0), "IncompleteBody"},
		{"size-beyond-the-body", streaming([]byte("7fffffff\r\nab"), 0), "IncompleteBody"},
		{"size-negative", streaming([]byte("-1\r\nab"), 0), "IncompleteBody"},
		{"cut-in-a-chunk", streaming(whole[:20], 12), "IncompleteBody"},
		{"cut-before-the-end", streaming(bytes.Split(whole, []byte("0\r\nx"))[0], 12), "IncompleteBody"},
		{"chunk-longer-than-said", streaming(bytes.Replace(whole, []byte("5;"), []byte("4;"), 1), 12), "IncompleteBody"},
		{"chunk-without-an-end", streaming(bytes.Replace(whole, []byte(", world\r\n"), []byte(", worldxx"), 1), 12), "IncompleteBody"},
		{"other-length", streaming(whole, 11), "IncompleteBody"},
		{"no-trailer", streaming([]byte("0\r\n\r\n"), 0), "MalformedTrailerError"},
		{"trailer-malformed", streaming([]byte("0\r\nnonsense\r\n\r\n"), 0), "IncompleteBody"},
		{"trailer-wrong", streaming(bytes.Replace(whole, []byte(crcOf(body)), []byte("AAAAAA=="), 1), 12), "BadDigest"},
		{"md5", plain("Content-Md5", "AAAAAAAAAAAAAAAAAAAAAA=="), "BadDigest"},
		{"crc32", plain("X-Amz-Checksum-Crc32", "AAAAAA=="), "BadDigest"},
		{"crc32c", plain("X-Amz-Checksum-Crc32c", "AAAAAA=="), "BadDigest"},
		{"crc64nvme", plain("X-Amz-Checksum-Crc64nvme", "AAAAAAAAAAA="), "BadDigest"},
		{"sha1", plain("X-Amz-Checksum-Sha1", "AAAA"), "BadDigest"},
		{"sha256", plain("X-Amz-Checksum-Sha256", "AAAA"), "BadDigest"},
		{"signed-sha256", plain("X-Amz-Content-Sha256", strings.Repeat("0", 64)), "XAmzContentSHA256Mismatch"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, _, err := readBody(test.request)
			var refusal *bodyError
			if !errors.As(err, &refusal) || refusal.code != test.code {
				t.Errorf("got %v, want %s", err, test.code)
			}
		})
	}
}

// The check values of the algorithms, for "123456789".
func TestDigests(t *testing.T) {
	t.Parallel()
	want := map[string]string{
		"X-Amz-Checksum-Crc32":     "y/Q5Jg==",
		"X-Amz-Checksum-Crc32c":    "4waSgw==",
		"X-Amz-Checksum-Crc64nvme": "rosUhgp5mIg=",
	}
	for name, value := range want {
		header := http.Header{}
		header.Set(name, value)
		err := checkDigests(header, []byte("123456789"))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzDecodeChunks(f *testing.F) {
	f.Add(coded([]byte("hello, world"), 5))
	f.Add([]byte("0\r\n\r\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		body, _, err := decodeChunks(text)
		if err == nil && len(body) > len(text) {
			t.Fatalf("%d bytes out of %d", len(body), len(text))
		}
	})
}
