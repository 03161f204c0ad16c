package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"github.com/sekisho/sekisho/internal/local"
	"github.com/sekisho/sekisho/internal/statuspage"
)

func statusCommand() *cobra.Command {
	target := &planTarget{}
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Show each list with the life that it has left, what is enforced, and the last decisions",
		Long: `Shows each revocation list with the life that it has left, what is enforced,
and what was decided last; of a twin also who came, and who was refused.

It looks at the local twin, or at AWS: with --environment, or where the
variables of the refresh function are set. The region and the keys of AWS come
from the environment; reading the bucket and the trust store is all that they
must allow. In AWS it fetches the lists, and changes nothing.`,
		Example: `  sekisho status
  sekisho status --environment refresh.json
  sekisho status --json`,
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			target.chosen = cmd.Flags().Changed("dir")
			return showStatus(cmd, target, asJSON)
		},
	}
	target.add(cmd.Flags())
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// localStatusCommand is the same for the twin alone, under its older name.
func localStatusCommand(dir *string) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "status",
		Short:   "The same as \"sekisho status\", of this twin",
		Example: `  sekisho local status`,
		Args:    usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return showStatus(cmd, &planTarget{dir: *dir, chosen: true}, asJSON)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func showStatus(cmd *cobra.Command, target *planTarget, asJSON bool) error {
	stop := newMeter(cmd.ErrOrStderr()).show("looking", 0, nil)
	defer stop()
	status, err := statusOf(cmd.Context(), target)
	stop()
	if err != nil {
		return err
	}
	if asJSON {
		return json.NewEncoder(cmd.OutOrStdout()).Encode(status)
	}
	return printStatus(cmd.OutOrStdout(), status)
}

func statusOf(ctx context.Context, target *planTarget) (statuspage.Status, error) {
	if target.ofAWS() {
		return statusInAWS(ctx, target)
	}
	if target.file != "" {
		_, _, err := target.environment()
		return statuspage.Status{}, err
	}
	twin, err := local.Describe(target.dir)
	if err != nil {
		return statuspage.Status{}, err
	}
	return statusOfTwin(ctx, twin)
}

// statusTimeout bounds how long a twin on this machine may take.
const statusTimeout = 10 * time.Second

// statusOfTwin asks for what the status page shows.
func statusOfTwin(ctx context.Context, twin local.Description) (statuspage.Status, error) {
	var status statuspage.Status
	ctx, cancel := context.WithTimeout(ctx, statusTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, twin.StatusPage+"status.json", nil)
	if err != nil {
		return status, fmt.Errorf("asking the twin for its status: %w", err)
	}
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		return status, fmt.Errorf("asking the twin for its status: %w: if it was killed, start it again with \"sekisho local\"", err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return status, fmt.Errorf("asking the twin for its status: %s", response.Status)
	}
	err = json.NewDecoder(response.Body).Decode(&status)
	if err != nil {
		return status, fmt.Errorf("reading the status of the twin: %w", err)
	}
	return status, nil
}
