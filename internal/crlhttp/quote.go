package crlhttp

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	// maxQuoted is how many characters of what a server says are repeated.
	maxQuoted = 80
	// maxShownURL is how many characters of a URL are.
	maxShownURL = 200
)

// quoted is text from outside as it may stand in a log: one line, short, in
// quotes, and nothing in it that a terminal would obey.
func quoted(text string) string {
	// Cut first: the text may be megabytes.
	return strconv.QuoteToASCII(cut(printable(cut(text, 8*maxQuoted)), maxQuoted))
}

// printable makes one line of a text and drops what cannot be seen.
func printable(text string) string {
	seen := strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case r == utf8.RuneError || !unicode.IsPrint(r):
			return -1
		default:
			return r
		}
	}, text)
	return strings.Join(strings.Fields(seen), " ")
}

func cut(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	for limit > 0 && !utf8.RuneStart(text[limit]) {
		limit--
	}
	return text[:limit] + "..."
}
