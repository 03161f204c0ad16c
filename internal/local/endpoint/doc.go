// Package endpoint is the twin's AWS endpoint: one http.Handler for S3 and for
// the trust-store API of Elastic Load Balancing, so that AWS_ENDPOINT_URL
// alone redirects an SDK or the AWS CLI. The service that a caller means is
// read from the credential scope of its Signature Version 4.
//
// gofakes3 speaks S3; what it lacks of S3's documentation is put right in
// front of it, and what neither has is refused with NotImplemented rather
// than half done.
//
// Every call is recorded, and a hook may have any call fail, be throttled,
// wait, lose its answer or be answered from the past.
//
// Signatures are NOT verified: a caller must send one, and whatever access
// key it names is believed. Listen on the loopback interface only.
package endpoint
