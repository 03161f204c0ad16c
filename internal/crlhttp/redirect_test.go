package crlhttp

import (
	"context"
	"net/http"
	"testing"
)

func TestRedirectsFollowed(t *testing.T) {
	t.Parallel()
	for _, code := range []int{301, 302, 303, 307, 308} {
		t.Run(http.StatusText(code), func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				n := newNetwork()
				n.add("a.test", web(func(w http.ResponseWriter, r *http.Request) {
					switch r.URL.String() {
					case "/a":
						w.Header().Set("Location", "b/../c#part")
						w.WriteHeader(code)
					case "/c":
						w.Header().Set("Location", "//private.test/d")
						w.WriteHeader(code)
					}
				}))
				// CAs of a company publish on its own network.
				n.addAt("private.test", redirectTo("http://good.test/"), "10.1.2.3")
				fetched, err := fetch(t, n, "http://a.test/a")
				if err != nil || fetched.URL != "http://a.test/a" || n.dials() != 4 {
					t.Errorf("got %q after %d connections and error %v, want the list after three redirects", fetched.URL, n.dials(), err)
				}
			})
		})
	}
}

// The local twin's CA is on this machine and may point to itself; nobody else
// may point there.
func TestRedirectsOnThisMachine(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		// to are the redirects of three servers; the first is configured.
		at, to  [3]string
		allowed bool
	}{
		{"the configured server is this machine", [3]string{"127.0.0.1"}, [3]string{}, true},
		{"from this machine to this machine", [3]string{"127.0.0.1", "127.0.0.2"}, [3]string{"http://b.test/"}, true},
		{"from this machine to this machine in IPv6", [3]string{"127.0.0.1", "::1"}, [3]string{"http://b.test/"}, true},
		{"from this machine to the metadata service", [3]string{"127.0.0.1", "169.254.169.254"}, [3]string{"http://b.test/"}, false},
		{"from this machine to no address", [3]string{"127.0.0.1", "0.0.0.0"}, [3]string{"http://b.test/"}, false},
		{"from this machine away", [3]string{"127.0.0.1", "203.0.113.7"}, [3]string{"http://b.test/"}, true},
		{"from this machine away and back", [3]string{"127.0.0.1", "203.0.113.7", "127.0.0.1"}, [3]string{"http://b.test/", "http://c.test/"}, false},
		{"from elsewhere to this machine", [3]string{"203.0.113.7", "127.0.0.1"}, [3]string{"http://b.test/"}, false},
		{"from a private network to this machine", [3]string{"10.0.0.1", "127.0.0.1"}, [3]string{"http://b.test/"}, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				n := newNetwork()
				for i, name := range []string{"a.test", "b.test", "c.test"} {
					serve := web(serveList)
					if test.to[i] != "" {
						serve = redirectTo(test.to[i])
					}
					n.addAt(name, serve, test.at[i])
				}
				_, err := fetch(t, n, "http://a.test/")
				if test.allowed && err != nil {
					t.Errorf("got error %v, want the list", err)
				}
				if !test.allowed {
					wantReason(t, err, RedirectRefused)
				}
			})
		})
	}
}

// A name with a good and a bad address is reached at the good one, as
// net.Dialer goes on after an address that is refused.
func TestGuardAsTheDialerAsksIt(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		hop     hop
		address string
		allowed bool
	}{
		{"configured", hop{}, "127.0.0.1:80", true},
		{"configured metadata service", hop{}, "169.254.169.254:80", true},
		{"redirected", hop{redirected: true}, "203.0.113.1:80", true},
		{"redirected here", hop{redirected: true}, "127.0.0.1:80", false},
		{"redirected here in IPv6", hop{redirected: true}, "[::1]:80", false},
		{"redirected to a link-local address with a zone", hop{redirected: true}, "[fe80::1%eth0]:80", false},
		{"redirected here from here", hop{redirected: true, fromLoopback: true}, "127.0.0.1:80", true},
		{"redirected to a proxy here", hop{redirected: true, proxied: true}, "127.0.0.1:3128", true},
		{"redirected to no address at all", hop{redirected: true}, "unknown", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			err := guard(withHop(context.Background(), test.hop), "tcp", test.address, nil)
			if (err == nil) != test.allowed {
				t.Errorf("got error %v, want allowed: %v", err, test.allowed)
			}
		})
	}
	if err := guard(context.Background(), "tcp", "127.0.0.1:80", nil); err != nil {
		t.Errorf("without a hop: got error %v, want none", err)
	}
}
