package local

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/sekisho/sekisho/internal/settings"
)

// Description is local.json: where everything of a running twin is. It is
// there from the moment the twin can be used until it stops.
type Description struct {
	// Verify and Passthrough are the gate's listeners.
	Verify      string `json:"verify"`
	Passthrough string `json:"passthrough"`
	// StatusPage is for a browser on this machine.
	StatusPage string `json:"statusPage"`
	// CRL are the distribution points that the refresher polls.
	CRL []string `json:"crl"`
	// AWSEndpoint is for AWS_ENDPOINT_URL or --endpoint-url.
	AWSEndpoint   string `json:"awsEndpoint"`
	Region        string `json:"region"`
	Bucket        string `json:"bucket"`
	TrustStoreARN string `json:"trustStoreArn"`
	// ForeignCA says that the clients are somebody else's: the twin cannot issue
	// or revoke.
	ForeignCA bool `json:"foreignCa,omitempty"`
	// ClientKeepAlive is how long the gate lets a client's connection live.
	ClientKeepAlive settings.Duration `json:"clientKeepAlive"`
	// CABundle is what the gate trusts of clients, ServerCA what clients trust
	// of the gate; both are PEM files.
	CABundle string `json:"caBundle"`
	ServerCA string `json:"serverCa"`
	// RefreshEnvironment are the variables that the refresh function was
	// deployed with.
	RefreshEnvironment map[string]string `json:"refreshEnvironment"`
	PID                int               `json:"pid"`
}

// Describe reads the description of the twin that runs on a state directory.
func Describe(dir string) (Description, error) {
	name := filepath.Join(dir, descriptionName)
	text, err := os.ReadFile(name)
	if errors.Is(err, os.ErrNotExist) {
		return Description{}, errNoTwin(dir)
	}
	if err != nil {
		return Description{}, fmt.Errorf("looking for a twin: %w", err)
	}
	var d Description
	err = json.Unmarshal(text, &d)
	if err != nil {
		return Description{}, fmt.Errorf("reading %s: %w", name, err)
	}
	return d, nil
}

func errNoTwin(dir string) error {
	return fmt.Errorf("looking for a twin: none is running on %s: start one with \"sekisho local\", or name its directory with --dir", dir)
}

func (d Description) write(name string) error {
	text, err := json.MarshalIndent(d, "", "  ")
	if err != nil {
		return fmt.Errorf("describing the twin: %w", err)
	}
	return replaceFile(name, append(text, '\n'), 0o600)
}
