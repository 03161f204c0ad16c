package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"time"

	"github.com/sekisho/sekisho/internal/doctor"
	"github.com/sekisho/sekisho/internal/local"
)

// twin is the gate of a twin. With a CA of its own it issues the clients.
func (f *doctorFlags) twin(ctx context.Context) (doctor.Gate, error) {
	twin, err := local.Describe(f.target.dir)
	if err != nil {
		return doctor.Gate{}, err
	}
	_, getenv, err := f.target.ofTwin()
	if err != nil {
		return doctor.Gate{}, err
	}
	store, err := newTrustStoreView(getenv)
	if err != nil {
		return doctor.Gate{}, err
	}
	gate := doctor.Gate{
		Verify: twin.Verify, Passthrough: twin.Passthrough, Lists: twin.CRL,
		TrustStore: store, KeepAlive: time.Duration(twin.ClientKeepAlive),
	}
	gate.ServerCA, err = poolIn(twin.ServerCA)
	if err != nil {
		return gate, err
	}
	gate.Bundle, err = certificatesIn(twin.CABundle)
	if err != nil {
		return gate, err
	}
	if !twin.ForeignCA {
		err = probe(ctx, local.NewCommands(f.target.dir), &gate)
		if err != nil {
			return gate, err
		}
	}
	return gate, f.refine(&gate)
}

// probe has clients issued, one of them revoked, and the lists refreshed once.
// How the refresh went is for the checks to see.
func probe(ctx context.Context, commands *local.Commands, gate *doctor.Gate) error {
	probes, err := commands.Probes(ctx)
	if err != nil {
		return fmt.Errorf("issuing certificates to examine the twin with: %w", err)
	}
	for _, client := range []struct {
		issued local.Issued
		into   **tls.Certificate
	}{{probes.Good, &gate.Good}, {probes.Doomed, &gate.Revoked}, {probes.Expired, &gate.Expired}} {
		pair, err := tls.X509KeyPair(client.issued.Chain, client.issued.Key)
		if err != nil {
			return fmt.Errorf("reading a certificate to examine the twin with: %w", err)
		}
		*client.into = &pair
	}
	_, err = commands.Revoke(ctx, probes.DoomedSerial)
	if err != nil {
		return err
	}
	_, err = commands.Refresh(ctx)
	return err
}
