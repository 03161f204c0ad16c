package local

import (
	"crypto/tls"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/sekisho/sekisho/internal/local/runtime"
)

// keepClient keeps a copy of what was issued, so that the twin's own commands
// can ask as that client.
func (t *Twin) keepClient(issued Issued) error {
	folder := t.dir.file("clients")
	err := os.MkdirAll(folder, 0o700)
	if err != nil {
		return fmt.Errorf("keeping a copy of the client's certificate: %w", err)
	}
	err = replaceFile(filepath.Join(folder, fileName(issued.Name)+".key"), issued.Key, 0o600)
	if err != nil {
		return err
	}
	return replaceFile(filepath.Join(folder, fileName(issued.Name)+"-chain.pem"), issued.Chain, 0o600)
}

// LoadClient is the copy that the twin on dir keeps of a client's certificate.
func LoadClient(dir, name string) (tls.Certificate, error) {
	stem := filepath.Join(dir, "clients", fileName(name))
	client, err := tls.LoadX509KeyPair(stem+"-chain.pem", stem+".key")
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("loading the certificate of %s: %w", name, err)
	}
	return client, nil
}

// fileName is a client's name as the name of a file in one folder.
func fileName(name string) string {
	plain := strings.Map(func(r rune) rune {
		if r == '/' || r == '\\' || r == 0 {
			return '_'
		}
		return r
	}, name)
	return strings.TrimLeft(plain, ".")
}

func functionStatus(state runtime.State) FunctionStatus {
	return FunctionStatus{
		Phase: string(state.Phase), Restarts: state.Restarts,
		Invocations: state.Invocations, LastFailure: state.LastFailure,
	}
}
