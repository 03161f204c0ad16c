package endpoint

import (
	"errors"
	"io/fs"
	"net/http"

	"github.com/sekisho/sekisho/internal/local/endpoint/bucket"
)

// remove decides the condition of a DELETE, which the protocol layer would
// overlook (S3 user guide, Conditional deletes).
func (s *s3) remove(w http.ResponseWriter, r *http.Request) {
	tag := r.Header.Get("If-Match")
	if tag == "" {
		s.protocol.ServeHTTP(w, r)
		return
	}
	name, key := location(r)
	marker, err := s.store.DeleteMatching(name, key, tag)
	switch {
	case errors.Is(err, bucket.ErrUnmatched):
		refuse(w, S3, http.StatusPreconditionFailed, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold")
	case errors.Is(err, fs.ErrNotExist):
		refuse(w, S3, http.StatusNotFound, "NoSuchKey", "The specified key does not exist.")
	case err != nil:
		refuse(w, S3, http.StatusInternalServerError, "InternalError", err.Error())
	default:
		w.Header().Set("X-Amz-Delete-Marker", "true")
		w.Header().Set("X-Amz-Version-Id", marker)
		w.WriteHeader(http.StatusNoContent)
	}
}
