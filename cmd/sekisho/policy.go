package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/spf13/cobra"

	"github.com/sekisho/sekisho/internal/policy"
	"github.com/sekisho/sekisho/internal/s3store"
	"github.com/sekisho/sekisho/internal/snapshot"
)

func policyCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "policy",
		Short: "Say which verified clients may pass, and where (passthrough only)",
		Long: `Rules for the verifier behind the passthrough listener. A document of rules:

  {
    "format": 1,
    "rules": [{
      "name": "laptops-read",
      "paths": ["/reports"],
      "methods": ["GET", "HEAD"],
      "who": [
        {"subjectCn": "laptop-*", "subjectO": "Example"},
        {"uri": "spiffe://example.com/agent/*"}
      ]
    }]
  }

A request passes when one rule covers its path and method, and all attributes of
one entry of "who" match. Attributes: subjectCn, subjectO, subjectOu, dns, email,
uri, issuerCn, issuerO, issuerOu, issuerKeySha256, and with that serial. A path
covers what lies below it. An asterisk stands for letters, digits, hyphens and
underscores within a label. What a certificate holds twice never matches.
"anyone": true in place of "who" is every verified client; without paths or
methods a rule covers all of them. With rules, whom none of them lets pass is
refused; without any, every verified client passes.

Whoever may write the policy can let verified clients use more paths, and nobody
else. The verify listener is not reached by it.`,
		Example: `  sekisho policy check policy.json
  sekisho policy put policy.json --bucket my-bucket`,
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(policyCheckCommand(), policyPutCommand())
	return cmd
}

func policyPutCommand() *cobra.Command {
	var bucket bucketFlags
	cmd := &cobra.Command{
		Use:   "put FILE",
		Short: "Put a policy in force, after a check",
		Long: `Checks a policy and puts it in force in place of the one before. The verifier
takes it up within seconds. To let every verified client pass again, put one
with an empty list of rules.`,
		Example: `  sekisho policy put policy.json --bucket my-bucket`,
		Args:    usage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			text, rules, err := policyIn(args[0])
			if err != nil {
				return err
			}
			store, err := bucket.open()
			if err != nil {
				return err
			}
			err = changeObject(cmd.Context(), store, snapshot.PolicyKey, func([]byte) ([]byte, error) { return text, nil })
			if err != nil {
				return fmt.Errorf("putting the policy in force: %w", err)
			}
			describePolicy(cmd.OutOrStdout(), "in force", rules)
			return nil
		},
	}
	bucket.add(cmd.Flags())
	return cmd
}

// policyIn reads a policy from a file.
func policyIn(name string) ([]byte, *policy.Policy, error) {
	files, err := readFiles([]string{name})
	if err != nil {
		return nil, nil, err
	}
	rules, err := policy.Parse(files[0].data)
	if err != nil {
		return nil, nil, err
	}
	return files[0].data, rules, nil
}

// readPolicy reads the policy that is in force.
func readPolicy(ctx context.Context, store *s3store.Store) (*policy.Policy, error) {
	object, err := store.Get(ctx, snapshot.PolicyKey)
	if errors.Is(err, fs.ErrNotExist) {
		return new(policy.Policy), nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading the policy: %w", err)
	}
	return policy.Parse(object.Body)
}

func describePolicy(out io.Writer, state string, rules *policy.Policy) {
	switch rules.Len() {
	case 0:
		fmt.Fprintf(out, "%s: no rules, every verified client passes\n", state)
	case 1:
		fmt.Fprintf(out, "%s: 1 rule, whom it does not let pass is refused\n", state)
	default:
		fmt.Fprintf(out, "%s: %d rules, whom none of them lets pass is refused\n", state, rules.Len())
	}
}
