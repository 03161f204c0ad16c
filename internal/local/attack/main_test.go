package attack

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// programsVariable names the folder of the functions to every test.
const programsVariable = "SEKISHO_TEST_FUNCTIONS"

func TestMain(m *testing.M) {
	folder, err := os.MkdirTemp("", "sekisho-attack-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Setenv(programsVariable, folder)
	code := 1
	err = errors.Join(buildFunctions(folder), build(filepath.Join(folder, "sekisho"), "cmd/sekisho"))
	if err == nil {
		code = m.Run()
	} else {
		fmt.Fprintln(os.Stderr, err)
	}
	os.RemoveAll(folder)
	os.Exit(code)
}

// buildFunctions builds what is deployed, with the flags of the deployment.
func buildFunctions(folder string) error {
	var errs []error
	for _, name := range []string{"refresh", "verify"} {
		errs = append(errs, build(filepath.Join(folder, name, "bootstrap"), "lambdas/"+name, "-tags", "lambda.norpc", "-ldflags", "-s -w"))
	}
	return errors.Join(errs...)
}

func build(output, program string, flags ...string) error {
	arguments := append([]string{"build", "-trimpath", "-buildvcs=false", "-o", output}, flags...)
	command := exec.Command("go", append(arguments, "github.com/sekisho/sekisho/"+program)...)
	command.Env = append(os.Environ(), "CGO_ENABLED=0")
	text, err := command.CombinedOutput()
	if err != nil {
		return fmt.Errorf("building %s: %w\n%s", program, err, text)
	}
	return nil
}

// program is a function that was built for these tests.
func program(name string) string {
	return filepath.Join(os.Getenv(programsVariable), name, "bootstrap")
}

// command is the operator's command.
func command() string { return filepath.Join(os.Getenv(programsVariable), "sekisho") }
