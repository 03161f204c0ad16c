package attack

import (
	"crypto/x509"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sekisho/sekisho/internal/local"
	"github.com/sekisho/sekisho/internal/local/alb"
	"github.com/sekisho/sekisho/internal/programtest"
)

// twin is a running twin that trusts the house.
type twin struct {
	local.Description
	folder  string
	address string // of the passthrough listener
	servers *x509.CertPool
}

func startTwin(t *testing.T, h *house, edits ...func(*local.Options)) *twin {
	t.Helper()
	options := local.DefaultOptions()
	options.Dir, options.PortBase, options.Every = t.TempDir(), 0, time.Hour
	options.RefreshBinary, options.VerifyBinary = programtest.Function("refresh"), programtest.Function("verify")
	options.CABundles, options.CRLURLs = []string{h.bundleFile}, h.listAddresses
	for _, edit := range edits {
		edit(&options)
	}
	running, err := local.Start(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		err := running.Close()
		if err != nil {
			t.Error(err)
		}
	})
	w := &twin{Description: running.Description(), folder: options.Dir, servers: x509.NewCertPool()}
	w.address = strings.TrimPrefix(w.Passthrough, "https://")
	w.servers.AppendCertsFromPEM(read(t, w.ServerCA))
	return w
}

// with sets the switches of a twin's gate.
func with(s setting) func(*local.Options) {
	return func(o *local.Options) {
		o.Gate = alb.Switches{ClientSentHeader: s.sent, WithoutCertificate: s.without}
		o.CertificateHeader = s.header
	}
}

func (w *twin) log(t *testing.T, name string) string {
	t.Helper()
	return string(read(t, filepath.Join(w.folder, "log", name+".log")))
}

// unharmed wants the function to be the process that it was at the start.
func (w *twin) unharmed(t *testing.T) {
	t.Helper()
	status, err := local.NewCommands(w.folder).Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if status.Verify.Restarts != 0 || status.Verify.LastFailure != "" {
		t.Errorf("the function was restarted %d times: %s", status.Verify.Restarts, status.Verify.LastFailure)
	}
}

func read(t *testing.T, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
