// Package bucket keeps buckets in memory, with versions, conditional writes
// and listings as S3 documents them. It is the storage behind gofakes3, which
// speaks the protocol.
//
// It stands in for the storage that gofakes3 brings, s3mem, for four reasons:
// there, a new object inherits the metadata of the old one, checksum
// included, which the SDKs then find wrong; deleting the newest of several
// versions leaves a bucket that panics when it is read; versions are listed
// oldest first and without the markers for a next page; and a write with
// If-Match to a key that is not there answers 412 where S3 documents 404.
//
// It has no lifecycle rules, no access control and no durability.
package bucket
