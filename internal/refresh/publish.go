package refresh

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/sekisho/sekisho/internal/crl"
	"github.com/sekisho/sekisho/internal/snapshot"
)

// publish puts the target into the bucket, as PEM for the trust store and as
// an index for the verifier, and notes where. Both keys follow from the hash
// of the list, so writing them again changes nothing but the version.
func (s *settling) publish(ctx context.Context, decision Decision) error {
	if !decision.Target.known() || s.state.published() {
		return nil
	}
	list, err := s.whole(ctx, decision.Target)
	if err != nil {
		return err
	}
	next := s.state.State
	next.Updated, next.Validators = s.now, list.validators
	next.Issuer, next.Authority = list.issuer.Subject.String(), authority(list.issuer)
	next.List, err = s.putList(ctx, list)
	if err != nil {
		return err
	}
	next.Index, err = s.putIndex(ctx, list)
	if err != nil {
		return err
	}
	return s.notePublished(ctx, next)
}

// notePublished writes the state. Another run may have published the same
// list meanwhile; another list means that this run was overtaken.
func (s *settling) notePublished(ctx context.Context, next State) error {
	saved, err := s.saveState(ctx, s.state, next)
	if err == nil {
		s.state = saved
		return nil
	}
	if !errors.Is(err, ErrOvertaken) {
		return err
	}
	s.state, err = s.loadState(ctx, next.Identity)
	if err != nil {
		return err
	}
	if s.state.Accepted.SHA256 != next.Accepted.SHA256 || !s.state.published() {
		return fmt.Errorf("publishing a list: %w: that run takes it from here", ErrOvertaken)
	}
	return nil
}

func (s *settling) putList(ctx context.Context, list candidate) (Stored, error) {
	key := snapshot.ListKey(list.facts.SHA256)
	stored, err := s.Bucket.Put(ctx, Upload{Key: key, Body: crl.NewPEMReader(list.der), ContentType: "application/x-pem-file"})
	if err != nil {
		return Stored{}, fmt.Errorf("writing %s: %w", key, err)
	}
	return stored, nil
}

func (s *settling) putIndex(ctx context.Context, list candidate) (snapshot.Object, error) {
	index, err := list.builder.Build(list.list, list.issuer)
	if err != nil {
		return snapshot.Object{}, fmt.Errorf("indexing a list of %s: %w", list.list.Issuer, err)
	}
	key, body := snapshot.IndexKey(list.facts.SHA256), index.Bytes()
	_, err = s.put(ctx, Upload{Key: key, ContentType: "application/octet-stream"}, body)
	if err != nil {
		return snapshot.Object{}, fmt.Errorf("writing %s: %w", key, err)
	}
	sum := sha256.Sum256(body)
	return snapshot.Object{Key: key, SHA256: hex.EncodeToString(sum[:])}, nil
}

// whole is the target with all its bytes: as fetched, or else as the trust
// store holds it.
func (s *settling) whole(ctx context.Context, target Facts) (candidate, error) {
	if s.list != nil && s.list.facts.SHA256 == target.SHA256 {
		return *s.list, nil
	}
	for _, held := range s.world.observed(s.state.Identity).Ours {
		if held.Facts.SHA256 != target.SHA256 {
			continue
		}
		return s.contentOf(ctx, held.ID)
	}
	return candidate{}, fmt.Errorf("publishing the accepted list: an earlier run was cut off before it stored the list, and the source does not deliver it now: the list before it stays in force")
}

// contentOf reads a list back from the trust store and examines it.
func (s *settling) contentOf(ctx context.Context, id int64) (candidate, error) {
	text, err := s.Contents.RevocationContent(ctx, id)
	if err != nil {
		return candidate{}, fmt.Errorf("reading the content of revocation %d: %w", id, err)
	}
	return s.examineContent(text, s.now)
}
