package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/sekisho/sekisho/internal/crl"
	"github.com/sekisho/sekisho/internal/refresh"
	"github.com/sekisho/sekisho/internal/snapshot"
)

func historyCommand() *cobra.Command {
	var bucket bucketFlags
	var issuer string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "history SERIAL",
		Short: "Say since when a serial number is refused",
		Long: `Goes through the decision records and the indexes of the lists, and says when
the first list with that serial number (hex) came into force, and when it left.
The index of a list that was superseded is deleted after some days; what came
and what left is on record, up to 1,000 serial numbers for each list. What
cannot be told from that, is said to be unknown.`,
		Example: `  sekisho history 03A5B1
  sekisho history 03A5B1 --issuer "Issuing CA" --bucket my-bucket`,
		Args: usage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			serial, ok := new(big.Int).SetString(strings.ReplaceAll(args[0], ":", ""), 16)
			if !ok {
				return &usageError{fmt.Errorf("%q is no serial number: write it in hexadecimal", args[0])}
			}
			store, err := bucket.open()
			if err != nil {
				return err
			}
			told, err := history(cmd.Context(), store, serial, issuer)
			if err != nil {
				return err
			}
			if asJSON {
				return json.NewEncoder(cmd.OutOrStdout()).Encode(told)
			}
			printHistory(cmd.OutOrStdout(), serial, told)
			return nil
		},
	}
	bucket.add(cmd.Flags())
	jsonFlag(cmd, &asJSON)
	cmd.Flags().StringVar(&issuer, "issuer", "", "part of the issuer's distinguished `name`, or the source's: other CAs may use the same serial number")
	return cmd
}

// life is what became of a serial number in the lists of one identity.
type life struct {
	Serial string `json:"serial"`
	Issuer string `json:"issuer"`
	Source string `json:"source"`
	// Turns are sentences, the oldest first; the last says how it is now.
	Turns []string `json:"turns"`
}

func history(ctx context.Context, store objects, serial *big.Int, issuer string) ([]life, error) {
	keys, err := store.List(ctx, refresh.RecordPrefix)
	if err != nil {
		return nil, err
	}
	records, err := fetchRecords(ctx, store, keys)
	if err != nil {
		return nil, err
	}
	records = slices.DeleteFunc(records, func(r refresh.Record) bool { return !isOf(r, issuer) })
	told := []life{}
	for _, edition := range byIdentity(records) {
		c := chronicle{store: store, serial: serial, records: edition}
		lines, err := c.tell(ctx)
		if err != nil {
			return nil, err
		}
		if len(lines) > 0 {
			told = append(told, life{fmt.Sprintf("%X", serial), edition[0].Issuer, edition[0].Source, lines})
		}
	}
	return told, nil
}

func printHistory(out io.Writer, serial *big.Int, told []life) {
	for _, one := range told {
		fmt.Fprintf(out, "serial number %s of %s (source %s)\n", one.Serial, one.Issuer, orNone(one.Source))
		for _, line := range one.Turns {
			fmt.Fprintln(out, "  "+line)
		}
	}
	if len(told) == 0 {
		fmt.Fprintf(out, "serial number %X was on no list that is on record\n", serial)
	}
}

// isOf says that a record is about the issuer that was asked for.
func isOf(record refresh.Record, issuer string) bool {
	return strings.Contains(strings.ToLower(record.Issuer), strings.ToLower(issuer)) || strings.EqualFold(record.Source, issuer)
}

// byIdentity are the records after which another list was in force than before,
// apart for each identity and in their order.
func byIdentity(records []refresh.Record) [][]refresh.Record {
	var all [][]refresh.Record
	for _, record := range records {
		if record.Identity == "" || record.Enforced.SHA256 == "" {
			continue
		}
		at := slices.IndexFunc(all, func(of []refresh.Record) bool { return of[0].Identity == record.Identity })
		if at < 0 {
			all = append(all, []refresh.Record{record})
			continue
		}
		if all[at][len(all[at])-1].Enforced.SHA256 != record.Enforced.SHA256 {
			all[at] = append(all[at], record)
		}
	}
	return all
}

