package main

import (
	"crypto/x509"
	"fmt"
	"os"
	"time"

	"github.com/spf13/pflag"

	"github.com/sekisho/sekisho/internal/cabundle"
	"github.com/sekisho/sekisho/internal/crl"
)

// checkFlags say against what a list is checked.
type checkFlags struct {
	bundles []string
	at      string
}

func (c *checkFlags) add(flags *pflag.FlagSet) {
	flags.StringArrayVar(&c.bundles, "ca-bundle", nil, "`file` with CA certificates to check the list against (repeatable)")
	flags.StringVar(&c.at, "at", "", "check at this `moment` (RFC 3339) instead of now")
}

// issuers are the certificates of the bundle files; none when none was given.
func (c *checkFlags) issuers() ([]*x509.Certificate, error) {
	var files []cabundle.File
	for _, name := range c.bundles {
		data, err := os.ReadFile(name)
		if err != nil {
			return nil, &usageError{fmt.Errorf("reading the CA bundle: %w", err)}
		}
		files = append(files, cabundle.File{Name: name, Data: data})
	}
	bundle, err := cabundle.Read(files)
	if err != nil {
		return nil, &usageError{fmt.Errorf("reading the CA bundle: %w", err)}
	}
	return bundle.Certificates, nil
}

func (c *checkFlags) now() (time.Time, error) {
	if c.at == "" {
		return time.Now(), nil
	}
	at, err := time.Parse(time.RFC3339, c.at)
	if err != nil {
		return time.Time{}, &usageError{fmt.Errorf("reading --at: want a moment such as 2026-11-22T09:00:00Z: %w", err)}
	}
	return at, nil
}

// check judges a list as the refresher would, scope and age apart: those are
// settings of a source. Without a bundle it passes.
func (c *checkFlags) check(list *crl.List) error {
	if len(c.bundles) == 0 {
		return nil
	}
	issuers, err := c.issuers()
	if err != nil {
		return err
	}
	now, err := c.now()
	if err != nil {
		return err
	}
	_, err = crl.Check(list, issuers, nil, crl.Policy{MaxAge: 1, AllowScoped: true}, now)
	return err
}
