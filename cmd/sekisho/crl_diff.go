package main

import (
	"bufio"
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
	var asJSON bool
	cmd := &cobra.Command{
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
			if asJSON {
				return encodeDiff(cmd.OutOrStdout(), before, after)
			}
			return printDiff(cmd.OutOrStdout(), before, after)
		},
	}
	jsonFlag(cmd, &asJSON)
	return cmd
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

// differences are in the order of the serial numbers.
func differences(before, after indexedList) []change {
	changes := append(only('-', before.index, after.index), only('+', after.index, before.index)...)
	changes = append(changes, changed(before.index, after.index)...)
	slices.SortFunc(changes, func(a, b change) int { return a.serial.Cmp(b.serial) })
	return changes
}

func printDiff(out io.Writer, before, after indexedList) error {
	changes := differences(before, after)
	buffered := bufio.NewWriter(out) // there may be a million lines
	for _, change := range changes {
		change.print(buffered, before.index, after.index)
	}
	fmt.Fprintf(buffered, "number %v -> %v, entries %d -> %d\n", before.list.Number, after.list.Number, before.list.Entries, after.list.Entries)
	err := buffered.Flush()
	if err != nil {
		return fmt.Errorf("writing the differences: %w", err)
	}
	return nil
}

// change is what became of a serial number: it left (-), came (+), or has
// another date or reason (~).
type change struct {
	sign   byte
	serial *big.Int
}

func (c change) print(out io.Writer, before, after *crl.Index) {
	was, _ := before.Find(c.serial)
	now, _ := after.Find(c.serial)
	switch c.sign {
	case '~':
		fmt.Fprintf(out, "~ %x  %s -> %s\n", c.serial, entryText(was, " "), entryText(now, " "))
	case '-':
		fmt.Fprintf(out, "- %x  %s\n", c.serial, entryText(was, "  "))
	default:
		fmt.Fprintf(out, "+ %x  %s\n", c.serial, entryText(now, "  "))
	}
}

// entryText is date and reason of an entry.
func entryText(entry crl.Entry, space string) string {
	reason := entry.Reason.String()
	if entry.Reason == crl.NoReason {
		reason = "without a reason"
	}
	return entry.RevokedAt.Format(time.RFC3339) + space + reason
}

// only are the serial numbers that one list has and the other one has not.
func only(sign byte, here, there *crl.Index) []change {
	var changes []change
	for serial := range here.All() {
		_, both := there.Find(serial)
		if !both {
			changes = append(changes, change{sign, serial})
		}
	}
	return changes
}

func changed(before, after *crl.Index) []change {
	var changes []change
	for serial, now := range after.All() {
		was, both := before.Find(serial)
		if both && (was.Reason != now.Reason || !was.RevokedAt.Equal(now.RevokedAt)) {
			changes = append(changes, change{'~', serial})
		}
	}
	return changes
}
