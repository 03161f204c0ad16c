package gate

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/sekisho/sekisho/internal/crl"
	"github.com/sekisho/sekisho/internal/snapshot"
)

// loadIndexes reads all lists at the same time: a cold start waits for it. What
// these are not goes first, however this ends: manifests that cannot be used
// must not heap up their lists.
func (l *loader) loadIndexes(ctx context.Context, lists []snapshot.List) ([]*crl.Index, error) {
	l.forgetAllBut(lists)
	indexes := make([]*crl.Index, len(lists))
	errs := make([]error, len(lists))
	var readers sync.WaitGroup
	for i, list := range lists {
		readers.Go(func() { indexes[i], errs[i] = l.loadIndex(ctx, list) })
	}
	readers.Wait()
	return indexes, errors.Join(errs...)
}

func (l *loader) loadIndex(ctx context.Context, list snapshot.List) (*crl.Index, error) {
	l.mu.Lock()
	index := l.indexes[list.Index.SHA256]
	l.mu.Unlock()
	if index == nil {
		data, err := l.fetch(ctx, list.Index)
		if err != nil {
			return nil, fmt.Errorf("reading the index of %q: %w", list.Source, err)
		}
		index, err = crl.OpenIndex(data)
		if err != nil {
			return nil, fmt.Errorf("opening the index of %q: %w", list.Source, err)
		}
	}
	err := matches(index, list)
	if err != nil {
		return nil, fmt.Errorf("opening the index of %q: %w", list.Source, err)
	}
	l.mu.Lock()
	l.indexes[list.Index.SHA256] = index
	l.mu.Unlock()
	return index, nil
}

// matches says whether an index is that of the list that the manifest means.
func matches(index *crl.Index, list snapshot.List) error {
	hash := index.ListSHA256()
	if fmt.Sprintf("%x", hash) != list.SHA256 || string(index.Identity()) != list.Identity {
		return errors.New("it is the index of another list than the manifest says")
	}
	return nil
}

func (l *loader) forgetAllBut(lists []snapshot.List) {
	l.mu.Lock()
	defer l.mu.Unlock()
	kept := make(map[string]*crl.Index, len(lists))
	for _, list := range lists {
		index, there := l.indexes[list.Index.SHA256]
		if there {
			kept[list.Index.SHA256] = index
		}
	}
	l.indexes = kept
}
