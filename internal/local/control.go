package local

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/sekisho/sekisho/internal/local/ca"
)

// Issued is a client certificate of the built-in CA, all in PEM.
type Issued struct {
	Name        string `json:"name"`
	Certificate []byte `json:"certificate"`
	Key         []byte `json:"key"`
	// Chain is the certificate and then the issuing CA.
	Chain []byte `json:"chain"`
}

// Revoked is what a revocation did.
type Revoked struct {
	Name string `json:"name"`
	// Serials (hex) are all certificates of that name; At is when the first of
	// them was revoked.
	Serials []string  `json:"serials"`
	At      time.Time `json:"at"`
}

// Status is how things stand.
type Status struct {
	Now         time.Time   `json:"now"`
	Description Description `json:"description"`
	// Last is the last run of the refresh function.
	Last Run `json:"last"`
	// Every is the period of the schedule.
	Every time.Duration `json:"everyNanoseconds"`
	// Refresh and Verify say how the functions are.
	Refresh FunctionStatus `json:"refresh"`
	Verify  FunctionStatus `json:"verify"`
}

// FunctionStatus says how a function is.
type FunctionStatus struct {
	Phase       string `json:"phase"`
	Restarts    int    `json:"restarts"`
	Invocations int    `json:"invocations"`
	LastFailure string `json:"lastFailure,omitempty"`
}

// startControl listens for commands on a socket that only the owner of the
// state directory can open. There is no port for them.
func (t *Twin) startControl(context.Context) error {
	name := t.dir.file(socketName)
	listener, err := net.Listen("unix", name)
	if err != nil {
		return fmt.Errorf("opening the control socket: %w", err)
	}
	err = os.Chmod(name, 0o600)
	if err != nil {
		_ = listener.Close()
		return fmt.Errorf("closing the control socket to others: %w", err)
	}
	commands := http.NewServeMux()
	commands.HandleFunc("POST /issue", command(t.issue))
	commands.HandleFunc("POST /probes", command(t.probes))
	commands.HandleFunc("POST /revoke", command(t.revoke))
	commands.HandleFunc("POST /refresh", command(t.refreshNow))
	commands.HandleFunc("POST /status", command(t.status))
	commands.HandleFunc("POST /approve", command(t.approve))
	commands.HandleFunc("POST /reset", command(t.reset))
	t.serve("control socket", listener, commands)
	return nil
}

// command turns a function into a handler: JSON in, JSON out, and an error as
// the text that the operator reads.
func command[In, Out any](do func(context.Context, In) (Out, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var in In
		err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(&in)
		if err != nil {
			http.Error(w, "reading the command: "+err.Error(), http.StatusBadRequest)
			return
		}
		out, err := do(r.Context(), in)
		if err != nil {
			http.Error(w, err.Error(), http.StatusUnprocessableEntity)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		err = json.NewEncoder(w).Encode(out)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
		}
	}
}

var errForeign = errors.New("the CA is not the twin's own: issue and revoke there, its next list arrives by itself")

// issueCommand asks for a client certificate.
type issueCommand struct {
	Name string `json:"name"`
	Days int    `json:"days"`
}

func (t *Twin) issue(_ context.Context, in issueCommand) (Issued, error) {
	if t.options.foreign() {
		return Issued{}, errForeign
	}
	credential, err := t.authority.Issue(ca.Request{Name: in.Name, Days: in.Days})
	if err != nil {
		return Issued{}, err
	}
	key, err := credential.KeyPEM()
	if err != nil {
		return Issued{}, err
	}
	issued := Issued{Name: in.Name, Certificate: credential.CertificatePEM(), Key: key, Chain: credential.ChainPEM()}
	return issued, t.keepClient(issued)
}

// nameCommand names a client.
type nameCommand struct {
	Name string `json:"name"`
}

func (t *Twin) revoke(_ context.Context, in nameCommand) (Revoked, error) {
	if t.options.foreign() {
		return Revoked{}, errForeign
	}
	entries, err := t.authority.Revoke(in.Name, ca.Revocation{Reason: ca.KeyCompromise})
	if errors.Is(err, ca.ErrUnknown) {
		return Revoked{}, fmt.Errorf("%w: issue it first, or give the serial number", err)
	}
	if err != nil {
		return Revoked{}, err
	}
	revoked := Revoked{Name: in.Name}
	for _, entry := range entries {
		t.noteRevoked(entry)
		revoked.Serials = append(revoked.Serials, serialText(entry.Serial))
		if revoked.At.IsZero() || entry.At.Before(revoked.At) {
			revoked.At = entry.At
		}
	}
	return revoked, nil
}

// serialText writes a serial number as the listeners and their logs do.
func serialText(serial *big.Int) string { return fmt.Sprintf("%X", serial.Bytes()) }

type noInput struct{}

func (t *Twin) refreshNow(ctx context.Context, _ noInput) (Run, error) {
	return t.schedule.look(ctx), nil
}

func (t *Twin) status(context.Context, noInput) (Status, error) {
	return Status{
		Now: time.Now(), Description: t.description, Last: t.schedule.latest(), Every: t.options.Every,
		Refresh: functionStatus(t.refresh.State()), Verify: functionStatus(t.verify.State()),
	}, nil
}
