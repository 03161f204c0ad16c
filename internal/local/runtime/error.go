package runtime

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// The types of errors that do not come from the function's own code.
const (
	// TypeExit: the process ended before it answered.
	TypeExit = "Runtime.ExitError"
	// TypeTimeout: the process took too long and was killed.
	TypeTimeout = "Sandbox.Timedout"
	// TypeResponseTooLarge: the answer is above Lambda's 6 MB.
	TypeResponseTooLarge = "Function.ResponseSizeTooLarge"
	// TypeRequestTooLarge: the event is above Lambda's 6 MB.
	TypeRequestTooLarge = "RequestTooLargeException"
)

// ErrClosed says that the function was closed before it answered.
var ErrClosed = errors.New("the function is closed")

// Error is a failed invocation: what the function reported, or one of the
// types above.
type Error struct {
	Type    string `json:"errorType"`
	Message string `json:"errorMessage"`
}

// Error is the type and the message on one line.
func (e *Error) Error() string { return e.Type + ": " + e.Message }

// reportedError is what a function posted. A report that is not the documented
// JSON still counts as an error, whatever it says.
func reportedError(kind string, body []byte) *Error {
	var reported Error
	err := json.Unmarshal(body, &reported)
	if err != nil {
		reported.Message = fmt.Sprintf("the function reported an error of %d bytes that is not JSON", len(body))
	}
	if reported.Type == "" {
		reported.Type = orDefault(kind, "Runtime.Unknown")
	}
	return &reported
}

func exitError(how string) *Error {
	return &Error{Type: TypeExit, Message: fmt.Sprintf("the process ended before it answered (%s); its own log says more", how)}
}

func timeoutError(limit time.Duration) *Error {
	return &Error{Type: TypeTimeout, Message: fmt.Sprintf("no answer within %v; the process was killed", limit)}
}

func initTimeoutError(limit time.Duration) *Error {
	return &Error{Type: TypeTimeout, Message: fmt.Sprintf("the program did not ask for an event within %v of its start; is it a Lambda bootstrap?", limit)}
}

func tooLargeError(kind, subject string) *Error {
	return &Error{Type: kind, Message: fmt.Sprintf("the %s exceeds the %d bytes that Lambda allows", subject, maxPayload)}
}
