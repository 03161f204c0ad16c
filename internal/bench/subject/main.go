// Command subject is what the benchmark measures: one way to read a revocation
// list, or a part of one, run so many times in a process of its own.
//
//	subject make FILE CA plain|short ENTRIES NUMBER   makes a list, and the CA when it is not there
//	subject NAME FILE CA TIMES                        runs the subject of that name
//	subject x509 FILE CA PEM                          is a whole program over crypto/x509
package main

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
)

func main() {
	err := run(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "subject: "+err.Error())
		os.Exit(1)
	}
}

func run(args []string) error {
	switch {
	case len(args) == 6 && args[0] == "make":
		return makeList(args[1], args[2], args[3], args[4], args[5])
	case len(args) == 4 && args[0] == "x509":
		return convertWithX509(args[1], args[2], args[3])
	case len(args) == 4:
		return measured(args[0], args[1], args[2], args[3])
	default:
		return errors.New("want: make FILE CA plain|short ENTRIES NUMBER, NAME FILE CA TIMES, or x509 FILE CA PEM")
	}
}

// measured runs a subject and writes its sample to standard output.
func measured(name, file, ca, times string) error {
	repetitions, err := strconv.Atoi(times)
	if err != nil || repetitions < 1 {
		return fmt.Errorf("reading the number of times %q: want 1 or more", times)
	}
	subject, known := subjects()[name]
	if !known {
		return fmt.Errorf("no subject %q: there are %v", name, slices.Sorted(maps.Keys(subjects())))
	}
	list, err := load(file, ca)
	if err != nil {
		return err
	}
	sample, err := subject(list, repetitions)
	if err != nil {
		return fmt.Errorf("running %s: %w", name, err)
	}
	return sample.Write(os.Stdout)
}
