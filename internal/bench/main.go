// Command bench measures Sekisho beside openssl, crypto/x509 and what the
// hardware allows, all in one go and in turns, and writes docs/benchmarks.md.
//
// It runs every subject in a process of its own and stays small itself: on
// Linux the peak memory of a process counts from that of its parent.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "bench: "+err.Error())
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	options, err := parseOptions(args, stderr)
	if err != nil {
		return err
	}
	bench, err := prepare(options, stderr)
	if err != nil {
		return err
	}
	defer os.RemoveAll(bench.scratch)
	err = bench.measureAll(ctx)
	if err != nil {
		return err
	}
	measured, on := goals(bench.results), machine(ctx, options)
	text := bench.results.document(on, measured)
	fmt.Fprint(stdout, text)
	if options.quick {
		return nil
	}
	return errors.Join(insert(options.document, text), insert(options.summary, on+"\n"+goalTable(measured)))
}

// options are where things are, and how thorough to be.
type options struct {
	sekisho           string
	refresh           string
	verifyFunction    string
	subject, function string
	verify, gate      string
	openssl           string
	cache             string
	document, summary string
	quick             bool
}

func parseOptions(args []string, stderr io.Writer) (options, error) {
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(stderr)
	var o options
	bin := flags.String("bin", "bin", "`directory` that \"make bench\" builds into")
	flags.StringVar(&o.openssl, "openssl", "openssl", "`program` to compare with")
	flags.StringVar(&o.cache, "cache", "", "`directory` to keep the lists in (default: in the user's cache)")
	flags.StringVar(&o.document, "document", "", "`file` to put the tables into")
	flags.StringVar(&o.summary, "summary", "", "`file` to put the table of goals into")
	flags.BoolVar(&o.quick, "quick", false, "only small lists, few rounds and no document: to see that it works")
	err := flags.Parse(args)
	if err != nil {
		return o, err
	}
	o.sekisho, o.refresh = filepath.Join(*bin, "sekisho"), filepath.Join(*bin, "refresh", "bootstrap")
	o.verifyFunction = filepath.Join(*bin, "verify", "bootstrap")
	o.verify, o.gate = filepath.Join(*bin, "bench", "verifier"), filepath.Join(*bin, "bench", "gate.test")
	o.subject, o.function = filepath.Join(*bin, "bench", "subject"), filepath.Join(*bin, "bench", "function")
	o.cache, err = cacheDir(o.cache)
	return o, err
}

// cacheDir is where the lists are kept from one run to the next.
func cacheDir(given string) (string, error) {
	if given == "" {
		root, err := os.UserCacheDir()
		if err != nil {
			root = os.TempDir()
		}
		given = filepath.Join(root, "sekisho-bench")
	}
	err := os.MkdirAll(given, 0o700)
	if err != nil {
		return "", fmt.Errorf("making the directory of the lists: %w", err)
	}
	return given, nil
}
