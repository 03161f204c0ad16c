package main

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/sekisho/sekisho/internal/crl"
)

func crlInspectCommand() *cobra.Command {
	check := &checkFlags{}
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "inspect FILE|URL",
		Short: "Show what a list says of itself, and whether it would be taken",
		Example: `  sekisho crl inspect ca.crl
  sekisho crl inspect http://ca.example.com/ca.crl --ca-bundle root.pem --json`,
		Args: usage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			lists, err := readLists(cmd.Context(), args[0], newMeter(cmd.ErrOrStderr()), true)
			if err != nil {
				return err
			}
			now, err := check.now()
			if err != nil {
				return err
			}
			var refused error
			for _, one := range lists {
				verdict := check.check(one.list)
				err = show(cmd.OutOrStdout(), inspected(one.list, verdict, len(check.bundles) > 0, now), asJSON)
				refused = errors.Join(refused, verdict, err)
			}
			return refused
		},
	}
	check.add(cmd.Flags())
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON, a line for each list")
	return cmd
}

// inspection is what is shown of a list.
type inspection struct {
	Issuer             string    `json:"issuer"`
	Version            int       `json:"version"`
	Number             string    `json:"number,omitempty"`
	ThisUpdate         time.Time `json:"thisUpdate"`
	NextUpdate         time.Time `json:"nextUpdate,omitzero"`
	Stale              bool      `json:"stale"`
	Entries            int       `json:"entries"`
	Negative           int       `json:"negativeSerials"`
	Duplicates         int       `json:"repeatedSerials"`
	SignatureAlgorithm string    `json:"signatureAlgorithm"`
	AuthorityKeyID     string    `json:"authorityKeyId,omitempty"`
	Scope              string    `json:"scope"`
	Bytes              int64     `json:"bytes"`
	PEMBytes           int       `json:"pemBytes"`
	SHA256             string    `json:"sha256"`
	// Check is "not checked", "taken" or the reason of the refusal.
	Check  string `json:"check"`
	Detail string `json:"detail,omitempty"`
}

func inspected(list *crl.List, verdict error, checked bool, now time.Time) inspection {
	shown := inspection{
		Issuer: list.Issuer.String(), Version: list.Version,
		ThisUpdate: list.ThisUpdate, NextUpdate: list.NextUpdate, Stale: list.Stale(now),
		Entries: list.Entries, Negative: list.Negative, Duplicates: list.Duplicates,
		SignatureAlgorithm: list.SignatureAlgorithm.String(), AuthorityKeyID: hex.EncodeToString(list.AuthorityKeyID),
		Scope: list.Scope.String(), Bytes: list.Size, PEMBytes: crl.PEMLen(int(list.Size)),
		SHA256: hex.EncodeToString(list.SHA256[:]), Check: "not checked",
	}
	if list.Number != nil {
		shown.Number = list.Number.String()
	}
	var refused *crl.RefusedError
	switch {
	case errors.As(verdict, &refused):
		shown.Check, shown.Detail = string(refused.Reason), refused.Detail
	case checked && verdict == nil:
		shown.Check = "taken"
	}
	return shown
}

func show(out io.Writer, shown inspection, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(out).Encode(shown)
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, row := range [][2]any{
		{"issuer", shown.Issuer},
		{"version", shown.Version},
		{"number", orNone(shown.Number)},
		{"this update", shown.ThisUpdate.Format(time.RFC3339)},
		{"next update", nextUpdate(shown)},
		{"entries", fmt.Sprintf("%d (%d negative, %d repeated)", shown.Entries, shown.Negative, shown.Duplicates)},
		{"signature", shown.SignatureAlgorithm},
		{"issuer key", orNone(shown.AuthorityKeyID)},
		{"covers", shown.Scope},
		{"size", fmt.Sprintf("%d bytes, %d as PEM", shown.Bytes, shown.PEMBytes)},
		{"SHA-256", shown.SHA256},
		{"check", shown.Check},
	} {
		fmt.Fprintf(table, "%s\t%v\n", row[0], row[1])
	}
	return table.Flush()
}

func nextUpdate(shown inspection) string {
	if shown.NextUpdate.IsZero() {
		return "not said"
	}
	text := shown.NextUpdate.Format(time.RFC3339)
	if shown.Stale {
		text += " (STALE)"
	}
	return text
}

func orNone(text string) string {
	if text == "" {
		return "none"
	}
	return text
}
