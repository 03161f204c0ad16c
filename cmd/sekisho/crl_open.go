package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/sekisho/sekisho/internal/crl"
	"github.com/sekisho/sekisho/internal/crlhttp"
	"github.com/sekisho/sekisho/internal/refresh"
	"github.com/sekisho/sekisho/internal/release"
)

// opened is a list, or several, about to be read.
type opened struct {
	io.Reader
	close func() error
	// size is the length in bytes, 0 when it is not known.
	size int64
}

// openList opens a file, or fetches a URL as the refresher does.
func openList(ctx context.Context, name string) (*opened, error) {
	if strings.HasPrefix(name, "http://") || strings.HasPrefix(name, "https://") {
		return fetchList(ctx, name)
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, &usageError{fmt.Errorf("opening the list: %w", err)}
	}
	info, err := file.Stat()
	if err != nil {
		return nil, &usageError{fmt.Errorf("opening the list: %w", err)}
	}
	return &opened{Reader: file, close: file.Close, size: info.Size()}, nil
}

func fetchList(ctx context.Context, url string) (*opened, error) {
	fetcher, err := crlhttp.New(crlhttp.Options{Version: release.Version})
	if err != nil {
		return nil, err
	}
	fetched, err := fetcher.Fetch(ctx, refresh.Request{URLs: []string{url}, Now: time.Now()})
	if err != nil {
		return nil, &usageError{err}
	}
	return &opened{Reader: strings.NewReader(string(fetched.Body)), close: func() error { return nil }, size: int64(len(fetched.Body))}, nil
}

// peek is the reader and its first byte, which tells DER from PEM.
func (o *opened) peek() (*bufio.Reader, bool, error) {
	buffered := bufio.NewReaderSize(o.Reader, 1<<16)
	first, err := buffered.Peek(1)
	if err != nil {
		return nil, false, &usageError{fmt.Errorf("reading the list: it is empty: %w", err)}
	}
	return buffered, first[0] == derSequence, nil
}

// derSequence is how every list in DER begins (X.690, section 8.9).
const derSequence = 0x30

// readList is one list read, with its index when that was asked for.
type readList struct {
	list    *crl.List
	builder *crl.Builder
}

// readLists reads every list of a file or URL. A list in DER is read in one
// pass and never held as a whole.
func readLists(ctx context.Context, name string, indexed bool) ([]readList, error) {
	source, err := openList(ctx, name)
	if err != nil {
		return nil, err
	}
	defer source.close()
	buffered, isDER, err := source.peek()
	if err != nil {
		return nil, err
	}
	if isDER {
		one, err := readOne(buffered, indexed)
		if err != nil {
			return nil, err
		}
		return []readList{one}, nil
	}
	lists, err := splitAll(buffered)
	if err != nil {
		return nil, err
	}
	var all []readList
	for _, der := range lists {
		one, err := readOne(strings.NewReader(string(der)), indexed)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, nil
}

func readOne(r io.Reader, indexed bool) (readList, error) {
	one := readList{}
	if indexed {
		one.builder = new(crl.Builder)
	}
	list, err := crl.Read(r, crl.Output{Index: one.builder})
	if err != nil {
		return one, &usageError{err}
	}
	one.list = list
	return one, nil
}

// splitAll reads a PEM file whole: base64 in lines of any length is not worth
// a stream of its own.
func splitAll(r io.Reader) ([][]byte, error) {
	text, err := io.ReadAll(io.LimitReader(r, 2*crl.DefaultMaxSize))
	if err != nil {
		return nil, &usageError{fmt.Errorf("reading the list: %w", err)}
	}
	lists, err := crl.Split(text)
	if err != nil {
		return nil, &usageError{err}
	}
	return lists, nil
}
