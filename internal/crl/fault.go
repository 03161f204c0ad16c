package crl

import "errors"

// fault is something in a list that DER or RFC 5280 rules out. [Read] says
// where it stands and turns it into a [RefusedError].
type fault string

func (f fault) Error() string { return string(f) }

// refuseFault makes a fault at an offset into a refusal; other errors, those
// of the reader and of the writer, stay as they are.
func refuseFault(err error, offset int64) error {
	var found fault
	if !errors.As(err, &found) {
		return err
	}
	return refuse(ReasonUnreadable, "at byte %d: %s", offset, found)
}
