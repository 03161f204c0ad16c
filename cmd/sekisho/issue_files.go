package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// clientFile is a file of a client.
type clientFile struct {
	name    string
	content []byte
	mode    os.FileMode
}

// writeAll writes all files, or none where one is there already and must not be
// overwritten. It returns their names.
func writeAll(files []clientFile, force bool) ([]string, error) {
	for _, file := range files {
		_, err := os.Lstat(file.name)
		if err == nil && !force {
			return nil, fmt.Errorf("writing a file of the client: %s is there already: choose another --out, or overwrite it with --force", file.name)
		}
	}
	var written []string
	for _, file := range files {
		err := file.write(force)
		if err != nil {
			return written, err
		}
		written = append(written, file.name)
	}
	return written, nil
}

// write makes the file anew, so that an old one with a wider mode does not lend
// its mode to a new key, and a link leads nowhere.
func (f clientFile) write(replace bool) error {
	err := os.MkdirAll(filepath.Dir(f.name), 0o755)
	if err != nil {
		return fmt.Errorf("making the directory of the client's files: %w", err)
	}
	if replace {
		err = os.Remove(f.name)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("replacing %s: %w", f.name, err)
		}
	}
	file, err := os.OpenFile(f.name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, f.mode)
	if err != nil {
		return fmt.Errorf("writing a file of the client: %w", err)
	}
	_, err = file.Write(f.content)
	err = errors.Join(err, file.Close())
	if err != nil {
		return fmt.Errorf("writing a file of the client: %w", err)
	}
	return nil
}
