package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/sekisho/sekisho/internal/policy"
	"github.com/sekisho/sekisho/internal/s3store"
	"github.com/sekisho/sekisho/internal/snapshot"
)

// notReached is the limit of denying, which must not come as a surprise.
const notReached = `This reaches the verifier behind the passthrough listener, within seconds. The
verify listener is not reached by it: there, only a revocation by the CA counts.
`

func denyCommand() *cobra.Command {
	var bucket bucketFlags
	var target targetFlags
	var note string
	var list, asJSON bool
	cmd := &cobra.Command{
		Use:   "deny (CERT.pem | --serial HEX --issuer FILE | --fingerprint HEX | --list)",
		Short: "Refuse a client from now on, without the CA (passthrough only)",
		Long: `Puts a client on the deny list of the verifier.

CERT.pem holds the client's certificate, and best its issuer's after it: then
whatever that CA issued under this serial number is denied, otherwise the one
certificate, by its fingerprint. The log of the verifier has serial numbers,
issuer keys and fingerprints.

` + notReached + `
A denial does not replace a revocation: have the CA revoke the certificate too.`,
		Example: `  sekisho deny laptop-1-chain.pem --note "lost on the train"
  sekisho deny --serial 03A5B1 --issuer issuing-ca.pem --bucket my-bucket
  sekisho deny --list`,
		Args: usage(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			store, err := bucket.open()
			if err != nil {
				return err
			}
			if list {
				return printDenials(cmd.Context(), cmd.OutOrStdout(), store, asJSON)
			}
			denials, err := target.denials(args)
			if err != nil {
				return err
			}
			denial := denials[0]
			denial.Note, denial.Since = note, time.Now().UTC().Truncate(time.Second)
			return deny(cmd.Context(), cmd.OutOrStdout(), store, denial)
		},
	}
	bucket.add(cmd.Flags())
	target.add(cmd.Flags())
	cmd.Flags().StringVar(&note, "note", "", "`text` to keep with the denial")
	cmd.Flags().BoolVar(&asJSON, "json", false, "show that as JSON")
	cmd.Flags().BoolVar(&list, "list", false, "show who is denied")
	return cmd
}

func undenyCommand() *cobra.Command {
	var bucket bucketFlags
	var target targetFlags
	cmd := &cobra.Command{
		Use:   "undeny (CERT.pem | --serial HEX --issuer FILE | --fingerprint HEX)",
		Short: "Take a client off the deny list",
		Long: `Takes a client off the deny list of the verifier. A revocation by the CA is not
touched by it.

` + notReached,
		Example: `  sekisho undeny laptop-1-chain.pem`,
		Args:    usage(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			store, err := bucket.open()
			if err != nil {
				return err
			}
			denials, err := target.denials(args)
			if err != nil {
				return err
			}
			return undeny(cmd.Context(), cmd.OutOrStdout(), store, denials)
		},
	}
	bucket.add(cmd.Flags())
	target.add(cmd.Flags())
	return cmd
}

func deny(ctx context.Context, out io.Writer, store *s3store.Store, denial policy.Denial) error {
	said := "denied"
	err := changeDenyList(ctx, store, func(before *policy.DenyList) (*policy.DenyList, error) {
		after, err := before.With(denial)
		if errors.Is(err, policy.ErrUnchanged) {
			said = "denied already"
			return nil, errKeep
		}
		return after, err
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%s: %s\n%s", said, describeDenial(denial), notReached)
	return nil
}

// undeny takes every denial of one client away.
func undeny(ctx context.Context, out io.Writer, store *s3store.Store, denials []policy.Denial) error {
	var lifted []policy.Denial
	err := changeDenyList(ctx, store, func(list *policy.DenyList) (*policy.DenyList, error) {
		lifted = nil
		for _, denial := range denials {
			after, err := list.Without(denial)
			if errors.Is(err, policy.ErrUnchanged) {
				continue
			}
			if err != nil {
				return nil, err
			}
			list, lifted = after, append(lifted, denial)
		}
		if lifted == nil {
			return nil, errKeep
		}
		return list, nil
	})
	if err != nil {
		return err
	}
	for _, denial := range lifted {
		fmt.Fprintf(out, "no longer denied: %s\n", describeDenial(denial))
	}
	if lifted == nil {
		fmt.Fprintf(out, "not on the deny list: %s\n", describeDenial(denials[0]))
	}
	fmt.Fprint(out, notReached)
	return nil
}

// changeDenyList does not touch a list that it cannot read, nor one that was
// deleted: what stands on it would be lost.
func changeDenyList(ctx context.Context, store *s3store.Store, change func(*policy.DenyList) (*policy.DenyList, error)) error {
	_, err := readDenyList(ctx, store)
	if err != nil {
		return err
	}
	err = changeObject(ctx, store, snapshot.DenyKey, func(before []byte) ([]byte, error) {
		list, err := parseDenyList(before)
		if err != nil {
			return nil, err
		}
		list, err = change(list)
		if err != nil {
			return nil, err
		}
		return list.Encode()
	})
	if err != nil {
		return fmt.Errorf("changing the deny list: %w", err)
	}
	return nil
}

func parseDenyList(text []byte) (*policy.DenyList, error) {
	if text == nil {
		return new(policy.DenyList), nil
	}
	return policy.ParseDenyList(text)
}
