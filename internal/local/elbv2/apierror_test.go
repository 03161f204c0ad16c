package elbv2

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/sekisho/sekisho/internal/pkitest"
)

// is says whether err is the SDK's own type for an error code.
func is[T error](err error) bool {
	var typed T
	return errors.As(err, &typed)
}

func createInput(name, key string) *elb.CreateTrustStoreInput {
	return &elb.CreateTrustStoreInput{Name: aws.String(name), CaCertificatesBundleS3Bucket: aws.String("bucket"), CaCertificatesBundleS3Key: aws.String(key)}
}

func TestTrustStoreErrors(t *testing.T) {
	t.Parallel()
	f := newFixture(t, Options{Quotas: Quotas{TrustStores: 1}})
	arn := f.create(t, "taken")
	create := func(name, key string) func() error {
		return func() error {
			_, err := f.client.CreateTrustStore(t.Context(), createInput(name, key))
			return err
		}
	}
	modify := func(arn, key string) func() error {
		return func() error {
			_, err := f.client.ModifyTrustStore(t.Context(), &elb.ModifyTrustStoreInput{TrustStoreArn: aws.String(arn), CaCertificatesBundleS3Bucket: aws.String("bucket"), CaCertificatesBundleS3Key: aws.String(key)})
			return err
		}
	}
	for _, test := range []struct {
		name  string
		call  func() error
		code  string
		typed func(error) bool
	}{
		{"create-same-name", create("taken", "bundle.pem"), "DuplicateTrustStoreName", is[*types.DuplicateTrustStoreNameException]},
		{"create-one-too-many", create("other", "bundle.pem"), "TooManyTrustStores", is[*types.TooManyTrustStoresException]},
		{"create-name-too-long", create(strings.Repeat("a", 33), "bundle.pem"), "ValidationError", nil},
		{"create-name-two-dashes", create("a--b", "bundle.pem"), "ValidationError", nil},
		{"create-name-dash-at-end", create("a-", "bundle.pem"), "ValidationError", nil},
		{"modify-no-bundle", modify(arn, "absent.pem"), "CaCertificatesBundleNotFound", is[*types.CaCertificatesBundleNotFoundException]},
		{"modify-bad-bundle", modify(arn, "two.pem"), "InvalidCaCertificatesBundle", is[*types.InvalidCaCertificatesBundleException]},
		{"modify-absent", modify(unsentARN, "bundle.pem"), "TrustStoreNotFound", is[*types.TrustStoreNotFoundException]},
		{"modify-malformed-arn", modify("ts", "bundle.pem"), "ValidationError", nil},
		{"delete-absent", func() error {
			_, err := f.client.DeleteTrustStore(t.Context(), &elb.DeleteTrustStoreInput{TrustStoreArn: aws.String(unsentARN)})
			return err
		}, "TrustStoreNotFound", is[*types.TrustStoreNotFoundException]},
		{"describe-absent-arn", func() error {
			_, err := f.client.DescribeTrustStores(t.Context(), &elb.DescribeTrustStoresInput{TrustStoreArns: []string{arn, unsentARN}})
			return err
		}, "TrustStoreNotFound", is[*types.TrustStoreNotFoundException]},
		{"describe-absent-name", func() error {
			_, err := f.client.DescribeTrustStores(t.Context(), &elb.DescribeTrustStoresInput{Names: []string{"absent"}})
			return err
		}, "TrustStoreNotFound", is[*types.TrustStoreNotFoundException]},
		{"describe-names-and-arns", func() error {
			_, err := f.client.DescribeTrustStores(t.Context(), &elb.DescribeTrustStoresInput{Names: []string{"taken"}, TrustStoreArns: []string{arn}})
			return err
		}, "ValidationError", nil},
		{"describe-page-size", func() error {
			_, err := f.client.DescribeTrustStores(t.Context(), &elb.DescribeTrustStoresInput{PageSize: aws.Int32(401)})
			return err
		}, "ValidationError", nil},
		{"describe-marker", func() error {
			_, err := f.client.DescribeTrustStores(t.Context(), &elb.DescribeTrustStoresInput{Marker: aws.String("?")})
			return err
		}, "ValidationError", nil},
		{"bundle-of-absent", func() error {
			_, err := f.client.GetTrustStoreCaCertificatesBundle(t.Context(), &elb.GetTrustStoreCaCertificatesBundleInput{TrustStoreArn: aws.String(unsentARN)})
			return err
		}, "TrustStoreNotFound", is[*types.TrustStoreNotFoundException]},
		{"associations-of-absent", func() error {
			_, err := f.client.DescribeTrustStoreAssociations(t.Context(), &elb.DescribeTrustStoreAssociationsInput{TrustStoreArn: aws.String(unsentARN)})
			return err
		}, "TrustStoreNotFound", is[*types.TrustStoreNotFoundException]},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := test.call()
			if code(err) != test.code || test.typed != nil && !test.typed(err) {
				t.Errorf("got %v, want %s in the SDK's own type", err, test.code)
			}
		})
	}
}

