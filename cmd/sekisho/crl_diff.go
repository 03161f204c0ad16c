package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/big"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/sekisho/sekisho/internal/crl"
)

func crlDiffCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "diff OLD NEW",
		Short: "Show which serial numbers came onto a list and which left it",
		Long: `Prints "+" for a serial number that only NEW has, "-" for one that only OLD
has, and "~" for one whose date or reason changed. Exits with 0 either way.`,
		Example: `  sekisho crl diff yesterday.crl today.crl`,
		Args:    usage(cobra.ExactArgs(2)),
		RunE: func(cmd *cobra.Command, args []string) error {
			meter := newMeter(cmd.ErrOrStderr())
			before, err := single(cmd.Context(), args[0], meter)
			if err != nil {
				return err
			}
			after, err := single(cmd.Context(), args[1], meter)
			if err != nil {
				return err
			}
			if !bytes.Equal(before.list.RawIssuer, after.list.RawIssuer) {
				return &usageError{fmt.Errorf("comparing: %s is of %s, %s of %s: two lists of one CA can be compared", args[0], before.list.Issuer, args[1], after.list.Issuer)}
			}
			printDiff(cmd.OutOrStdout(), before, after)
			return nil
		},
	}
}

func single(ctx context.Context, name string, meter meter) (indexedList, error) {
	lists, err := indexes(ctx, name, meter)
	if err != nil {
		return indexedList{}, err
	}
	if len(lists) != 1 {
		return indexedList{}, &usageError{fmt.Errorf("comparing: %s holds %d lists, want one", name, len(lists))}
	}
	return lists[0], nil
}

func printDiff(out io.Writer, before, after indexedList) {
	lines := append(only("-", before.index, after.index), only("+", after.index, before.index)...)
	lines = append(lines, changed(before.index, after.index)...)
	slices.SortFunc(lines, func(a, b diffLine) int { return a.serial.Cmp(b.serial) })
	for _, line := range lines {
		fmt.Fprintln(out, line.text)
	}
	fmt.Fprintf(out, "number %v -> %v, entries %d -> %d\n", before.list.Number, after.list.Number, before.list.Entries, after.list.Entries)
}

type diffLine struct {
	serial *big.Int
	text   string
}

func only(sign string, here, there *crl.Index) []diffLine {
	var lines []diffLine
	for serial, entry := range here.All() {
		_, both := there.Find(serial)
		if !both {
			lines = append(lines, diffLine{serial, fmt.Sprintf("%s %s  %s  %s", sign, serial.Text(16), entry.RevokedAt.Format(time.RFC3339), entry.Reason)})
		}
	}
	return lines
}

func changed(before, after *crl.Index) []diffLine {
	var lines []diffLine
	for serial, now := range after.All() {
		was, both := before.Find(serial)
		if both && (was.Reason != now.Reason || !was.RevokedAt.Equal(now.RevokedAt)) {
			lines = append(lines, diffLine{serial, fmt.Sprintf("~ %s  %s %s -> %s %s", serial.Text(16),
				was.RevokedAt.Format(time.RFC3339), was.Reason, now.RevokedAt.Format(time.RFC3339), now.Reason)})
		}
	}
	return lines
}
