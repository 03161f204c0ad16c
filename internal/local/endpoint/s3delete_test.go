package endpoint

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"
)

func TestS3DeletesWhatIsMeant(t *testing.T) {
	t.Parallel()
	w := newTwin(t, Options{})
	tag := aws.ToString(w.put(t, "key", "one").ETag)
	remove := func(tag string) string {
		_, err := w.s3.DeleteObject(t.Context(), &awss3.DeleteObjectInput{Bucket: aws.String(testBucket), Key: aws.String("key"), IfMatch: aws.String(tag)})
		if err != nil {
			return err.Error()
		}
		return ""
	}
	w.put(t, "key", "two")
	if got := remove(tag); !strings.Contains(got, "PreconditionFailed") {
		t.Errorf("an object that changed: got %q", got)
	}
	w.put(t, "key", "one")
	if got := remove(tag); got != "" {
		t.Errorf("the object that is meant: got %q", got)
	}
	if got := remove(tag); !strings.Contains(got, "StatusCode: 404") {
		t.Errorf("an object that is gone: got %q", got)
	}
}
