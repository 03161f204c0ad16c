package main

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/sekisho/sekisho/internal/local"
)

func refreshCommand(dir *string) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "refresh",
		Short:   "Run the refresh function of the twin now",
		Example: `  sekisho local refresh`,
		Args:    usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			run, err := local.NewCommands(*dir).Refresh(cmd.Context())
			if err != nil {
				return err
			}
			if asJSON {
				err = json.NewEncoder(cmd.OutOrStdout()).Encode(run)
			} else {
				for _, outcome := range run.Report.Outcomes {
					fmt.Fprintln(cmd.OutOrStdout(), local.Line(outcome))
				}
			}
			if run.Error != "" {
				return errors.New("refresh failed: " + run.Error)
			}
			return err
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}
