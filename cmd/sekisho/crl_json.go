package main

import (
	"encoding/json"
	"io"
	"math/big"
	"time"

	"github.com/spf13/cobra"

	"github.com/sekisho/sekisho/internal/crl"
)

// jsonFlag is the flag of every command that prints data.
func jsonFlag(cmd *cobra.Command, asJSON *bool) {
	cmd.Flags().BoolVar(asJSON, "json", false, "print JSON")
}

// listedEntry is an entry of a list, for programs.
type listedEntry struct {
	RevokedAt time.Time `json:"revokedAt"`
	// Reason is empty when the list gives none.
	Reason string `json:"reason,omitempty"`
}

func listed(entry crl.Entry) *listedEntry {
	shown := &listedEntry{RevokedAt: entry.RevokedAt}
	if entry.Reason != crl.NoReason {
		shown.Reason = entry.Reason.String()
	}
	return shown
}

// difference is a serial number that came (+), left (-), or has another date or
// reason (~), with what each list says of it.
type difference struct {
	Change string       `json:"change"`
	Serial string       `json:"serial"`
	Before *listedEntry `json:"before,omitempty"`
	After  *listedEntry `json:"after,omitempty"`
}

// edition is one of two lists that are compared.
type edition struct {
	Number  *big.Int `json:"number,omitempty"`
	Entries int      `json:"entries"`
}

func encodeDiff(out io.Writer, before, after indexedList) error {
	all := []difference{}
	for _, change := range differences(before, after) {
		one := difference{Change: string(change.sign), Serial: change.serial.Text(16)}
		was, had := before.index.Find(change.serial)
		if had {
			one.Before = listed(was)
		}
		now, has := after.index.Find(change.serial)
		if has {
			one.After = listed(now)
		}
		all = append(all, one)
	}
	return json.NewEncoder(out).Encode(map[string]any{
		"issuer":  before.list.Issuer.String(),
		"old":     edition{before.list.Number, before.list.Entries},
		"new":     edition{after.list.Number, after.list.Entries},
		"changes": all,
	})
}
