package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/sekisho/sekisho/internal/local"
)

func revokeCommand(dir *string) *cobra.Command {
	var wait bool
	var timeout time.Duration
	cmd := &cobra.Command{
		Use:   "revoke NAME",
		Short: "Revoke a client's certificates at the twin's CA",
		Long: `Revokes every certificate of that name. The CA publishes a new list at once;
the schedule carries it to the gate. With --wait the command asks both
listeners as that client until both refuse, and says after how many seconds.`,
		Example: `  sekisho local revoke laptop-1 --wait`,
		Args:    usage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			begun := time.Now()
			revoked, err := local.NewCommands(*dir).Revoke(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "revoked %s: serial %s\n", revoked.Name, strings.Join(revoked.Serials, ", "))
			if !wait {
				return nil
			}
			ctx, cancel := context.WithTimeout(cmd.Context(), timeout)
			defer cancel()
			return awaitRefusal(ctx, cmd, *dir, args[0], begun)
		},
	}
	cmd.Flags().BoolVar(&wait, "wait", false, "wait until both listeners refuse the client")
	cmd.Flags().DurationVar(&timeout, "timeout", 5*time.Minute, "how long to wait at most")
	return cmd
}

func awaitRefusal(ctx context.Context, cmd *cobra.Command, dir, name string, begun time.Time) error {
	twin, err := local.Describe(dir)
	if err != nil {
		return err
	}
	client, err := local.LoadClient(dir, name)
	if err != nil {
		return fmt.Errorf("--wait asks the listeners as that client, by the name it was issued to: %w", err)
	}
	waited, err := local.AwaitRefusal(ctx, twin, client, begun)
	if err != nil {
		return err
	}
	fmt.Fprintf(cmd.OutOrStdout(), "refused by the verify listener after %.1f s\nrefused by the passthrough listener after %.1f s\n",
		waited.Verify.Seconds(), waited.Passthrough.Seconds())
	return nil
}
