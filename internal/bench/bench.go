package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"

	"github.com/sekisho/sekisho/internal/bench/measure"
)

// bench is a run of the benchmark.
type bench struct {
	options
	scratch string
	results results
	log     io.Writer
}

func prepare(o options, log io.Writer) (*bench, error) {
	for _, program := range []string{o.sekisho, o.refresh, o.verifyFunction, o.subject, o.function, o.verify, o.gate} {
		_, err := os.Stat(program)
		if err != nil {
			return nil, fmt.Errorf("looking for what is to be measured: %w: build it with \"make bench\"", err)
		}
	}
	scratch, err := os.MkdirTemp("", "sekisho-bench-")
	if err != nil {
		return nil, fmt.Errorf("making a directory for what is written: %w", err)
	}
	b := &bench{options: o, scratch: scratch, log: log, results: results{samples: map[key][]measure.Sample{}, without: map[string]string{}, sizes: sizes(o.quick), quick: o.quick}}
	_, err = exec.LookPath(o.openssl)
	if err != nil {
		b.results.withoutOpenSSL = err.Error()
		fmt.Fprintln(log, "not compared with openssl: "+err.Error())
	}
	return b, nil
}

// measureAll takes every subject in turn in each round, so that whatever else
// the machine does strikes all of them alike.
func (b *bench) measureAll(ctx context.Context) error {
	for _, size := range b.results.sizes {
		list, err := b.list(ctx, "plain", size.entries, 1)
		if err != nil {
			return err
		}
		for round := range size.rounds {
			fmt.Fprintf(b.log, "%d entries, round %d of %d\n", size.entries, round+1, size.rounds)
			err = errors.Join(b.withinProcesses(ctx, size, list), b.programs(ctx, size, list))
			if err != nil {
				return err
			}
		}
	}
	err := b.functions(ctx)
	if err != nil {
		return err
	}
	return b.verifier(ctx)
}

func (b *bench) withinProcesses(ctx context.Context, size size, list string) error {
	times := strconv.Itoa(size.times)
	for _, name := range inProcess() {
		err := b.sampled(key{name, size.entries}, command(ctx, b.subject, name, list, b.ca(), times))
		if err != nil {
			return err
		}
	}
	alone := command(ctx, b.subject, oursPEM, list, b.ca(), times)
	alone.Env = append(os.Environ(), "GOMAXPROCS=1")
	return b.sampled(key{oneCore, size.entries}, alone)
}

// programs runs whole programs that write a PEM file.
func (b *bench) programs(ctx context.Context, size size, list string) error {
	ours, theirs := filepath.Join(b.scratch, "ours.pem"), filepath.Join(b.scratch, "theirs.pem")
	err := errors.Join(
		b.timed(key{sekishoProgram, size.entries}, command(ctx, b.sekisho, "crl", "convert", list, ours, "--ca-bundle", b.ca()), ""),
		b.timed(key{x509Program, size.entries}, command(ctx, b.subject, "x509", list, b.ca(), theirs), ""),
	)
	if err != nil || b.results.withoutOpenSSL != "" {
		return err
	}
	convert := []string{"crl", "-inform", "DER", "-in", list, "-out", theirs}
	return errors.Join(
		b.timed(key{opensslNothing, size.entries}, command(ctx, b.openssl, "version"), ""),
		b.timed(key{opensslConvert, size.entries}, command(ctx, b.openssl, convert...), ""),
		// It exits with 0 whether the signature is good or not.
		b.timed(key{opensslCheck, size.entries}, command(ctx, b.openssl, append(convert, "-CAfile", b.ca())...), "verify OK"),
		same(ours, theirs),
	)
}

// functionRounds is how often the refresh function is measured.
const functionRounds = 3

// functions has the refresh function publish two lists, one after the other.
func (b *bench) functions(ctx context.Context) error {
	for round := range functionRounds {
		for _, run := range functionRuns(b.quick) {
			fmt.Fprintf(b.log, "refresh function, %d entries, round %d of %d\n", run.entries, round+1, functionRounds)
			err := b.publish(ctx, run)
			if err != nil {
				return err
			}
		}
	}
	return nil
}

func (b *bench) publish(ctx context.Context, run functionRun) error {
	first, err := b.list(ctx, run.kind, run.entries, 1)
	if err != nil {
		return err
	}
	next, err := b.list(ctx, run.kind, run.entries, 2)
	if err != nil {
		return err
	}
	return b.reported(key{run.name, run.entries}, command(ctx, b.function, first, next, b.ca(), b.refresh))
}

// command is a program that is measured, or that makes what is measured.
func command(ctx context.Context, program string, args ...string) *exec.Cmd {
	return exec.CommandContext(ctx, program, args...)
}

func (b *bench) ca() string { return filepath.Join(b.cache, "ca.pem") }

// list is the file of a list, which is made when it is not there.
func (b *bench) list(ctx context.Context, kind string, entries, number int) (string, error) {
	file := filepath.Join(b.cache, fmt.Sprintf("%s-%d-%d.der", kind, entries, number))
	_, err := os.Stat(file)
	if err == nil {
		return file, nil
	}
	fmt.Fprintf(b.log, "making a list of %d entries\n", entries)
	made, err := command(ctx, b.subject, "make", file, b.ca(), kind, strconv.Itoa(entries), strconv.Itoa(number)).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("making a list: %w\n%s", err, made)
	}
	return file, nil
}
