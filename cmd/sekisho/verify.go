package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/sekisho/sekisho/internal/chain"
)

// verifyFlags are the command line of "sekisho verify".
type verifyFlags struct {
	bundles, lists []string
	at             string
	usage          string
	profile        string
	revocation     string
	allowExpired   bool
	header         string
	asJSON         bool
}

func verifyCommand() *cobra.Command {
	var flags verifyFlags
	cmd := &cobra.Command{
		Use:   "verify --ca-bundle FILE [--crl FILE]... (CHAIN.pem | --header FILE)",
		Short: "Say whether the verifier would let a client pass, and if not, why",
		Long: `Decides about one certificate chain as the verifier behind a passthrough
listener does, with the same code: header, path, revocation. Who may pass where
is another question, see "sekisho policy check".

CHAIN.pem holds the client's certificate first, then the CAs that it presents.
--header takes a file with one value of the header that the load balancer adds.

Exit codes: 0 accepted; 1 refused, with the reason on standard output, also when
a certificate, the bundle or a list cannot be read as one; 2 wrong usage, or a
file that is not there.`,
		Example: `  sekisho verify --ca-bundle ca.pem --crl root.crl --crl issuing.crl laptop-1-chain.pem
  sekisho verify --ca-bundle ca.pem --revocation off --header value.txt --json`,
		Args: usage(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			question, err := flags.question(args)
			if err != nil {
				return err
			}
			return question.answer().print(cmd.OutOrStdout(), flags.asJSON)
		},
	}
	set := cmd.Flags()
	set.StringArrayVar(&flags.bundles, "ca-bundle", nil, "`file` with CA certificates (repeatable)")
	set.StringArrayVar(&flags.lists, "crl", nil, "`file` with revocation lists, DER or PEM (repeatable)")
	set.StringVar(&flags.at, "at", "", "decide as at this `moment` (RFC 3339) instead of now")
	set.StringVar(&flags.usage, "usage", string(chain.UsageClient), "what the certificate must be meant for: client, server or any")
	set.StringVar(&flags.profile, "profile", string(chain.ProfileALB), "whose rules: alb, or rfc5280 for what an ALB does not take")
	set.StringVar(&flags.revocation, "revocation", string(chain.ModeRequire), "require, require-leaf, allow-missing or off")
	set.BoolVar(&flags.allowExpired, "allow-expired-crl", false, "let lists decide that are past their next update")
	set.StringVar(&flags.header, "header", "", "`file` with a header value, in place of CHAIN.pem")
	set.BoolVar(&flags.asJSON, "json", false, "print JSON")
	return cmd
}

// question reads the files; what is in them is not looked at yet. Every error
// is one of usage.
func (f verifyFlags) question(args []string) (verifyQuestion, error) {
	var q verifyQuestion
	if len(f.bundles) == 0 {
		return q, &usageError{errors.New("no CA bundle: name the CAs' certificates with --ca-bundle")}
	}
	if (len(args) == 1) == (f.header != "") {
		return q, &usageError{errors.New("want either a file with the chain or --header with a file that holds a header value")}
	}
	var err error
	q.now, err = (&checkFlags{at: f.at}).now()
	if err != nil {
		return q, err
	}
	q.options, err = f.options()
	if err != nil {
		return q, err
	}
	q.bundle, err = readFiles(f.bundles)
	if err != nil {
		return q, err
	}
	q.lists, err = readFiles(f.lists)
	if err != nil {
		return q, err
	}
	q.isHeader = f.header != ""
	presented, err := readFiles(append(slices.Clone(args), f.headerFile()...))
	if err != nil {
		return q, err
	}
	q.presented = presented[0]
	return q, nil
}

func (f verifyFlags) headerFile() []string {
	if f.header == "" {
		return nil
	}
	return []string{f.header}
}

func (f verifyFlags) options() (chain.Options, error) {
	options := chain.Options{Usage: chain.Usage(f.usage), Profile: chain.Profile(f.profile), Revocation: chain.Mode(f.revocation)}
	err := errors.Join(
		oneOf("--usage", f.usage, chain.UsageClient, chain.UsageServer, chain.UsageAny),
		oneOf("--profile", f.profile, chain.ProfileALB, chain.ProfileRFC5280),
		oneOf("--revocation", f.revocation, chain.ModeRequire, chain.ModeRequireLeaf, chain.ModeAllowMissing, chain.ModeOff),
	)
	if f.allowExpired {
		options.Grace = chain.Forever
	}
	return options, err
}

func oneOf[T ~string](flag, word string, words ...T) error {
	if slices.Contains(words, T(word)) {
		return nil
	}
	var known []string
	for _, w := range words {
		known = append(known, string(w))
	}
	return &usageError{fmt.Errorf("%s %q: want one of %s", flag, word, strings.Join(known, ", "))}
}

// verifyQuestion is all that a decision depends on.
type verifyQuestion struct {
	bundle, lists []namedFile
	presented     namedFile
	isHeader      bool
	options       chain.Options
	now           time.Time
}
