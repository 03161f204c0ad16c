package refresh

import (
	"context"
	"errors"
	"io"
	"time"
)

// fetcher brings a list from its distribution point.
//
// It bounds time and size, retries what is worth retrying and tries the
// mirrors in order. Its errors say why in a stable word through a
// Reason() string method; nothing fetched is ever half returned.
type fetcher interface {
	Fetch(ctx context.Context, request Request) (Fetched, error)
}

// Request asks for the list behind any of several mirrors.
type Request struct {
	// URLs are mirrors of one list, the preferred one first.
	URLs []string
	// Held is what came with the copy that is held now; its zero value asks
	// unconditionally. Pass it only while that very list is at hand.
	Held Validators
	// MaxBytes bounds the body before and after decompression; 0 is 64 MiB.
	MaxBytes int64
	// Timeout bounds one attempt at one mirror, from connecting to the last
	// byte; 0 is the fetcher's default.
	Timeout time.Duration
	// Now is the present, for deciding whether a condition is too old.
	Now time.Time
}

// Validators are what a distribution point gave along with a list, for the
// next conditional request (RFC 9110, section 8.8). They are kept, never read,
// by this package.
type Validators struct {
	URL          string `json:"url,omitempty"`
	ETag         string `json:"etag,omitempty"`
	LastModified string `json:"lastModified,omitempty"`
	// Whole is when the list was last fetched without a condition.
	Whole time.Time `json:"whole,omitzero"`
}

// Fetched is the answer of a distribution point.
type Fetched struct {
	// URL is the mirror that answered.
	URL string
	// NotModified says that the held copy is still current; Body is nil then.
	NotModified bool
	// Body is what was served: a list in DER or PEM, if the server is honest.
	Body []byte
	// Validators belong to this answer.
	Validators Validators
}

// bucket keeps objects. Every write is durable when it returns without error.
// It retries transient failures itself.
type bucket interface {
	// Get returns ErrAbsent when there is no such object. An error whose Reason()
	// is "too-large" comes with the tag of the object.
	Get(ctx context.Context, key string) (Object, error)
	// Put writes an object and returns its version. With Create it returns
	// ErrExists when the key is taken, with a non-empty Replaces it returns
	// ErrOvertaken when the object is no longer the one with that tag.
	Put(ctx context.Context, object Upload) (Stored, error)
	// List returns the keys that begin with prefix, in order: all of them, or
	// with ErrIncomplete the first ones.
	List(ctx context.Context, prefix string) ([]string, error)
	// Delete removes an object; one that is not there is no error. With a
	// non-empty tag it returns ErrOvertaken when the object is no longer the
	// one with that tag.
	Delete(ctx context.Context, key, tag string) error
}

// trustStore is the one trust store that a refresher feeds.
//
// Add is never retried by the adapter: an answer that was lost may have taken
// effect, and only a look at the trust store tells. The others may be. Where
// an error of Add is the trust store's verdict on the list, its Reason() is
// InvalidContent, ContentNotFound, QuotaEntries or QuotaLists.
type trustStore interface {
	// Revocations lists what is in force now, in the order of the IDs. It may
	// lag behind an Add or a Remove.
	Revocations(ctx context.Context) ([]Revocation, error)
	// Add imports a stored PEM list, pinned to its version.
	Add(ctx context.Context, list Stored) (Revocation, error)
	// Remove takes lists out of force. An ID that is already gone is no error.
	Remove(ctx context.Context, ids []int64) error
}

// contents reads back what a trust store holds. Both calls copy what the
// service keeps, not what is in our bucket.
type contents interface {
	// RevocationContent is the PEM of one list; ErrAbsent when the ID is gone.
	RevocationContent(ctx context.Context, id int64) ([]byte, error)
	// Bundle is the PEM of the CA bundle.
	Bundle(ctx context.Context) ([]byte, error)
}

// Revocation is one list in the trust store.
type Revocation struct {
	ID int64
	// Entries is what the trust store counted in it.
	Entries int64
}

// Object is what was read from the bucket.
type Object struct {
	Body []byte
	// Tag is opaque: it goes back in Upload.Replaces.
	Tag string
}

// Upload is an object to write.
type Upload struct {
	Key string
	// Body is read from its start, possibly more than once.
	Body        io.ReadSeeker
	ContentType string
	// Create demands that the key be free; Replaces that it still hold the
	// object with this tag. At most one of them is set.
	Create   bool
	Replaces string
}

// Stored is one version of an object in the bucket.
type Stored struct {
	Key     string `json:"key"`
	Version string `json:"version"`
	// Tag is opaque: it goes back in Upload.Replaces.
	Tag string `json:"-"`
}

var (
	// ErrAbsent says that there is no such object, or no such list.
	ErrAbsent = errors.New("absent")
	// ErrIncomplete says that there are more keys than can be listed.
	ErrIncomplete = errors.New("there are more objects than are listed")
	// ErrExists says that the key is taken already.
	ErrExists = errors.New("exists already")
	// ErrOvertaken says that somebody else wrote the object meanwhile.
	ErrOvertaken = errors.New("overtaken by another writer")
)
