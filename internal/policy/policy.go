// Package policy says which verified clients may pass, and where: rules that
// allow, and a deny list that takes effect at once.
//
// It decides about identities that somebody else has verified (package chain);
// an attribute of a certificate that nobody verified means nothing. It knows
// neither where the documents come from nor what becomes of a refusal.
//
//	rules, err := policy.Parse(text)
//	…
//	client := policy.ClientOf(identity.Path)
//	rule, err := rules.Permit(client, policy.Request{Method: "GET", Path: "/reports"})
//
// # Rules
//
// A document of rules looks like this. A request passes when one rule covers
// its path and method, and one entry of that rule's "who" matches: all of its
// attributes.
//
//	{
//	  "format": 1,
//	  "rules": [{
//	    "name": "laptops-read",
//	    "paths": ["/reports"],
//	    "methods": ["GET", "HEAD"],
//	    "who": [
//	      {"subjectCn": "laptop-*", "subjectO": "Example"},
//	      {"uri": "spiffe://example.com/agent/*"}
//	    ]
//	  }]
//	}
//
// Rules only allow: there is no order among them, and none takes away what
// another gives. Without any rule every verified client passes.
//
// # What never matches
//
// Where two programs could read a certificate or a path in two ways, nothing
// is allowed on the strength of one of them.
//
//   - An attribute that a certificate holds twice: two common names, two DNS
//     names.
//   - A path with an encoded slash, a dot segment or an encoded percent sign,
//     in whatever spelling.
package policy

import (
	"fmt"
	"slices"
)

// Format is the version of both documents that this code reads and writes.
const Format = 1

// MaxBytes is how long a document may be.
const MaxBytes = 4 << 20

// Policy is a set of rules. It does not change and may be used concurrently.
type Policy struct{ rules []rule }

// Parse reads a document of rules. The error joins a [*Problem] for everything
// that is wrong with it.
func Parse(text []byte) (*Policy, error) {
	var p problems
	policy := &Policy{rules: readRules(p.document(text))}
	err := p.join()
	if err != nil {
		return nil, fmt.Errorf("reading the policy: %w", err)
	}
	return policy, nil
}

// Len is the number of rules.
func (p *Policy) Len() int { return len(p.rules) }

// Request is what somebody wants to do.
type Request struct {
	Method string
	// Path is as it was sent: still percent-encoded, without the query.
	Path string
}

// Permit returns the name of the rule that lets a client pass, "" when there
// are no rules at all. The error is a *RefusedError.
func (p *Policy) Permit(client *Client, request Request) (string, error) {
	if len(p.rules) == 0 {
		return "", nil
	}
	path, err := readPath(request.Path)
	if err != nil {
		return "", err
	}
	for i := range p.rules {
		if p.rules[i].permits(client, request.Method, path) {
			return p.rules[i].name, nil
		}
	}
	return "", refuse(ReasonNoRule, "none of the %d rules lets this client use this path with this method", len(p.rules))
}

// rule allows some clients some requests.
type rule struct {
	name    string
	paths   []string // prefixes, decoded and clean; none covers every path
	methods []string // none covers every method
	who     []criteria
	anyone  bool
}

func (r *rule) permits(client *Client, method, path string) bool {
	if len(r.methods) > 0 && !slices.Contains(r.methods, method) {
		return false
	}
	if len(r.paths) > 0 && !slices.ContainsFunc(r.paths, func(prefix string) bool { return covers(prefix, path) }) {
		return false
	}
	return r.anyone || slices.ContainsFunc(r.who, func(c criteria) bool { return c.match(client) })
}

// criteria are attributes that must all match.
type criteria []criterion

// criterion is one attribute and what it must be.
type criterion struct {
	of      attributeName
	pattern pattern
}

func (c criteria) match(client *Client) bool {
	for i := range c {
		value, once := client.attribute(c[i].of)
		if !once || !c[i].pattern.matches(value) {
			return false
		}
	}
	return true
}
