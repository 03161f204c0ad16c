package clientcert

import "strings"

// FromHeader returns the one value of the header name in h, whatever the case
// of its name there. It looks at no other header: a fallback would hand an
// attacker the choice of one that nobody strips.
//
// The error is ErrMissing when the header is absent or blank, else a
// *RefusedError: with two values there is no telling which of them the load
// balancer wrote.
func FromHeader(h map[string][]string, name string) (string, error) {
	values := 0
	value := ""
	for key, candidates := range h {
		// EqualFold knows letters beyond ASCII that fold into it. They are
		// longer than one byte, so the length tells them apart.
		if len(key) != len(name) || !strings.EqualFold(key, name) {
			continue
		}
		values += len(candidates)
		if len(candidates) > 0 {
			value = candidates[0]
		}
	}
	if values > 1 {
		return "", refuse(ReasonSeveralHeaders, "%d values of %s, only one can be the load balancer's", values, name)
	}
	if strings.TrimSpace(value) == "" {
		return "", ErrMissing
	}
	return value, nil
}
