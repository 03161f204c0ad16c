package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/user"

	"github.com/spf13/cobra"

	"github.com/sekisho/sekisho/internal/local"
	"github.com/sekisho/sekisho/internal/refresh"
)

func approveCommand() *cobra.Command {
	return orderCommand(refresh.ApproveAction, &cobra.Command{
		Use:   "approve SOURCE SHA256 --reason TEXT",
		Short: "Let a list through that a guard holds back",
		Long: `Lets one list through that the refresh function holds back because it shrinks
or revokes more than its source allows, and refreshes at once. SHA256 is the
hash of that very list, as "sekisho plan" and "sekisho records" say it; another
list that is held back later waits for its own approval.

Look first: "sekisho records --json" names what came and what left.

` + whereOrdersGo,
		Example: `  sekisho approve issuing 430973b9... --reason "the CA confirmed it"
  sekisho approve issuing 430973b9... --reason "the CA confirmed it" --function Sekisho-refresh`,
	})
}

// whereOrdersGo is what approve and reset have in common.
const whereOrdersGo = `It goes to the local twin, or with --function to AWS: there it invokes the
refresh function through its alias "operator", which is granted apart. Region
and keys come from the environment. Who ordered it, and why, is on record.

Exit codes: 0 the list is in force, 1 it is not, 2 wrong usage.`

// order is an order before it is sent.
type order struct {
	kind refresh.Action
	refresh.Order
	dir, function string
}

// orderCommand makes the command for one kind of order.
func orderCommand(kind refresh.Action, cmd *cobra.Command) *cobra.Command {
	given := order{kind: kind}
	cmd.Args = usage(cobra.ExactArgs(2))
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		given.Source, given.SHA256 = args[0], args[1]
		return given.give(cmd)
	}
	cmd.Flags().StringVar(&given.dir, "dir", local.DefaultOptions().Dir, "state `directory` of the local twin")
	cmd.Flags().StringVar(&given.function, "function", "", "`name` of a refresh function in AWS, in place of the twin's")
	cmd.Flags().StringVar(&given.Reason, "reason", "", "`text` that says why, for the record (needed)")
	cmd.Flags().StringVar(&given.By, "by", whoAmI(), "`name` of who orders it, for the record")
	return cmd
}

func (o order) give(cmd *cobra.Command) error {
	if o.Reason == "" {
		return &usageError{fmt.Errorf("say why, with --reason: it stands in the record")}
	}
	send := o.toTwin
	if o.function != "" {
		if cmd.Flags().Changed("dir") {
			return &usageError{fmt.Errorf("the twin on %s and the function %s at once make no sense: give --dir or --function", o.dir, o.function)}
		}
		send = o.toAWS
	}
	run, err := send(cmd.Context())
	if err != nil {
		return err
	}
	return o.report(cmd.OutOrStdout(), run)
}

func (o order) toTwin(ctx context.Context) (local.Run, error) {
	commands := local.NewCommands(o.dir)
	if o.kind == refresh.ResetAction {
		return commands.Reset(ctx, o.Order)
	}
	return commands.Approve(ctx, o.Order)
}

// report says what became of the order.
func (o order) report(out io.Writer, run local.Run) error {
	inForce := false
	for _, outcome := range run.Report.Outcomes {
		if outcome.Source == o.Source {
			fmt.Fprintln(out, local.Line(outcome))
		}
		inForce = inForce || outcome.Enforced.SHA256 == o.SHA256
	}
	for _, problem := range run.Report.Unrecorded {
		fmt.Fprintln(out, "not on record: "+problem)
	}
	if run.Error != "" {
		fmt.Fprintln(out, "refresh failed: "+run.Error)
	}
	if inForce {
		fmt.Fprintf(out, "list %s is in force\n", o.SHA256)
		return nil
	}
	fmt.Fprintf(out, "list %s is not in force yet: the order stands, and is carried out when %s delivers that list\n", o.SHA256, o.Source)
	return errFound
}

// whoAmI is the name to suggest; AWS's own log knows whose keys they were.
func whoAmI() string {
	name := os.Getenv("USER")
	current, err := user.Current()
	if err == nil {
		name = current.Username
	}
	host, err := os.Hostname()
	if err != nil {
		return name
	}
	return name + "@" + host
}
