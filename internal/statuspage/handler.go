package statuspage

import (
	"bytes"
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"html/template"
	"net"
	"net/http"
	"net/netip"
)

//go:embed page
var files embed.FS

// security is what a browser may do with the page: run its script, apply its
// style, ask it for news. Nothing else, from nowhere else.
const security = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// New serves the page at /, and the same for programs at /status.json. status
// is called for each of them.
func New(status func(context.Context) Status) (http.Handler, error) {
	page, err := template.New("page.html").Funcs(formatting()).ParseFS(files, "page/page.html")
	if err != nil {
		return nil, fmt.Errorf("reading the status page: %w", err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		show(w, page, newView(status(r.Context()), languageOf(r)))
	})
	mux.HandleFunc("GET /status.json", func(w http.ResponseWriter, r *http.Request) { tell(w, status(r.Context())) })
	for name, kind := range map[string]string{"style.css": "text/css; charset=utf-8", "live.js": "text/javascript; charset=utf-8"} {
		content, err := files.ReadFile("page/" + name)
		if err != nil {
			return nil, fmt.Errorf("reading the status page: %w", err)
		}
		mux.HandleFunc("GET /"+name, func(w http.ResponseWriter, _ *http.Request) { write(w, kind, content) })
	}
	return guarded(mux), nil
}

func show(w http.ResponseWriter, page *template.Template, v view) {
	var text bytes.Buffer
	err := page.Execute(&text, v)
	if err != nil {
		http.Error(w, "the status page cannot be made", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Vary", "Accept-Language")
	w.Header().Set("Content-Language", string(v.Lang))
	write(w, "text/html; charset=utf-8", text.Bytes())
}

func tell(w http.ResponseWriter, s Status) {
	text, err := json.Marshal(s)
	if err != nil {
		http.Error(w, "the status cannot be encoded", http.StatusInternalServerError)
		return
	}
	write(w, "application/json", append(text, '\n'))
}

func write(w http.ResponseWriter, kind string, content []byte) {
	w.Header().Set("Content-Type", kind)
	_, _ = w.Write(content) // whoever has gone away misses nothing
}

// guarded answers only those who came to this machine by its own name. A page of
// another site whose name points here (DNS rebinding) comes by that name.
func guarded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("Content-Security-Policy", security)
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("Referrer-Policy", "no-referrer")
		header.Set("Cross-Origin-Resource-Policy", "same-origin")
		header.Set("Cross-Origin-Opener-Policy", "same-origin")
		header.Set("Cache-Control", "no-store")
		if !here(r.Host) {
			http.Error(w, "the status page answers under localhost only", http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func here(host string) bool {
	name, _, err := net.SplitHostPort(host)
	if err != nil {
		name = host
	}
	address, err := netip.ParseAddr(name)
	return name == "localhost" || err == nil && address.IsLoopback()
}
