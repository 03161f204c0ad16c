package gate

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/sekisho/sekisho/internal/policy"
)

// Original names the headers in which a proxy tells of the request that it asks
// about. Both are empty where it tells nothing: then rules let nobody pass.
type Original struct{ Method, URI string }

// OriginalOf returns the headers that a kind of proxy uses: "nginx" as its guide
// to auth_request sets them, "traefik" as its forward-auth does.
func OriginalOf(proxy string) (Original, error) {
	switch proxy {
	case "":
		return Original{}, nil
	case "nginx":
		return Original{Method: "X-Original-Method", URI: "X-Original-Uri"}, nil
	case "traefik":
		return Original{Method: "X-Forwarded-Method", URI: "X-Forwarded-Uri"}, nil
	}
	return Original{}, fmt.Errorf("unknown proxy %q, want nginx or traefik", proxy)
}

// SubRequests answers a proxy that asks whether it may pass a request on: 200
// with the identity in headers (see Upstream), or what the gate answers. No
// other header than those of original says what was asked for: a client can
// send the ones that its proxy does not set.
func (g *Gate) SubRequests(original Original) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := g.ask(r, original)
		if v.status != http.StatusOK {
			v.write(w, readerOf(r.Header))
			return
		}
		secure(w.Header())
		setIdentity(w.Header(), v.client.identity)
		w.WriteHeader(http.StatusOK)
	})
}

func (g *Gate) ask(r *http.Request, original Original) verdict {
	asked, err := original.read(r.Header)
	if err == nil {
		return g.judge(r, asked)
	}
	v := verdict{}.refused(err)
	g.audit(r.Context(), v, 0)
	g.observed(v, 0)
	return v
}

// read returns what was asked for; nothing where the proxy does not tell.
func (o Original) read(header http.Header) (policy.Request, error) {
	if o == (Original{}) {
		return policy.Request{}, nil
	}
	method, methodErr := single(header, o.Method)
	uri, uriErr := single(header, o.URI)
	err := errors.Join(methodErr, uriErr)
	if err != nil {
		return policy.Request{}, unexpected("original-request", err.Error())
	}
	path, _, _ := strings.Cut(uri, "?")
	return policy.Request{Method: method, Path: path}, nil
}

func single(header http.Header, name string) (string, error) {
	values := header[http.CanonicalHeaderKey(name)]
	if len(values) != 1 {
		return "", fmt.Errorf("the proxy sent %d values of %s, want one", len(values), name)
	}
	return values[0], nil
}
