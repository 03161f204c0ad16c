package clientcert

import "strings"

// unescape percent-decodes value once. It differs from url.PathUnescape in
// what it refuses: NUL, and line ends that are not escaped, which no header
// can carry.
func unescape(value string) ([]byte, error) {
	if strings.IndexByte(value, '\n') >= 0 || strings.IndexByte(value, '\r') >= 0 {
		return nil, refuse(ReasonHeaderEncoding, "a line end that is not escaped")
	}
	text := make([]byte, 0, len(value))
	for {
		at := strings.IndexByte(value, '%')
		if at < 0 {
			return append(text, value...), nil
		}
		if len(value) < at+3 {
			return nil, refuse(ReasonHeaderEncoding, "the value ends inside an escape")
		}
		high, low := hexDigit(value[at+1]), hexDigit(value[at+2])
		if high < 0 || low < 0 {
			return nil, refuse(ReasonHeaderEncoding, "a percent sign without two hexadecimal digits")
		}
		if high == 0 && low == 0 {
			return nil, refuse(ReasonHeaderEncoding, "a NUL byte")
		}
		text = append(text, value[:at]...)
		text = append(text, byte(high<<4|low))
		value = value[at+3:]
	}
}

// hexDigit is the value of the digit char, -1 if it is none.
func hexDigit(char byte) int {
	switch {
	case '0' <= char && char <= '9':
		return int(char - '0')
	case 'a' <= char && char <= 'f':
		return int(char - 'a' + 10)
	case 'A' <= char && char <= 'F':
		return int(char - 'A' + 10)
	}
	return -1
}
