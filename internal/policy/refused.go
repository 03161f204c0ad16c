package policy

import "fmt"

// Reason says in one stable word why a client was refused. The words are part
// of what the verifier answers and logs.
type Reason string

// The reasons.
const (
	ReasonNoRule        Reason = "no-rule"        // there are rules, and none allows this
	ReasonAmbiguousPath Reason = "ambiguous-path" // a path that others may read differently
	ReasonDenied        Reason = "denied"         // on the deny list
)

// RefusedError says why a client was refused.
type RefusedError struct {
	Reason Reason
	// Detail is for the operator.
	Detail string
}

func (e *RefusedError) Error() string {
	return fmt.Sprintf("client refused (%s): %s", e.Reason, e.Detail)
}

func refuse(reason Reason, format string, args ...any) error {
	return &RefusedError{Reason: reason, Detail: fmt.Sprintf(format, args...)}
}
