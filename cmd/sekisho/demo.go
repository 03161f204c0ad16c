package main

import (
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/sekisho/sekisho/internal/local"
)

func demoCommand() *cobra.Command {
	options := local.DefaultOptions()
	options.PortBase, options.Every, options.ClientKeepAlive = 0, time.Second, 3*time.Second
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Play the whole story without a human: a client is let in, revoked and turned away",
		Long: `Starts a twin on free ports in a directory of its own, issues two client
certificates, revokes one of them, and shows that both listeners turn that
client away and still serve the other one. Exits with 0 only when every step
went as expected.`,
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			dir, err := os.MkdirTemp("", "sekisho-demo-")
			if err != nil {
				return err
			}
			defer os.RemoveAll(dir)
			options.Dir = dir
			return local.Demo(cmd.Context(), options, cmd.OutOrStdout())
		},
	}
	twinFlags(cmd.Flags(), &options)
	return cmd
}
