package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/sekisho/sekisho/internal/local"
	"github.com/sekisho/sekisho/internal/refresh"
)

func refreshCommand(dir *string) *cobra.Command {
	return &cobra.Command{
		Use:   "refresh",
		Short: "Run the refresh function of the twin now",
		Args:  usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			run, err := local.NewCommands(*dir).Refresh(cmd.Context())
			if err != nil {
				return err
			}
			for _, outcome := range run.Report.Outcomes {
				fmt.Fprintln(cmd.OutOrStdout(), local.Line(outcome))
			}
			if run.Error != "" {
				return errors.New("refresh failed: " + run.Error)
			}
			return nil
		},
	}
}

func statusCommand(dir *string) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Show each list: number, age, life left, entries, and what enforces it",
		Args:  usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			status, err := local.NewCommands(*dir).Status(cmd.Context())
			if err != nil {
				return err
			}
			if asJSON {
				return json.NewEncoder(cmd.OutOrStdout()).Encode(status)
			}
			return printStatus(cmd.OutOrStdout(), status)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func printStatus(out io.Writer, status local.Status) error {
	fmt.Fprintf(out, "last run %s ago, every %s; functions: refresh %s, verify %s\n",
		span(status.Now.Sub(status.Last.Started)), status.Every, status.Refresh.Phase, status.Verify.Phase)
	if status.Last.Error != "" {
		fmt.Fprintln(out, "it failed: "+status.Last.Error)
	}
	fmt.Fprintln(out)
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "SOURCE\tISSUER\tNUMBER\tAGE\tLIFE LEFT\tENTRIES\tREVOCATION\tLAST DECISION")
	for _, outcome := range status.Last.Report.Outcomes {
		fmt.Fprintln(table, statusRow(outcome, status.Now))
	}
	return table.Flush()
}

func statusRow(outcome refresh.Outcome, now time.Time) string {
	decision := fmt.Sprintf("%s (%s)", outcome.Action, outcome.Reason)
	list := outcome.List
	if list.SHA256 == "" {
		return fmt.Sprintf("%s\t–\t–\t–\t–\t–\t–\t%s", outcome.Source, decision)
	}
	return fmt.Sprintf("%s\t%s\t%s\t%s\t%s\t%d\t%d\t%s", outcome.Source, outcome.Issuer, list.Number,
		span(now.Sub(list.ThisUpdate)), lifeLeft(list, now), list.Entries, outcome.Revocation, decision)
}

func lifeLeft(list refresh.Facts, now time.Time) string {
	switch left := list.NextUpdate.Sub(now); {
	case list.NextUpdate.IsZero():
		return "not said"
	case left <= 0:
		return "STALE for " + span(-left)
	default:
		return fmt.Sprintf("%s (%d %%)", span(left), int(100*left/list.NextUpdate.Sub(list.ThisUpdate)))
	}
}

// span is a duration as a person wants it, without a fraction of a second.
func span(d time.Duration) string { return d.Round(time.Second).String() }
