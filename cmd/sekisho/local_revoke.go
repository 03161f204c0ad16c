package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/sekisho/sekisho/internal/local"
)

func revokeCommand(dir *string) *cobra.Command {
	var wait, asJSON bool
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
			told := revocation{Revoked: revoked}
			if !asJSON {
				fmt.Fprintf(cmd.OutOrStdout(), "revoked %s: serial %s\n", revoked.Name, strings.Join(revoked.Serials, ", "))
			}
			if wait {
				ctx, cancel := context.WithTimeout(cmd.Context(), timeout)
				defer cancel()
				told.Refused, err = awaitRefusal(ctx, *dir, args[0], begun)
			}
			return errors.Join(told.print(cmd.OutOrStdout(), asJSON), err)
		},
	}
	cmd.Flags().BoolVar(&wait, "wait", false, "wait until both listeners refuse the client")
	cmd.Flags().DurationVar(&timeout, "timeout", 5*time.Minute, "how long to wait at most")
	jsonFlag(cmd, &asJSON)
	return cmd
}

// revocation is what a revocation did, for programs.
type revocation struct {
	local.Revoked
	// Refused says after how many seconds each listener refused; nil when
	// nobody waited for it, or it did not come.
	Refused *refusedAfter `json:"refusedAfterSeconds,omitempty"`
}

type refusedAfter struct {
	Verify      float64 `json:"verify"`
	Passthrough float64 `json:"passthrough"`
}

func (r revocation) print(out io.Writer, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(out).Encode(r)
	}
	if r.Refused != nil {
		fmt.Fprintf(out, "refused by the verify listener after %.1f s\nrefused by the passthrough listener after %.1f s\n", r.Refused.Verify, r.Refused.Passthrough)
	}
	return nil
}

func awaitRefusal(ctx context.Context, dir, name string, begun time.Time) (*refusedAfter, error) {
	twin, err := local.Describe(dir)
	if err != nil {
		return nil, err
	}
	client, err := local.LoadClient(dir, name)
	if err != nil {
		return nil, fmt.Errorf("--wait asks the listeners as that client, by the name it was issued to: %w", err)
	}
	waited, err := local.AwaitRefusal(ctx, twin, client, begun)
	if err != nil {
		return nil, err
	}
	return &refusedAfter{Verify: waited.Verify.Seconds(), Passthrough: waited.Passthrough.Seconds()}, nil
}
