// Command verifier measures what the verifier does beside what others do: from
// a header to a decision, from a handshake to an answer, and from the start of a
// function to its first request. Each measurement is a process of its own.
//
//	verifier make DIRECTORY                        makes clients, where they are not there yet
//	verifier naive DIRECTORY KIND TIMES            decides as a program over crypto/x509 would, without lists
//	verifier load LIST CA TIMES                    loads a snapshot with the list
//	verifier parse LIST CA TIMES                   parses the list with crypto/x509
//	verifier start LIST CA BOOTSTRAP               starts the function, up to its first request
//	verifier sekisho|nginx LIST CA PROGRAM SECONDS makes handshakes with a server
//	verifier listen ADDRESS                        is the listener of a load balancer before a server
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strconv"

	"github.com/sekisho/sekisho/internal/bench/measure"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "verifier: "+err.Error())
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	switch {
	case len(args) == 2 && args[0] == "make":
		return makeClients(args[1])
	case len(args) == 2 && args[0] == "listen":
		return listen(ctx, args[1])
	}
	sample, err := measured(ctx, args)
	if err != nil {
		return err
	}
	return sample.Write(os.Stdout)
}

// measured runs what a command line asks for.
func measured(ctx context.Context, args []string) (measure.Sample, error) {
	switch {
	case len(args) == 4 && args[0] == "naive":
		return naive(args[1], args[2], args[3])
	case len(args) == 4 && args[0] == "load":
		return loads(ctx, args[1], args[2], args[3])
	case len(args) == 4 && args[0] == "parse":
		return parses(args[1], args[3])
	case len(args) == 4 && args[0] == "start":
		return starts(ctx, args[1], args[2], args[3])
	case len(args) == 5 && args[0] == "sekisho":
		return handshakes(ctx, startSekisho, args[1], args[2], args[3], args[4])
	case len(args) == 5 && args[0] == "nginx":
		return handshakes(ctx, startNginx, args[1], args[2], args[3], args[4])
	}
	return measure.Sample{}, errors.New("want make, naive, load, parse, start, sekisho, nginx or listen, and what belongs to it")
}

// repetitions is a number of times.
func repetitions(text string) (int, error) {
	times, err := strconv.Atoi(text)
	if err != nil || times < 1 {
		return 0, fmt.Errorf("reading the number of times %q: want 1 or more", text)
	}
	return times, nil
}