func TestTrustStoreTagErrors(t *testing.T) {
	t.Parallel()
	f := newFixture(t, Options{})
	create := func(tags []types.Tag) error {
		input := createInput("tagged", "bundle.pem")
		input.Tags = tags
		_, err := f.client.CreateTrustStore(t.Context(), input)
		return err
	}
	var many []types.Tag
	for i := range 51 {
		many = append(many, types.Tag{Key: aws.String(fmt.Sprint("key", i))})
	}
	err := create(many)
	if !is[*types.TooManyTagsException](err) {
		t.Errorf("51 tags: %v, want TooManyTags", err)
	}
	err = create([]types.Tag{many[0], many[0]})
	if !is[*types.DuplicateTagKeysException](err) {
		t.Errorf("a key twice: %v, want DuplicateTagKeys", err)
	}
	err = create(many[:50])
	if err != nil {
		t.Errorf("50 tags: %v, want none", err)
	}
}

// Each refusal must leave the trust store as it was.
func TestRevocationErrors(t *testing.T) {
	t.Parallel()
	f := newFixture(t, Options{Quotas: Quotas{Entries: 5, Lists: 3, ListBytes: 2000}})
	arn := f.create(t, "ts")
	f.mustAdd(t, arn, "two.pem")
	f.shelf.put(t, "large.pem", "", append([]byte(strings.Repeat("a line of text\n", 200)), pemList(f.root.CRL(t))...))
	f.shelf.put(t, "four.pem", "", pemList(f.root.CRL(t, serialsOf(1, 2, 3, 4)...)))
	f.shelf.put(t, "both.pem", "", append(pemList(f.root.CRL(t)), pemList(f.root.CRL(t))...))
	f.shelf.put(t, "other.pem", "", pemList(pkitest.NewCA(t, "other").CRL(t)))
	f.shelf.put(t, "impostor.pem", "", pemList(pkitest.NewCA(t, "root").CRL(t)))
	f.shelf.put(t, "page.html", "", []byte("<html></html>"))
	add := func(arn string, keys ...string) func() error {
		return func() error { _, err := f.add(t, arn, keys...); return err }
	}
	remove := func(arn string, ids ...int64) func() error {
		return func() error { return f.remove(t, arn, ids...) }
	}
	for _, test := range []struct {
		name string
		call func() error
		code string
		text string
	}{
		{"add-der", add(arn, "list.der"), "InvalidRevocationContent", "not PEM"},
		{"add-html", add(arn, "page.html"), "InvalidRevocationContent", "not PEM"},
		{"add-two-in-one", add(arn, "both.pem"), "InvalidRevocationContent", "more than one CRL objects"},
		{"add-other-signer", add(arn, "other.pem"), "InvalidRevocationContent", `verifies the list of "CN=other"`},
		{"add-impostor", add(arn, "impostor.pem"), "InvalidRevocationContent", `verifies the list of "CN=root"`},
		{"add-too-large", add(arn, "large.pem"), "InvalidRevocationContent", "at most 2000"},
		{"add-absent", add(arn, "absent.pem"), "RevocationContentNotFound", "absent.pem"},
		{"add-good-and-absent", add(arn, "one.pem", "absent.pem"), "RevocationContentNotFound", ""},
		{"add-good-and-der", add(arn, "one.pem", "list.der"), "InvalidRevocationContent", ""},
		{"add-too-many-entries", add(arn, "four.pem"), "TooManyTrustStoreRevocationEntries", "limit of 5"},
		{"add-too-many-entries-together", add(arn, "two.pem", "two.pem"), "TooManyTrustStoreRevocationEntries", ""},
		{"add-too-many-lists", add(arn, "one.pem", "one.pem", "one.pem"), codeTooManyLists, "limit of 3"},
		{"add-nothing", add(arn), "ValidationError", "RevocationContents"},
		{"add-no-store", add(unsentARN, "one.pem"), "TrustStoreNotFound", ""},
		{"remove-unknown", remove(arn, 99), "RevocationIdNotFound", "'99'"},
		{"remove-known-and-unknown", remove(arn, 1, 99), "RevocationIdNotFound", "'99'"},
		{"remove-no-store", remove(unsentARN, 1), "TrustStoreNotFound", ""},
		{"describe-unknown", func() error {
			_, err := f.client.DescribeTrustStoreRevocations(t.Context(), &elb.DescribeTrustStoreRevocationsInput{TrustStoreArn: aws.String(arn), RevocationIds: []int64{99}})
			return err
		}, "RevocationIdNotFound", ""},
		{"content-unknown", func() error {
			_, err := f.client.GetTrustStoreRevocationContent(t.Context(), &elb.GetTrustStoreRevocationContentInput{TrustStoreArn: aws.String(arn), RevocationId: aws.Int64(99)})
			return err
		}, "RevocationIdNotFound", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			before, _ := f.View(arn)
			err := test.call()
			if code(err) != test.code || !strings.Contains(err.Error(), test.text) {
				t.Errorf("got %v, want %s with %q", err, test.code, test.text)
			}
			after, _ := f.View(arn)
			if after.Generation != before.Generation || !slices.Equal(f.inForce(t, arn), []int64{1}) {
				t.Errorf("the refusal changed the trust store: %v in force", f.inForce(t, arn))
			}
		})
	}
}

