package settings

import "reflect"

// Server is what "sekisho serve" is told: the verifier as a server of its own.
type Server struct {
	// Gate is what the verify function is told too. There is no target group.
	Gate Gate `json:"gate"`
	// Bucket is where a refresher publishes; or Files, where nobody does.
	Bucket ServerBucket `json:"bucket"`
	Files  ServerFiles  `json:"files"`
	// Proxy is what asks /auth, and so which headers say about what.
	Proxy Proxy `json:"proxy,omitempty"`
}

// ServerBucket is the bucket of a refresher.
type ServerBucket struct {
	Name string `json:"name"`
	// CABundleSHA256 (hex) is the hash of the CA bundle; another one is refused.
	CABundleSHA256 string `json:"caBundleSha256"`
}

// ServerFiles are files on this machine, relative to the configuration.
type ServerFiles struct {
	CABundle []string `json:"caBundle"`
	Lists    []string `json:"lists"`
	Policy   string   `json:"policy,omitempty"`
	Deny     string   `json:"deny,omitempty"`
}

// Proxy is a kind of proxy that asks whether it may pass a request on.
type Proxy string

// The proxies.
const (
	ProxyNginx   Proxy = "nginx"
	ProxyTraefik Proxy = "traefik"
)

// Values are the words that there are.
func (Proxy) Values() []string { return []string{string(ProxyNginx), string(ProxyTraefik)} }

// ParseServer reads the configuration of a server over the defaults. The error
// joins a [*Problem] for everything that is missing or wrong.
func ParseServer(text []byte) (Server, error) {
	var p problems
	s := Server{Gate: DefaultGate()}
	p.decode("", text, &s)
	p.decoded()
	if p.undecoded[""] {
		return Server{}, p.join()
	}
	p.gate("gate", s.Gate)
	p.word("proxy", string(s.Proxy), s.Proxy.Values())
	if s.Gate.TargetGroup != "" {
		p.add("gate.targetGroup", "a server has no target group: leave it out, and name the proxy's address with --trusted-proxy")
	}
	p.serverSource(s)
	return s, p.join()
}

// serverSource wants one of bucket and files.
func (p *problems) serverSource(s Server) {
	inBucket, inFiles := s.Bucket != ServerBucket{}, !reflect.ValueOf(s.Files).IsZero()
	switch {
	case inBucket == inFiles:
		p.add("bucket", "name the bucket that a refresher publishes to, or files, and not both")
	case inBucket && s.Bucket.Name == "":
		p.add("bucket.name", "missing: the bucket that the refresher publishes to")
	case inBucket && !hexSHA256.MatchString(s.Bucket.CABundleSHA256):
		p.add("bucket.caBundleSha256", "want the SHA-256 of the CA bundle in 64 lower-case hexadecimal digits: it stands in the bundle's key, ca/<hash>.pem")
	case inFiles && len(s.Files.CABundle) == 0:
		p.add("files.caBundle", "missing: the files with the CAs' certificates")
	case inFiles && len(s.Files.Lists) == 0 && s.Gate.Revocation != RevocationOff:
		p.add("files.lists", "missing: the files with the CAs' revocation lists, or set gate.revocation to %q", RevocationOff)
	}
}
