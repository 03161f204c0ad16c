// Package programtest builds the programs of this repository, with the flags
// that they are deployed with, for tests that run them. Only tests use it.
//
//	func TestMain(m *testing.M) { os.Exit(programtest.Run(m)) }
package programtest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// variable names the folder of the programs to every test, and to what the
// tests start.
const variable = "SEKISHO_TEST_PROGRAMS"

// Run builds everything, runs the tests of a package and gives their exit
// code.
func Run(m *testing.M) int {
	folder, err := os.MkdirTemp("", "sekisho-programs-")
	if err != nil {
		return failed(err)
	}
	defer os.RemoveAll(folder)
	err = buildAll(folder)
	if err != nil {
		return failed(err)
	}
	err = os.Setenv(variable, folder)
	if err != nil {
		return failed(err)
	}
	return m.Run()
}

// Folder is where everything lies as "make build" lays it out: sekisho, and
// the functions as FUNCTION/bootstrap.
func Folder() string { return os.Getenv(variable) }

// Command is the path of the operator's command.
func Command() string { return filepath.Join(Folder(), "sekisho") }

// Function is the path of a function's program: "refresh" or "verify".
func Function(name string) string { return filepath.Join(Folder(), name, "bootstrap") }

func failed(err error) int {
	fmt.Fprintln(os.Stderr, err)
	return 1
}

func buildAll(folder string) error {
	for output, program := range map[string]string{
		"sekisho": "cmd/sekisho", "refresh/bootstrap": "lambdas/refresh", "verify/bootstrap": "lambdas/verify",
	} {
		build := exec.Command("go", //nolint:gosec // nothing in it is anybody else's
			"build", "-trimpath", "-buildvcs=false", "-tags", "lambda.norpc", "-ldflags", "-s -w",
			"-o", filepath.Join(folder, output), "github.com/sekisho/sekisho/"+program)
		build.Env = append(os.Environ(), "CGO_ENABLED=0")
		text, err := build.CombinedOutput()
		if err != nil {
			return fmt.Errorf("building %s: %w\n%s", program, err, text)
		}
	}
	return nil
}
