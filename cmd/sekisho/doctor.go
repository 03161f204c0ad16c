package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/sekisho/sekisho/internal/doctor"
)

func doctorCommand() *cobra.Command {
	var flags doctorFlags
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Say whether mutual TLS really works: who is let in, who is refused, whether lists arrive",
		Long: `Examines a gate as its clients see it, and says for each thing that is wrong
what to do. Without URLs it examines the local twin: it has certificates issued
that are good for minutes, revokes one of them, and runs one refresh.

A real gate is named by its URLs; nothing is issued or revoked there, so give
the clients to examine it with: a good one, a revoked one, an expired one. With
--environment, or where the variables of the refresh function are set, it also
looks into the trust store; region and keys of AWS come from the environment.

✔ was seen to be so, ✘ is wrong, – was skipped, with the reason.

Exit codes: 0 nothing is wrong, 1 something is, 2 wrong usage.`,
		Example: `  sekisho doctor
  sekisho doctor --verify https://gate.example.com/ --cert laptop.pem --key laptop.key \
    --revoked-cert stolen.pem --revoked-key stolen.key --ca-bundle my-ca.pem
  sekisho doctor --json`,
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			flags.target.chosen = cmd.Flags().Changed("dir")
			return flags.examine(cmd, asJSON)
		},
	}
	flags.add(cmd.Flags())
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func (f *doctorFlags) examine(cmd *cobra.Command, asJSON bool) error {
	meter := newMeter(cmd.ErrOrStderr())
	stop := meter.show("preparing", 0, nil)
	gate, err := f.gate(cmd.Context())
	stop()
	if err != nil {
		return err
	}
	gate.Now = time.Now
	row := doctorTable(cmd.OutOrStdout())
	stop = meter.show("examining", 0, nil)
	checks := doctor.Run(cmd.Context(), gate, func(check doctor.Check) {
		stop()
		if !asJSON {
			row(check)
		}
		stop = meter.show("examining", 0, nil)
	})
	stop()
	err = cmd.Context().Err()
	if err != nil {
		return fmt.Errorf("examining the gate: %w", err)
	}
	if asJSON {
		err = json.NewEncoder(cmd.OutOrStdout()).Encode(map[string]any{"checks": checks})
	} else {
		printVerdict(cmd.OutOrStdout(), checks)
	}
	if err == nil && slices.ContainsFunc(checks, doctor.Check.Failed) {
		return errFound
	}
	return err
}
