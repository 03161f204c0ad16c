package elbv2

import (
	"bytes"
	"crypto/rand"
	"net/http"
	"strings"
	"sync"
	"time"
)

// ContentPath is where a Service hands out content: GET ContentPath + token.
// No bucket can have this name, so it never hides one.
const ContentPath = "/_trust-store/"

// locationLife is how long a location lasts: "active for ten minutes" (ELB
// API reference, GetTrustStoreRevocationContent).
const locationLife = 10 * time.Minute

// locations are the addresses that were handed out. Who knows one may read
// what lies there, as with a pre-signed URL.
type locations struct {
	mu     sync.Mutex
	issued map[string]location
}

type location struct {
	content []byte
	until   time.Time
}

// issue keeps content for ten minutes and gives the path of it.
func (l *locations) issue(content []byte, now time.Time) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.issued == nil {
		l.issued = map[string]location{}
	}
	for token, old := range l.issued {
		if now.After(old.until) {
			delete(l.issued, token)
		}
	}
	token := rand.Text() + rand.Text()
	l.issued[token] = location{content: content, until: now.Add(locationLife)}
	return ContentPath + token
}

func (l *locations) find(token string, now time.Time) ([]byte, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	found, ok := l.issued[token]
	if !ok || now.After(found.until) {
		return nil, false
	}
	return found.content, true
}

// ServeContent answers a request for a location that the API handed out. One
// that is unknown or older than ten minutes is 403, as at S3.
func (s *Service) ServeContent(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "only GET and HEAD", http.StatusMethodNotAllowed)
		return
	}
	content, ok := s.locations.find(strings.TrimPrefix(r.URL.Path, ContentPath), s.options.Now())
	if !ok {
		http.Error(w, "this location is unknown or has expired: ask the trust store for a new one", http.StatusForbidden)
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Cache-Control", "no-store")
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(content))
}
