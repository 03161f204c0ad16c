// Command sekisho is the operator's command: the local twin of AWS, and tools
// for the certificates and revocation lists behind it.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// The exit codes.
const (
	exitFine    = 0
	exitRefused = 1
	exitUsage   = 2
)

// run is the whole command; what it returns is the exit code.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	root := rootCommand()
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	cmd, err := root.ExecuteContextC(ctx)
	if err == nil {
		return exitFine
	}
	if !errors.Is(err, errFound) {
		fmt.Fprintln(stderr, "sekisho: "+err.Error())
	}
	var wrong *usageError
	if errors.As(err, &wrong) {
		fmt.Fprintf(stderr, "how it is used: %s --help\n", cmd.CommandPath())
		return exitUsage
	}
	return exitRefused
}

// errFound ends a command whose finding is on standard output already: what it
// looked for is there, and that is bad news.
var errFound = errors.New("found")

// usageError is a command line that makes no sense.
type usageError struct{ error }

func (e *usageError) Unwrap() error { return e.error }
