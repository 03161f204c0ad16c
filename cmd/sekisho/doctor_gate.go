package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/url"
	"os"
	"time"

	"github.com/spf13/pflag"

	"github.com/sekisho/sekisho/internal/doctor"
	"github.com/sekisho/sekisho/internal/settings"
)

// doctorFlags say what is examined, and with what.
type doctorFlags struct {
	target                 planTarget
	verify, passthrough    string
	good, revoked, expired clientFlags
	ca                     string
	bundle, lists          []string
	header                 string
	keepAlive, patience    time.Duration
}

// clientFlags name a client's files. A certificate without a key has its key in
// the same file.
type clientFlags struct{ cert, key string }

func (f *doctorFlags) add(flags *pflag.FlagSet) {
	f.target.add(flags)
	flags.StringVar(&f.verify, "verify", "", "`URL` of the listener in verify mode")
	flags.StringVar(&f.passthrough, "passthrough", "", "`URL` of the listener in passthrough mode")
	f.good.add(flags, "", "a client that should be served")
	f.revoked.add(flags, "revoked-", "a client that its CA has revoked")
	f.expired.add(flags, "expired-", "a client that is past its end")
	flags.StringVar(&f.ca, "ca", "", "`file` with the CA of the server's certificate (default: what this machine trusts)")
	flags.StringArrayVar(&f.bundle, "ca-bundle", nil, "`file` with the CAs that the gate trusts of clients (repeatable)")
	flags.StringArrayVar(&f.lists, "crl-url", nil, "`URL` of a revocation list (repeatable; default: those that the good client names)")
	flags.StringVar(&f.header, "header", "", "`name` of the certificate header, in case that it was renamed")
	flags.DurationVar(&f.keepAlive, "keep-alive", 0, "how long the gate lets a connection live (client_keep_alive.seconds)")
	flags.DurationVar(&f.patience, "patience", time.Minute, "how long to wait at most for an open connection to end")
}

func (c *clientFlags) add(flags *pflag.FlagSet, prefix, who string) {
	flags.StringVar(&c.cert, prefix+"cert", "", "`file` with the certificate chain of "+who)
	flags.StringVar(&c.key, prefix+"key", "", "`file` with its key (default: the same file)")
}

// gate is what the flags describe.
func (f *doctorFlags) gate(ctx context.Context) (doctor.Gate, error) {
	remote := f.verify != "" || f.passthrough != ""
	switch {
	case remote && f.target.chosen:
		return doctor.Gate{}, &usageError{errors.New("examining a twin and a real gate at once makes no sense: give --dir, or URLs")}
	case !remote && f.target.file != "":
		return doctor.Gate{}, &usageError{errors.New("--environment goes with a real gate: name it with --verify or --passthrough")}
	case remote:
		return f.realGate()
	default:
		return f.twin(ctx)
	}
}

// lagOfLists is how long a refresher that polls every minute may take.
const lagOfLists = 3 * time.Minute

func (f *doctorFlags) realGate() (doctor.Gate, error) {
	gate := doctor.Gate{Verify: f.verify, Passthrough: f.passthrough, Lag: lagOfLists}
	for _, address := range []string{f.verify, f.passthrough} {
		at, err := url.Parse(address)
		if err != nil || address != "" && (at.Scheme != "https" || at.Host == "") {
			return gate, &usageError{fmt.Errorf("%q is no https:// URL", address)}
		}
	}
	if f.target.file != "" || os.Getenv(settings.EnvTrustStore) != "" {
		_, getenv, err := f.target.environment()
		if err != nil {
			return gate, err
		}
		store, err := newTrustStoreView(getenv)
		if err != nil {
			return gate, err
		}
		gate.TrustStore = store
	}
	return gate, f.refine(&gate)
}

// refine fills in what the flags say, over what is there.
func (f *doctorFlags) refine(gate *doctor.Gate) error {
	gate.Header, gate.Patience = f.header, f.patience
	if f.keepAlive != 0 {
		gate.KeepAlive = f.keepAlive
	}
	if len(f.lists) > 0 {
		gate.Lists = f.lists
	}
	if f.ca != "" {
		pool, err := poolIn(f.ca)
		if err != nil {
			return err
		}
		gate.ServerCA = pool
	}
	for _, name := range f.bundle {
		certs, err := certificatesIn(name)
		if err != nil {
			return err
		}
		gate.Bundle = append(gate.Bundle, certs...)
	}
	return errors.Join(f.good.load("", &gate.Good), f.revoked.load("revoked-", &gate.Revoked), f.expired.load("expired-", &gate.Expired))
}

func (c *clientFlags) load(prefix string, into **tls.Certificate) error {
	if c.cert == "" && c.key == "" {
		return nil
	}
	if c.cert == "" {
		return &usageError{fmt.Errorf("--%skey without --%scert", prefix, prefix)}
	}
	key := c.key
	if key == "" {
		key = c.cert
	}
	pair, err := tls.LoadX509KeyPair(c.cert, key)
	if err != nil {
		return &usageError{fmt.Errorf("reading --%scert: %w", prefix, err)}
	}
	*into = &pair
	return nil
}

func poolIn(name string) (*x509.CertPool, error) {
	certs, err := certificatesIn(name)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	for _, cert := range certs {
		pool.AddCert(cert)
	}
	return pool, nil
}
