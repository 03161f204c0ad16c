package crlhttp

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptrace"
	"net/netip"
	"net/url"

	"github.com/sekisho/sekisho/internal/refresh"
)

// answer is what the last hop served.
type answer struct {
	response *http.Response
	// at is the URL of that hop.
	at string
	// asked says that the hop was asked conditionally.
	asked bool
}

// exchange asks for the list and follows redirects to the answer, whose body
// the caller closes.
func (f *Fetcher) exchange(ctx context.Context, request refresh.Request, at *url.URL) (*answer, error) {
	here := hop{}
	for range maxRedirects + 1 {
		got, from, err := f.ask(ctx, request, at, here)
		if err != nil {
			return nil, err
		}
		if !isRedirect(got.response.StatusCode) {
			return got, nil
		}
		_ = got.response.Body.Close()
		at, err = redirectTarget(at, got.response.Header)
		if err != nil {
			return nil, err
		}
		here = hop{redirected: true, fromLoopback: kindOf(from) == loopback}
	}
	return nil, because(TooManyRedirects, "more than %d redirects, the last to %s", maxRedirects, shown(at.String()))
}

// ask makes one hop. It returns the address that answered, which is the zero
// value behind a proxy.
func (f *Fetcher) ask(ctx context.Context, request refresh.Request, at *url.URL, here hop) (*answer, netip.Addr, error) {
	var from netip.Addr
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(info httptrace.GotConnInfo) {
		from = remoteAddress(info)
	}})
	asking, err := http.NewRequestWithContext(ctx, http.MethodGet, at.String(), nil)
	if err != nil {
		return nil, from, because(UnusableURL, "it cannot be asked for")
	}
	asked := f.headers(asking.Header, request, at.String())
	here, err = f.route(asking, here)
	if err != nil {
		return nil, from, err
	}
	response, err := f.transport.RoundTrip(asking.WithContext(withHop(ctx, here))) //nolint:bodyclose // exchange or its caller closes it
	if err != nil {
		return nil, from, sorted(ctx, err)
	}
	if here.proxied {
		from = netip.Addr{}
	}
	return &answer{response: response, at: at.String(), asked: asked}, from, nil
}

// headers sets the headers of a request and reports whether it is conditional.
// No cache on the way may answer from memory without asking the server
// (RFC 9111, section 5.2.1.4). Naming the encoding keeps the transport from
// unpacking anything by itself, where no limit would hold.
func (f *Fetcher) headers(header http.Header, request refresh.Request, at string) bool {
	header.Set("User-Agent", "sekisho/"+f.options.Version)
	header.Set("Accept", "application/pkix-crl, */*;q=0.5")
	header.Set("Accept-Encoding", "identity")
	header.Set("Cache-Control", "no-cache")
	header.Set("Pragma", "no-cache")
	return condition(header, request, at)
}

// route finds out whether a proxy makes the connection. The names that a proxy
// looks up are its own business, but an address in a redirect is looked at
// here already.
func (f *Fetcher) route(asking *http.Request, here hop) (hop, error) {
	proxy, err := f.options.Proxy(asking)
	if err != nil {
		return here, because(Unreachable, "the proxy settings of the environment are not usable").by(err)
	}
	here.proxied = proxy != nil
	return here, here.checkHost(asking.URL.Hostname())
}

// checkHost is nil for a name: what that leads to is seen when it is dialled.
func (h hop) checkHost(host string) error {
	if host == "localhost" {
		host = "127.0.0.1"
	}
	address, err := netip.ParseAddr(host)
	if err != nil {
		return nil
	}
	return h.check(address)
}

func remoteAddress(info httptrace.GotConnInfo) netip.Addr {
	at, err := netip.ParseAddrPort(fmt.Sprint(info.Conn.RemoteAddr()))
	if err != nil {
		return netip.Addr{}
	}
	return at.Addr()
}
