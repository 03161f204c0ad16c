package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sekisho/sekisho/internal/crl"
)

func crlConvertCommand() *cobra.Command {
	check := &checkFlags{}
	cmd := &cobra.Command{
		Use:   "convert IN OUT",
		Short: "Convert a list between DER and PEM, by the ending of OUT",
		Long: `Writes OUT in PEM when it ends in .pem, otherwise in DER. With --ca-bundle a
list that fails the check is refused and nothing is written: unlike
"openssl crl -CAfile", which prints a complaint, writes the file all the same
and exits with 0.`,
		Example: `  sekisho crl convert ca.crl ca.pem --ca-bundle root.pem
  sekisho crl convert ca.pem ca.crl`,
		Args: usage(cobra.ExactArgs(2)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return convert(cmd.Context(), args[0], args[1], check, newMeter(cmd.ErrOrStderr()))
		},
	}
	check.add(cmd.Flags())
	return cmd
}

// convert writes a draft beside OUT and renames it only when the list passed.
func convert(ctx context.Context, in, out string, check *checkFlags, meter meter) error {
	source, err := openList(ctx, in, meter)
	if err != nil {
		return err
	}
	defer source.close()
	draft, err := os.CreateTemp(filepath.Dir(out), ".sekisho-*")
	if err != nil {
		return &usageError{fmt.Errorf("writing %s: %w", out, err)}
	}
	defer os.Remove(draft.Name())
	err = errors.Join(convertTo(draft, source, strings.HasSuffix(out, ".pem"), check), draft.Chmod(0o644), draft.Close())
	if err != nil {
		return err
	}
	err = os.Rename(draft.Name(), out)
	if err != nil {
		return fmt.Errorf("writing %s: %w", out, err)
	}
	return nil
}

// convertTo streams a list in DER; one in PEM is small enough to hold.
func convertTo(out io.Writer, source *opened, toPEM bool, check *checkFlags) error {
	buffered, isDER, err := source.peek()
	if err != nil {
		return err
	}
	if isDER {
		return convertOne(out, buffered, toPEM, check)
	}
	lists, err := splitAll(buffered)
	if err != nil {
		return err
	}
	if len(lists) != 1 && !toPEM {
		return &usageError{fmt.Errorf("converting: the file holds %d lists, a DER file holds one: convert to .pem, or split the file", len(lists))}
	}
	for _, der := range lists {
		err = convertOne(out, bytes.NewReader(der), toPEM, check)
		if err != nil {
			return err
		}
	}
	return nil
}

func convertOne(out io.Writer, der io.Reader, toPEM bool, check *checkFlags) error {
	written := bufio.NewWriterSize(out, 1<<16)
	output := crl.Output{}
	if toPEM {
		output.PEM = written
	} else {
		der = io.TeeReader(der, written)
	}
	list, err := crl.Read(der, output)
	if err != nil {
		return &usageError{err}
	}
	err = written.Flush()
	if err != nil {
		return fmt.Errorf("writing the list: %w", err)
	}
	return check.check(list)
}
