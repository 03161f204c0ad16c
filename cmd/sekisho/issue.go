package main

import (
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// issueFlags say what is issued, and by whom.
type issueFlags struct {
	ca, caKey, chain string
	request          string
	days             int
	keyKind          keyKind
	lists, caURLs    []string
	names            alternativeNames
	out              string
	p12, legacy      bool
	force, asJSON    bool
}

func issueCommand() *cobra.Command {
	flags := issueFlags{keyKind: keyP256}
	cmd := &cobra.Command{
		Use:   "issue [NAME] --ca FILE --ca-key FILE",
		Short: "Issue a client certificate with the key of a CA that you have",
		Long: `Makes a key and a client certificate for it that an Application Load Balancer
takes: X.509 version 3, for client authentication, with the addresses of the
revocation list and of the CA certificate. It writes NAME.crt, NAME.key and
NAME-chain.pem, and with --p12 NAME.p12 for a browser or a device, its password
in NAME.p12.txt. How to import it there: docs/clients.md.

With --csr the key stays where the request was made: its subject and its names
are taken, and nothing else that it asks for. NAME then only names the files.

A PKCS #12 file is encrypted with AES-256, as current systems read it. --legacy
has triple DES for older ones; docs/clients.md says which.

A file that is there is not overwritten without --force.`,
		Example: `  sekisho issue laptop-1 --ca ca.pem --ca-key ca.key --crl-url http://ca.example.com/ca.crl --p12
  sekisho issue --csr laptop-1.csr --ca ca.pem --ca-key ca.key --days 30`,
		Args: usage(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			name := ""
			if len(args) == 1 {
				name = args[0]
			}
			return flags.issue(cmd, name)
		},
	}
	flags.add(cmd.Flags())
	return cmd
}

func (f *issueFlags) add(flags *pflag.FlagSet) {
	flags.StringVar(&f.ca, "ca", "", "`file` with the certificate of the CA (PEM or DER)")
	flags.StringVar(&f.caKey, "ca-key", "", "`file` with its private key (PEM)")
	flags.StringVar(&f.chain, "chain", "", "`file` with the CA certificates above it, for clients to send along")
	flags.StringVar(&f.request, "csr", "", "`file` with a certificate signing request, in place of a new key")
	flags.IntVar(&f.days, "days", 90, "how long the certificate is valid")
	flags.Var(word(f.keyKind, &f.keyKind, parseKeyKind), "key", "new key: p256, p384, rsa2048 or rsa4096")
	flags.StringArrayVar(&f.lists, "crl-url", nil, "`URL` of the revocation list of the CA (repeatable)")
	flags.StringArrayVar(&f.caURLs, "ca-url", nil, "`URL` of the certificate of the CA (repeatable)")
	f.names.add(flags)
	flags.StringVar(&f.out, "out", ".", "`directory` to write to")
	flags.BoolVar(&f.p12, "p12", false, "also write a PKCS #12 file")
	flags.BoolVar(&f.legacy, "legacy", false, "write the PKCS #12 file for old systems")
	flags.BoolVar(&f.force, "force", false, "overwrite files that are there")
	flags.BoolVar(&f.asJSON, "json", false, "print JSON")
}

func (f *issueFlags) check(name string) error {
	switch {
	case f.ca == "" || f.caKey == "":
		return errors.New("want --ca and --ca-key: the CA that issues (\"sekisho local issue\" has one of its own)")
	case name == "" && f.request == "":
		return errors.New("want a name, or a request with --csr")
	case f.days < 1:
		return fmt.Errorf("--days %d: want at least one", f.days)
	case f.request != "" && f.p12:
		return errors.New("--p12 needs the private key, and with --csr that stays where it is: bundle it there (openssl pkcs12 -export)")
	case f.legacy && !f.p12:
		return errors.New("--legacy says how --p12 is written: give both")
	case f.request != "" && f.names.any():
		return errors.New("--csr brings its own names: give either")
	}
	return errors.Join(checkURLs("crl-url", f.lists), checkURLs("ca-url", f.caURLs))
}

// issuedFiles is what was issued, as it is told.
type issuedFiles struct {
	Subject  string    `json:"subject"`
	Serial   string    `json:"serial"`
	NotAfter time.Time `json:"notAfter"`
	Files    []string  `json:"files"`
}

func (f *issueFlags) issue(cmd *cobra.Command, name string) error {
	err := f.check(name)
	if err != nil {
		return &usageError{err}
	}
	ca, err := openCA(f.ca, f.caKey, f.chain, time.Now())
	if err != nil {
		return err
	}
	client, err := f.applicant(name)
	if err != nil {
		return err
	}
	cert, err := ca.issue(client.template(f, time.Now()), client.public)
	if err != nil {
		return err
	}
	files, err := f.files(ca, client, cert)
	if err != nil {
		return err
	}
	written, err := writeAll(files, f.force)
	if err != nil {
		return err
	}
	if len(f.lists) == 0 {
		fmt.Fprintln(cmd.ErrOrStderr(), "sekisho: the certificate names no revocation list: give its address with --crl-url")
	}
	return f.tell(cmd, cert, written)
}

func (f *issueFlags) tell(cmd *cobra.Command, cert *x509.Certificate, written []string) error {
	out := cmd.OutOrStdout()
	if f.asJSON {
		return json.NewEncoder(out).Encode(issuedFiles{
			Subject: cert.Subject.String(), Serial: fmt.Sprintf("%X", cert.SerialNumber.Bytes()), NotAfter: cert.NotAfter, Files: written,
		})
	}
	for _, name := range written {
		fmt.Fprintln(out, "wrote "+name)
	}
	fmt.Fprintf(out, "%s, serial number %X, until %s\n", plain(cert.Subject.String()), cert.SerialNumber.Bytes(), cert.NotAfter.UTC().Format(time.DateOnly))
	return nil
}

// files are those of the client. Key and password are for their owner alone.
func (f *issueFlags) files(ca *issuer, client *applicant, cert *x509.Certificate) ([]clientFile, error) {
	stem := filepath.Join(f.out, client.file)
	above := ca.chain()
	files := []clientFile{
		{stem + ".crt", certificatePEM(cert), 0o644},
		{stem + "-chain.pem", certificatePEM(append([]*x509.Certificate{cert}, above...)...), 0o644},
	}
	if client.key == nil {
		return files, nil
	}
	key, err := keyPEM(client.key)
	if err != nil {
		return nil, err
	}
	files = append(files, clientFile{stem + ".key", key, 0o600})
	if !f.p12 {
		return files, nil
	}
	bundled, err := bundle(client.key, cert, above, stem, f.legacy)
	return append(files, bundled...), err
}
