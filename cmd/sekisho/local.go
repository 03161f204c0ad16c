package main

import (
	"errors"

	"github.com/spf13/cobra"

	"github.com/sekisho/sekisho/internal/local"
)

func localCommand() *cobra.Command {
	options := local.DefaultOptions()
	cmd := &cobra.Command{
		Use:   "local",
		Short: "Run everything on this machine: CA, S3, trust store, functions and gate",
		Long: `Runs a twin of the deployed system in the foreground until Ctrl-C. A CA
publishes its revocation lists, the refresh function carries them into the
trust store, and two listeners let clients in or turn them away. It prints
where everything is, and "ready" on a line of its own once it can be used.

The AWS CLI works against it with the AWS_ENDPOINT_URL that it prints.`,
		Example: `  sekisho local
  sekisho local issue laptop-1
  sekisho local revoke laptop-1 --wait
  sekisho local --ca-bundle my-ca.pem --crl-url http://ca.example.com/my-ca.crl`,
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			options.Out = cmd.OutOrStdout()
			return runTwin(cmd, options)
		},
	}
	cmd.PersistentFlags().StringVar(&options.Dir, "dir", options.Dir, "state `directory` of the twin")
	twinFlags(cmd.Flags(), &options)
	cmd.AddCommand(localIssueCommand(&options.Dir), revokeCommand(&options.Dir), refreshCommand(&options.Dir), localStatusCommand(&options.Dir))
	return cmd
}

// runTwin runs a twin until the command is interrupted.
func runTwin(cmd *cobra.Command, options local.Options) error {
	twin, err := local.Start(cmd.Context(), options)
	if err != nil && cmd.Context().Err() != nil {
		return nil // interrupted while it started
	}
	if err != nil {
		return err
	}
	err = twin.Run(cmd.Context())
	return errors.Join(err, twin.Close())
}
