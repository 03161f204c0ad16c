// Command gen makes the fixtures beside it: revocation lists of which each has
// one property that matters, and the README that says which. The same program
// makes the same bytes, everywhere and always.
//
//	go run ./testdata/gen          writes into testdata
//	go run ./testdata/gen DIR      writes into another directory
package main

import (
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"
)

func main() {
	log.SetFlags(0)
	dir := "testdata"
	if len(os.Args) > 1 {
		dir = os.Args[1]
	}
	err := write(dir)
	if err != nil {
		log.Fatal(err)
	}
}

// fixture is one file below testdata/crl.
type fixture struct {
	name string
	// breaks is what is wrong with it, or what is special about it.
	breaks string
	data   []byte
}

func write(dir string) error {
	fixtures, err := all()
	if err != nil {
		return err
	}
	err = os.MkdirAll(filepath.Join(dir, "crl"), 0o755)
	if err != nil {
		return fmt.Errorf("making the directory of the fixtures: %w", err)
	}
	for _, f := range fixtures {
		err = os.WriteFile(filepath.Join(dir, "crl", f.name), f.data, 0o644)
		if err != nil {
			return fmt.Errorf("writing the fixture %s: %w", f.name, err)
		}
	}
	err = os.WriteFile(filepath.Join(dir, "README.md"), readme(fixtures), 0o644)
	if err != nil {
		return fmt.Errorf("writing the README of the fixtures: %w", err)
	}
	return nil
}

func all() ([]fixture, error) {
	authorities, err := makeAuthorities()
	if err != nil {
		return nil, err
	}
	fixtures := authorities.files()
	for _, list := range lists() {
		der, err := list.make(authorities)
		if err != nil {
			return nil, fmt.Errorf("making the fixture %s: %w", list.name, err)
		}
		fixtures = append(fixtures, fixture{list.name + ".der", list.breaks, der})
	}
	good, err := goodList(authorities)
	if err != nil {
		return nil, err
	}
	return append(fixtures, texts(good)...), nil
}

func readme(fixtures []fixture) []byte {
	var b strings.Builder
	b.WriteString(`# Fixtures

Made by ` + "`go run ./testdata/gen`" + `, with fixed keys and dates; a test makes them again
and compares. Everything in ` + "`crl/`" + ` is as good as ` + "`good.der`" + ` but for the one
property that its name says. Lists are issued on 2026-06-01 at 12:00 UTC, for a week.

| file | what is special about it |
|---|---|
`)
	for _, f := range fixtures {
		fmt.Fprintf(&b, "| `%s` | %s |\n", f.name, f.breaks)
	}
	b.WriteString(`
` + "`good.index`" + ` is the index of ` + "`good.der`" + `, as ` + "`go test ./internal/crl -update`" + ` writes it.
`)
	return []byte(b.String())
}
