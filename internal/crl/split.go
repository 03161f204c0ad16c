package crl

import (
	"bytes"
	"encoding/base64"
)

// MaxLists is how many lists there may be in one file. A trust store takes 30,
// and each list costs a signature check, however short it is.
const MaxLists = 64

// Split finds the lists in a file: one in DER, or up to [MaxLists] in PEM
// with whatever text, line ends and other PEM blocks around them. Each is returned
// in DER, in the order of the file; what is in it, [Read] finds out.
//
// Between the begin and the end of a list nothing but base64 may stand: a
// damaged list is refused with a [*RefusedError], never skipped.
func Split(data []byte) ([][]byte, error) {
	if looksLikeDER(data) {
		return [][]byte{data}, nil
	}
	var lists [][]byte
	for {
		var found bool
		_, data, found = cutLine(data, pemBegin)
		if !found {
			break
		}
		if len(lists) == MaxLists {
			return nil, refuse(ReasonTooManyLists, "there are more than %d lists in the file: put only those of your own CAs there", MaxLists)
		}
		body, rest, found := cutLine(data, pemEnd)
		if !found {
			return nil, refuse(ReasonUnreadable, "list %d in the file has no line %q: it was cut off", len(lists)+1, pemEnd)
		}
		der, err := decodeBody(body)
		if err != nil {
			return nil, refuse(ReasonUnreadable, "list %d in the file is damaged: %v", len(lists)+1, err)
		}
		if len(der) == 0 {
			return nil, refuse(ReasonUnreadable, "list %d in the file is empty", len(lists)+1)
		}
		lists, data = append(lists, der), rest
	}
	if len(lists) == 0 {
		return nil, refuse(ReasonUnreadable, "%s", describeOther(data))
	}
	return lists, nil
}

// looksLikeDER says whether a file begins as a list in DER does. The second
// byte is the length of the length: no text has such a byte there.
func looksLikeDER(data []byte) bool {
	return len(data) >= 2 && data[0] == tagSequence && data[1] > 0x80
}

// cutLine finds a line and returns what is before and behind it, and whether
// it is there; all of data is behind a line that is not.
func cutLine(data []byte, line string) ([]byte, []byte, bool) {
	for from := 0; ; {
		at := bytes.Index(data[from:], []byte(line))
		if at < 0 {
			return nil, data, false
		}
		at += from
		from = at + len(line)
		rest := bytes.TrimLeft(data[from:], " \t\r")
		if (at == 0 || data[at-1] == '\n') && (len(rest) == 0 || rest[0] == '\n') {
			return data[:at], rest, true
		}
	}
}

// decodeBody decodes base64 in lines of any length.
func decodeBody(body []byte) ([]byte, error) {
	der := make([]byte, base64.StdEncoding.DecodedLen(len(body)))
	n, err := base64.StdEncoding.Strict().Decode(der, bytes.TrimRight(body, " \t\r\n"))
	return der[:n], err
}

// describeOther says what a file is that holds no list.
func describeOther(data []byte) string {
	switch {
	case len(bytes.TrimSpace(data)) == 0:
		return "the file is empty; a list without entries is not"
	case bytes.HasPrefix(bytes.TrimSpace(data), []byte("<")):
		return "the file is a web page or XML, not a list: look at the URL"
	default:
		return "the file is neither a list in DER nor one in PEM (" + pemBegin + ")"
	}
}
