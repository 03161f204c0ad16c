package main

import (
	"github.com/spf13/cobra"
)

func rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "sekisho",
		Short: "Make a revoked client certificate stop working at the load balancer and behind it",
		Long: `Sekisho carries the revocation lists of a CA into the trust store of an AWS
Application Load Balancer, and verifies client certificates behind it from the
same lists.

Start with "sekisho local": the whole system on this machine, without an
AWS account.`,
		Example: `  sekisho local
  sekisho doctor
  sekisho completion bash > ~/.local/share/bash-completion/completions/sekisho`,
		Version:       build().String(),
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          usage(cobra.NoArgs),
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetVersionTemplate("{{.Version}}\n")
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return &usageError{err} })
	root.AddCommand(localCommand(), demoCommand(), crlCommand(), planCommand())
	root.AddCommand(verifyCommand(), approveCommand(), resetCommand(), recordsCommand())
	root.AddCommand(historyCommand(), denyCommand(), undenyCommand(), policyCommand())
	root.AddCommand(serveCommand(), doctorCommand(), statusCommand())
	root.AddCommand(issueCommand(), canaryCommand(), versionCommand())
	return root
}

// usage marks what a check of the arguments finds as wrong usage.
func usage(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		err := check(cmd, args)
		if err != nil {
			return &usageError{err}
		}
		return nil
	}
}
