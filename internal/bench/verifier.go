package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/sekisho/sekisho/internal/bench/measure"
	"github.com/sekisho/sekisho/internal/bench/peer"
)

// Subjects of the verifier; those about a header go with a kind of key.
const (
	knownClient = "known client, "
	newClient   = "new client, "
	signature   = "one signature, "
	naiveGo     = "naive Go, "

	sekishoHandshake = "handshake, sekisho serve"
	nginxHandshake   = "handshake, nginx"
	snapshotLoad     = "snapshot load"
	x509Parse        = "x509.ParseRevocationList"
	verifyStart      = "start of the verify function"
)

// verifierRounds is how often the verifier is measured.
const verifierRounds = 3

// verifierSize is the length of the list that the verifier decides by.
func verifierSize(quick bool) int {
	if quick {
		return 10_000
	}
	return goalSize
}

func keyKinds(quick bool) []string {
	if quick {
		return []string{"P-256"}
	}
	return []string{"RSA-2048", "RSA-4096", "P-256"}
}

// verifier measures everything about the verifier, in turns.
func (b *bench) verifier(ctx context.Context) error {
	list, err := b.list(ctx, "plain", verifierSize(b.quick), 1)
	if err != nil {
		return err
	}
	clients := filepath.Join(b.scratch, "clients")
	err = errors.Join(os.Mkdir(clients, 0o700), os.CopyFS(filepath.Join(b.scratch, "peers"), peer.Programs))
	if err != nil {
		return fmt.Errorf("laying out what the verifier is measured with: %w", err)
	}
	made, err := command(ctx, b.verify, "make", clients).CombinedOutput()
	if err != nil {
		return fmt.Errorf("making clients: %w\n%s", err, made)
	}
	for round := range verifierRounds {
		fmt.Fprintf(b.log, "verifier, round %d of %d\n", round+1, verifierRounds)
		err = errors.Join(b.decisions(ctx), b.others(ctx, clients), b.snapshots(ctx, list), b.handshakes(ctx, list))
		if err != nil {
			return err
		}
	}
	return nil
}

// decisions runs the benchmark of package gate, on one core.
func (b *bench) decisions(ctx context.Context) error {
	pattern := "^BenchmarkClient$/^(" + strings.Join(keyKinds(b.quick), "|") + ")$"
	_, stdout, _, err := process(command(ctx, b.gate, "-test.run", "^$", "-test.bench", pattern, "-test.benchtime", "300ms", "-test.cpu", "1"))
	if err != nil {
		return fmt.Errorf("measuring the gate: %w", err)
	}
	for _, kind := range keyKinds(b.quick) {
		known, errKnown := goBenchmark(stdout, "BenchmarkClient/"+kind+"/known")
		first, errFirst := goBenchmark(stdout, "BenchmarkClient/"+kind+"/new")
		err := errors.Join(errKnown, errFirst)
		if err != nil {
			return err
		}
		b.addVerifier(knownClient+kind, measure.Sample{Wall: known.duration("ns/op"), Allocations: uint64(known["allocs/op"])})
		b.addVerifier(newClient+kind, measure.Sample{Wall: first.duration("new-ns"), Allocations: uint64(first["allocs/op"])})
		b.addVerifier(signature+kind, measure.Sample{Wall: first.duration("signature-ns")})
	}
	return nil
}

func (b *bench) addVerifier(subject string, sample measure.Sample) {
	b.results.add(key{subject, verifierSize(b.quick)}, sample)
}

// others are those who decide without a list.
func (b *bench) others(ctx context.Context, clients string) error {
	const times = "300"
	for _, kind := range keyKinds(b.quick) {
		naive := command(ctx, b.verify, "naive", clients, kind, times)
		naive.Env = append(os.Environ(), "GOMAXPROCS=1")
		err := b.sampled(key{naiveGo + kind, verifierSize(b.quick)}, naive)
		if err != nil {
			return err
		}
		for _, p := range peer.All() {
			b.optional(p.Name, p.Program, key{p.Name + ", " + kind, verifierSize(b.quick)}, command(ctx, p.Program,
				filepath.Join(b.scratch, "peers", p.File), filepath.Join(clients, kind+".header"), filepath.Join(clients, kind+".pem"), times))
		}
	}
	return nil
}

// optional measures what need not be installed; why it was not measured is kept.
func (b *bench) optional(name, program string, k key, command *exec.Cmd) {
	_, err := exec.LookPath(program)
	if err == nil {
		err = b.sampled(k, command)
	}
	if err != nil {
		text, _, _ := strings.Cut(err.Error(), "\n")
		b.results.without[name] = text
		fmt.Fprintln(b.log, "not compared with "+name+": "+text)
	}
}

func (b *bench) snapshots(ctx context.Context, list string) error {
	size := verifierSize(b.quick)
	return errors.Join(
		b.sampled(key{snapshotLoad, size}, command(ctx, b.verify, "load", list, b.ca(), "5")),
		b.sampled(key{x509Parse, size}, command(ctx, b.verify, "parse", list, b.ca(), "3")),
		b.reported(key{verifyStart, size}, command(ctx, b.verify, "start", list, b.ca(), b.verifyFunction)),
	)
}

// handshakeSeconds is for how long handshakes are made.
func (b *bench) handshakeSeconds() string {
	if b.quick {
		return "1"
	}
	return strconv.Itoa(4)
}

func (b *bench) handshakes(ctx context.Context, list string) error {
	size := verifierSize(b.quick)
	b.optional(nginxHandshake, "nginx", key{nginxHandshake, size}, command(ctx, b.verify, "nginx", list, b.ca(), "nginx", b.handshakeSeconds()))
	_, err := os.Stat("/proc/self/stat")
	if err != nil {
		b.results.without[sekishoHandshake] = "this system does not tell what a process has used"
		return nil
	}
	return b.reported(key{sekishoHandshake, size}, command(ctx, b.verify, "sekisho", list, b.ca(), b.sekisho, b.handshakeSeconds()))
}
