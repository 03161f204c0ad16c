package refresh

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/sekisho/sekisho/internal/crl"
	"github.com/sekisho/sekisho/internal/snapshot"
)

// record makes the state say what is decided: which list is the newest, where
// it lies, and which source it comes from. The list is stored first, so that a
// claim never names what nobody has. ErrOvertaken says that another run wrote
// the state meanwhile.
func (s *settling) record(ctx context.Context, decision Decision) error {
	target, next := decision.Target, s.state.State
	if next.resets(target, s.now) {
		next = next.overruling(target, s.world.observed(s.state.Identity).Ours)
	}
	if next.Accepted.SHA256 != target.SHA256 {
		next = next.claimed(target, s.now)
	}
	next.Holding = s.withheld(decision.Holding)
	if !next.published() {
		stored, err := s.store(ctx, next)
		if err != nil {
			return err
		}
		next = stored
	}
	if s.list != nil && s.list.facts.SHA256 == target.SHA256 {
		next.Accepted, next.Validators = s.list.facts, s.list.validators
	}
	if !s.departed(next) {
		next.Unwanted, next.Ended = time.Time{}, false
	}
	next.Formerly = cmp.Or(s.owner(), next.Source, next.Formerly)
	next.Source, next.Updated = s.owner(), s.now
	return s.save(ctx, next)
}

// withheld is what to remember of a list that is held back, with what came
// along with it.
func (s *settling) withheld(holding *Holding) *Holding {
	if holding != nil && s.list != nil && s.list.facts.SHA256 == holding.List.SHA256 {
		holding.Validators, holding.Source = s.list.validators, s.source.Name
	}
	return holding
}

// store puts the accepted list into the bucket, as PEM for the trust store and
// as an index for the verifier. Both keys follow from the hash of the list, so
// writing them again changes nothing but the version.
func (s *settling) store(ctx context.Context, next State) (State, error) {
	list, err := s.whole(ctx, next.Accepted)
	if err != nil {
		return next, err
	}
	defer list.release()
	next.Accepted, next.Validators = list.facts, list.validators
	next.Issuer, next.Authority = list.issuer.Subject.String(), authority(list.issuer)
	next.List, err = s.putList(ctx, list)
	if err != nil {
		return next, err
	}
	next.Index, err = s.putIndex(ctx, list)
	return next, err
}

func (s *settling) putList(ctx context.Context, list *candidate) (Stored, error) {
	key := snapshot.ListKey(list.facts.SHA256)
	stored, err := s.Bucket.Put(ctx, Upload{Key: key, Body: crl.NewPEMReader(list.der), ContentType: "application/x-pem-file"})
	if err != nil {
		return Stored{}, fmt.Errorf("writing %s: %w", key, err)
	}
	return stored, nil
}

func (s *settling) putIndex(ctx context.Context, list *candidate) (snapshot.Object, error) {
	index, err := list.built()
	if err != nil {
		return snapshot.Object{}, err
	}
	key, body := snapshot.IndexKey(list.facts.SHA256), index.Bytes()
	_, err = s.put(ctx, Upload{Key: key, ContentType: "application/octet-stream"}, body)
	if err != nil {
		return snapshot.Object{}, fmt.Errorf("writing %s: %w", key, err)
	}
	sum := sha256.Sum256(body)
	return snapshot.Object{Key: key, SHA256: hex.EncodeToString(sum[:])}, nil
}

// whole is a list with all its bytes: as fetched, or else as the bucket or the
// trust store keeps it.
func (s *settling) whole(ctx context.Context, target Facts) (*candidate, error) {
	if s.list != nil && s.list.facts.SHA256 == target.SHA256 && s.list.der != nil {
		return s.list, nil
	}
	der, err := s.kept(ctx, target)
	if err != nil {
		return nil, err
	}
	list, err := s.examine(der, keptPolicy(), s.now)
	if err != nil {
		return nil, err
	}
	return list.due(s.source.policy()), nil
}

// kept is the DER of a list, out of the bucket or out of the trust store.
func (s *settling) kept(ctx context.Context, target Facts) ([]byte, error) {
	object, err := s.Bucket.Get(ctx, snapshot.ListKey(target.SHA256))
	if err == nil {
		lists, err := crl.Split(object.Body)
		if err == nil && len(lists) == 1 && isList(lists[0], target) {
			return lists[0], nil
		}
	}
	if err != nil && !errors.Is(err, ErrAbsent) {
		return nil, fmt.Errorf("reading a list again: %w", err)
	}
	for _, held := range s.world.observed(s.state.Identity).Ours {
		if held.Facts.SHA256 == target.SHA256 {
			return s.proof(ctx, held.ID, target)
		}
	}
	return nil, errors.New("reading a list again: neither the bucket nor the trust store has it, and the source does not deliver it now: what is in force stays")
}

// proof reads back what an ID holds: it is there, and holds that very list.
func (s *settling) proof(ctx context.Context, id int64, list Facts) ([]byte, error) {
	der, err := s.contentOf(ctx, id)
	if err != nil {
		return nil, err
	}
	if !isList(der, list) {
		return nil, fmt.Errorf("reading the content of revocation %d: it is another list than is remembered", id)
	}
	return der, nil
}

func isList(der []byte, list Facts) bool {
	sum := sha256.Sum256(der)
	want, err := hex.DecodeString(list.SHA256)
	return err == nil && bytes.Equal(sum[:], want)
}
