package elbtrust

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/sekisho/sekisho/internal/refresh"
)

const (
	// pageSize is the most that DescribeTrustStoreRevocations gives at once.
	pageSize = 400
	// maxPages is a hundred times what a trust store holds unless AWS raised
	// its quota of 30: more means that the markers run in a circle.
	maxPages = 8
)

// Revocations lists what is in force, in the order of the IDs. It is whole or
// an error: a list that is missing from it would be added again.
func (s *Store) Revocations(ctx context.Context) ([]refresh.Revocation, error) {
	pages := elb.NewDescribeTrustStoreRevocationsPaginator(s.lists, &elb.DescribeTrustStoreRevocationsInput{
		TrustStoreArn: aws.String(s.arn),
		PageSize:      aws.Int32(pageSize),
	})
	var found []refresh.Revocation
	for range maxPages {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, failed("listing the revocation lists of the trust store", err)
		}
		found, err = appendPage(found, page.TrustStoreRevocations)
		if err != nil {
			return nil, err
		}
		if !pages.HasMorePages() {
			slices.SortFunc(found, func(a, b refresh.Revocation) int { return cmp.Compare(a.ID, b.ID) })
			return found, nil
		}
	}
	return nil, unclear("listing the revocation lists of the trust store", errors.New("there is no end to the pages"))
}

func appendPage(found []refresh.Revocation, page []types.DescribeTrustStoreRevocation) ([]refresh.Revocation, error) {
	for _, one := range page {
		if one.RevocationId == nil {
			return nil, unclear("listing the revocation lists of the trust store", errors.New("a list has no ID"))
		}
		found = append(found, refresh.Revocation{ID: *one.RevocationId, Entries: aws.ToInt64(one.NumberOfRevokedEntries)})
	}
	return found, nil
}

// Add imports a stored PEM list, pinned to its version, with one try only.
// Unless Error.Unknown says otherwise, an error means that nothing was added.
func (s *Store) Add(ctx context.Context, list refresh.Stored) (refresh.Revocation, error) {
	doing := "adding s3://" + s.bucket + "/" + list.Key + " to the trust store"
	if list.Version == "" {
		return refresh.Revocation{}, &Error{doing: doing, reason: Refused, cause: errors.New("no version given: a list that is not pinned could change before it is imported")}
	}
	output, err := s.lists.AddTrustStoreRevocations(ctx, &elb.AddTrustStoreRevocationsInput{
		TrustStoreArn: aws.String(s.arn),
		RevocationContents: []types.RevocationContent{{
			RevocationType:  types.RevocationTypeCrl,
			S3Bucket:        aws.String(s.bucket),
			S3Key:           aws.String(list.Key),
			S3ObjectVersion: aws.String(list.Version),
		}},
	}, once)
	if err != nil {
		return refresh.Revocation{}, failed(doing, err)
	}
	if len(output.TrustStoreRevocations) != 1 || output.TrustStoreRevocations[0].RevocationId == nil {
		return refresh.Revocation{}, unclear(doing, errors.New("the answer does not name one revocation ID"))
	}
	added := output.TrustStoreRevocations[0]
	return refresh.Revocation{ID: *added.RevocationId, Entries: aws.ToInt64(added.NumberOfRevokedEntries)}, nil
}

// once takes the SDK's retry away from one call.
func once(options *elb.Options) { options.Retryer = aws.NopRetryer{} }

// Remove takes lists out of force. One that is already gone is no error.
func (s *Store) Remove(ctx context.Context, ids []int64) error {
	if len(ids) == 0 {
		return nil
	}
	err := s.remove(ctx, ids)
	if !isIDNotFound(err) {
		return err
	}
	if len(ids) == 1 {
		return nil
	}
	// The answer does not say which ID is gone, nor whether the others were
	// removed.
	return s.removeEach(ctx, ids)
}

func (s *Store) removeEach(ctx context.Context, ids []int64) error {
	var errs []error
	for _, id := range ids {
		err := s.remove(ctx, []int64{id})
		if err != nil && !isIDNotFound(err) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

func (s *Store) remove(ctx context.Context, ids []int64) error {
	_, err := s.lists.RemoveTrustStoreRevocations(ctx, &elb.RemoveTrustStoreRevocationsInput{
		TrustStoreArn: aws.String(s.arn),
		RevocationIds: ids,
	})
	if err != nil {
		return failed("removing revocation lists from the trust store", err)
	}
	return nil
}

func isIDNotFound(err error) bool {
	var gone *types.RevocationIdNotFoundException
	return errors.As(err, &gone)
}
