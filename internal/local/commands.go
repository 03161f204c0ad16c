package local

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// Commands talks to the twin that runs on a state directory.
type Commands struct {
	// Dir is the state directory.
	Dir  string
	http *http.Client
}

// NewCommands finds the twin by its directory. It makes no call.
func NewCommands(dir string) *Commands {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", filepath.Join(dir, socketName))
	}
	return &Commands{Dir: dir, http: &http.Client{Transport: &http.Transport{DialContext: dial, DisableKeepAlives: true}}}
}

// Issue has the built-in CA issue a client certificate; 0 days is its default.
func (c *Commands) Issue(ctx context.Context, name string, days int) (Issued, error) {
	return send[Issued](ctx, c, "issue", issueCommand{Name: name, Days: days})
}

// Probes has the built-in CA issue certificates for trying the gate out.
func (c *Commands) Probes(ctx context.Context) (Probes, error) {
	return send[Probes](ctx, c, "probes", noInput{})
}

// Revoke revokes every certificate of that name at the built-in CA.
func (c *Commands) Revoke(ctx context.Context, name string) (Revoked, error) {
	return send[Revoked](ctx, c, "revoke", nameCommand{Name: name})
}

// Refresh runs the refresh function now.
func (c *Commands) Refresh(ctx context.Context) (Run, error) {
	return send[Run](ctx, c, "refresh", noInput{})
}

// Status asks how things stand.
func (c *Commands) Status(ctx context.Context) (Status, error) {
	return send[Status](ctx, c, "status", noInput{})
}

func send[Out any](ctx context.Context, c *Commands, name string, in any) (Out, error) {
	var out Out
	body, err := json.Marshal(in)
	if err != nil {
		return out, fmt.Errorf("sending the command %s: %w", name, err)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://twin/"+name, bytes.NewReader(body))
	if err != nil {
		return out, fmt.Errorf("sending the command %s: %w", name, err)
	}
	response, err := c.http.Do(request)
	if err != nil {
		if errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, os.ErrNotExist) {
			return out, errNoTwin(c.Dir)
		}
		return out, fmt.Errorf("sending the command %s: %w", name, err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(io.LimitReader(response.Body, 1<<16))
		return out, errors.New(strings.TrimSpace(string(text)))
	}
	err = json.NewDecoder(response.Body).Decode(&out)
	if err != nil {
		return out, fmt.Errorf("reading the answer to the command %s: %w", name, err)
	}
	return out, nil
}
