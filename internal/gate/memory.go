package gate

import (
	"crypto/x509"
	"slices"
	"strings"
	"time"

	"github.com/sekisho/sekisho/internal/chain"
	"github.com/sekisho/sekisho/internal/clientcert"
	"github.com/sekisho/sekisho/internal/policy"
)

const (
	// clientBytes bounds what is remembered of clients, by a generous estimate:
	// some thousands of them.
	clientBytes = 64 << 20
	// shortcutBytes bounds what is remembered of CAs.
	shortcutBytes = 8 << 20
	// maxShortcuts bounds the CAs whose clients present the same beside their
	// own certificate: nothing, as a rule.
	maxShortcuts = 25
	// parsedBytes is about what a parsed certificate takes beside its DER.
	parsedBytes = 6 << 10
)

// memory is what is remembered of clients that were verified under one trust.
// Nothing gets into it that the verifier did not accept, and it ends with the
// trust: with newer lists everything is verified anew. Rules and denials are
// not in it.
type memory struct {
	clients   *shelf[*known]            // by header value
	shortcuts *shelf[[]*chain.Shortcut] // by what is presented beside the leaf
}

func newMemory() *memory {
	return &memory{clients: newShelf[*known](clientBytes), shortcuts: newShelf[[]*chain.Shortcut](shortcutBytes)}
}

// known is a client that was verified. It does not change.
type known struct {
	identity *chain.Identity
	client   *policy.Client
	// from is when it was verified, and until is when that may have another
	// outcome.
	from, until time.Time
}

func newKnown(identity *chain.Identity, from, until time.Time) *known {
	return &known{
		identity: identity,
		client:   policy.ClientOf(identity.Path),
		from:     from,
		until:    until,
	}
}

// holds says whether the client would be verified again. A clock that was set
// back is a reason to do so.
func (k *known) holds(now time.Time) bool { return !now.Before(k.from) && now.Before(k.until) }

// recognise returns who presented a header value. The certificates are for the
// log, and there only with an error.
func (t *trust) recognise(value string, now time.Time) (*known, []*x509.Certificate, error) {
	before, there := t.memory.clients.get(value)
	if there && before.holds(now) {
		return before, nil, nil
	}
	return t.meet(value, now)
}

// meet verifies who presented a header value, by the shortcut of its CA where
// there is one.
func (t *trust) meet(value string, now time.Time) (*known, []*x509.Certificate, error) {
	leaf, beside, split := splitValue(value)
	if split {
		client := t.shortcut(value, leaf, beside, now)
		if client != nil {
			return client, nil, nil
		}
	}
	presented, err := clientcert.Decode(value)
	if err != nil {
		return nil, nil, err
	}
	identity, err := t.verifier.Verify(presented, now)
	if err != nil {
		return nil, presented, err
	}
	if split && allOn(identity.Path, presented) {
		t.learn(beside, presented, now)
	}
	return t.remember(value, newKnown(identity, now, t.verifier.Until(presented, now)), presented), nil, nil
}

// shortcut verifies a client whose CA is known, or returns nil when that is not
// enough.
func (t *trust) shortcut(value string, leaf *x509.Certificate, beside string, now time.Time) *known {
	ways, _ := t.memory.shortcuts.get(beside)
	for _, way := range ways {
		identity, ok := way.Verify(leaf, now)
		if ok {
			return t.remember(value, newKnown(identity, now, way.Until(leaf, now)), identity.Path[:1])
		}
	}
	return nil
}

// remember keeps a client, who needs these certificates that nobody else does.
func (t *trust) remember(value string, client *known, certs []*x509.Certificate) *known {
	if client.from.Before(client.until) {
		t.memory.clients.put(value, client, len(value)+weigh(certs))
	}
	return client
}

// learn keeps the shortcut of a CA, if it has one, in place of one that ended.
func (t *trust) learn(beside string, presented []*x509.Certificate, now time.Time) {
	shortcut := t.verifier.Shortcut(presented, now)
	if shortcut == nil {
		return
	}
	ways := []*chain.Shortcut{shortcut}
	before, _ := t.memory.shortcuts.get(beside)
	for _, way := range before {
		if !way.SameIssuer(shortcut) && len(ways) < maxShortcuts {
			ways = append(ways, way)
		}
	}
	t.memory.shortcuts.put(strings.Clone(beside), ways, len(beside)+len(ways)*weigh(presented))
}

// allOn says whether all that was presented stands on the path. Whatever else a
// client adds is as large as it likes and of no use to the next.
func allOn(path, presented []*x509.Certificate) bool {
	return !slices.ContainsFunc(presented, func(cert *x509.Certificate) bool { return !slices.ContainsFunc(path, cert.Equal) })
}

func weigh(certs []*x509.Certificate) int {
	size := 0
	for _, cert := range certs {
		size += len(cert.Raw) + parsedBytes
	}
	return size
}

// leafEnd is how a load balancer ends the first certificate of a value.
const leafEnd = "-----END%20CERTIFICATE-----%0A"

// splitValue reads the first certificate of a header value and leaves the rest
// as it is. Decode would return that certificate first, and then what it
// returns for the rest: a block ends at its last line, whatever comes after it.
// False means that the value is not in the load balancer's form.
func splitValue(value string) (*x509.Certificate, string, bool) {
	at := strings.Index(value, leafEnd)
	if at < 0 || len(value) > clientcert.MaxBytes {
		return nil, "", false
	}
	at += len(leafEnd)
	certs, err := clientcert.Decode(value[:at])
	if err != nil || len(certs) != 1 {
		return nil, "", false
	}
	return certs[0], value[at:], true
}
