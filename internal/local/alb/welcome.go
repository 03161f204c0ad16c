package alb

import (
	"fmt"
	"html/template"
	"net/http"
	"strings"
)

// welcome is the default target of a verify listener: it shows, from the
// headers, which client was let in; in HTML to a browser, otherwise as text.
func welcome(names HeaderNames) http.Handler {
	page := template.Must(template.New("welcome").Parse(welcomePage))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		client := clientFrom(r.Header, names)
		w.Header().Set("Cache-Control", "no-store")
		if strings.Contains(r.Header.Get("Accept"), "text/html") {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			_ = page.Execute(w, client)
			return
		}
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = fmt.Fprintf(w, "let in by the verify listener\nsubject:  %s\nissuer:   %s\nserial:   %s\nvalidity: %s\n",
			client.Subject, client.Issuer, client.Serial, client.Validity)
	})
}

// client is who the headers say was let in.
type client struct{ Subject, Issuer, Serial, Validity string }

func clientFrom(h http.Header, names HeaderNames) client {
	return client{
		Subject:  h.Get(names.Subject),
		Issuer:   h.Get(names.Issuer),
		Serial:   h.Get(names.SerialNumber),
		Validity: h.Get(names.Validity),
	}
}

const welcomePage = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Let in</title>
<style>
:root { color-scheme: light dark; }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 44rem; margin: 3rem auto; padding: 0 1rem; }
dt { opacity: .7; }
dd { margin: 0 0 .75rem; font-family: ui-monospace, monospace; overflow-wrap: anywhere; }
</style>
<main>
<h1>Let in by the verify listener</h1>
<dl>
<dt>Subject</dt><dd>{{.Subject}}</dd>
<dt>Issuer</dt><dd>{{.Issuer}}</dd>
<dt>Serial number</dt><dd>{{.Serial}}</dd>
<dt>Validity</dt><dd>{{.Validity}}</dd>
</dl>
</main>
</html>
`
