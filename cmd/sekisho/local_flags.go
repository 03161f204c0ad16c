package main

import (
	"fmt"
	"slices"
	"time"

	"github.com/spf13/pflag"

	"github.com/sekisho/sekisho/internal/local"
	"github.com/sekisho/sekisho/internal/local/alb"
	"github.com/sekisho/sekisho/internal/local/ca"
	"github.com/sekisho/sekisho/internal/settings"
)

// twinFlags are the flags of every command that starts a twin.
func twinFlags(flags *pflag.FlagSet, o *local.Options) {
	flags.IntVar(&o.PortBase, "port-base", o.PortBase, "where the fixed ports begin; the next free ones are taken; 0 for any free ones")
	flags.DurationVar(&o.Every, "every", o.Every, "period of the refresh schedule")
	flags.DurationVar(&o.PollEvery, "poll-every", o.PollEvery, "how often each run looks for new lists, until 45s have passed: 1s to 1m")
	flags.DurationVar(&o.ClientKeepAlive, "client-keep-alive", o.ClientKeepAlive, "how long a client's connection lives")
	flags.DurationVar(&o.ListLife, "crl-life", o.ListLife, "how long a list of the built-in CA is valid; it is signed anew at half of that")
	flags.StringVar(&o.RefreshBinary, "refresh-binary", o.RefreshBinary, "`program` of the refresh function (default: refresh/bootstrap beside this program)")
	flags.StringVar(&o.VerifyBinary, "verify-binary", o.VerifyBinary, "`program` of the verify function (default: verify/bootstrap beside this program)")
	flags.Var(word(o.KeyKind, &o.KeyKind, ca.ParseKeyKind), "key", "keys of a new built-in CA: rsa2048, rsa4096, p256 or p384 (default p256)")
	flags.StringArrayVar(&o.CABundles, "ca-bundle", nil, "`file` with a foreign CA instead of the built-in one (repeatable)")
	flags.StringArrayVar(&o.CRLURLs, "crl-url", nil, "`URL` of a list of the foreign CA (repeatable)")
	flags.Var(word(o.Revocation, &o.Revocation, parseRevocation), "revocation", "which certificates need a list: require, require-leaf, allow-missing or off")
	flags.StringVar(&o.SubjectCN, "subject-cn", "", "common `name` that the verifier demands of a client")
	flags.StringVar(&o.IssuerCN, "issuer-cn", "", "common `name` that the verifier demands of a client's issuer")
	flags.StringVar(&o.CertificateHeader, "certificate-header", o.CertificateHeader, "`name` of the header in which the passthrough listener hands over the chain")
	guardFlags(flags, o)
	switchFlags(flags, o)
}

// guardFlags are the guards of the built-in CA's lists, to see one at work.
func guardFlags(flags *pflag.FlagSet, o *local.Options) {
	o.Guards.HoldFor, o.Guards.OnBreach = settings.DefaultHoldFor, settings.OnBreachAlarm
	flags.IntVar(&o.Guards.MaxNewlyRevoked, "max-newly-revoked", 0, "how many certificates a list may revoke at once; 0 is no limit")
	flags.IntVar(&o.Guards.MaxShrinkPercent, "max-shrink-percent", 0, "how many per cent of its entries a list may lose; 0 is no limit")
	flags.Var(word(o.Guards.OnBreach, &o.Guards.OnBreach, parseOnBreach), "on-breach", "a list beyond such a limit: alarm or hold")
	flags.DurationVar((*time.Duration)(&o.Guards.HoldFor), "hold-for", time.Duration(o.Guards.HoldFor), "how long a list is held back at most")
}

func parseOnBreach(text string) (settings.OnBreach, error) {
	if !slices.Contains(settings.OnBreach("").Values(), text) {
		return "", fmt.Errorf("%q is not one of alarm and hold", text)
	}
	return settings.OnBreach(text), nil
}

// switchFlags choose where AWS does not document what it does.
func switchFlags(flags *pflag.FlagSet, o *local.Options) {
	flags.Var(word(o.Gate.ClientSentHeader, &o.Gate.ClientSentHeader, alb.ParseClientSentHeader), "client-sent-header", "certificate header that a client sends: replaced, kept or appended")
	flags.Var(word(o.Gate.WithoutCertificate, &o.Gate.WithoutCertificate, alb.ParseWithoutCertificate), "without-certificate", "certificate header on passthrough without a certificate: absent or empty")
	flags.Var(word(o.Gate.ExpiredList, &o.Gate.ExpiredList, alb.ParseExpiredList), "expired-list", "list past its next update at the gate: ignored, or blocks its issuer's clients")
	flags.Var(word(o.Gate.MissingList, &o.Gate.MissingList, alb.ParseMissingList), "missing-list", "CA without a list while others have one: passes or blocks")
	flags.Var(word(o.Gate.SeveralLists, &o.Gate.SeveralLists, alb.ParseSeveralLists), "several-lists", "several lists of one issuer: union, lowest or highest ID counts")
	flags.Var(choice(&o.TrustStore.AcceptUnknownSigner, "refused", "accepted"), "unknown-signer", "list whose signer is not in the bundle: refused or accepted")
	flags.Var(choice(&o.TrustStore.AcceptV1Lists, "refused", "accepted"), "v1-list", "version 1 list: refused or accepted")
	flags.Var(choice(&o.TrustStore.CountDistinctOnly, "yes", "no"), "count-odd-serials", "negative and repeated serials in the number of revoked entries: yes or no")
	flags.Var(choice(&o.TrustStore.RefuseCriticalScope, "accepted", "refused"), "scoped-list", "list with a critical scope extension: accepted or refused")
}

// wordValue is a flag that takes one of a few words.
type wordValue[T any] struct {
	text  string
	value *T
	parse func(string) (T, error)
}

func word[T any](now T, value *T, parse func(string) (T, error)) *wordValue[T] {
	return &wordValue[T]{text: fmt.Sprint(now), value: value, parse: parse}
}

func (v *wordValue[T]) String() string { return v.text }
func (v *wordValue[T]) Type() string   { return "word" }

func (v *wordValue[T]) Set(text string) error {
	parsed, err := v.parse(text)
	if err != nil {
		return err
	}
	v.text, *v.value = text, parsed
	return nil
}

// choice is a flag with two words; the first one is the default.
func choice(value *bool, first, second string) *wordValue[bool] {
	return &wordValue[bool]{text: first, value: value, parse: func(text string) (bool, error) {
		if text != first && text != second {
			return false, fmt.Errorf("want %s or %s", first, second)
		}
		return text == second, nil
	}}
}

func parseRevocation(text string) (settings.Revocation, error) {
	mode := settings.Revocation(text)
	for _, known := range mode.Values() {
		if text == known {
			return mode, nil
		}
	}
	return "", fmt.Errorf("want one of %v", mode.Values())
}
