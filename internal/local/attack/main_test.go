package attack

import (
	"os"
	"testing"

	"github.com/sekisho/sekisho/internal/programtest"
)

func TestMain(m *testing.M) { os.Exit(programtest.Run(m)) }
