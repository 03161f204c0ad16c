package docs

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// programsVariable names the folder of the programs to every test.
const programsVariable = "SEKISHO_TEST_PROGRAMS"

func TestMain(m *testing.M) {
	folder, err := os.MkdirTemp("", "sekisho-docs-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Setenv(programsVariable, folder)
	code := 1
	err = errors.Join(build(folder, "sekisho", "cmd/sekisho"), build(folder, "refresh/bootstrap", "lambdas/refresh"), build(folder, "verify/bootstrap", "lambdas/verify"))
	if err == nil {
		code = m.Run()
	} else {
		fmt.Fprintln(os.Stderr, err)
	}
	os.RemoveAll(folder)
	os.Exit(code)
}

// programs is the folder with what "make build" makes.
func programs() string { return os.Getenv(programsVariable) }

func build(folder, output, program string) error {
	command := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-tags", "lambda.norpc", "-o", filepath.Join(folder, output), "github.com/sekisho/sekisho/"+program)
	command.Env = append(os.Environ(), "CGO_ENABLED=0")
	text, err := command.CombinedOutput()
	if err != nil {
		return fmt.Errorf("building %s: %w\n%s", program, err, text)
	}
	return nil
}
