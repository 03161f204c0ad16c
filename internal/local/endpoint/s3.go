package endpoint

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"strconv"

	"github.com/johannesboyne/gofakes3"

	"github.com/sekisho/sekisho/internal/local/endpoint/bucket"
)

// s3 is what stands before gofakes3: it puts right what gofakes3 leaves out of
// S3's documentation.
type s3 struct {
	store    *bucket.Store
	protocol http.Handler
}

func newS3(store *bucket.Store) *s3 {
	// Clocks are not compared: signatures are not verified either.
	return &s3{store: store, protocol: gofakes3.New(store, gofakes3.WithTimeSkewLimit(0)).Server()}
}

func (s *s3) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	// The protocol layer would let every web page read the answers.
	w = &withoutHeader{ResponseWriter: w, name: "Access-Control-Allow-Origin"}
	lacking := missing(r)
	if lacking != "" {
		refuse(w, S3, http.StatusNotImplemented, "NotImplemented", "the twin does not have "+lacking)
		return
	}
	switch actionOf(r) {
	case "GetObject", "HeadObject":
		s.read(w, r)
	case "PutObject", "UploadPart":
		s.write(w, r)
	case "CopyObject":
		// The protocol layer would give the version of the source as that of
		// the copy: rather none.
		s.protocol.ServeHTTP(&withoutHeader{ResponseWriter: w, name: "X-Amz-Version-Id"}, r)
	case "CompleteMultipartUpload":
		s.complete(w, r)
	case "DeleteObject":
		s.remove(w, r)
	default:
		s.protocol.ServeHTTP(w, r)
	}
}

// read decides the conditions of a GET or HEAD, and has the protocol layer
// answer for the very version that they held for. It asks it with GET, because
// its HEAD disregards the version; net/http leaves the body out.
func (s *s3) read(w http.ResponseWriter, r *http.Request) {
	name, key := location(r)
	query := r.URL.Query()
	status, err := s.store.Status(name, key, query.Get("versionId"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		refuse(w, S3, http.StatusInternalServerError, "InternalError", err.Error())
		return
	}
	request := r.Clone(r.Context())
	request.Method = http.MethodGet
	if err == nil {
		answer := decide(r.Header, status)
		if answer != 0 {
			unmet(w, status, answer)
			return
		}
		query.Set("versionId", status.Version)
		request.URL.RawQuery = query.Encode()
	}
	for _, condition := range conditions() {
		request.Header.Del(condition)
	}
	s.protocol.ServeHTTP(w, request)
}

// unmet answers a read whose condition does not hold.
func unmet(w http.ResponseWriter, status bucket.Status, answer int) {
	if answer == http.StatusPreconditionFailed {
		refuse(w, S3, answer, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold")
		return
	}
	w.Header().Set("ETag", status.ETag)
	w.Header().Set("Last-Modified", status.Modified.UTC().Format(http.TimeFormat))
	if status.Version != "" {
		w.Header().Set("X-Amz-Version-Id", status.Version)
	}
	w.WriteHeader(answer)
}

// write takes a body out of the coding that the SDKs use today, checks it
// against its checksums, and hands it on plain: the protocol layer knows only
// an older form of the coding, and no checksum but MD5.
func (s *s3) write(w http.ResponseWriter, r *http.Request) {
	body, header, err := readBody(r)
	var refusal *bodyError
	if errors.As(err, &refusal) {
		refuse(w, S3, http.StatusBadRequest, refusal.code, refusal.message)
		return
	}
	if err != nil {
		refuse(w, S3, http.StatusBadRequest, "IncompleteBody", err.Error())
		return
	}
	request := r.Clone(r.Context())
	request.Body = io.NopCloser(bytes.NewReader(body))
	request.ContentLength = int64(len(body))
	request.Header = header
	request.Header.Set("Content-Length", strconv.Itoa(len(body)))
	s.protocol.ServeHTTP(w, request)
}

// withoutHeader leaves one header out of an answer.
type withoutHeader struct {
	http.ResponseWriter
	name string
}

func (w *withoutHeader) WriteHeader(status int) {
	w.Header().Del(w.name)
	w.ResponseWriter.WriteHeader(status)
}

func (w *withoutHeader) Write(body []byte) (int, error) {
	w.Header().Del(w.name)
	return w.ResponseWriter.Write(body)
}
