package local

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/sekisho/sekisho/internal/cabundle"
	"github.com/sekisho/sekisho/internal/local/ca"
)

// startAuthority opens the built-in CA and serves it. With a foreign CA only
// the certificate of the twin's own listeners comes from it.
func (t *Twin) startAuthority(context.Context) error {
	listener, err := t.listen(listPort)
	if err != nil {
		return err
	}
	t.authority, err = ca.Open(t.dir.file("ca"), ca.Options{
		BaseURL: "http://" + listener.Addr().String(),
		KeyKind: t.options.KeyKind, ListLife: t.options.ListLife,
	})
	if err != nil {
		return fmt.Errorf("opening the CA of the twin: %w", err)
	}
	t.certificate, err = t.authority.IssueServer()
	if err != nil {
		return fmt.Errorf("making the certificate of the listeners: %w", err)
	}
	t.description.ServerCA = t.authority.ServerCAFile()
	if t.options.foreign() {
		t.description.CRL = t.options.CRLURLs
		return nil
	}
	t.description.CRL = []string{t.authority.ListURL(ca.Root), t.authority.ListURL(ca.Issuing)}
	t.serve("CA", listener, t.authority)
	return nil
}

// bundle is the CA bundle as a deployment would normalise it, written to a
// file for people to use.
func (t *Twin) bundle() (cabundle.Bundle, error) {
	files, err := t.bundleFiles()
	if err != nil {
		return cabundle.Bundle{}, err
	}
	bundle, err := cabundle.Normalise(files, time.Now())
	if err != nil {
		return cabundle.Bundle{}, fmt.Errorf("reading the CA bundle: %w", err)
	}
	t.description.CABundle = t.dir.file("ca-bundle.pem")
	return bundle, replaceFile(t.description.CABundle, bundle.PEM, 0o644)
}

func (t *Twin) bundleFiles() ([]cabundle.File, error) {
	names := t.options.CABundles
	if !t.options.foreign() {
		names = []string{t.authority.BundleFile()}
	}
	var files []cabundle.File
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("reading the CA bundle: %w", err)
		}
		files = append(files, cabundle.File{Name: name, Data: data})
	}
	return files, nil
}
