package elbtrust

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/sekisho/sekisho/internal/refresh"
)

var stored = refresh.Stored{Key: "crl/abc.pem", Version: "v1", Tag: `"tag"`}

func TestNewChecksTheARN(t *testing.T) {
	t.Parallel()
	for _, arn := range []string{
		"",
		"gate",
		"arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/app/gate/0123456789abcdef",
		"arn:aws:elasticloadbalancing:eu-central-1:123456789012:truststore/gate",
		"arn:aws:elasticloadbalancing:eu-central-1:123456789012:truststore//x",
		"arn:aws:s3:::truststore/gate/x",
	} {
		_, err := New(configFor("http://127.0.0.1:1"), arn, testBucket)
		if err == nil || !strings.Contains(err.Error(), "truststore/NAME/ID") {
			t.Errorf("%q: got error %v, want how an ARN looks", arn, err)
		}
	}
	_, err := New(configFor("http://127.0.0.1:1"), "arn:aws-cn:elasticloadbalancing:cn-north-1:123456789012:truststore/a/b", testBucket)
	if err != nil {
		t.Errorf("got error %v, want an ARN of any partition", err)
	}
}

func TestRevocationsInOrderOverPages(t *testing.T) {
	t.Parallel()
	service, store := newService(t, map[int64]int64{9: 90, 1: 10, 5: 50, 3: 30, 7: 70})
	service.pageSize = 2
	got, err := store.Revocations(context.Background())
	want := []refresh.Revocation{{ID: 1, Entries: 10}, {ID: 3, Entries: 30}, {ID: 5, Entries: 50}, {ID: 7, Entries: 70}, {ID: 9, Entries: 90}}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v and error %v, want %v", got, err, want)
	}
	if len(service.sent()) != 3 {
		t.Errorf("got %d pages, want 3", len(service.sent()))
	}
}

func TestRevocationsOfAnEmptyTrustStore(t *testing.T) {
	t.Parallel()
	_, store := newService(t, map[int64]int64{})
	got, err := store.Revocations(context.Background())
	if err != nil || len(got) != 0 {
		t.Errorf("got %v and error %v, want none", got, err)
	}
}

func TestRevocationsAreWholeOrAnError(t *testing.T) {
	t.Parallel()
	endless := says(200, `<DescribeTrustStoreRevocationsResponse><DescribeTrustStoreRevocationsResult><TrustStoreRevocations>`+
		member(1, 1)+`</TrustStoreRevocations><NextMarker>again</NextMarker></DescribeTrustStoreRevocationsResult></DescribeTrustStoreRevocationsResponse>`)
	tests := []struct {
		name   string
		faults []fault
		want   string
	}{
		{"pages without end", slices.Repeat([]fault{endless}, 50), "no end to the pages"},
		{"second page fails", []fault{endless, answers(400, "TrustStoreNotFound")}, "check its ARN"},
		{"a list without ID", []fault{says(200, `<DescribeTrustStoreRevocationsResponse><DescribeTrustStoreRevocationsResult><TrustStoreRevocations><member><RevocationType>CRL</RevocationType></member></TrustStoreRevocations></DescribeTrustStoreRevocationsResult></DescribeTrustStoreRevocationsResponse>`)}, "no ID"},
		{"not XML", []fault{says(200, "<html>"), says(200, "<html>"), says(200, "<html>")}, "listing the revocation lists"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			service, store := newService(t, map[int64]int64{1: 1})
			service.inject(test.faults...)
			got, err := store.Revocations(context.Background())
			if got != nil || err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v and error %v, want nothing and %q", got, err, test.want)
			}
		})
	}
}

func TestAddIsPinned(t *testing.T) {
	t.Parallel()
	service, store := newService(t, map[int64]int64{100: 1})
	got, err := store.Add(context.Background(), stored)
	if err != nil || got != (refresh.Revocation{ID: 101, Entries: 7}) {
		t.Errorf("got %v and error %v, want ID 101 with 7 entries", got, err)
	}
	sent := service.sent()[0]
	for name, want := range map[string]string{
		"RevocationContents.member.1.S3Bucket":        testBucket,
		"RevocationContents.member.1.S3Key":           "crl/abc.pem",
		"RevocationContents.member.1.S3ObjectVersion": "v1",
		"RevocationContents.member.1.RevocationType":  "CRL",
	} {
		if sent.Get(name) != want {
			t.Errorf("got %s %q, want %q", name, sent.Get(name), want)
		}
	}
}

