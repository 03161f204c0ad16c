package elbv2

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
)

// mostTags is how many tags a resource may have (ELB API reference, TooManyTags).
const mostTags = 50

// createTrustStore: tags are checked and then forgotten; no call here shows them.
func (s *Service) createTrustStore(q query) (any, error) {
	name, err := q.name()
	if err != nil {
		return nil, err
	}
	err = q.checkTags()
	if err != nil {
		return nil, err
	}
	created := &trustStore{name: name, arn: s.newARN(name)}
	err = s.update(func(before *state) (*state, error) {
		err := s.roomFor(before, name)
		if err != nil {
			return nil, err
		}
		bundle, err := s.readBundle(q)
		if err != nil {
			return nil, err
		}
		created.order = before.created + 1
		created = created.enforcing(bundle, nil)
		return before.with(created), nil
	})
	if err != nil {
		return nil, err
	}
	return trustStoresResult{TrustStores: list[trustStoreItem]{Members: []trustStoreItem{created.item()}}}, nil
}

// roomFor says whether one more trust store may be made under this name.
func (s *Service) roomFor(before *state, name string) error {
	for _, other := range before.stores {
		if other.name == name {
			return failf(codeDuplicateName, "a trust store with the name '%s' already exists", name)
		}
	}
	if len(before.stores) >= s.options.Quotas.TrustStores {
		return failf(codeTooManyTrustStores, "the limit of %d trust stores has been reached", s.options.Quotas.TrustStores)
	}
	return nil
}

// modifyTrustStore replaces the bundle as a whole. The lists stay, even those
// that nobody in the new bundle signed.
func (s *Service) modifyTrustStore(q query) (any, error) {
	arn, err := q.arn()
	if err != nil {
		return nil, err
	}
	var modified *trustStore
	err = s.update(func(before *state) (*state, error) {
		store, err := before.find(arn)
		if err != nil {
			return nil, err
		}
		bundle, err := s.readBundle(q)
		if err != nil {
			return nil, err
		}
		lists, err := signedBy(bundle, store.lists)
		if err != nil {
			return nil, err
		}
		modified = store.enforcing(bundle, lists)
		return before.with(modified), nil
	})
	if err != nil {
		return nil, err
	}
	return trustStoresResult{TrustStores: list[trustStoreItem]{Members: []trustStoreItem{modified.item()}}}, nil
}

// deleteTrustStore: lists that are still in it do not stand in the way; AWS
// models no error for them.
func (s *Service) deleteTrustStore(q query) (any, error) {
	arn, err := q.arn()
	if err != nil {
		return nil, err
	}
	err = s.update(func(before *state) (*state, error) {
		store, err := before.find(arn)
		if err != nil {
			return nil, err
		}
		if len(store.listeners) > 0 {
			return nil, failf(codeTrustStoreInUse, "trust store '%s' is currently in use by a listener", arn)
		}
		return before.without(arn), nil
	})
	return emptyResult{}, err
}

func describeTrustStores(q query) (any, error) {
	stores, err := q.chosenStores()
	if err != nil {
		return nil, err
	}
	shown, marker, err := page(q, stores, func(t *trustStore) string { return numberKey(int64(t.order)) })
	if err != nil {
		return nil, err
	}
	return trustStoresResult{TrustStores: convert(shown, (*trustStore).item), NextMarker: marker}, nil
}

// chosenStores are those that the call names, or all; naming one that is not
// there is an error.
func (q query) chosenStores() ([]*trustStore, error) {
	arns, errARNs := q.texts("TrustStoreArns")
	names, errNames := q.texts("Names")
	err := errors.Join(errARNs, errNames)
	if err != nil {
		return nil, err
	}
	if len(arns) > 0 && len(names) > 0 {
		return nil, failf(codeValidation, "trust store names and trust store ARNs cannot be specified at the same time")
	}
	for _, arn := range arns {
		_, err := q.state.find(arn)
		if err != nil {
			return nil, err
		}
	}
	all := q.state.ordered()
	for _, name := range names {
		if !slices.ContainsFunc(all, func(t *trustStore) bool { return t.name == name }) {
			return nil, failf(codeTrustStoreNotFound, "trust store '%s' not found", name)
		}
	}
	if len(arns)+len(names) == 0 {
		return all, nil
	}
	return slices.DeleteFunc(all, func(t *trustStore) bool {
		return !slices.Contains(arns, t.arn) && !slices.Contains(names, t.name)
	}), nil
}

func (s *Service) getBundle(q query) (any, error) {
	store, err := q.store()
	if err != nil {
		return nil, err
	}
	return locationResult{q.origin + s.locations.issue(store.bundle.pem, s.options.Now())}, nil
}

// readBundle copies and checks the bundle that the call points to.
func (s *Service) readBundle(q query) (caBundle, error) {
	bucket, err := q.text("CaCertificatesBundleS3Bucket")
	if err != nil {
		return caBundle{}, err
	}
	key, err := q.text("CaCertificatesBundleS3Key")
	if err != nil {
		return caBundle{}, err
	}
	file, err := s.objects.Object(bucket, key, q.form.Get("CaCertificatesBundleS3ObjectVersion"))
	if errors.Is(err, fs.ErrNotExist) {
		return caBundle{}, failf(codeBundleNotFound, "the CA certificates bundle s3://%s/%s was not found", bucket, key)
	}
	if err != nil {
		return caBundle{}, fmt.Errorf("reading the CA certificates bundle: %w", err)
	}
	bundle, err := parseBundle(file, s.options.Quotas)
	if err != nil {
		return caBundle{}, failf(codeInvalidBundle, "the CA certificates bundle s3://%s/%s is not valid: %v", bucket, key, err)
	}
	return bundle, nil
}

// name is the parameter Name of a new trust store.
func (q query) name() (string, error) {
	name, err := q.text("Name")
	if err != nil {
		return "", err
	}
	wellFormed, err := regexp.MatchString(`^([a-zA-Z0-9]+-)*[a-zA-Z0-9]+$`, name)
	if err != nil || !wellFormed || len(name) > 32 {
		return "", failf(codeValidation, "'%s' at 'name' is not of 1 to 32 letters, digits and single dashes between them", name)
	}
	return name, nil
}

func (q query) checkTags() error {
	tags, err := q.members("Tags")
	if err != nil {
		return err
	}
	if len(tags) > mostTags {
		return failf(codeTooManyTags, "%d tags, at most %d are allowed", len(tags), mostTags)
	}
	seen := map[string]bool{}
	for _, tag := range tags {
		key := tag.Get("Key")
		if seen[key] {
			return failf(codeDuplicateTagKeys, "the tag key '%s' is there twice", key)
		}
		seen[key] = true
	}
	return nil
}

func (s *Service) newARN(name string) string {
	var id [8]byte
	_, _ = rand.Read(id[:]) // never fails (crypto/rand)
	return fmt.Sprintf("arn:aws:elasticloadbalancing:%s:%s:truststore/%s/%s", s.options.Region, s.options.Account, name, hex.EncodeToString(id[:]))
}
