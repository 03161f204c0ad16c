package browser

import (
	"os"
	"os/exec"
	"testing"

	"github.com/sekisho/sekisho/internal/programtest"
)

const (
	// requiredVariable says that nothing may be skipped.
	requiredVariable = "SEKISHO_E2E"
	// screenshotsVariable names a folder for what the browser shows.
	screenshotsVariable = "SEKISHO_SCREENSHOTS"
)

func TestMain(m *testing.M) { os.Exit(programtest.Run(m)) }

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