func TestAddRefusesToFloat(t *testing.T) {
	t.Parallel()
	service, store := newService(t, map[int64]int64{})
	_, err := store.Add(context.Background(), refresh.Stored{Key: "crl/abc.pem"})
	if err == nil || !strings.Contains(err.Error(), "not pinned") || len(service.sent()) != 0 {
		t.Errorf("got error %v after %d calls, want a refusal before any call", err, len(service.sent()))
	}
}

// Whatever happens to Add, it is sent once, and what is not known to have
// failed is said to be unknown.
func TestAddIsTriedOnce(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		fault   fault
		reason  string
		unknown bool
		says    string
	}{
		{"entries quota", answers(400, "TooManyTrustStoreRevocationEntries"), TooManyEntries, false, "L-37E1617B"},
		{"lists quota, by a code that is not modelled", answers(400, "TooManyTrustStoreRevocations"), TooManyLists, false, "L-332EE142"},
		{"lists quota, by another", answers(400, "RevocationListsLimitExceeded"), TooManyLists, false, "L-332EE142"},
		{"lists quota, with the suffix", answers(400, "TooManyRevocationListsException"), TooManyLists, false, "L-332EE142"},
		{"content refused", answers(400, "InvalidRevocationContent"), InvalidContent, false, "the one in force stays"},
		{"content not found", answers(400, "RevocationContentNotFound"), ContentNotFound, false, "s3:GetObjectVersion"},
		{"no trust store", answers(400, "TrustStoreNotFound"), TrustStoreNotFound, false, "check its ARN"},
		{"throttled", answers(400, "Throttling"), Throttled, false, "the next run tries again"},
		{"throttled in the newer way", answers(429, "ThrottlingException"), Throttled, false, "the next run tries again"},
		{"too many requests", answers(429, "TooManyRequestsException"), Throttled, false, "the next run tries again"},
		{"access denied", answers(403, "AccessDenied"), AccessDenied, false, "allow this role"},
		{"credentials expired", answers(403, "ExpiredToken"), AccessDenied, false, "ExpiredToken"},
		{"a code nobody knows", answers(400, "OddCondition"), Refused, false, "OddCondition"},
		{"a refusal that is not XML", says(413, "<html>too large"), Unclear, false, "adding s3://lists/crl/abc.pem"},
		{"server failed", answers(500, "InternalFailure"), Unavailable, true, "InternalFailure"},
		{"server unavailable", answers(503, "ServiceUnavailable"), Unavailable, true, "ServiceUnavailable"},
		{"server gave up waiting", answers(408, "RequestTimeout"), Refused, true, "RequestTimeout"},
		{"answer lost", lost, Unreachable, true, "no answer from the service"},
		{"answer cut short", says(200, "<AddTrustStoreRevocationsResponse><AddTrust"), Unclear, true, "adding"},
		{"answer without an ID", says(200, "<AddTrustStoreRevocationsResponse><AddTrustStoreRevocationsResult></AddTrustStoreRevocationsResult></AddTrustStoreRevocationsResponse>"), Unclear, true, "one revocation ID"},
		{"answer with two IDs", says(200, "<AddTrustStoreRevocationsResponse><AddTrustStoreRevocationsResult><TrustStoreRevocations>"+member(1, 1)+member(2, 1)+"</TrustStoreRevocations></AddTrustStoreRevocationsResult></AddTrustStoreRevocationsResponse>"), Unclear, true, "one revocation ID"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			service, store := newService(t, map[int64]int64{})
			service.inject(test.fault)
			_, err := store.Add(context.Background(), stored)
			var failure *Error
			if !errors.As(err, &failure) {
				t.Fatalf("got error %v, want an *Error", err)
			}
			if failure.Reason() != test.reason || failure.Unknown() != test.unknown {
				t.Errorf("got reason %q, unknown %v, want %q, %v", failure.Reason(), failure.Unknown(), test.reason, test.unknown)
			}
			if !strings.Contains(err.Error(), test.says) || !strings.Contains(err.Error(), "adding s3://lists/crl/abc.pem to the trust store") {
				t.Errorf("got error %q, want it to contain %q and what was done", err, test.says)
			}
			if len(service.sent()) != 1 {
				t.Errorf("got %d tries, want one", len(service.sent()))
			}
		})
	}
}

