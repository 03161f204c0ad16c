package main

import (
	"encoding/json"
	"slices"

	"github.com/spf13/cobra"

	"github.com/sekisho/sekisho/internal/deployed"
	"github.com/sekisho/sekisho/internal/refresh"
)

func planCommand() *cobra.Command {
	target := &planTarget{}
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "plan",
		Short: "Say what the next refresh would do, and change nothing",
		Long: `Fetches the lists, reads the bucket and the trust store, and says what the
refresh function would do now: keep, replace, heal or refuse. It writes nothing.

It looks at the local twin, or at AWS: with --environment, or where the
variables of the refresh function are set. The region and the keys of AWS come
from the environment; reading the bucket and the trust store is all that they
must allow.

Exit codes: 0 fine, 1 a list would be refused or cannot be had, 2 wrong usage.`,
		Example: `  sekisho plan
  aws lambda get-function-configuration --function-name NAME --query Environment.Variables > refresh.json
  sekisho plan --environment refresh.json`,
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			target.chosen = cmd.Flags().Changed("dir")
			return plan(cmd, target, asJSON)
		},
	}
	target.add(cmd.Flags())
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the report as JSON")
	return cmd
}

func plan(cmd *cobra.Command, target *planTarget, asJSON bool) error {
	where, getenv, err := target.environment()
	if err != nil {
		return err
	}
	deployed, err := deployed.New(getenv)
	if err != nil {
		return &usageError{err}
	}
	stop := newMeter(cmd.ErrOrStderr()).show("looking", 0, nil)
	defer stop()
	refresher, err := deployed.Load(cmd.Context())
	if err != nil {
		return err
	}
	report, err := refresher.Preview(cmd.Context())
	if err != nil {
		return err
	}
	stop()
	if asJSON {
		err = json.NewEncoder(cmd.OutOrStdout()).Encode(report)
	} else {
		err = printPlan(cmd.OutOrStdout(), where, report)
	}
	if err == nil && slices.ContainsFunc(report.Outcomes, refresh.Outcome.Failed) {
		return errFound
	}
	return err
}
