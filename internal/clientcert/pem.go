package clientcert

import (
	"bytes"
	"encoding/base64"
)

const (
	beginLine = "-----BEGIN CERTIFICATE-----"
	endLine   = "-----END CERTIFICATE-----"
)

// splitPEM returns the content of every block of text. pem.Decode is of no
// use here: it skips what it cannot read, and so would let a damaged first
// block make the second one the leaf.
func splitPEM(text []byte) ([][]byte, error) {
	der := make([]byte, base64.StdEncoding.DecodedLen(len(text)))
	var blocks [][]byte
	for text = trimSpace(text); len(text) > 0; text = trimSpace(text) {
		if len(blocks) == MaxCertificates {
			return nil, refuse(ReasonTooManyCertificates, "more than %d", MaxCertificates)
		}
		n, rest, fault := decodeBlock(der, text)
		if fault != "" {
			return nil, refuse(ReasonPEMSyntax, "block %d: %s", len(blocks)+1, fault)
		}
		blocks = append(blocks, der[:n:n])
		der, text = der[n:], rest
	}
	if len(blocks) == 0 {
		return nil, refuse(ReasonPEMSyntax, "no block")
	}
	return blocks, nil
}

// decodeBlock decodes the block that text begins with into dst. It returns
// how many bytes that gave and the text after the block, or what is wrong.
func decodeBlock(dst, text []byte) (int, []byte, string) {
	line, rest := cutLine(text)
	if string(line) != beginLine {
		return 0, nil, "it does not begin with the line " + beginLine
	}
	n, last := 0, false
	for len(rest) > 0 {
		line, rest = cutLine(rest)
		if string(line) == endLine {
			return n, rest, ""
		}
		if last {
			return 0, nil, "base64 goes on after its padding"
		}
		m, ok := decodeLine(dst[n:], line)
		if !ok {
			return 0, nil, "a line that is not base64"
		}
		n += m
		last = line[len(line)-1] == '='
	}
	return 0, nil, "it does not end with the line " + endLine
}

// decodeLine decodes a line of whole base64 quanta. The count is compared
// because the decoder passes over carriage returns.
func decodeLine(dst, line []byte) (int, bool) {
	n, err := strictBase64.Decode(dst, line)
	if err != nil || n == 0 || len(line)%4 != 0 {
		return 0, false
	}
	padding := bytes.Count(line[len(line)-2:], []byte{'='})
	return n, n == len(line)/4*3-padding
}

var strictBase64 = base64.StdEncoding.Strict()

// cutLine returns the first line of text without its end, LF or CRLF, and
// what follows it.
func cutLine(text []byte) ([]byte, []byte) {
	line, rest, _ := bytes.Cut(text, []byte{'\n'})
	return bytes.TrimSuffix(line, []byte{'\r'}), rest
}

func trimSpace(text []byte) []byte {
	return bytes.TrimLeft(text, " \t\r\n")
}
