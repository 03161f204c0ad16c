package ca

import (
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// Options are the settings of a CA.
type Options struct {
	// BaseURL is where the CA is served, without a slash at the end. It
	// stands in the certificates that are issued from now on.
	BaseURL string
	// KeyKind is the kind of all client CA keys. Empty is P256 for a new CA
	// and whatever it has for an existing one.
	KeyKind KeyKind
	// ListLife is the time from thisUpdate to nextUpdate: 24 hours. A list is
	// signed anew once half of it is over.
	ListLife time.Duration
	// Now tells the present: time.Now.
	Now func() time.Time
}

func (o Options) withDefaults() (Options, error) {
	if o.BaseURL == "" {
		return o, errors.New("opening the CA: it needs the URL that it is served under")
	}
	if o.ListLife == 0 {
		o.ListLife = 24 * time.Hour
	}
	if o.ListLife < 2*time.Second {
		return o, fmt.Errorf("opening the CA: a list cannot live for %s, only for 2s or more", o.ListLife)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	o.BaseURL = strings.TrimSuffix(o.BaseURL, "/")
	return o, nil
}

// CA is the twin's certification authority. It is safe for concurrent use by
// one process; two processes must not open one directory.
type CA struct {
	dir     string
	options Options

	root, issuing, server *signer
	kind                  KeyKind

	mu        sync.Mutex
	memory    *memory
	lists     map[Authority]List
	overrides map[string]http.Handler
}

// Open opens the CA in dir, or founds a new one there. The directory becomes
// readable by its owner alone.
func Open(dir string, options Options) (*CA, error) {
	options, err := options.withDefaults()
	if err != nil {
		return nil, err
	}
	err = errors.Join(os.MkdirAll(dir, 0o700), os.Chmod(dir, 0o700))
	if err != nil {
		return nil, fmt.Errorf("making the CA's directory: %w", err)
	}
	c := &CA{dir: dir, options: options, lists: map[Authority]List{}, overrides: map[string]http.Handler{}}
	c.memory, err = load(dir)
	if err != nil {
		return nil, err
	}
	if c.memory == nil {
		err = c.found()
	} else {
		err = c.restore()
	}
	if err != nil {
		return nil, fmt.Errorf("opening the CA in %s: %w", dir, err)
	}
	c.kind = c.memory.KeyKind
	return c, c.publishCertificates()
}

// found makes new CAs and remembers them.
func (c *CA) found() error {
	kind := c.options.KeyKind
	if kind == "" {
		kind = P256
	}
	now := c.options.Now()
	var err error
	c.root, err = found(rootName, kind, now)
	if err != nil {
		return err
	}
	c.issuing, err = c.root.subordinate(issuingName, kind, now, c.points(Root))
	if err != nil {
		return err
	}
	c.server, err = found(serverName, P256, now)
	if err != nil {
		return err
	}
	c.memory, err = c.firstMemory(kind)
	if err != nil {
		return err
	}
	return c.memory.save(c.dir)
}

func (c *CA) firstMemory(kind KeyKind) (*memory, error) {
	root, errRoot := c.root.identity()
	issuing, errIssuing := c.issuing.identity()
	server, errServer := c.server.identity()
	m := &memory{Format: memoryFormat, KeyKind: kind, Root: root, Issuing: issuing, Server: server}
	m.Issued = []record{newRecord(issuingName, Root, c.issuing.certificate)}
	return m, errors.Join(errRoot, errIssuing, errServer)
}

// restore takes the CAs up again as they are remembered.
func (c *CA) restore() error {
	asked := c.options.KeyKind
	if asked != "" && asked != c.memory.KeyKind {
		return fmt.Errorf("it has %s keys, not %s: leave the kind out, or remove the directory to begin with a new CA", c.memory.KeyKind, asked)
	}
	var errRoot, errIssuing, errServer error
	c.root, errRoot = c.memory.Root.signer()
	c.issuing, errIssuing = c.memory.Issuing.signer()
	c.server, errServer = c.memory.Server.signer()
	return errors.Join(errRoot, errIssuing, errServer)
}

// publishCertificates writes the files that are not secret.
func (c *CA) publishCertificates() error {
	return errors.Join(
		replaceFile(c.BundleFile(), c.Bundle(), 0o644),
		replaceFile(c.ServerCAFile(), encodeCertificates(c.server.certificate), 0o644),
	)
}

// BundleFile is the path of Bundle as a file.
func (c *CA) BundleFile() string { return filepath.Join(c.dir, bundleFile) }

// ServerCAFile is the path of the certificate, in PEM, that signs the twin's
// own listeners: what clients must trust.
func (c *CA) ServerCAFile() string { return filepath.Join(c.dir, serverCAFile) }

// Bundle is what a gate trusts of clients: root and issuing CA in PEM, with LF
// line ends and no blank lines.
func (c *CA) Bundle() []byte {
	return encodeCertificates(c.root.certificate, c.issuing.certificate)
}

// Certificate is the certificate of one of the CAs.
func (c *CA) Certificate(of Authority) *x509.Certificate { return c.signer(of).certificate }

func (c *CA) signer(of Authority) *signer {
	if of == Root {
		return c.root
	}
	return c.issuing
}
