package local

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/sekisho/sekisho/internal/local/ca"
	"github.com/sekisho/sekisho/internal/local/runtime"
	"github.com/sekisho/sekisho/internal/settings"
)

const (
	region  = "ap-northeast-1"
	account = "000000000000"

	refreshFunction = "sekisho-refresh"
	verifyFunction  = "sekisho-verify"

	// The deployed functions have the same limits.
	refreshTimeout = time.Minute
	verifyTimeout  = 10 * time.Second
)

// deployment is what the functions are told: the same as in a stack.
type deployment struct {
	bucket        string
	trustStoreARN string
	bundleKey     string
	bundleSHA256  string
	endpoint      string
	sources       []settings.Source
	gate          settings.Gate
}

// startFunctions runs both functions as Lambda would. Their output goes to
// files; it is JSON for machines.
func (t *Twin) startFunctions(ctx context.Context, d deployment) error {
	refresh := settings.Refresh{
		Bucket: d.bucket, TrustStoreARN: d.trustStoreARN,
		BundleKey: d.bundleKey, BundleSHA256: d.bundleSHA256,
		Sources: d.sources, Revocation: d.gate.Revocation,
	}
	verify := settings.Verify{
		Bucket: d.bucket, BundleKey: d.bundleKey, BundleSHA256: d.bundleSHA256, Gate: d.gate,
	}
	var err error
	t.refresh, err = t.startFunction(ctx, refreshFunction, t.options.RefreshBinary, refreshTimeout, refresh.Env(), d.endpoint)
	if err != nil {
		return err
	}
	t.verify, err = t.startFunction(ctx, verifyFunction, t.options.VerifyBinary, verifyTimeout, verify.Env(), d.endpoint)
	return err
}

func (t *Twin) startFunction(ctx context.Context, name, binary string, timeout time.Duration, env map[string]string, endpoint string) (*runtime.Function, error) {
	binary, err := program(binary, name)
	if err != nil {
		return nil, err
	}
	output, err := t.openLog(name + ".log")
	if err != nil {
		return nil, err
	}
	env["AWS_ENDPOINT_URL"] = endpoint
	function, err := runtime.Start(ctx, runtime.Config{
		Name: name, Bootstrap: binary, Environment: env, Region: region, Account: account,
		// Each function has its own key, so that the endpoint can tell whose call it was.
		Credentials: runtime.Credentials{AccessKeyID: name, SecretAccessKey: "local"},
		MemoryMB:    256, Timeout: timeout, Output: output,
	})
	if err != nil {
		return nil, fmt.Errorf("starting the function %s: %w", name, err)
	}
	t.onClose(function.Close)
	return function, nil
}

// program finds a function's program beside the running one.
func program(given, function string) (string, error) {
	if given != "" {
		return given, nil
	}
	self, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("finding the program of %s: %w", function, err)
	}
	name := filepath.Join(filepath.Dir(self), function[len("sekisho-"):], "bootstrap")
	_, err = os.Stat(name)
	if errors.Is(err, os.ErrNotExist) {
		return "", fmt.Errorf("finding the program of %s: %s is not there: build it with \"make build\", or name it with --%s-binary", function, name, function[len("sekisho-"):])
	}
	if err != nil {
		return "", fmt.Errorf("finding the program of %s: %w", function, err)
	}
	return name, nil
}

// openLog opens a file that lines are appended to.
func (t *Twin) openLog(name string) (io.Writer, error) {
	folder := t.dir.file("log")
	err := os.MkdirAll(folder, 0o700)
	if err != nil {
		return nil, fmt.Errorf("making the folder of logs: %w", err)
	}
	file, err := os.OpenFile(filepath.Join(folder, name), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("opening a log: %w", err)
	}
	t.onClose(file.Close)
	return file, nil
}

// sources are the lists that the refresher looks after: those of the built-in
// CA by their names, or each address that was given.
func (t *Twin) sources() []settings.Source {
	sources := make([]settings.Source, len(t.description.CRL))
	for i, url := range t.description.CRL {
		sources[i] = settings.Source{Name: "crl-" + strconv.Itoa(i+1), URLs: []string{url}}
	}
	if !t.options.foreign() {
		sources[0].Name, sources[1].Name = string(ca.Root), string(ca.Issuing)
	}
	return sources
}
