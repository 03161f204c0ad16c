package policy

import (
	"encoding/hex"
	"strings"
	"unicode/utf8"
)

// readPath is a path decoded once and cleaned: empty segments, and with them a
// slash at the end, are gone. It refuses whatever the program behind could take
// for another path than the one that the rules were asked about: with a dot
// segment, an encoded slash, or something encoded twice a request for
// /public would end up at /admin.
func readPath(sent string) (string, error) {
	if !strings.HasPrefix(sent, "/") {
		return "", ambiguous("it does not begin with a slash")
	}
	if strings.HasPrefix(sent, "//") {
		// In a URL reference this begins the name of a host (RFC 3986, section 4.2).
		return "", ambiguous("it begins with two slashes")
	}
	decoded, err := decodePath(sent)
	if err != nil {
		return "", err
	}
	for segment := range strings.SplitSeq(decoded, "/") {
		if isDots(segment) {
			return "", ambiguous("it has a dot segment")
		}
	}
	return clean(decoded), nil
}

// decodePath decodes once. A path without escapes, as most are, is not copied.
func decodePath(sent string) (string, error) {
	literal, rest, escaped := strings.Cut(sent, "%")
	fault := literalFault(literal)
	if fault != "" {
		return "", ambiguous(fault)
	}
	if !escaped {
		return sent, nil
	}
	var decoded strings.Builder
	decoded.WriteString(literal)
	for piece := range strings.SplitSeq(rest, "%") {
		fault = decodePiece(&decoded, piece)
		if fault != "" {
			return "", ambiguous(fault)
		}
	}
	if !utf8.ValidString(decoded.String()) {
		return "", ambiguous("it is not valid UTF-8") // such as a dot in two bytes
	}
	return decoded.String(), nil
}

// decodePiece decodes the two digits of an escape, and what follows them up to
// the next one. It says what is wrong with either.
func decodePiece(decoded *strings.Builder, piece string) string {
	char, ok := unhex(piece)
	if !ok {
		return "it has a damaged escape"
	}
	fault := pathFault(char, true)
	if fault != "" {
		return fault
	}
	decoded.WriteByte(char)
	decoded.WriteString(piece[2:])
	return literalFault(piece[2:])
}

// literalFault says what is wrong with the first such byte of what came as it
// is.
func literalFault(text string) string {
	for i := range len(text) {
		fault := pathFault(text[i], false)
		if fault != "" {
			return fault
		}
	}
	return ""
}

// pathFault says what is wrong with a byte, escaped or as it came.
func pathFault(char byte, escaped bool) string {
	switch {
	case char == '/' && escaped:
		return "it has an encoded slash"
	case char == '\\':
		return "it has a backslash"
	case char == '%':
		return "something in it is encoded twice"
	case char < ' ' || char == 0x7f:
		return "it has a control character"
	case !escaped && (char == '?' || char == '#' || char == ' '):
		return "it has a character that ends a path"
	case !escaped && char >= utf8.RuneSelf:
		return "it has a byte that must be encoded"
	}
	return ""
}

// unhex reads the two digits of an escape.
func unhex(digits string) (byte, bool) {
	var decoded [1]byte
	_, err := hex.Decode(decoded[:], []byte(digits[:min(2, len(digits))]))
	return decoded[0], err == nil && len(digits) >= 2
}

// isDots finds "." and "..", also with parameters behind them, which some
// servers cut off first, and in the spellings with more dots or blanks that
// file systems fold.
func isDots(segment string) bool {
	name, _, _ := strings.Cut(segment, ";")
	return name != "" && strings.Trim(name, ". ") == ""
}

func clean(path string) string {
	if !strings.Contains(path, "//") {
		return trimSlash(path)
	}
	var b strings.Builder
	for segment := range strings.SplitSeq(path, "/") {
		if segment != "" {
			b.WriteByte('/')
			b.WriteString(segment)
		}
	}
	return b.String()
}

func trimSlash(path string) string {
	if len(path) > 1 {
		return strings.TrimSuffix(path, "/")
	}
	return path
}

// covers says whether path is prefix or lies below it; both are clean.
func covers(prefix, path string) bool {
	if prefix == "/" {
		return true
	}
	return strings.HasPrefix(path, prefix) && (len(path) == len(prefix) || path[len(prefix)] == '/')
}

// prefixFault says why a prefix in a rule could never match. Rules are written
// in the form to which paths are brought.
func prefixFault(prefix string) string {
	if strings.ContainsAny(prefix, "%?#*") {
		return "write the path as it is once decoded, without query and without patterns: it covers everything below"
	}
	if strings.Contains(prefix, "//") {
		return "it has an empty segment"
	}
	for _, char := range []byte(prefix) {
		fault := pathFault(char, false)
		if fault != "" && char < utf8.RuneSelf && char != ' ' {
			return fault
		}
	}
	if !strings.HasPrefix(prefix, "/") {
		return "a path begins with a slash"
	}
	for segment := range strings.SplitSeq(prefix, "/") {
		if isDots(segment) {
			return "it has a dot segment"
		}
	}
	return ""
}

func ambiguous(why string) error {
	return refuse(ReasonAmbiguousPath, "the path cannot be judged: %s", why)
}
