package endpoint

import (
	"bytes"
	"net/http"
	"regexp"
)

// complete gives the ETag that the object is served with from now on. The
// protocol layer answers with that of a multipart upload, as S3 does, and then
// serves the object with another one: a condition on it would never hold.
func (s *s3) complete(w http.ResponseWriter, r *http.Request) {
	answer := &heldWriter{unseenWriter: unseenWriter{header: w.Header()}}
	s.protocol.ServeHTTP(answer, r)
	body := answer.body.Bytes()
	if answer.status == http.StatusOK {
		name, key := location(r)
		status, err := s.store.Status(name, key, w.Header().Get("X-Amz-Version-Id"))
		if err == nil {
			body = regexp.MustCompile(`<ETag>[^<]*</ETag>`).ReplaceAllLiteral(body, []byte("<ETag>"+status.ETag+"</ETag>"))
		}
	}
	w.WriteHeader(answer.status)
	_, _ = w.Write(body) // a caller that has gone away is not our error
}

// heldWriter holds an answer back.
type heldWriter struct {
	unseenWriter
	body bytes.Buffer
}

func (w *heldWriter) Write(body []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	return w.body.Write(body)
}
