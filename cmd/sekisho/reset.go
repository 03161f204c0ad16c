package main

import (
	"github.com/spf13/cobra"

	"github.com/sekisho/sekisho/internal/refresh"
)

func resetCommand() *cobra.Command {
	return orderCommand(refresh.ResetAction, &cobra.Command{
		Use:   "reset SOURCE SHA256 --reason TEXT",
		Short: "Accept a list although it is older than the one in force",
		Long: `Gets out of a wedged number: a CA that was restored from a backup, or set up
again with the same key, publishes lists with lower numbers or earlier dates,
and each is refused as "behind" or "rolled-back". This accepts the one list that
is named, if its source delivers it now, and refreshes at once. Nothing leaves
the trust store before that list is in it.

An attacker who replays an old list looks the same. Make sure that the CA's
operators know of it, and compare the hash with what they published:
sha256sum of the list in DER.

` + whereOrdersGo,
		Example: `  sekisho reset issuing 9f86d081... --reason "CA restored from the backup of Sunday"`,
	})
}
