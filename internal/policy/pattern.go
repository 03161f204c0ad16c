package policy

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// pattern is an exact text, or one in which asterisks stand for something.
//
// An asterisk stands for one or more letters, digits, hyphens and underscores,
// and so for part of a label, or a whole one, never for more: "*.example.com"
// is neither "example.com" nor "a.b.example.com".
type pattern struct {
	text string
	wild bool
}

func exactly(text string) pattern { return pattern{text: text} }

// compilePattern says what is wrong with a pattern. One asterisk in a label is
// enough for every name in use, and leaves one way only to match.
func compilePattern(text string) (pattern, string) {
	stars := 0
	for _, r := range text {
		switch {
		case r == '*':
			stars++
		case !inLabel(r):
			stars = 0
		}
		if stars > 1 {
			return pattern{}, "an asterisk may stand once in a label"
		}
		if r == unicode.ReplacementChar || unicode.IsControl(r) {
			return pattern{}, "it holds a character that cannot be printed"
		}
	}
	return pattern{text: text, wild: strings.Contains(text, "*")}, ""
}

// inLabel says whether r can stand in for an asterisk. Characters that cannot
// be seen are not among them.
func inLabel(r rune) bool {
	return r == '-' || r == '_' || unicode.In(r, unicode.L, unicode.M, unicode.N)
}

func (p pattern) matches(value string) bool {
	if !p.wild {
		return p.text == value
	}
	ours, theirs := p.text, value
	for {
		var label, actual, separator, other string
		label, separator, ours = cutLabel(ours)
		actual, other, theirs = cutLabel(theirs)
		if separator != other || !matchesLabel(label, actual) {
			return false
		}
		if separator == "" {
			return true
		}
	}
}

// matchesLabel compares one label with one asterisk at most. An asterisk in
// the value itself, as in the certificates of some servers, matches nothing.
func matchesLabel(label, actual string) bool {
	if strings.Contains(actual, "*") {
		return false
	}
	before, after, wild := strings.Cut(label, "*")
	if !wild {
		return label == actual
	}
	return len(actual) > len(before)+len(after) && strings.HasPrefix(actual, before) && strings.HasSuffix(actual, after)
}

// cutLabel returns the label at the beginning of text, the one character after
// it, and the rest. Asterisks are left in the label.
func cutLabel(text string) (string, string, string) {
	for i, r := range text {
		if r == '*' || inLabel(r) {
			continue
		}
		_, size := utf8.DecodeRuneInString(text[i:])
		return text[:i], text[i : i+size], text[i+size:]
	}
	return text, "", ""
}
