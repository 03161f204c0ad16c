package attack

import (
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
	err = buildFunctions(folder)
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
	for _, name := range []string{"refresh", "verify"} {
		build := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-tags", "lambda.norpc", "-ldflags", "-s -w",
			"-o", filepath.Join(folder, name, "bootstrap"), "github.com/sekisho/sekisho/lambdas/"+name)
		build.Env = append(os.Environ(), "CGO_ENABLED=0")
		output, err := build.CombinedOutput()
		if err != nil {
			return fmt.Errorf("building the function %s: %w\n%s", name, err, output)
		}
	}
	return nil
}

// program is a function that was built for these tests.
func program(name string) string {
	return filepath.Join(os.Getenv(programsVariable), name, "bootstrap")
}