func TestRevocationErrorsHaveTheSDKsTypes(t *testing.T) {
	t.Parallel()
	f := newFixture(t, Options{Quotas: Quotas{Entries: 1}})
	arn := f.create(t, "ts")
	_, errInvalid := f.add(t, arn, "list.der")
	_, errAbsent := f.add(t, arn, "absent.pem")
	_, errEntries := f.add(t, arn, "two.pem")
	errID := f.remove(t, arn, 1)
	if !is[*types.InvalidRevocationContentException](errInvalid) || !is[*types.RevocationContentNotFoundException](errAbsent) ||
		!is[*types.TooManyTrustStoreRevocationEntriesException](errEntries) || !is[*types.RevocationIdNotFoundException](errID) {
		t.Errorf("got %T, %T, %T, %T inside of the errors", errInvalid, errAbsent, errEntries, errID)
	}
}

// What no SDK would send is refused in the same form.
func TestMalformedRequests(t *testing.T) {
	t.Parallel()
	f := newFixture(t, Options{})
	arn := f.create(t, "ts")
	for _, test := range []struct {
		name, form, want string
	}{
		{"no-action", "Version=2015-12-01", "InvalidAction"},
		{"unknown-action", "Action=DescribeEverything&Version=2015-12-01", "InvalidAction"},
		{"other-version", "Action=DescribeTrustStores&Version=2012-06-01", "InvalidAction"},
		{"no-arn", "Action=DeleteTrustStore&Version=2015-12-01", "ValidationError"},
		{"no-bundle-key", "Action=CreateTrustStore&Version=2015-12-01&Name=a&CaCertificatesBundleS3Bucket=b", "ValidationError"},
		{"id-not-a-number", "Action=RemoveTrustStoreRevocations&Version=2015-12-01&RevocationIds.member.1=x&TrustStoreArn=" + url.QueryEscape(arn), "ValidationError"},
		{"no-ids", "Action=RemoveTrustStoreRevocations&Version=2015-12-01&TrustStoreArn=" + url.QueryEscape(arn), "ValidationError"},
		{"member-not-a-number", "Action=RemoveTrustStoreRevocations&Version=2015-12-01&RevocationIds.member.x=1&TrustStoreArn=" + url.QueryEscape(arn), "ValidationError"},
		{"member-twice", "Action=RemoveTrustStoreRevocations&Version=2015-12-01&RevocationIds.member.1=1&RevocationIds.member.1=2&TrustStoreArn=" + url.QueryEscape(arn), "ValidationError"},
		{"content-without-key", "Action=AddTrustStoreRevocations&Version=2015-12-01&RevocationContents.member.1.S3Bucket=b&TrustStoreArn=" + url.QueryEscape(arn), "ValidationError"},
		{"content-type", "Action=AddTrustStoreRevocations&Version=2015-12-01&RevocationContents.member.1.S3Bucket=b&RevocationContents.member.1.S3Key=k&RevocationContents.member.1.RevocationType=OCSP&TrustStoreArn=" + url.QueryEscape(arn), "ValidationError"},
		{"no-content-id", "Action=GetTrustStoreRevocationContent&Version=2015-12-01&TrustStoreArn=" + url.QueryEscape(arn), "ValidationError"},
		{"too-large", "Action=" + strings.Repeat("a", requestLimit), "ValidationError"},
		{"broken-escape", "Action=%zz", "ValidationError"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			request := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(test.form))
			request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			answer := httptest.NewRecorder()
			f.ServeHTTP(answer, request)
			body, err := io.ReadAll(answer.Body)
			if err != nil || answer.Code != http.StatusBadRequest || !strings.Contains(string(body), "<Code>"+test.want+"</Code>") {
				t.Errorf("got %d %s, want 400 with %s", answer.Code, body, test.want)
			}
		})
	}
}

// A bucket that breaks is not the caller's fault and changes nothing.
func TestBrokenBucket(t *testing.T) {
	t.Parallel()
	client := serveTo(t, New(brokenShelf{}, Options{}))
	_, err := client.CreateTrustStore(t.Context(), createInput("ts", "bundle.pem"))
	if code(err) != "InternalFailure" || !strings.Contains(err.Error(), "StatusCode: 500") {
		t.Errorf("got %v, want InternalFailure with status 500", err)
	}
}

type brokenShelf struct{}

func (brokenShelf) Object(string, string, string) ([]byte, error) { return nil, io.ErrUnexpectedEOF }
