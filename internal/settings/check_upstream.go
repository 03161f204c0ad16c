package settings

import (
	"net/netip"
	"net/url"
	"strings"
)

// upstream checks where the verify function passes requests on to. What a
// server may do, such as speaking to an application beside it, a function cannot.
func (p *problems) upstream(v Verifier, s Settings) {
	const key = "verifier.upstream"
	p.plainURL(key, v.Upstream, "https://host:port", "https", "http")
	if v.Network != nil {
		p.functionNetwork("verifier.network", "the upstream", *v.Network, s)
	}
	if v.Upstream == "" {
		if v.Network != nil {
			p.add("verifier.network", "only for reaching an upstream: set \"verifier.upstream\" too, or remove this")
		}
		return
	}
	parsed, err := url.Parse(v.Upstream)
	if err != nil {
		return
	}
	if strings.Trim(parsed.Path, "/") != "" || parsed.RawQuery != "" || parsed.Fragment != "" {
		p.add(key, "write scheme, host and port alone: path and query are the client's")
	}
	p.upstreamHost(key, parsed, v.Network != nil)
}

func (p *problems) upstreamHost(key string, parsed *url.URL, inVPC bool) {
	host := parsed.Hostname()
	address, err := netip.ParseAddr(host)
	own := host == "localhost" || err == nil && (address.IsLoopback() || address.IsLinkLocalUnicast() || address.IsUnspecified())
	switch {
	case host == "":
	case own:
		p.add(key, "%s is the function itself, and nothing else runs there: name the application's host", host)
	case inVPC:
	case err == nil && (address.IsPrivate() || sharedAddresses.Contains(address)), err != nil && !strings.Contains(host, "."), strings.HasSuffix(host, ".internal"):
		p.add(key, "%s is only known inside a VPC: set \"verifier.network\" to put the function there", host)
	case parsed.Scheme == "http":
		p.add(key, "the verified identity would cross the Internet unencrypted: use https, or set \"verifier.network\" to stay inside a VPC")
	}
}
