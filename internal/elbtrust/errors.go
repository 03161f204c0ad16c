package elbtrust

import (
	"errors"
	"fmt"
	"net"
	"net/http"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// Error is a call to the trust store that went wrong.
type Error struct {
	doing   string
	reason  string
	unknown bool
	cause   error
}

func (e *Error) Error() string {
	advice, found := advices[e.reason]
	if !found {
		return e.doing + ": " + e.cause.Error()
	}
	return fmt.Sprintf("%s: %s: %v", e.doing, advice, e.cause)
}

// Reason is the kind of failure in a stable word, one of the constants of
// this package.
func (e *Error) Reason() string { return e.reason }

// Unknown says that the call may have taken effect all the same: its answer
// was lost, or was not understood. An error without it took no effect.
func (e *Error) Unknown() bool { return e.unknown }

func (e *Error) Unwrap() error { return e.cause }

// failed sorts an error of the SDK.
func failed(doing string, err error) error {
	return &Error{doing: doing, reason: reasonOf(err), unknown: isUnknown(err), cause: err}
}

// unclear is an answer that says yes and leaves open to what.
func unclear(doing string, err error) error {
	return &Error{doing: doing, reason: Unclear, unknown: true, cause: err}
}

// isUnknown says whether a call that failed may have taken effect: only an
// answer that blames the request (RFC 9110, section 15.5) says that it did
// not, and a connection that was never made.
func isUnknown(err error) bool {
	var unsent *smithy.SerializationError
	var dial *net.OpError
	if errors.As(err, &unsent) || errors.As(err, &dial) && dial.Op == "dial" {
		return false
	}
	status := statusOf(err)
	return status < 300 || status >= 500 || status == http.StatusRequestTimeout
}

// statusOf is the status of the answer, 0 where there was none.
func statusOf(err error) int {
	var answer *smithyhttp.ResponseError
	if !errors.As(err, &answer) {
		return 0
	}
	return answer.HTTPStatusCode()
}
