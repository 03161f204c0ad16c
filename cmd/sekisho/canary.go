package main

import (
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/sekisho/sekisho/internal/canary"
	"github.com/sekisho/sekisho/internal/local"
)

func canaryCommand() *cobra.Command {
	dir := local.DefaultOptions().Dir
	wait := 2 * time.Minute
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "canary",
		Short: "Try whether the twin refuses a revoked client where it serves a good one",
		Long: `Runs the canary of a deployment against the local twin. It has two clients issued,
revokes one, and tries both at both listeners until the revoked one is refused,
or the wait is over. A refusal counts only where the good client is served on the
same path, and the serial number is on the list in force: otherwise the verdict
is unknown. Exits with 0 only when it is right at both.`,
		Example: `  sekisho canary
  sekisho canary --wait 10s --json`,
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			seen := map[string]canaryRow{}
			var verdict canary.Verdict
			err := local.Canary(cmd.Context(), dir, wait, func(results []canary.Result) {
				verdict = canary.Worst(results)
				for _, result := range results {
					seen[result.Listener] = rowOf(result, seen[result.Listener])
				}
			})
			if err != nil {
				return err
			}
			rows := []canaryRow{seen[canary.Verify], seen[canary.Passthrough]}
			err = printCanary(cmd.OutOrStdout(), verdict, rows, asJSON)
			if err == nil && verdict != canary.Right {
				return errFound
			}
			return err
		},
	}
	cmd.Flags().StringVar(&dir, "dir", dir, "state `directory` of the local twin")
	cmd.Flags().DurationVar(&wait, "wait", wait, "how long to wait for the refusal at most")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// canaryRow is what was seen of a listener at last.
type canaryRow struct {
	Listener string `json:"listener"`
	Good     string `json:"good"`
	Revoked  string `json:"revoked"`
	Verdict  string `json:"verdict"`
	Why      string `json:"why,omitempty"`
	// Seconds is the time from the revocation until it was enforced; 0 when
	// that was not seen.
	Seconds float64 `json:"secondsToEnforcement,omitempty"`
}

func rowOf(result canary.Result, before canaryRow) canaryRow {
	return canaryRow{
		Listener: result.Listener, Good: string(result.Good.Treatment), Revoked: string(result.Revoked.Treatment),
		Verdict: string(result.Verdict), Why: result.Why, Seconds: max(result.Enforced.Seconds(), before.Seconds),
	}
}

func printCanary(out io.Writer, verdict canary.Verdict, rows []canaryRow, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(out).Encode(map[string]any{"verdict": verdict, "listeners": rows})
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "LISTENER\tGOOD\tREVOKED\tVERDICT\tENFORCED AFTER\tWHY")
	for _, row := range rows {
		after := "–"
		if row.Seconds > 0 {
			after = fmt.Sprintf("%.1f s", row.Seconds)
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\n", row.Listener, row.Good, row.Revoked, row.Verdict, after, row.Why)
	}
	return table.Flush()
}
