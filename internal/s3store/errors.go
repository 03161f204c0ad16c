package s3store

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/sekisho/sekisho/internal/refresh"
)

// absentError satisfies both errors that stand for absence: the refresher's
// and the standard library's.
type absentError struct{ cause error }

func (e *absentError) Error() string { return "there is no such object" }
func (e *absentError) Unwrap() error { return e.cause }

// Deleted says whether S3 knows that there was one.
func (e *absentError) Deleted() bool { return isDeleteMarker(e.cause) }

func (e *absentError) Is(target error) bool {
	return target == refresh.ErrAbsent || target == fs.ErrNotExist
}

// explained says what to do about an error of S3.
func explained(err error) error {
	switch code(err) {
	case "NoSuchKey", "NotFound":
		return &absentError{cause: err}
	case "NoSuchBucket":
		return fmt.Errorf("there is no such bucket: check the name, the account and the region: %w", err)
	case "AccessDenied", "Forbidden":
		return fmt.Errorf("access denied: allow this role s3:GetObject and s3:PutObject (to delete: s3:DeleteObject) on the object, and s3:ListBucket on the bucket (without it S3 answers like this for an object that does not exist): %w", err)
	case "PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException":
		return fmt.Errorf("the bucket is in another region: use one in the region of the function: %w", err)
	default:
		return err
	}
}

func isNotModified(err error) bool { return status(err) == http.StatusNotModified }

// isDeleteMarker says whether S3 refused a read because the newest version of
// the object is a delete marker (S3 user guide, Working with delete markers).
func isDeleteMarker(err error) bool {
	var answer *smithyhttp.ResponseError
	if !errors.As(err, &answer) || answer.HTTPResponse() == nil {
		return false
	}
	return answer.HTTPStatusCode() == http.StatusNotFound && answer.HTTPResponse().Header.Get("X-Amz-Delete-Marker") == "true"
}

// code is the word with which S3 refuses, empty where S3 did not answer.
func code(err error) string {
	var refusal smithy.APIError
	if !errors.As(err, &refusal) {
		return ""
	}
	return refusal.ErrorCode()
}

// status is the status of S3's answer, 0 where it did not answer.
func status(err error) int {
	var answer *smithyhttp.ResponseError
	if !errors.As(err, &answer) {
		return 0
	}
	return answer.HTTPStatusCode()
}
