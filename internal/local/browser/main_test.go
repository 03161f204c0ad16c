package browser

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

const (
	// programsVariable names the folder of the programs to every test.
	programsVariable = "SEKISHO_TEST_PROGRAMS"
	// requiredVariable says that nothing may be skipped.
	requiredVariable = "SEKISHO_E2E"
	// screenshotsVariable names a folder for what the browser shows.
	screenshotsVariable = "SEKISHO_SCREENSHOTS"
)

func TestMain(m *testing.M) {
	folder, err := os.MkdirTemp("", "sekisho-browser-")
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

func build(folder, output, program string) error {
	command := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-tags", "lambda.norpc", "-o", filepath.Join(folder, output), "github.com/sekisho/sekisho/"+program)
	command.Env = append(os.Environ(), "CGO_ENABLED=0")
	text, err := command.CombinedOutput()
	if err != nil {
		return fmt.Errorf("building %s: %w\n%s", program, err, text)
	}
	return nil
}

// needs skips the test, or fails it where everything is required, when a
// program is not there.
func needs(t *testing.T, programs ...string) {
	t.Helper()
	for _, program := range programs {
		_, err := exec.LookPath(program)
		switch {
		case err != nil && os.Getenv(requiredVariable) != "":
			t.Fatalf("%s is not installed: apt-get install chromium libnss3-tools util-linux", program)
		case err != nil:
			t.Skipf("%s is not installed: what a browser shows is not tested here", program)
		}
	}
}
