package doctor

import (
	"bytes"
	"context"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"net/url"
	"slices"
	"strings"
)

func (e *examination) reachable(ctx context.Context) finding {
	if len(e.listeners()) == 0 {
		return skipped("no listener was named")
	}
	var lost, all []string
	for _, l := range e.listeners() {
		all = append(all, l.url)
		seen := e.saw(ctx, l, anybody)
		if !seen.reached {
			lost = append(lost, l.url+": "+seen.String())
		}
	}
	if len(lost) > 0 {
		return failed("look whether the listener is up, and whether its address, port and security group let you through", "%s", strings.Join(lost, "; "))
	}
	return passed("%s", strings.Join(all, ", "))
}

// serverCertificate checks chain, name and dates, as a client would.
func (e *examination) serverCertificate(ctx context.Context) finding {
	reached := e.reached(ctx)
	if len(reached) == 0 {
		return skipped("no listener can be reached")
	}
	for _, l := range reached {
		err := e.fits(l.url, e.saw(ctx, l, anybody).server)
		if err != nil {
			return failed("give the listener a certificate for this name, from a CA that clients trust; for a CA of your own name it with --ca", "%s: %v", l.name, err)
		}
	}
	ends := e.saw(ctx, reached[0], anybody).server[0].NotAfter
	return passed("until %s", ends.UTC().Format("2006-01-02"))
}

func (e *examination) fits(address string, presented []*x509.Certificate) error {
	at, err := url.Parse(address)
	if err != nil {
		return err
	}
	between := x509.NewCertPool()
	for _, cert := range presented[1:] {
		between.AddCert(cert)
	}
	_, err = presented[0].Verify(x509.VerifyOptions{
		DNSName: at.Hostname(), Roots: e.gate.ServerCA, Intermediates: between, CurrentTime: e.gate.Now(),
	})
	return err
}

func (e *examination) certificateRequested(ctx context.Context) finding {
	reached := e.reached(ctx)
	if len(reached) == 0 {
		return skipped("no listener can be reached")
	}
	for _, l := range reached {
		if !e.saw(ctx, l, anybody).asked {
			return failed("turn mutual TLS on at the listener (MutualAuthentication mode "+l.name+")", "%s: no certificate is asked for", l.name)
		}
	}
	return passed("by %d of %d listeners", len(reached), len(e.listeners()))
}

// caNames looks at the verify listener: one in passthrough mode has no names to
// give. Browsers choose a certificate by them.
func (e *examination) caNames(ctx context.Context) finding {
	if e.verify == nil || !e.saw(ctx, e.verify, anybody).asked {
		return skipped("no verify listener asks for a certificate")
	}
	names := e.saw(ctx, e.verify, anybody).names
	const fix = "set AdvertiseTrustStoreCaNames to on at the listener: browsers choose the certificate to offer by these names"
	if len(names) == 0 {
		return failed(fix, "none are")
	}
	for _, cert := range e.gate.Bundle {
		if !slices.ContainsFunc(names, func(name []byte) bool { return bytes.Equal(name, cert.RawSubject) }) {
			return failed("see whether the trust store has the CA bundle that it should have", "%s is not among the %d", nameOf(cert.RawSubject), len(names))
		}
	}
	return passed("%d, such as %s", len(names), nameOf(names[0]))
}

// nameOf is a distinguished name in words.
func nameOf(raw []byte) string {
	var sequence pkix.RDNSequence
	_, err := asn1.Unmarshal(raw, &sequence)
	if err != nil {
		return "a name that cannot be read"
	}
	return sequence.String()
}
