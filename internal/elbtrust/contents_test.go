package elbtrust

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/sekisho/sekisho/internal/refresh"
)

func text(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, body) }
}

func TestContentAndBundle(t *testing.T) {
	t.Parallel()
	service, store := newService(t, map[int64]int64{4: 1})
	service.copies["/copy/4"] = text("the list")
	service.copies["/bundle"] = text("the bundle")
	list, err := store.RevocationContent(context.Background(), 4)
	if err != nil || string(list) != "the list" {
		t.Errorf("got %q and error %v, want the list", list, err)
	}
	bundle, err := store.Bundle(context.Background())
	if err != nil || string(bundle) != "the bundle" {
		t.Errorf("got %q and error %v, want the bundle", bundle, err)
	}
}

func TestContentOfAnIDThatIsGone(t *testing.T) {
	t.Parallel()
	_, store := newService(t, map[int64]int64{4: 1})
	_, err := store.RevocationContent(context.Background(), 5)
	if !errors.Is(err, refresh.ErrAbsent) || !strings.Contains(err.Error(), "revocation list 5") {
		t.Errorf("got error %v, want ErrAbsent that names the ID", err)
	}
}

func TestContentFailures(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		location string
		copied   http.HandlerFunc
		want     string
	}{
		{"no location", " ", nil, "names no place"},
		{"a relative location", "/copy/4", nil, "names no place"},
		{"a location without TLS elsewhere", "http://bucket.example.com/copy", nil, "not an https URL"},
		{"a file", "file:///etc/passwd", nil, "names no place"},
		{"a file on a host", "file://localhost/etc/passwd", nil, "not an https URL"},
		{"copy expired", "", status(403), "status 403"},
		{"copy redirected", "", redirect("http://127.0.0.1:1/"), "status 302"},
		{"copy too large by its own word", "", stated("54525953"), "54525953 bytes, at most 54525952"},
		{"copy cut short", "", cut, "unexpected EOF"},
		{"connection lost", "", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, "EOF"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			service, store := newService(t, map[int64]int64{4: 1})
			service.location = test.location
			if test.copied != nil {
				service.copies["/copy/4"] = test.copied
			}
			got, err := store.RevocationContent(context.Background(), 4)
			if got != nil || err == nil || !strings.Contains(err.Error(), test.want) {
				t.Fatalf("got %q and error %v, want nothing and %q", got, err, test.want)
			}
			if !strings.Contains(err.Error(), "reading back revocation list 4") {
				t.Errorf("got error %q, want it to say what was done", err)
			}
			if strings.Contains(err.Error(), "hush") {
				t.Errorf("got error %q, which gives the signature away", err)
			}
		})
	}
}

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
}

func redirect(to string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, to, http.StatusFound) }
}

func stated(length string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", length)
		w.WriteHeader(http.StatusOK)
	}
}

func cut(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Length", "100")
	_, _ = io.WriteString(w, "half")
}

func TestBundleTooLarge(t *testing.T) {
	t.Parallel()
	service, store := newService(t, map[int64]int64{})
	service.copies["/bundle"] = func(w http.ResponseWriter, _ *http.Request) {
		chunk := []byte(strings.Repeat("x", 1<<20))
		for range 6 {
			_, _ = w.Write(chunk)
		}
	}
	got, err := store.Bundle(context.Background())
	if got != nil || err == nil || !strings.Contains(err.Error(), "more than the 4194304 bytes") {
		t.Errorf("got %d bytes and error %v, want too large", len(got), err)
	}
}

func TestContentDenied(t *testing.T) {
	t.Parallel()
	service, store := newService(t, map[int64]int64{4: 1})
	service.inject(answers(403, "AccessDenied"), answers(403, "AccessDenied"))
	_, err := store.RevocationContent(context.Background(), 4)
	var failure *Error
	if !errors.As(err, &failure) || failure.Reason() != AccessDenied {
		t.Errorf("content: got error %v, want access denied", err)
	}
	_, err = store.Bundle(context.Background())
	if !errors.As(err, &failure) || failure.Reason() != AccessDenied {
		t.Errorf("bundle: got error %v, want access denied", err)
	}
}

// Where the endpoint is not on this machine, a copy comes over TLS or not at
// all.
func TestLocationDemandsTLS(t *testing.T) {
	t.Parallel()
	tests := []struct {
		endpoint, location string
		allowed            bool
	}{
		{"", "https://bucket.s3.amazonaws.com/copy?X-Amz-Signature=s", true},
		{"", "http://bucket.s3.amazonaws.com/copy", false},
		{"", "http://127.0.0.1/copy", false},
		{"https://vpce.example.com", "http://127.0.0.1/copy", false},
		{"http://127.0.0.1:4566", "http://127.0.0.1:4566/copy", true},
		{"http://127.0.0.1:4566", "https://elsewhere.example.com/copy", true},
		{"http://127.0.0.1:4566", "http://elsewhere.example.com/copy", false},
		{"http://localhost:4566", "http://[::1]:4566/copy", true},
		{"http://localhost.example.com", "http://localhost.example.com/copy", false},
	}
	for _, test := range tests {
		config := configFor(test.endpoint)
		if test.endpoint == "" {
			config.BaseEndpoint = nil
		}
		store, err := New(config, testARN, testBucket)
		if err != nil {
			t.Fatalf("got error %v, want a store", err)
		}
		err = store.checkLocation(test.location)
		if (err == nil) != test.allowed {
			t.Errorf("endpoint %q, location %q: got error %v, want allowed: %v", test.endpoint, test.location, err, test.allowed)
		}
	}
}

func TestDownloadOverTLS(t *testing.T) {
	t.Parallel()
	copied := httptest.NewTLSServer(text("the list"))
	t.Cleanup(copied.Close)
	service, store := newService(t, map[int64]int64{4: 1})
	service.location = copied.URL + "/copy"
	_, err := store.RevocationContent(context.Background(), 4)
	if err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("got error %v, want the unknown certificate refused", err)
	}
	store.download = copied.Client()
	got, err := store.RevocationContent(context.Background(), 4)
	if err != nil || string(got) != "the list" {
		t.Errorf("got %q and error %v, want the list", got, err)
	}
}
