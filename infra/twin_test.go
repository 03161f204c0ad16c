package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	elbapi "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/sekisho/sekisho/internal/cabundle"
	"github.com/sekisho/sekisho/internal/local"
	"github.com/sekisho/sekisho/internal/local/endpoint"
	"github.com/sekisho/sekisho/internal/local/runtime"
	"github.com/sekisho/sekisho/internal/settings"
	"github.com/sekisho/sekisho/internal/snapshot"
)

// startTwin runs the programs that are deployed, with a slow schedule, and
// shows every call to observe.
func startTwin(t *testing.T, observe func(endpoint.Call) endpoint.Fault) realRun {
	t.Helper()
	programs := buildPrograms(t)
	options := local.DefaultOptions()
	options.Dir, options.PortBase, options.Every = t.TempDir(), 0, time.Hour
	options.RefreshBinary, options.VerifyBinary = filepath.Join(programs, "refresh", "bootstrap"), filepath.Join(programs, "verify", "bootstrap")
	options.Fault = observe
	twin, err := local.Start(t.Context(), options)
	if err != nil {
		t.Fatalf("starting the twin: %v", err)
	}
	t.Cleanup(func() {
		err := twin.Close()
		if err != nil {
			t.Errorf("closing the twin: %v", err)
		}
	})
	return realRun{T: t, twin: twin, commands: local.NewCommands(options.Dir), programs: programs}
}

// realRun is a running twin, and what an operator does with it.
type realRun struct {
	*testing.T
	twin     *local.Twin
	commands *local.Commands
	programs string
}

func (r realRun) must(err error) {
	r.Helper()
	if err != nil {
		r.Fatal(err)
	}
}

// askAs is a client at the passthrough listener, so that the verifier works.
func (r realRun) askAs(name string) {
	r.Helper()
	_, err := r.commands.Issue(r.Context(), name, 1)
	r.must(err)
	client, err := local.LoadClient(r.commands.Dir, name)
	r.must(err)
	prober, err := local.NewProber(r.twin.Description(), client)
	r.must(err)
	answer, err := prober.Ask(r.Context(), r.twin.Description().Passthrough, nil)
	r.must(err)
	if answer.Verdict != local.Served {
		r.Fatalf("got %s at the passthrough listener, want to be served", answer)
	}
}

func (r realRun) refresh() {
	r.Helper()
	run, err := r.commands.Refresh(r.Context())
	r.must(err)
	if run.Error != "" {
		r.Fatalf("refreshing: %s", run.Error)
	}
}

// forget deletes objects as an operator could.
func (r realRun) forget(prefix string) {
	r.Helper()
	bucket := aws.String(r.twin.Description().Bucket)
	found, err := r.s3().ListObjectsV2(r.Context(), &s3.ListObjectsV2Input{Bucket: bucket, Prefix: aws.String(prefix)})
	r.must(err)
	for _, object := range found.Contents {
		_, err = r.s3().DeleteObject(r.Context(), &s3.DeleteObjectInput{Bucket: bucket, Key: object.Key})
		r.must(err)
	}
}

// drop puts something into the inbox that is no list.
func (r realRun) drop(what string) {
	r.Helper()
	_, err := r.s3().PutObject(r.Context(), &s3.PutObjectInput{
		Bucket: aws.String(r.twin.Description().Bucket), Key: aws.String("inbox/" + what), Body: strings.NewReader(what),
	})
	r.must(err)
}

// rootAlone is the twin's bundle without its issuing CA, in the bucket.
func (r realRun) rootAlone() cabundle.Bundle {
	r.Helper()
	text, err := os.ReadFile(r.twin.Description().CABundle)
	r.must(err)
	whole, err := cabundle.Parse(text)
	r.must(err)
	root := whole.Anchors()[0]
	bundle, err := cabundle.Normalise([]cabundle.File{{Name: "root", Data: root.Raw}}, time.Now())
	r.must(err)
	_, err = r.s3().PutObject(r.Context(), &s3.PutObjectInput{
		Bucket: aws.String(r.twin.Description().Bucket), Key: aws.String(snapshot.BundleKey(bundle.SHA256)), Body: strings.NewReader(string(bundle.PEM)),
	})
	r.must(err)
	return bundle
}

func (r realRun) sources() []settings.Source {
	var sources []settings.Source
	for i, address := range r.twin.Description().CRL {
		sources = append(sources, settings.Source{Name: fmt.Sprintf("source-%d", i), URLs: []string{address}})
	}
	return sources
}

// runLoudly runs the refresh function once more, as another deployment. What it
// makes of its task is no matter: what it calls is.
func (r realRun) runLoudly(name string, told settings.Refresh) {
	r.Helper()
	err := r.runRefresher(name, told)
	if err != nil {
		r.Logf("%s: %v", name, err)
	}
}

// runRefresher runs the refresh function once, with settings of its own.
func (r realRun) runRefresher(name string, told settings.Refresh) error {
	r.Helper()
	env := told.Env()
	env["AWS_ENDPOINT_URL"] = r.twin.Description().AWSEndpoint
	function, err := runtime.Start(r.Context(), runtime.Config{
		Name: name, Bootstrap: filepath.Join(r.programs, "refresh", "bootstrap"), Environment: env,
		Region: r.twin.Description().Region, Timeout: refreshTimeout, MemoryMB: memoryMB,
		Credentials: runtime.Credentials{AccessKeyID: name, SecretAccessKey: "local"},
	})
	r.must(err)
	defer function.Close()
	_, err = function.Invoke(r.Context(), []byte("{}"))
	return err
}

func (r realRun) s3() *s3.Client {
	return s3.New(s3.Options{
		Region: r.twin.Description().Region, BaseEndpoint: aws.String(r.twin.Description().AWSEndpoint), UsePathStyle: true,
		Credentials: credentials.NewStaticCredentialsProvider("operator", "local", ""),
	})
}

// buildPrograms builds the functions for this machine, as they are deployed.
func buildPrograms(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"refresh", "verify", "canary"} {
		build := exec.CommandContext(context.WithoutCancel(t.Context()), "go", "build", "-trimpath", "-buildvcs=false", "-tags", "lambda.norpc", "-ldflags", "-s -w",
			"-o", filepath.Join(dir, name, "bootstrap"), "./lambdas/"+name)
		build.Env = append(os.Environ(), "CGO_ENABLED=0")
		output, err := build.CombinedOutput()
		if err != nil {
			t.Fatalf("building the %s function: %v\n%s", name, err, output)
		}
	}
	return dir
}

// trustStores is the API as an operator calls it.
func (r realRun) trustStores() *elbapi.Client {
	return elbapi.New(elbapi.Options{
		Region: r.twin.Description().Region, BaseEndpoint: aws.String(r.twin.Description().AWSEndpoint),
		Credentials: credentials.NewStaticCredentialsProvider("operator", "local", ""),
	})
}
