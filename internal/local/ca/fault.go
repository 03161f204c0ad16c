package ca

import (
	"net/http"
	"time"
)

// Down is a distribution point that closes the connection without an answer.
func Down() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		connection, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			http.Error(w, "down", http.StatusServiceUnavailable)
			return
		}
		_ = connection.Close()
	})
}

// Body is a distribution point that answers 200 with these bytes: an HTML
// page, a truncated list, an older one, one of another CA. It honours
// conditional requests like a healthy one.
func Body(mediaType string, body []byte) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		serve(w, r, mediaType, body, time.Time{})
	})
}
