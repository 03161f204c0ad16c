package local

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/sekisho/sekisho/internal/canary"
	"github.com/sekisho/sekisho/internal/s3store"
)

// The clients that a canary tries in the twin.
const (
	canaryGood    = "canary-good"
	canaryRevoked = "canary-revoked"
)

// Canary runs the deployed canary's rounds against the twin on dir. Both
// clients get new certificates. A first round sees both of them before one is
// revoked; then there is a round every second until the verdict is right, or
// the wait is over. It is told of each round.
func Canary(ctx context.Context, dir string, wait time.Duration, told func([]canary.Result)) error {
	twin, err := Describe(dir)
	if err != nil {
		return err
	}
	c, err := newCanary(twin)
	if err != nil {
		return err
	}
	commands := NewCommands(dir)
	good, err := issueCanary(ctx, commands, canaryGood)
	if err != nil {
		return err
	}
	revoked, err := issueCanary(ctx, commands, canaryRevoked)
	if err != nil {
		return err
	}
	c.Round(ctx, good, revoked)
	_, err = commands.Revoke(ctx, canaryRevoked)
	if err != nil {
		return err
	}
	for until := time.Now().Add(wait); ; {
		results := c.Round(ctx, good, revoked)
		told(results)
		if canary.Worst(results) == canary.Right || !time.Now().Before(until) {
			return nil
		}
		err = pause(ctx, time.Second)
		if err != nil {
			return err
		}
	}
}

// newCanary asks the twin's listeners, and its bucket which lists are in force.
func newCanary(twin Description) (*canary.Canary, error) {
	text, err := os.ReadFile(twin.ServerCA)
	if err != nil {
		return nil, fmt.Errorf("reading the CA of the listeners: %w", err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(text)
	config := aws.Config{
		Region: twin.Region, BaseEndpoint: aws.String(twin.AWSEndpoint),
		Credentials: credentials.NewStaticCredentialsProvider("sekisho-canary", "local", ""),
	}
	return &canary.Canary{
		Dial: canary.Dialer{Roots: roots}, Lists: canary.InForce{Bucket: s3store.NewReader(config, twin.Bucket, 0)}, Clock: time.Now,
		Listeners: []canary.Listener{{Name: canary.Verify, URL: twin.Verify + "/"}, {Name: canary.Passthrough, URL: twin.Passthrough + "/"}},
	}, nil
}

func issueCanary(ctx context.Context, commands *Commands, name string) (tls.Certificate, error) {
	_, err := commands.Issue(ctx, name, 1)
	if err != nil {
		return tls.Certificate{}, err
	}
	return LoadClient(commands.Dir, name)
}
