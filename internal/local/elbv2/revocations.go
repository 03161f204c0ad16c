package elbv2

import (
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"slices"
)

// addRevocations imports one or several files, all or none: AWS does not say
// whether a call is atomic, and a client must not need it to be otherwise.
func (s *Service) addRevocations(q query) (any, error) {
	arn, err := q.arn()
	if err != nil {
		return nil, err
	}
	contents, err := q.contents()
	if err != nil {
		return nil, err
	}
	var added []importedList
	err = s.update(func(before *state) (*state, error) {
		store, err := before.find(arn)
		if err != nil {
			return nil, err
		}
		added, err = s.importLists(store, contents)
		if err != nil {
			return nil, err
		}
		next := store.enforcing(store.bundle, slices.Concat(store.lists, added))
		next.lastID += int64(len(added))
		return before.with(next), nil
	})
	if err != nil {
		return nil, err
	}
	return revocationsResult{TrustStoreRevocations: convert(added, func(l importedList) revocationItem { return l.item(arn) })}, nil
}

// contents are the files that a call names, at least one.
func (q query) contents() ([]url.Values, error) {
	contents, err := q.members("RevocationContents")
	if err == nil && len(contents) == 0 {
		err = failf(codeValidation, "the request must contain the parameter RevocationContents")
	}
	return contents, err
}

// importLists reads the files and gives them the next IDs.
func (s *Service) importLists(store *trustStore, contents []url.Values) ([]importedList, error) {
	quotas := s.options.Quotas
	if len(store.lists)+len(contents) > quotas.Lists {
		return nil, failf(codeTooManyLists, "the limit of %d revocation lists in a trust store would be exceeded", quotas.Lists)
	}
	var added []importedList
	entries := store.entries()
	for i, content := range contents {
		list, err := s.importList(store, content)
		if err != nil {
			return nil, err
		}
		entries += list.entries
		if entries > quotas.Entries {
			return nil, failf(codeTooManyEntries, "the limit of %d revoked entries in a trust store would be exceeded", quotas.Entries)
		}
		list.ID = store.lastID + int64(i) + 1
		added = append(added, list)
	}
	return added, nil
}

// importList copies one file, parses it and says who signed it.
func (s *Service) importList(store *trustStore, content url.Values) (importedList, error) {
	bucket, key, version := content.Get("S3Bucket"), content.Get("S3Key"), content.Get("S3ObjectVersion")
	if bucket == "" || key == "" {
		return importedList{}, failf(codeValidation, "a revocation content needs S3Bucket and S3Key")
	}
	kind := content.Get("RevocationType")
	if kind != "" && kind != "CRL" {
		return importedList{}, failf(codeValidation, "'%s' is not a revocation type; only CRL is", kind)
	}
	file, err := s.objects.Object(bucket, key, version)
	if errors.Is(err, fs.ErrNotExist) {
		return importedList{}, failf(codeRevocationNotFound, "the revocation content s3://%s/%s was not found", bucket, key)
	}
	if err != nil {
		return importedList{}, fmt.Errorf("reading the revocation content: %w", err)
	}
	list, err := s.admitFile(store, file)
	if err != nil {
		return importedList{}, failf(codeInvalidRevocation, "the revocation content s3://%s/%s is in an invalid format or uses an incorrect algorithm: %v", bucket, key, err)
	}
	return list, nil
}

func (s *Service) admitFile(store *trustStore, file []byte) (importedList, error) {
	limit := s.options.Quotas.ListBytes
	if len(file) > limit {
		return importedList{}, fmt.Errorf("%d bytes, at most %d are allowed", len(file), limit)
	}
	list, err := listFile(file)
	if err != nil {
		return importedList{}, err
	}
	signer, err := s.options.Switches.admit(list, store.bundle.certificates)
	if err != nil {
		return importedList{}, err
	}
	return importedList{
		Revocation: Revocation{List: list.List, Signer: signer},
		pem:        file,
		entries:    list.counted(!s.options.Switches.CountDistinctOnly),
	}, nil
}

// signedBy is lists with the signers that another bundle has for them.
func signedBy(bundle caBundle, lists []importedList) ([]importedList, error) {
	lists = slices.Clone(lists)
	for i := range lists {
		signed, err := listFile(lists[i].pem)
		if err != nil {
			return nil, fmt.Errorf("reading revocation %d again: %w", lists[i].ID, err)
		}
		lists[i].Signer = signed.signer(bundle.certificates)
	}
	return lists, nil
}

// removeRevocations removes all the lists that the call names or, when one of
// them is not there, none.
func (s *Service) removeRevocations(q query) (any, error) {
	arn, err := q.arn()
	if err != nil {
		return nil, err
	}
	ids, err := q.ids()
	if err != nil {
		return nil, err
	}
	if len(ids) == 0 {
		return nil, failf(codeValidation, "the request must contain the parameter RevocationIds")
	}
	err = s.update(func(before *state) (*state, error) {
		store, err := before.find(arn)
		if err != nil {
			return nil, err
		}
		_, err = store.chosenLists(ids)
		if err != nil {
			return nil, err
		}
		left := slices.DeleteFunc(slices.Clone(store.lists), func(l importedList) bool { return slices.Contains(ids, l.ID) })
		return before.with(store.enforcing(store.bundle, left)), nil
	})
	return emptyResult{}, err
}

// chosenLists are the lists with these IDs; each must be there.
func (t *trustStore) chosenLists(ids []int64) ([]importedList, error) {
	chosen := make([]importedList, 0, len(ids))
	for _, id := range ids {
		list, err := t.list(id)
		if err != nil {
			return nil, err
		}
		chosen = append(chosen, list)
	}
	return chosen, nil
}

func describeRevocations(q query) (any, error) {
	store, err := q.store()
	if err != nil {
		return nil, err
	}
	ids, err := q.ids()
	if err != nil {
		return nil, err
	}
	lists := store.lists
	if len(ids) > 0 {
		lists, err = store.chosenLists(ids)
		if err != nil {
			return nil, err
		}
	}
	shown, marker, err := page(q, lists, func(l importedList) string { return numberKey(l.ID) })
	if err != nil {
		return nil, err
	}
	items := convert(shown, func(l importedList) revocationItem { return l.item(store.arn) })
	return revocationsResult{TrustStoreRevocations: items, NextMarker: marker}, nil
}

func (s *Service) getRevocationContent(q query) (any, error) {
	store, err := q.store()
	if err != nil {
		return nil, err
	}
	text, err := q.text("RevocationId")
	if err != nil {
		return nil, err
	}
	id, err := revocationID(text)
	if err != nil {
		return nil, err
	}
	list, err := store.list(id)
	if err != nil {
		return nil, err
	}
	return locationResult{q.origin + s.locations.issue(list.pem, s.options.Now())}, nil
}
