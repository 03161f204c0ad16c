package endpoint

import (
	"errors"
	"net/http"
	"strings"
)

// Service is an AWS service by the name that a credential scope gives it.
type Service string

// The services of the twin.
const (
	S3  Service = "s3"
	ELB Service = "elasticloadbalancing"
)

// caller is who calls, as it says itself.
type caller struct {
	accessKey string
	service   Service
}

// identify reads the credential of Signature Version 4, from the header or,
// for the requests that S3 pre-signs, from the query.
//
// Reading it there only for GET, HEAD and PUT to S3 keeps a web page from
// having a browser post a form here: it cannot set the header, and a PUT needs
// a permission that is never given.
func identify(r *http.Request) (caller, error) {
	header := r.Header.Get("Authorization")
	if strings.HasPrefix(header, "AWS4-") {
		_, rest, found := strings.Cut(header, "Credential=")
		credential, _, _ := strings.Cut(rest, ",")
		if !found {
			return caller{}, errors.New("the Authorization header has no credential")
		}
		return parseCredential(strings.TrimSpace(credential))
	}
	query := r.URL.Query().Get("X-Amz-Credential")
	if query == "" || (r.Method != http.MethodGet && r.Method != http.MethodHead && r.Method != http.MethodPut) {
		return caller{}, errors.New("the request is not signed with Signature Version 4")
	}
	presigned, err := parseCredential(query)
	if err == nil && presigned.service != S3 {
		return caller{}, errors.New("only requests to S3 may be signed in the query")
	}
	return presigned, err
}

// parseCredential reads "KEY/DATE/REGION/SERVICE/aws4_request"; for a
// signature of several Regions there is no REGION.
func parseCredential(credential string) (caller, error) {
	parts := strings.Split(credential, "/")
	if len(parts) < 4 || parts[0] == "" || parts[len(parts)-1] != "aws4_request" {
		return caller{}, errors.New("the credential is not of the form KEY/DATE/REGION/SERVICE/aws4_request")
	}
	return caller{accessKey: parts[0], service: Service(parts[len(parts)-2])}, nil
}

// serviceOf guesses whose form of error a caller without a scope understands.
func serviceOf(r *http.Request) Service {
	if r.Method == http.MethodPost && r.URL.Path == "/" {
		return ELB
	}
	return S3
}