// presence is whether a serial number is on a list.
type presence int

const (
	unknown presence = iota
	absent
	present
)

// chronicle follows a serial number through the lists of one identity.
type chronicle struct {
	store   objects
	serial  *big.Int
	records []refresh.Record
}

// tell are the turns in the life of the serial number; none if it was never
// there.
func (c chronicle) tell(ctx context.Context) ([]string, error) {
	var lines []string
	before, ever := unknown, false
	for i, record := range c.records {
		now, entry, err := c.look(ctx, record, before)
		if err != nil {
			return nil, err
		}
		ever = ever || now == present
		if now != before || i == 0 {
			lines = append(lines, c.turn(record, i == 0, before, now, entry))
		}
		before = now
	}
	if !ever && before != unknown {
		return nil, nil
	}
	last := c.records[len(c.records)-1]
	return append(lines, "now: "+map[presence]string{
		unknown: "unknown", absent: "not refused", present: "refused",
	}[before]+", by list "+editionOf(last.Enforced)), nil
}

// turn says what changed with a list.
func (c chronicle) turn(record refresh.Record, first bool, before, now presence, entry *crl.Entry) string {
	text := map[presence]string{
		unknown: "cannot be told from here on: the index of the list is gone, and its record does not name every serial number",
		absent:  "not refused", present: "refused",
	}[now]
	switch {
	case now == present && first:
		text = "refused, and for how long before that is not on record"
	case now == present:
		text = "refused from here on"
	case now == absent && before == present:
		text = "not refused any more: it left the list" + c.markOf(record)
	}
	text = fmt.Sprintf("%s  %s (list %s)", inForceSince(record).Format(time.RFC3339), text, editionOf(record.Enforced))
	if entry != nil {
		text += "; revoked by the CA at " + entryText(*entry, ", ")
	}
	return text
}

// inForceSince is when the run had put the list in force.
func inForceSince(record refresh.Record) time.Time {
	at := record.At.UTC()
	for _, step := range record.Steps {
		at = at.Add(step.Took)
	}
	return at.Truncate(time.Second)
}

// markOf says what is special about a departure.
func (c chronicle) markOf(record refresh.Record) string {
	if record.Change == nil {
		return ""
	}
	for _, left := range record.Change.Left {
		if left.Serial == fmt.Sprintf("%X", c.serial) && left.Mark != "" {
			return ", " + string(left.Mark)
		}
	}
	return ""
}

// look asks the index of a list, or else what its record says about the list
// before it.
func (c chronicle) look(ctx context.Context, record refresh.Record, before presence) (presence, *crl.Entry, error) {
	object, err := c.store.Get(ctx, snapshot.IndexKey(record.Enforced.SHA256))
	if errors.Is(err, refresh.ErrAbsent) {
		return c.fromChange(record, before), nil, nil
	}
	if err != nil {
		return unknown, nil, err
	}
	index, err := crl.OpenIndex(object.Body)
	if err != nil {
		return unknown, nil, err
	}
	entry, there := index.Find(c.serial)
	if !there {
		return absent, nil, nil
	}
	return present, &entry, nil
}

func (c chronicle) fromChange(record refresh.Record, before presence) presence {
	change := record.Change
	if change == nil || change.Unknown != "" || record.Fetched.SHA256 != record.Enforced.SHA256 {
		return unknown
	}
	serial := fmt.Sprintf("%X", c.serial)
	switch {
	case slices.Contains(change.Came, serial):
		return present
	case slices.ContainsFunc(change.Left, func(d refresh.Departure) bool { return d.Serial == serial }):
		return absent
	case before == present && change.Gone > len(change.Left), before == absent && change.Newly > len(change.Came):
		return unknown
	}
	return before
}
