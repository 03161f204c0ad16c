package local

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// directory is the state directory of a twin, locked while it runs.
type directory struct {
	path string
	lock *os.File
}

// The names in a state directory.
const (
	descriptionName = "local.json"
	lockName        = "lock"
	socketName      = "control.sock"
)

// maxSocketPath is how long the path of a Unix socket may be on the systems
// where the twin runs: sun_path is 104 bytes on some and 108 on others.
const maxSocketPath = 103

// openDirectory makes the directory where needed and locks it. The lock goes
// with the process, however that ends.
func openDirectory(path string) (*directory, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("finding the state directory: %w", err)
	}
	socket := filepath.Join(path, socketName)
	if len(socket) > maxSocketPath {
		return nil, fmt.Errorf("opening the state directory: %s is longer than the %d bytes that a Unix socket's path may have: choose a shorter --dir", socket, maxSocketPath)
	}
	err = os.MkdirAll(path, 0o700)
	if err != nil {
		return nil, fmt.Errorf("making the state directory: %w", err)
	}
	err = ownOnly(path)
	if err != nil {
		return nil, err
	}
	lock, err := lockFile(filepath.Join(path, lockName))
	if err != nil {
		return nil, err
	}
	d := &directory{path: path, lock: lock}
	return d, d.clear()
}

// ownOnly refuses a directory in which others could plant files: keys lie
// there, and names there are trusted.
func ownOnly(path string) error {
	var info unix.Stat_t
	err := unix.Stat(path, &info)
	if err != nil {
		return fmt.Errorf("looking at the state directory: %w", err)
	}
	if int(info.Uid) != os.Geteuid() || info.Mode&0o022 != 0 {
		return fmt.Errorf("opening the state directory: others own %s or may write to it: choose a --dir of your own, or take their right away (chmod go-w)", path)
	}
	return nil
}

func lockFile(name string) (*os.File, error) {
	lock, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("locking the state directory: %w", err)
	}
	err = unix.Flock(int(lock.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		_ = lock.Close()
		return nil, fmt.Errorf("locking the state directory: a twin is running on %s: stop it first, or choose another --dir", filepath.Dir(name))
	}
	if err != nil {
		_ = lock.Close()
		return nil, fmt.Errorf("locking the state directory: %w", err)
	}
	return lock, nil
}

// clear removes what tells others of a running twin.
func (d *directory) clear() error {
	for _, name := range []string{descriptionName, socketName} {
		err := os.Remove(d.file(name))
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("clearing the state directory: %w", err)
		}
	}
	return nil
}

func (d *directory) close() error {
	return errors.Join(d.clear(), d.lock.Close())
}

func (d *directory) file(names ...string) string {
	return filepath.Join(append([]string{d.path}, names...)...)
}

// replaceFile writes a file whole or not at all.
func replaceFile(name string, content []byte, mode os.FileMode) error {
	draft, err := os.CreateTemp(filepath.Dir(name), ".draft-*")
	if err != nil {
		return fmt.Errorf("writing %s: %w", name, err)
	}
	defer os.Remove(draft.Name())
	_, err = draft.Write(content)
	err = errors.Join(err, draft.Chmod(mode), draft.Close())
	if err == nil {
		err = os.Rename(draft.Name(), name)
	}
	if err != nil {
		return fmt.Errorf("writing %s: %w", name, err)
	}
	return nil
}
