package local

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/sekisho/sekisho/internal/local/runtime"
)

const (
	region  = "ap-northeast-1"
	account = "000000000000"

	// stackName is the stack that the functions believe to belong to.
	stackName = "local"

	refreshFunction = "sekisho-refresh"
	verifyFunction  = "sekisho-verify"

	// The deployed functions have the same limits.
	refreshTimeout = time.Minute
	verifyTimeout  = 10 * time.Second
)

// startFunction runs a function as Lambda would. Its output goes to a file; it
// is JSON for machines.
func (t *Twin) startFunction(ctx context.Context, name, binary string, timeout time.Duration, env map[string]string) (*runtime.Function, error) {
	binary, err := program(binary, name)
	if err != nil {
		return nil, err
	}
	output, err := t.openLog(name + ".log")
	if err != nil {
		return nil, err
	}
	if name == verifyFunction {
		output = t.journal.Along(output, passthroughName)
	}
	env["AWS_ENDPOINT_URL"] = t.description.AWSEndpoint
	// The end of the context does not end the function: it is closed in its turn.
	function, err := runtime.Start(context.WithoutCancel(ctx), runtime.Config{
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
