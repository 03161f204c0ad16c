package main

import (
	"github.com/spf13/cobra"
)

func crlCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "crl",
		Short: "Look at revocation lists, convert and compare them",
		Long: `Tools for revocation lists in DER or PEM, from a file or a URL.

Exit codes: 0 fine, 1 refused or found revoked, 2 wrong usage or unreadable.`,
		Example: `  sekisho crl inspect http://ca.example.com/ca.crl
  sekisho crl lookup 3D:49:FD:05 ca.crl`,
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(crlInspectCommand(), crlConvertCommand(), crlDiffCommand(), crlLookupCommand())
	return cmd
}
