package main

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"math/big"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sekisho/sekisho/internal/crl"
)

func crlLookupCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "lookup SERIAL FILE",
		Short:   "Say whether a serial number (hex) is on a list, since when and why",
		Example: `  sekisho crl lookup 3D:49:FD:05 ca.crl`,
		Args:    usage(cobra.ExactArgs(2)),
		RunE: func(cmd *cobra.Command, args []string) error {
			serial, err := parseSerial(args[0])
			if err != nil {
				return err
			}
			lists, err := indexes(cmd.Context(), args[1], newMeter(cmd.ErrOrStderr()))
			if err != nil {
				return err
			}
			answer := lookUp(serial, lists)
			err = answer.print(cmd.OutOrStdout(), asJSON)
			if err == nil && answer.Revoked {
				return errFound
			}
			return err
		},
	}
	jsonFlag(cmd, &asJSON)
	return cmd
}

// lookup is what lists say about a serial number.
type lookup struct {
	Serial  string `json:"serial"`
	Revoked bool   `json:"revoked"`
	// Issuer and Entry are those of the list that it is on.
	Issuer string       `json:"issuer,omitempty"`
	Entry  *listedEntry `json:"entry,omitempty"`
	entry  crl.Entry
}

func lookUp(serial *big.Int, lists []indexedList) lookup {
	for _, one := range lists {
		entry, found := one.index.Find(serial)
		if found {
			return lookup{Serial: serial.Text(16), Revoked: true, Issuer: one.list.Issuer.String(), Entry: listed(entry), entry: entry}
		}
	}
	return lookup{Serial: serial.Text(16)}
}

func (l lookup) print(out io.Writer, asJSON bool) error {
	switch {
	case asJSON:
		return json.NewEncoder(out).Encode(l)
	case l.Revoked:
		fmt.Fprintf(out, "%s: revoked by %s at %s\n", l.Serial, l.Issuer, entryText(l.entry, ", "))
	default:
		fmt.Fprintf(out, "%s: not on the list\n", l.Serial)
	}
	return nil
}

// parseSerial reads a serial number as openssl, browsers and logs write it.
func parseSerial(text string) (*big.Int, error) {
	plain := strings.TrimPrefix(strings.ToLower(strings.ReplaceAll(text, ":", "")), "0x")
	serial, ok := new(big.Int).SetString(plain, 16)
	if !ok {
		return nil, &usageError{fmt.Errorf("reading the serial number %q: want hexadecimal, such as 03A5B1", text)}
	}
	return serial, nil
}

// indexedList is a list and its entries.
type indexedList struct {
	list  *crl.List
	index *crl.Index
}

// indexes reads lists with their entries. The issuer's key is not known here,
// and nothing that is looked up depends on it.
func indexes(ctx context.Context, name string, meter meter) ([]indexedList, error) {
	lists, err := readLists(ctx, name, meter, true)
	if err != nil {
		return nil, err
	}
	var all []indexedList
	for _, one := range lists {
		index, err := one.builder.Build(one.list, &x509.Certificate{RawSubject: one.list.RawIssuer})
		if err != nil {
			return nil, err
		}
		all = append(all, indexedList{one.list, index})
	}
	return all, nil
}