// Records, metrics and the refresher's branches hang on these words.
func TestReasonsAreStable(t *testing.T) {
	t.Parallel()
	words := map[string]string{
		TooManyEntries: "quota-entries", TooManyLists: "quota-lists", InvalidContent: "invalid-content",
		ContentNotFound: "content-not-found", TrustStoreNotFound: "trust-store-not-found", Throttled: "throttled",
		AccessDenied: "access-denied", Refused: "refused", Unavailable: "unavailable", Unreachable: "unreachable", Unclear: "unclear",
	}
	for got, want := range words {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestAddWithoutAConnection(t *testing.T) {
	t.Parallel()
	store, err := New(configFor("http://127.0.0.1:1"), testARN, testBucket)
	if err != nil {
		t.Fatalf("got error %v, want a store", err)
	}
	_, err = store.Add(context.Background(), stored)
	var failure *Error
	if !errors.As(err, &failure) || failure.Unknown() || failure.Reason() != Unreachable {
		t.Errorf("got error %v, want one that says that nothing happened", err)
	}
}

func TestAddOutOfTime(t *testing.T) {
	t.Parallel()
	service, store := newService(t, map[int64]int64{})
	ctx, cancel := context.WithCancel(context.Background())
	service.inject(func(w http.ResponseWriter, r *http.Request, serve http.HandlerFunc) bool {
		cancel()
		return lost(w, r, serve)
	})
	_, err := store.Add(ctx, stored)
	var failure *Error
	if !errors.As(err, &failure) || !failure.Unknown() || !errors.Is(err, context.Canceled) {
		t.Errorf("got error %v, want one that is unknown and cancelled", err)
	}
}

func TestRemove(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		ids    []int64
		faults []fault
		left   []int64
		calls  int
		says   string
	}{
		{"none", nil, nil, []int64{1, 2, 3}, 0, ""},
		{"one", []int64{2}, nil, []int64{1, 3}, 1, ""},
		{"several at once", []int64{1, 3}, nil, []int64{2}, 1, ""},
		{"one that is gone", []int64{9}, nil, []int64{1, 2, 3}, 1, ""},
		{"one of several is gone", []int64{1, 9, 3}, nil, []int64{2}, 4, ""},
		{"all are gone", []int64{8, 9}, nil, []int64{1, 2, 3}, 3, ""},
		{"answer lost", []int64{2}, []fault{lost}, []int64{1, 3}, 2, ""},
		{"answer lost for several", []int64{1, 2}, []fault{lost}, []int64{3}, 4, ""},
		{"throttled at first", []int64{2}, []fault{answers(400, "Throttling")}, []int64{1, 3}, 2, ""},
		{"denied", []int64{2}, []fault{answers(403, "AccessDenied")}, []int64{1, 2, 3}, 1, "removing revocation lists from the trust store: access denied"},
		{"one fails, the rest goes", []int64{1, 9, 3}, []fault{nil, answers(403, "AccessDenied")}, []int64{1, 2}, 4, "access denied"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			service, store := newService(t, map[int64]int64{1: 1, 2: 1, 3: 1})
			service.inject(orNone(test.faults)...)
			err := store.Remove(context.Background(), test.ids)
			if test.says == "" && err != nil || test.says != "" && (err == nil || !strings.Contains(err.Error(), test.says)) {
				t.Errorf("got error %v, want %q", err, test.says)
			}
			if !slices.Equal(service.ids(), test.left) || len(service.sent()) != test.calls {
				t.Errorf("got %v left after %d calls, want %v after %d", service.ids(), len(service.sent()), test.left, test.calls)
			}
		})
	}
}

func TestDescribeIsRetried(t *testing.T) {
	t.Parallel()
	service, store := newService(t, map[int64]int64{1: 1})
	service.inject(answers(503, "ServiceUnavailable"), answers(400, "Throttling"))
	got, err := store.Revocations(context.Background())
	if err != nil || len(got) != 1 {
		t.Errorf("got %v and error %v, want the list", got, err)
	}
}

// The refresher takes it as it is, for both of its ports.
var _ = refresh.Refresher{TrustStore: (*Store)(nil), Contents: (*Store)(nil)}
