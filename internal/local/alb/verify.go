package alb

import (
	"crypto/tls"
	"errors"
	"net/http"
	"slices"
)

// NewVerify makes a listener in verify mode. The error names everything that is
// missing or wrong in the configuration.
func NewVerify(config VerifyConfig) (*Listener, error) {
	config.Config = config.orDefault()
	err := config.check()
	if err != nil {
		return nil, err
	}
	if config.Target == nil {
		config.Target = welcome(config.Headers)
	}
	cache := &trustCache{store: config.TrustStore}
	gate := &judge{trust: cache, switches: config.Switches, now: config.Now}
	return newListener(config.Config, config.clientAuth(gate), config.handler()), nil
}

func (c VerifyConfig) check() error {
	problems := []error{c.Config.check()}
	if c.TrustStore == nil {
		problems = append(problems, errors.New("configuring a verify listener: no trust store"))
	}
	return errors.Join(problems...)
}

// clientAuth demands a certificate. The judge looks at it in VerifyConnection:
// after it was parsed, and before the client has proved that it holds the key,
// which crypto/tls then checks.
func (c VerifyConfig) clientAuth(gate *judge) func(*tls.Config) {
	return func(config *tls.Config) {
		config.ClientAuth = tls.RequireAnyClientCert
		if slices.Contains(c.Holes, ReasonNoCertificate) {
			config.ClientAuth = tls.RequestClientCert
		}
		config.VerifyConnection = func(state tls.ConnectionState) error {
			if len(state.PeerCertificates) == 0 {
				return nil // only where that is a hole
			}
			return c.overlook(gate.admit(state.PeerCertificates))
		}
		if !c.HideCANames {
			config.ClientCAs = gate.trust.present().advertised
		}
	}
}

// overlook is the refusal, unless its reason is a hole.
func (c VerifyConfig) overlook(err error) error {
	refusal, refused := errors.AsType[*Refusal](err)
	if refused && slices.Contains(c.Holes, refusal.Reason) {
		return nil
	}
	return err
}

func (c VerifyConfig) handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if len(r.TLS.PeerCertificates) == 0 {
			c.Target.ServeHTTP(w, r)
			return
		}
		addVerified(r.Header, c.Headers, r.TLS.PeerCertificates[0], c.Switches.ClientSentHeader)
		c.Target.ServeHTTP(w, r)
	})
}
