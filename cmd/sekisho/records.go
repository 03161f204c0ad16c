package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/sekisho/sekisho/internal/refresh"
)

func recordsCommand() *cobra.Command {
	var bucket bucketFlags
	var since time.Duration
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "records",
		Short: "Show which decisions the refresh function took, and why",
		Long: `Prints the decision records of the last hours: every run that changed, refused,
held back or healed something, what an operator ordered, and sources that were
down. Repeats stand in one line with their count. With --json each record is one
line with everything in it: what was fetched, what came and what left, what the
trust store answered and how long each step took.`,
		Example: `  sekisho records --since 168h
  sekisho records --json --bucket my-bucket | jq 'select(.action == "hold")'`,
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if since <= 0 {
				return &usageError{fmt.Errorf("--since %s: say how far to look back, like 24h", since)}
			}
			store, err := bucket.open()
			if err != nil {
				return err
			}
			records, err := readRecords(cmd.Context(), store, time.Now().Add(-since), time.Now())
			if err != nil {
				return err
			}
			if asJSON {
				return printRecordsAsJSON(cmd.OutOrStdout(), records)
			}
			return printRecords(cmd.OutOrStdout(), records)
		},
	}
	bucket.add(cmd.Flags())
	cmd.Flags().DurationVar(&since, "since", 24*time.Hour, "how far to look back")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print each record as one line of JSON")
	return cmd
}

// objects are what a bucket holds. Get returns refresh.ErrAbsent where there is
// nothing; List returns all keys in order, or an error.
type objects interface {
	Get(ctx context.Context, key string) (refresh.Object, error)
	List(ctx context.Context, prefix string) ([]string, error)
}

// readers is how many records are read at a time.
const readers = 16

// readRecords reads the records between two times, in their order.
func readRecords(ctx context.Context, store objects, from, to time.Time) ([]refresh.Record, error) {
	var keys []string
	for day := from.UTC().Truncate(24 * time.Hour); !day.After(to); day = day.AddDate(0, 0, 1) {
		found, err := store.List(ctx, refresh.RecordPrefix+day.Format("2006-01-02")+"/")
		if err != nil {
			return nil, err
		}
		keys = append(keys, found...)
	}
	records, err := fetchRecords(ctx, store, keys)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(records, func(r refresh.Record) bool { return r.Last.Before(from) || r.Last.After(to) }), nil
}

// fetchRecords reads the records with these keys. One that is damaged is an
// error: a history with a hole in it would look whole.
func fetchRecords(ctx context.Context, store objects, keys []string) ([]refresh.Record, error) {
	records, errs := make([]refresh.Record, len(keys)), make([]error, len(keys))
	turns := make(chan struct{}, readers)
	var reading sync.WaitGroup
	for i, key := range keys {
		turns <- struct{}{}
		reading.Go(func() {
			records[i], errs[i] = fetchRecord(ctx, store, key)
			<-turns
		})
	}
	reading.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(records, func(a, b refresh.Record) int { return a.Last.Compare(b.Last) })
	return records, nil
}

func fetchRecord(ctx context.Context, store objects, key string) (refresh.Record, error) {
	object, err := store.Get(ctx, key)
	if err != nil {
		return refresh.Record{}, err
	}
	var record refresh.Record
	err = json.Unmarshal(object.Body, &record)
	if err != nil {
		return refresh.Record{}, fmt.Errorf("reading %s: %w", key, err)
	}
	return record, nil
}

func printRecordsAsJSON(out io.Writer, records []refresh.Record) error {
	encoder := json.NewEncoder(out)
	for _, record := range records {
		err := encoder.Encode(record)
		if err != nil {
			return fmt.Errorf("writing the records: %w", err)
		}
	}
	return nil
}

func printRecords(out io.Writer, records []refresh.Record) error {
	if len(records) == 0 {
		fmt.Fprintln(out, "nothing was changed, refused, held back or healed")
		return nil
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "TIME\tSOURCE\tDID\tWHY\tTIMES\tLIST\tCHANGE")
	for _, record := range records {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%d\t%s\t%s\n", record.Last.UTC().Format(time.RFC3339), orNone(record.Source),
			record.Action, record.Reason, record.Count, listOfRecord(record), changeText(record.Change))
	}
	err := table.Flush()
	if err != nil {
		return fmt.Errorf("writing the records: %w", err)
	}
	fmt.Fprintln(out)
	for _, remark := range remarksOf(records) {
		fmt.Fprintln(out, remark)
	}
	return nil
}

// listOfRecord is the list that a record is about.
func listOfRecord(record refresh.Record) string {
	about := record.List
	if record.Fetched.SHA256 != "" {
		about = record.Fetched
	}
	if record.Holding != nil {
		about = record.Holding.List
	}
	if about.SHA256 == "" {
		return "none"
	}
	return editionOf(about)
}

func changeText(change *refresh.Change) string {
	if change == nil {
		return ""
	}
	text := fmt.Sprintf("+%d -%d", change.Newly, change.Gone)
	if change.HoldReleased > 0 {
		text += fmt.Sprintf(", %d hold released", change.HoldReleased)
	}
	if change.PossiblyEarly > 0 {
		text += fmt.Sprintf(", %d POSSIBLY EARLY", change.PossiblyEarly)
	}
	return text
}

// remarksOf are what does not fit into the table, each once.
func remarksOf(records []refresh.Record) []string {
	var lines []string
	for _, record := range records {
		for _, text := range []string{record.Detail, record.Error} {
			line := fmt.Sprintf("%s: %s", orNone(record.Source), strings.ReplaceAll(text, "\n", " "))
			if text != "" && !slices.Contains(lines, line) {
				lines = append(lines, line)
			}
		}
	}
	return lines
}
