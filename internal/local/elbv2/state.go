package elbv2

import (
	"cmp"
	"maps"
	"slices"
)

// state is every trust store at one moment. It and all that hangs on it is
// immutable; a change copies what it changes.
type state struct {
	stores map[string]*trustStore // by ARN
	// created counts the trust stores that ever were, to order them.
	created int
}

// trustStore is one trust store at one moment.
type trustStore struct {
	name, arn string
	// order is its place among the trust stores, in the order of creation.
	order int
	// lastID is the newest revocation ID ever given: "not reused for the life
	// of the trust store" (ALB guide, Configuring mutual TLS).
	lastID int64
	bundle caBundle
	lists  []importedList
	// listeners are the ARNs of the listeners that use it, sorted.
	listeners []string
	view      View
}

// importedList is a revocation with the file that it was copied from.
type importedList struct {
	Revocation
	pem     []byte
	entries int
}

// with is the state with one trust store added or replaced.
func (s *state) with(store *trustStore) *state {
	next := &state{stores: maps.Clone(s.stores), created: s.created}
	if next.stores == nil {
		next.stores = map[string]*trustStore{}
	}
	next.stores[store.arn] = store
	next.created = max(next.created, store.order)
	return next
}

// without is the state with one trust store removed.
func (s *state) without(arn string) *state {
	next := &state{stores: maps.Clone(s.stores), created: s.created}
	delete(next.stores, arn)
	return next
}

// find is the trust store with this ARN.
func (s *state) find(arn string) (*trustStore, error) {
	store, ok := s.stores[arn]
	if !ok {
		return nil, failf(codeTrustStoreNotFound, "trust store '%s' not found", arn)
	}
	return store, nil
}

// ordered are the trust stores in the order of their creation.
func (s *state) ordered() []*trustStore {
	return slices.SortedFunc(maps.Values(s.stores), func(a, b *trustStore) int { return a.order - b.order })
}

// enforcing is t with another bundle or other lists, and the view of them.
func (t *trustStore) enforcing(bundle caBundle, lists []importedList) *trustStore {
	next := *t
	next.bundle, next.lists = bundle, lists
	next.view = View{Generation: t.view.Generation + 1, Bundle: bundle.certificates}
	for _, list := range lists {
		next.view.Revocations = append(next.view.Revocations, list.Revocation)
	}
	return &next
}

// usedBy is t with other listeners; what it enforces stays the same.
func (t *trustStore) usedBy(listeners []string) *trustStore {
	next := *t
	next.listeners = listeners
	return &next
}

// entries are all entries that its lists count.
func (t *trustStore) entries() int {
	sum := 0
	for _, list := range t.lists {
		sum += list.entries
	}
	return sum
}

// list is the imported list with this ID.
func (t *trustStore) list(id int64) (importedList, error) {
	at, found := slices.BinarySearchFunc(t.lists, id, func(list importedList, id int64) int {
		return cmp.Compare(list.ID, id)
	})
	if !found {
		return importedList{}, failf(codeRevocationIDNotFound, "revocation ID '%d' not found in trust store '%s'", id, t.arn)
	}
	return t.lists[at], nil
}
