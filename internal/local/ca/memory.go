package ca

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// The files of a CA. Keys, numbers and what was issued are one file, written
// by rename: there is no moment at which they contradict each other.
const (
	memoryFile   = "ca.json"
	bundleFile   = "ca-bundle.pem"
	serverCAFile = "server-ca.pem"

	memoryFormat = 1
)

// memory is what survives a restart.
type memory struct {
	Format  int      `json:"format"`
	KeyKind KeyKind  `json:"keyKind"`
	Root    identity `json:"root"`
	Issuing identity `json:"issuing"`
	Server  identity `json:"server"`
	Issued  []record `json:"issued"`
}

// identity is a CA in the file: PEM, and the number of its newest list.
type identity struct {
	Certificate string `json:"certificate"`
	Key         string `json:"key"`
	ListNumber  int64  `json:"listNumber"`
}

// record is a certificate that was issued.
type record struct {
	Name string `json:"name"`
	// Serial is in lower-case hexadecimal, as serialText writes it.
	Serial   string      `json:"serial"`
	Issuer   Authority   `json:"issuer"`
	NotAfter time.Time   `json:"notAfter"`
	Revoked  *Revocation `json:"revoked,omitempty"`
}

// load reads the memory in dir; nil when there is none yet.
func load(dir string) (*memory, error) {
	path := filepath.Join(dir, memoryFile)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading the CA's memory: %w", err)
	}
	var m memory
	err = json.Unmarshal(text, &m)
	if err != nil {
		return nil, fmt.Errorf("reading the CA's memory in %s: %w: remove the directory to begin with a new CA", path, err)
	}
	if m.Format != memoryFormat {
		return nil, fmt.Errorf("reading the CA's memory in %s: format %d, want %d: remove the directory to begin with a new CA", path, m.Format, memoryFormat)
	}
	return &m, nil
}

func (m *memory) save(dir string) error {
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return fmt.Errorf("encoding the CA's memory: %w", err)
	}
	return replaceFile(filepath.Join(dir, memoryFile), append(text, '\n'), 0o600)
}

// replaceFile writes a file so that, whatever happens, either the old content
// or the new is found there.
func replaceFile(path string, content []byte, mode fs.FileMode) error {
	file, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	err = errors.Join(writeAll(file, content, mode), file.Close())
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("writing %s: %w", path, err), os.Remove(file.Name()))
	}
	return syncDirectory(filepath.Dir(path))
}

// syncDirectory has a rename outlive a power cut: a list number that was seen
// must not come again.
func syncDirectory(path string) error {
	dir, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("writing to %s: %w", path, err)
	}
	err = errors.Join(dir.Sync(), dir.Close())
	if err != nil {
		return fmt.Errorf("writing to %s: %w", path, err)
	}
	return nil
}

func writeAll(file *os.File, content []byte, mode fs.FileMode) error {
	_, err := file.Write(content)
	return errors.Join(err, file.Chmod(mode), file.Sync())
}
