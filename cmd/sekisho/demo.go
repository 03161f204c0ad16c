package main

import (
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/sekisho/sekisho/internal/local"
	"github.com/sekisho/sekisho/internal/settings"
)

func demoCommand() *cobra.Command {
	options := local.DefaultOptions()
	options.PortBase, options.Every, options.ClientKeepAlive = 0, time.Second, 3*time.Second
	rounds := 0
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Play the whole story without a human: a client is let in, revoked and turned away",
		Long: `Starts a twin on free ports in a directory of its own, issues two client
certificates, revokes one of them, and shows that both listeners turn that
client away and still serve the other one. Exits with 0 only when every step
went as expected.

With --rounds it revokes that many clients, one after the other, and prints how
long each listener went on serving them.`,
		Example: `  sekisho demo
  sekisho demo --rounds 10 --poll-every 1s`,
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			dir, err := os.MkdirTemp("", "sekisho-demo-")
			if err != nil {
				return err
			}
			defer os.RemoveAll(dir)
			options.Dir = dir
			if options.PollEvery < settings.DefaultPollEvery && !cmd.Flags().Changed("every") {
				options.Every = time.Minute // as often as there is a schedule
			}
			if rounds > 0 {
				return local.Rounds(cmd.Context(), options, rounds, cmd.OutOrStdout())
			}
			return local.Demo(cmd.Context(), options, cmd.OutOrStdout())
		},
	}
	twinFlags(cmd.Flags(), &options)
	cmd.Flags().IntVar(&rounds, "rounds", 0, "revoke that many clients, and print how long it took")
	return cmd
}
