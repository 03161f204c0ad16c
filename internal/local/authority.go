package local

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/sekisho/sekisho/internal/local/ca"
	"github.com/sekisho/sekisho/internal/settings"
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
	if t.options.Authority != nil {
		t.options.Authority(t.authority)
	}
	t.description.ServerCA = t.authority.ServerCAFile()
	if t.options.foreign() {
		t.description.CRL, t.description.ForeignCA = t.options.CRLURLs, true
		return nil
	}
	t.description.CRL = []string{t.authority.ListURL(ca.Root), t.authority.ListURL(ca.Issuing)}
	t.serve("CA", listener, t.authority)
	return nil
}

// prepare checks what a deployment would check: who is trusted, and whose
// lists are fetched. The normalised bundle goes into a file for people to use.
func (t *Twin) prepare() (settings.Prepared, error) {
	given := settings.Defaults()
	given.StackName, given.PollEvery = stackName, settings.Duration(t.options.PollEvery)
	given.Revocation = t.options.Revocation
	given.Limits = settings.Limits{
		Entries: t.options.Quotas.Entries, Lists: t.options.Quotas.Lists,
		CACertificates: t.options.Quotas.Certificates, CASubjectBytes: t.options.Quotas.SubjectBytes,
	}
	given.CABundle, given.CRLURLs = t.options.CABundles, t.options.CRLURLs
	if !t.options.foreign() {
		given.CABundle = []string{t.authority.BundleFile()}
		given.Sources = []settings.Source{
			{Name: string(ca.Root), URLs: []string{t.authority.ListURL(ca.Root)}, Guards: t.options.Guards},
			{Name: string(ca.Issuing), URLs: []string{t.authority.ListURL(ca.Issuing)}, Guards: t.options.Guards},
		}
	}
	prepared, err := given.Prepare(os.ReadFile, time.Now())
	if err != nil {
		return settings.Prepared{}, fmt.Errorf("checking who is trusted (--ca-bundle, --crl-url, --revocation):\n%w", err)
	}
	t.description.CABundle = t.dir.file("ca-bundle.pem")
	return prepared, replaceFile(t.description.CABundle, prepared.Bundle.PEM, 0o644)
}
