package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
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
	close func()
}

// openList opens a file, or fetches a URL as the refresher does. The meter
// shows how far that has come, and the reading after it.
func openList(ctx context.Context, name string, meter meter) (*opened, error) {
	if strings.HasPrefix(name, "http://") || strings.HasPrefix(name, "https://") {
		return fetchList(ctx, name, meter)
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, &usageError{fmt.Errorf("opening the list: %w", err)}
	}
	info, err := file.Stat()
	if err != nil {
		return nil, errors.Join(&usageError{fmt.Errorf("opening the list: %w", err)}, file.Close())
	}
	list := &counted{Reader: file}
	stop := meter.show("reading the list", info.Size(), list.come.Load)
	return &opened{Reader: list, close: func() {
		stop()
		_ = file.Close() // it was only read
	}}, nil
}

func fetchList(ctx context.Context, url string, meter meter) (*opened, error) {
	fetcher, err := crlhttp.New(crlhttp.Options{Version: release.Version})
	if err != nil {
		return nil, err
	}
	stop := meter.show("fetching the list", 0, nil)
	fetched, err := fetcher.Fetch(ctx, refresh.Request{URLs: []string{url}, Now: time.Now()})
	stop()
	if err != nil {
		return nil, &usageError{err}
	}
	return &opened{Reader: bytes.NewReader(fetched.Body), close: func() {}}, nil
}

// peek is the reader, and whether a list in DER begins there: a SEQUENCE
// (X.690, section 8.9) that is too long for a length in one byte. No text does.
func (o *opened) peek() (*bufio.Reader, bool, error) {
	buffered := bufio.NewReaderSize(o.Reader, 1<<16)
	first, err := buffered.Peek(2)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, false, &usageError{fmt.Errorf("reading the list: %w", err)}
	}
	return buffered, len(first) == 2 && first[0] == 0x30 && first[1] > 0x80, nil
}

// readList is one list read, with its index when that was asked for.
type readList struct {
	list    *crl.List
	builder *crl.Builder
}

// readLists reads every list of a file or URL. A list in DER is read in one
// pass and never held as a whole.
func readLists(ctx context.Context, name string, meter meter, indexed bool) ([]readList, error) {
	source, err := openList(ctx, name, meter)
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
		one, err := readOne(bytes.NewReader(der), indexed)
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
