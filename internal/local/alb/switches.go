package alb

import (
	"fmt"
	"slices"
	"strings"
)

// Switches are the behaviours that AWS does not document. The zero value holds
// the defaults.
type Switches struct {
	ClientSentHeader   ClientSentHeader
	WithoutCertificate WithoutCertificate
	ExpiredList        ExpiredList
	MissingList        MissingList
	SeveralLists       SeveralLists
}

// ClientSentHeader says what becomes of a header that a client sends under a
// name that the listener itself generates.
type ClientSentHeader int

const (
	// HeaderReplaced removes the client's copy: the listener's value takes its
	// place, or nothing where the listener has none.
	HeaderReplaced ClientSentHeader = iota
	// HeaderKept leaves the client's copy as it is; the listener adds its own
	// only where there is none. Unsafe for whoever trusts that header name.
	HeaderKept
	// HeaderAppended leaves the client's copy and adds the listener's value
	// after it.
	HeaderAppended
)

// WithoutCertificate says what a passthrough listener forwards for a client
// that presented no certificate.
type WithoutCertificate int

const (
	// HeaderAbsent forwards no certificate header.
	HeaderAbsent WithoutCertificate = iota
	// HeaderEmpty forwards the certificate header with an empty value.
	HeaderEmpty
)

// ExpiredList says what a list past its nextUpdate does at the gate.
type ExpiredList int

const (
	// ExpiredIgnored goes on using the list as if its date were not there.
	ExpiredIgnored ExpiredList = iota
	// ExpiredBlocks refuses every client of the list's issuer, as soon as one
	// of the lists that count for that issuer is past its date.
	ExpiredBlocks
)

// MissingList says what happens when the trust store has lists, but none of a
// CA in the client's chain.
type MissingList int

const (
	// MissingPasses takes the certificates of that CA as not revoked.
	MissingPasses MissingList = iota
	// MissingBlocks refuses the client.
	MissingBlocks
)

// SeveralLists says which lists count while a trust store holds more than one
// of the same issuer.
type SeveralLists int

const (
	// ListsUnion counts all of them.
	ListsUnion SeveralLists = iota
	// ListsLowestID counts the one that was added first.
	ListsLowestID
	// ListsHighestID counts the one that was added last.
	ListsHighestID
)

func clientSentHeaderWords() []string   { return []string{"replaced", "kept", "appended"} }
func withoutCertificateWords() []string { return []string{"absent", "empty"} }
func expiredListWords() []string        { return []string{"ignored", "blocks"} }
func missingListWords() []string        { return []string{"passes", "blocks"} }
func severalListsWords() []string       { return []string{"union", "lowest", "highest"} }

// ParseClientSentHeader reads "replaced", "kept" or "appended".
func ParseClientSentHeader(text string) (ClientSentHeader, error) {
	return parseWord[ClientSentHeader]("client-sent certificate header", clientSentHeaderWords(), text)
}

// ParseWithoutCertificate reads "absent" or "empty".
func ParseWithoutCertificate(text string) (WithoutCertificate, error) {
	return parseWord[WithoutCertificate]("header without a certificate", withoutCertificateWords(), text)
}

// ParseExpiredList reads "ignored" or "blocks".
func ParseExpiredList(text string) (ExpiredList, error) {
	return parseWord[ExpiredList]("list past its next update", expiredListWords(), text)
}

// ParseMissingList reads "passes" or "blocks".
func ParseMissingList(text string) (MissingList, error) {
	return parseWord[MissingList]("CA without a list", missingListWords(), text)
}

// ParseSeveralLists reads "union", "lowest" or "highest".
func ParseSeveralLists(text string) (SeveralLists, error) {
	return parseWord[SeveralLists]("several lists of one issuer", severalListsWords(), text)
}

func (s ClientSentHeader) String() string   { return word(clientSentHeaderWords(), int(s)) }
func (s WithoutCertificate) String() string { return word(withoutCertificateWords(), int(s)) }
func (s ExpiredList) String() string        { return word(expiredListWords(), int(s)) }
func (s MissingList) String() string        { return word(missingListWords(), int(s)) }
func (s SeveralLists) String() string       { return word(severalListsWords(), int(s)) }

func parseWord[T ~int](what string, words []string, text string) (T, error) {
	at := slices.Index(words, text)
	if at < 0 {
		return 0, fmt.Errorf("reading the switch %q: %q is none of %s", what, text, strings.Join(words, ", "))
	}
	return T(at), nil
}

func word(words []string, at int) string {
	if at < 0 || at >= len(words) {
		return fmt.Sprintf("unknown (%d)", at)
	}
	return words[at]
}
