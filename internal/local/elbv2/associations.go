package elbv2

import "slices"

// Associate notes that a listener uses a trust store, which can then not be
// deleted. Doing it twice changes nothing. A trust store that is not there is
// an error.
func (s *Service) Associate(arn, listenerARN string) error {
	return s.changeListeners(arn, func(listeners []string) []string {
		at, found := slices.BinarySearch(listeners, listenerARN)
		if found {
			return listeners
		}
		return slices.Insert(slices.Clone(listeners), at, listenerARN)
	})
}

// Dissociate takes an association back; one that is not there is no error.
func (s *Service) Dissociate(arn, listenerARN string) error {
	return s.changeListeners(arn, func(listeners []string) []string {
		return slices.DeleteFunc(slices.Clone(listeners), func(other string) bool { return other == listenerARN })
	})
}

func (s *Service) changeListeners(arn string, change func([]string) []string) error {
	return s.update(func(before *state) (*state, error) {
		store, err := before.find(arn)
		if err != nil {
			return nil, err
		}
		return before.with(store.usedBy(change(store.listeners))), nil
	})
}

func describeAssociations(q query) (any, error) {
	store, err := q.store()
	if err != nil {
		return nil, err
	}
	shown, marker, err := page(q, store.listeners, func(listener string) string { return listener })
	if err != nil {
		return nil, err
	}
	items := convert(shown, func(listener string) associationItem { return associationItem{listener} })
	return associationsResult{TrustStoreAssociations: items, NextMarker: marker}, nil
}
