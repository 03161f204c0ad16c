package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/sekisho/sekisho/internal/local"
)

func issueCommand(dir *string) *cobra.Command {
	var days int
	var out string
	var p12 bool
	cmd := &cobra.Command{
		Use:   "issue NAME",
		Short: "Issue a client certificate of the twin's CA",
		Long: `Writes NAME.crt, NAME.key and NAME-chain.pem (the certificate, then the issuing
CA), and with --p12 NAME.p12 for a browser or a device, its password in
NAME.p12.txt.`,
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
			written, err := writeClient(issued, out, p12)
			if err != nil {
				return err
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
	return cmd
}

// maxNameBytes leaves room for the endings within what a file may be called.
const maxNameBytes = 200

// writeClient writes the files of a client and returns their names. The key
// and the password can be read by their owner alone.
func writeClient(issued local.Issued, out string, p12 bool) ([]string, error) {
	err := os.MkdirAll(out, 0o755)
	if err != nil {
		return nil, fmt.Errorf("making the directory of the client's files: %w", err)
	}
	stem := filepath.Join(out, issued.Name)
	files := []clientFile{
		{stem + ".crt", issued.Certificate, 0o644},
		{stem + ".key", issued.Key, 0o600},
		{stem + "-chain.pem", issued.Chain, 0o644},
	}
	if p12 {
		bundled, err := bundle(issued, stem)
		if err != nil {
			return nil, err
		}
		files = append(files, bundled...)
	}
	var written []string
	for _, file := range files {
		err := file.write()
		if err != nil {
			return written, err
		}
		written = append(written, file.name)
	}
	return written, nil
}

type clientFile struct {
	name    string
	content []byte
	mode    os.FileMode
}

// write replaces the file, so that an old one with a wider mode does not lend
// its mode to a new key.
func (f clientFile) write() error {
	err := os.Remove(f.name)
	if err != nil && !os.IsNotExist(err) {
		return fmt.Errorf("replacing %s: %w", f.name, err)
	}
	err = os.WriteFile(f.name, f.content, f.mode)
	if err != nil {
		return fmt.Errorf("writing a file of the client: %w", err)
	}
	return nil
}
