package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/sekisho/sekisho/internal/policy"
)

// checkPolicyFlags are the command line of "sekisho policy check".
type checkPolicyFlags struct {
	bucket       bucketFlags
	client       string
	issuer       string
	method, path string
}

func policyCheckCommand() *cobra.Command {
	var flags checkPolicyFlags
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "check [FILE]",
		Short: "Check a policy, and say what a client might do under it",
		Long: `Without FILE, looks at the policy that is in force, and at the deny list.

With --client it says whether the rules let that client use --path with
--method. Whether the certificate is genuine, current and not revoked is another
question, see "sekisho verify".

Exit codes: 0 fine or allowed; 1 refused, or a policy with mistakes, each told
with its key; 2 wrong usage, or a file that is not there.`,
		Example: `  sekisho policy check policy.json
  sekisho policy check policy.json --client laptop-1-chain.pem --method GET --path /reports/may
  sekisho policy check --bucket my-bucket --client laptop-1-chain.pem --path /reports`,
		Args: usage(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			rules, denied, err := flags.load(cmd.Context(), args)
			if err != nil {
				return err
			}
			if flags.client == "" {
				if asJSON {
					return json.NewEncoder(cmd.OutOrStdout()).Encode(map[string]any{"rules": rules.Len()})
				}
				describePolicy(cmd.OutOrStdout(), "fine", rules)
				return nil
			}
			client, err := flags.readClient()
			if err != nil {
				return err
			}
			return judge(cmd.OutOrStdout(), asJSON, rules, denied, client, policy.Request{Method: flags.method, Path: flags.path})
		},
	}
	jsonFlag(cmd, &asJSON)
	flags.bucket.add(cmd.Flags())
	cmd.Flags().StringVar(&flags.client, "client", "", "`file` with a client's certificate and its issuer's")
	cmd.Flags().StringVar(&flags.issuer, "issuer", "", "`file` with the certificate of the issuing CA, where --client does not hold it")
	cmd.Flags().StringVar(&flags.method, "method", "GET", "method of the request")
	cmd.Flags().StringVar(&flags.path, "path", "/", "path of the request, as a client sends it")
	return cmd
}

// load reads a policy from a file, or what is in force.
func (f *checkPolicyFlags) load(ctx context.Context, args []string) (*policy.Policy, *policy.DenyList, error) {
	if len(args) == 1 {
		_, rules, err := policyIn(args[0])
		return rules, new(policy.DenyList), err
	}
	store, err := f.bucket.open()
	if err != nil {
		return nil, nil, err
	}
	rules, err := readPolicy(ctx, store)
	if err != nil {
		return nil, nil, err
	}
	denied, err := readDenyList(ctx, store)
	return rules, denied, err
}

func (f *checkPolicyFlags) readClient() (*policy.Client, error) {
	certs, err := certificatesIn(f.client)
	if err != nil {
		return nil, err
	}
	candidates := certs[1:]
	if f.issuer != "" {
		candidates, err = certificatesIn(f.issuer)
		if err != nil {
			return nil, err
		}
	}
	issuer := issuerAmong(certs[0], candidates)
	if issuer == nil {
		return nil, &usageError{fmt.Errorf("reading %s: the certificate of the client's issuer is not there: name it with --issuer", f.client)}
	}
	return policy.ClientOf(append(certs[:1:1], issuer)), nil
}

// permission is what the rules say about a request, for programs.
type permission struct {
	Allowed bool   `json:"allowed"`
	Rule    string `json:"rule,omitempty"`
	Reason  string `json:"reason,omitempty"`
	Detail  string `json:"detail,omitempty"`
}

func judge(out io.Writer, asJSON bool, rules *policy.Policy, deny *policy.DenyList, client *policy.Client, request policy.Request) error {
	err := deny.Check(client)
	rule := ""
	if err == nil {
		rule, err = rules.Permit(client, request)
	}
	var refused *policy.RefusedError
	denied := errors.As(err, &refused)
	switch {
	case denied && asJSON:
		return errors.Join(json.NewEncoder(out).Encode(permission{Reason: string(refused.Reason), Detail: refused.Detail}), errFound)
	case denied:
		fmt.Fprintf(out, "refused: %s\n%s\n", refused.Reason, refused.Detail)
		return errFound
	case err != nil:
		return err
	case asJSON:
		return json.NewEncoder(out).Encode(permission{Allowed: true, Rule: rule})
	case rule == "":
		fmt.Fprintln(out, "allowed: there are no rules")
	default:
		fmt.Fprintf(out, "allowed: rule %s\n", rule)
	}
	return nil
}
