package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/sekisho/sekisho/internal/policy"
	"github.com/sekisho/sekisho/internal/s3store"
	"github.com/sekisho/sekisho/internal/snapshot"
)

func describeDenial(d policy.Denial) string {
	if d.Fingerprint != "" {
		return "fingerprint " + d.Fingerprint
	}
	return "serial number " + strings.ToUpper(d.Serial) + " of the issuer with the key " + d.IssuerKeySHA256
}

// readDenyList reads the list that is in force. One that was deleted is an
// error: verifiers that knew it go on with it, and a new one in its place would
// let in whoever stood on it.
func readDenyList(ctx context.Context, store *s3store.Store) (*policy.DenyList, error) {
	object, err := store.Get(ctx, snapshot.DenyKey)
	var absent interface{ Deleted() bool }
	if errors.As(err, &absent) && absent.Deleted() {
		return nil, fmt.Errorf(`%s was deleted: bring back its last version (aws s3api delete-object with the version of the delete marker), or write {"format":1,"deny":[]} there to begin anew`, snapshot.DenyKey)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("reading the deny list: %w", err)
	}
	return parseDenyList(object.Body)
}

func printDenials(ctx context.Context, out io.Writer, store *s3store.Store, asJSON bool) error {
	list, err := readDenyList(ctx, store)
	if err != nil {
		return err
	}
	if asJSON {
		text, err := list.Encode()
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(out, "%s\n", bytes.TrimSpace(text))
		return err
	}
	if list.Len() == 0 {
		fmt.Fprintln(out, "nobody is denied")
		return nil
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "SINCE\tWHO\tNOTE")
	for _, denial := range list.Denials() {
		since := ""
		if !denial.Since.IsZero() {
			since = denial.Since.UTC().Format(time.RFC3339)
		}
		fmt.Fprintf(table, "%s\t%s\t%s\n", since, describeDenial(denial), printable(denial.Note))
	}
	return table.Flush()
}
