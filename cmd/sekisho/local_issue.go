package main

import (
	"encoding/json"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/sekisho/sekisho/internal/local"
)

func localIssueCommand(dir *string) *cobra.Command {
	var days int
	var out string
	var p12, legacy, asJSON bool
	cmd := &cobra.Command{
		Use:   "issue NAME",
		Short: "Issue a client certificate of the twin's CA",
		Long: `Writes NAME.crt, NAME.key and NAME-chain.pem (the certificate, then the issuing
CA), and with --p12 NAME.p12 for a browser or a device, its password in
NAME.p12.txt. Files that are there are overwritten: the twin's certificates are
for trying out. How to import it there: docs/clients.md.`,
		Example: `  sekisho local issue laptop-1
  sekisho local issue laptop-2 --days 7 --out certs --p12`,
		Args: usage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if days < 1 || len(args[0]) > maxNameBytes {
				return &usageError{fmt.Errorf("issuing %q: want at least one day, and a name of at most %d bytes", args[0], maxNameBytes)}
			}
			twin, err := local.Describe(*dir)
			if err != nil {
				return err
			}
			issued, err := local.NewCommands(*dir).Issue(cmd.Context(), args[0], days)
			if err != nil {
				return err
			}
			written, err := writeClient(issued, out, p12, legacy)
			if err != nil {
				return err
			}
			if asJSON {
				return json.NewEncoder(cmd.OutOrStdout()).Encode(map[string]any{"name": issued.Name, "files": written})
			}
			for _, name := range written {
				fmt.Fprintln(cmd.OutOrStdout(), "wrote "+name)
			}
			stem := filepath.Join(out, args[0])
			fmt.Fprintf(cmd.OutOrStdout(), "\n%s\n%s\n", local.CurlLine(twin, twin.Verify, stem), local.CurlLine(twin, twin.Passthrough, stem))
			return nil
		},
	}
	cmd.Flags().IntVar(&days, "days", 90, "how long the certificate is valid")
	cmd.Flags().StringVar(&out, "out", ".", "`directory` to write to")
	cmd.Flags().BoolVar(&p12, "p12", false, "also write a PKCS #12 file")
	cmd.Flags().BoolVar(&legacy, "legacy", false, "write it for old systems")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// maxNameBytes leaves room for the endings within what a file may be called.
const maxNameBytes = 200

// writeClient writes the files of a client, over what is there, and returns
// their names. The key and the password can be read by their owner alone.
func writeClient(issued local.Issued, out string, p12, legacy bool) ([]string, error) {
	stem := filepath.Join(out, issued.Name)
	files := []clientFile{
		{stem + ".crt", issued.Certificate, 0o644},
		{stem + ".key", issued.Key, 0o600},
		{stem + "-chain.pem", issued.Chain, 0o644},
	}
	if p12 {
		bundled, err := bundleIssued(issued, stem, legacy)
		if err != nil {
			return nil, err
		}
		files = append(files, bundled...)
	}
	return writeAll(files, true)
}

func bundleIssued(issued local.Issued, stem string, legacy bool) ([]clientFile, error) {
	key, err := parseKey(issued.Key)
	if err != nil {
		return nil, fmt.Errorf("reading the client's key: %w", err)
	}
	chain, err := certificates("certificate-syntax", namedFile{"chain", issued.Chain})
	if err != nil {
		return nil, fmt.Errorf("reading the client's chain: %w", err)
	}
	return bundle(key, chain[0], chain[1:], stem, legacy)
}
