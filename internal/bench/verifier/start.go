package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/sekisho/sekisho/internal/bench/measure"
	"github.com/sekisho/sekisho/internal/settings"
	"github.com/sekisho/sekisho/internal/snapshot"
)

// startTime bounds a start: then something is wrong.
const startTime = time.Minute

// starts measures from the start of the function's process until it asks for
// its first request, with the snapshot in a bucket on this machine.
func starts(ctx context.Context, list, ca, bootstrap string) (measure.Sample, error) {
	b, err := published(list, ca)
	if err != nil {
		return measure.Sample{}, err
	}
	store, err := serve(http.HandlerFunc(b.serve))
	if err != nil {
		return measure.Sample{}, err
	}
	defer store.Close() //nolint:errcheck // it has served
	asked := make(chan time.Time, 1)
	lambda, err := serve(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case asked <- time.Now():
		default:
		}
		<-r.Context().Done()
	}))
	if err != nil {
		return measure.Sample{}, err
	}
	defer lambda.Close() //nolint:errcheck // it has served
	ctx, cancel := context.WithTimeout(ctx, startTime)
	defer cancel()
	var output bytes.Buffer
	process := command(ctx, bootstrap)
	process.Stdout, process.Stderr = &output, &output
	process.Env = functionEnvironment(b, "http://"+store.Addr, lambda.Addr)
	begun := time.Now()
	err = process.Start()
	if err != nil {
		return measure.Sample{}, fmt.Errorf("starting the function: %w", err)
	}
	ended := make(chan struct{})
	go func() {
		_ = process.Wait()
		close(ended)
	}()
	sample, err := awaited(ctx, begun, asked, ended)
	_ = process.Process.Kill()
	<-ended
	if err != nil || !strings.Contains(output.String(), "snapshot loaded") {
		return measure.Sample{}, errors.Join(err, fmt.Errorf("the function did not load the snapshot: %s", output.String()))
	}
	sample.CPU = process.ProcessState.UserTime() + process.ProcessState.SystemTime()
	return sample, nil
}

func awaited(ctx context.Context, begun time.Time, asked <-chan time.Time, ended <-chan struct{}) (measure.Sample, error) {
	select {
	case at := <-asked:
		return measure.Sample{Wall: at.Sub(begun)}, nil
	case <-ended:
		return measure.Sample{}, errors.New("it ended before it asked for a request")
	case <-ctx.Done():
		return measure.Sample{}, errors.New("it did not ask for a request")
	}
}

// functionEnvironment is what Lambda gives a function, on one core as a small
// function has it.
func functionEnvironment(b *bucket, store, lambda string) []string {
	given := settings.Verify{
		Bucket: "bench", BundleKey: snapshot.BundleKey(b.bundle.SHA256), BundleSHA256: b.bundle.SHA256, Gate: settings.DefaultGate(),
	}
	given.Gate.TargetGroup = "arn:aws:elasticloadbalancing:ap-northeast-1:000000000000:targetgroup/verifier/0123456789abcdef"
	given.Gate.Port, given.Gate.Proto = 443, "https"
	environment := []string{
		"AWS_LAMBDA_RUNTIME_API=" + lambda, "AWS_ENDPOINT_URL=" + store, "AWS_REGION=ap-northeast-1",
		"AWS_ACCESS_KEY_ID=bench", "AWS_SECRET_ACCESS_KEY=bench", "GOMAXPROCS=1",
	}
	for name, value := range given.Env() {
		environment = append(environment, name+"="+value)
	}
	return environment
}

// serve answers on an address of this machine, which it puts into Addr.
func serve(handler http.Handler) (*http.Server, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listening: %w", err)
	}
	server := &http.Server{Addr: listener.Addr().String(), Handler: handler, ReadHeaderTimeout: startTime}
	go func() { _ = server.Serve(listener) }()
	return server, nil
}

// serve is the bucket as S3 serves it, with paths that begin with its name.
func (b *bucket) serve(w http.ResponseWriter, r *http.Request) {
	object, tag, err := b.Get(r.Context(), strings.TrimPrefix(r.URL.Path, "/bench/"), "")
	if err != nil {
		w.Header().Set("Content-Type", "application/xml")
		w.WriteHeader(http.StatusNotFound)
		fmt.Fprint(w, "<Error><Code>NoSuchKey</Code><Message>none</Message></Error>")
		return
	}
	w.Header().Set("ETag", `"`+tag[:32]+`"`)
	w.Header().Set("Content-Type", "application/octet-stream")
	_, err = w.Write(object)
	if err != nil {
		fmt.Fprintln(os.Stderr, "verifier: the function left before its object: "+err.Error())
	}
}
